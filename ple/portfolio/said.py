"""What the learner says of the site and of what it shows, checked; what is wrong with it as a sentence."""

import re
from typing import Any
from urllib.parse import quote, urlsplit

from pydantic import ValidationError

from ple.library import InvalidInput
from ple.portfolio.models import ArtifactFields
from ple.portfolio.values import Visibility

_IN_PATHS = "/%!$&'()*+,;=:@~-._"


def context_of(context: dict[str, Any]) -> dict[str, Any]:
    """Return what of ``context`` was said about an artifact."""
    unknown = set(context) - set(ArtifactFields.model_fields)
    if unknown:
        raise TypeError(f"an artifact has no {', '.join(sorted(unknown))}")
    return {name: value for name, value in context.items() if value is not None}


def visibility_of(value: Visibility | str) -> Visibility:
    """Return the visibility of this name.

    Raises:
        InvalidInput: there is none.
    """
    try:
        return Visibility(value)
    except ValueError:
        raise InvalidInput(f"“{value}” is no visibility", hint="Say private, unlisted or public.") from None


def checked(model: Any, values: dict[str, Any]) -> Any:
    """Return ``values`` as a checked ``model``.

    Raises:
        InvalidInput: one of them cannot be used.
    """
    if "visibility" in values:
        values = values | {"visibility": visibility_of(values["visibility"]).value}
    try:
        return model.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else "it"
        raise InvalidInput(
            f"the {name.replace('_', ' ')} cannot be used: {first['msg'].removeprefix('Value error, ').lower()}"
        ) from error


def site_url(url: str) -> str | None:
    """Return the address that a site is published at, ending in a slash; of an empty one, none.

    It stands in links, feeds and maps on the site, so it is written as a URI: in ASCII, and without a page's name.

    Raises:
        InvalidInput: no site can be published there.
    """
    from ple.web import addresses

    if not url.strip():
        return None
    kept = addresses.clean(url)
    if "?" in kept or "#" in kept:
        raise InvalidInput(f"a site cannot be published at {kept}", hint="Give its address without “?” and “#”.")
    parts = urlsplit(kept)
    if "@" in parts.netloc:
        raise InvalidInput(
            "the address of a site stands on every page, so no name and password may be in it",
            hint="Give it as visitors type it.",
        )
    try:
        host = parts.netloc.lower() if parts.netloc.isascii() else parts.netloc.lower().encode("idna").decode()
    except UnicodeError:
        raise InvalidInput(f"a site cannot be published at {kept}", hint="Look at the name of the host.") from None
    path = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", parts.path)
    path = quote(re.sub(r"/index\.html?$", "/", path), safe=_IN_PATHS)
    return f"{parts.scheme.lower()}://{host}{path}{'' if path.endswith('/') else '/'}"
