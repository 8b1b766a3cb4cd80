"""Feeds behind a password or a key: what is sent along, kept among the secrets and never in the library.

A feed's row only says that there is something (``private``). What it is goes to the server that it was meant for and to
no other: not along a redirect to another host, and not to the feed's next address elsewhere.
"""

import json
import re
from base64 import b64encode
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit
from uuid import UUID

from ple.library.errors import InvalidInput
from ple.settings.secrets import Secrets
from ple.web import addresses

_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_VALUE = re.compile(r"[\x20-\x7e\x80-\uffff\t]{1,8000}")
_NOT_YOURS = {"host", "content-length", "connection", "transfer-encoding", "te", "upgrade"}


def headers(
    user: str | None = None, password: str | None = None, more: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the headers that say who asks: HTTP basic authentication (RFC 7617), and whatever else a server wants.

    Raises:
        InvalidInput: a name or value cannot be sent as a header.

    """
    found: dict[str, str] = {}
    if user is not None:
        if ":" in user:
            raise InvalidInput("a user name for HTTP cannot have a colon in it")
        found["Authorization"] = "Basic " + b64encode(f"{user}:{password or ''}".encode()).decode()
    for name, value in (more or {}).items():
        if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value) or name.lower() in _NOT_YOURS:
            raise InvalidInput(f"{name[:100]!r} cannot be sent as a header", hint="For example: X-Api-Key")
        found[name] = value
    return found


def apart(url: str) -> tuple[str, dict[str, str]]:
    """Return an address without the name and password in it, and the headers that say the same."""
    parts = urlsplit(url)
    if parts.username is None:
        return url, {}
    said = headers(unquote(parts.username).replace(":", ""), unquote(parts.password or ""))
    return addresses.without_credentials(url), said


class Credentials:
    """What is sent along with requests for private feeds."""

    def __init__(self, secrets: Secrets | None) -> None:
        self._secrets = secrets

    def keep(self, uid: UUID, url: str, headers: Mapping[str, str]) -> None:
        """Keep what is sent along when ``url`` is asked for the feed ``uid``; nothing more with no headers.

        Raises:
            InvalidInput: there is no place for secrets.

        """
        if self._secrets is None:
            raise InvalidInput("there is no place to keep a password in")
        if headers:
            self._secrets.set(_name(uid), json.dumps({"for": _origin(url), "headers": dict(headers)}))
        else:
            self._secrets.delete(_name(uid))

    def of(self, uid: UUID, url: str) -> dict[str, str]:
        """Return what to send along when ``url`` is asked for the feed ``uid``."""
        said = self._secrets.get(_name(uid)) if self._secrets is not None else None
        if said is None:
            return {}
        try:
            kept = json.loads(said)
            return dict(kept["headers"]) if kept["for"] == _origin(url) else {}
        except (ValueError, KeyError, TypeError):
            return {}


def _name(uid: UUID) -> str:
    return f"feed:{uid}"


def _origin(url: str) -> str:
    parts = urlsplit(addresses.key(url))
    return f"{parts.scheme}://{parts.netloc}"
