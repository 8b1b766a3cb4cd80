"""A request and a reply, as far as the practice LMS needs to know them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qsl


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked. ``query`` and ``form`` keep the last of several values."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes = b""
    wishes: tuple[tuple[str, str], ...] = ()
    """The pairs of the query named ``include[]``."""

    @property
    def form(self) -> dict[str, str]:
        """The body, if it is a form; files left out."""
        kind = self.headers.get("content-type", "").partition(";")[0].strip().casefold()
        if kind == "multipart/form-data":
            return dict(self._parts()[0])
        if kind != "application/x-www-form-urlencoded":
            return {}
        return pairs(self.body.decode("utf-8", "replace"))

    @property
    def fields(self) -> list[tuple[str, str]]:
        """The body's fields with all their values, in order, if it is a form."""
        if self.headers.get("content-type", "").casefold().startswith("multipart/form-data"):
            return self._parts()[0]
        try:
            return parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=1000)
        except ValueError:
            return []

    @property
    def files(self) -> list["Part"]:
        """The files, if it is a form of several parts."""
        return self._parts()[1]

    def _parts(self) -> tuple[list[tuple[str, str]], list["Part"]]:
        kind = self.headers.get("content-type", "")
        if not kind.casefold().startswith("multipart/form-data"):
            return [], []
        whole = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + self.body)
        fields: list[tuple[str, str]] = []
        files = []
        for part in whole.iter_parts() if whole.is_multipart() else ():
            data = part.get_payload(decode=True)
            raw = data if isinstance(data, bytes) else b""
            field_name = str(part.get_param("name", "", "content-disposition"))
            name = part.get_filename()
            if name is None:
                fields.append((field_name, raw.decode("utf-8", "replace")))
            else:
                files.append(Part(field_name, name, part.get_content_type(), raw))
        return fields, files

    @property
    def included(self) -> set[str]:
        """What was asked to be included in an answer of Canvas."""
        return {value for _, value in self.wishes}

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
class Part:
    """A file in a form of several parts."""

    field: str
    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    last: bool = False
    """Whether nobody answers at the door after it."""


def pairs(encoded: str) -> dict[str, str]:
    """Return the pairs of a query or form; none, if there are too many to be meant."""
    try:
        return dict(parse_qsl(encoded, keep_blank_values=True, max_num_fields=1000))
    except ValueError:
        return {}


def wishes(query: str) -> tuple[tuple[str, str], ...]:
    """Return what a query asks to be included; it may say so several times."""
    try:
        return tuple(pair for pair in parse_qsl(query, max_num_fields=1000) if pair[0] == "include[]")
    except ValueError:
        return ()


def as_json(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """Return ``value`` as a JSON reply."""
    body = json.dumps(value, ensure_ascii=False).encode()
    return Reply(status, body, {"content-type": "application/json", **(headers or {})})


def as_html(html: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """Return a page for people."""
    return Reply(status, html.encode(), {"content-type": "text/html; charset=utf-8", **(headers or {})})
