"""A request and a reply, as far as the practice LMS needs to know them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked. ``query`` and ``form`` keep the last of several values of the same name."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes = b""

    @property
    def form(self) -> dict[str, str]:
        """The body, if it is a form; multi-part forms are not understood."""
        kind = self.headers.get("content-type", "").partition(";")[0].strip().casefold()
        if kind != "application/x-www-form-urlencoded":
            return {}
        return pairs(self.body.decode("utf-8", "replace"))

    @property
    def json(self) -> Any:
        """The body, if it is JSON, else nothing."""
        if not self.headers.get("content-type", "").casefold().startswith("application/json"):
            return None
        try:
            return json.loads(self.body)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def pairs(encoded: str) -> dict[str, str]:
    """Return the pairs of a query or form; none, if there are too many to be meant."""
    try:
        return dict(parse_qsl(encoded, keep_blank_values=True, max_num_fields=1000))
    except ValueError:
        return {}


def as_json(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """Return ``value`` as a JSON reply."""
    body = json.dumps(value, ensure_ascii=False).encode()
    return Reply(status, body, {"content-type": "application/json", **(headers or {})})


def as_html(html: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """Return a page for people."""
    return Reply(status, html.encode(), {"content-type": "text/html; charset=utf-8", **(headers or {})})
