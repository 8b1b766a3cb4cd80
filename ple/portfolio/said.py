"""What the learner says of the site and of what it shows, checked; what is wrong with it as a sentence."""

from typing import Any

from pydantic import ValidationError

from ple.library import InvalidInput
from ple.portfolio.models import ArtifactFields
from ple.portfolio.values import Visibility


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

    Raises:
        InvalidInput: no site can be published there.
    """
    from ple.web import addresses

    if not url.strip():
        return None
    kept = addresses.clean(url)
    if "?" in kept or "#" in kept:
        raise InvalidInput(f"a site cannot be published at {kept}", hint="Give its address without “?” and “#”.")
    return kept if kept.endswith("/") else kept + "/"
