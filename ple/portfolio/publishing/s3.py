"""A bucket of an S3-compatible store: Amazon S3, Cloudflare R2, Backblaze B2, MinIO, Garage.

A store puts an object in its place whole or not at all, and says the hash of each, so that a publication that was cut
sends nothing twice.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, ParseError

from ple.library import utc_now
from ple.portfolio.publishing.address import Address
from ple.portfolio.publishing.errors import NoSecret, Overtaken, PublishError
from ple.portfolio.publishing.over_http import OverHttp
from ple.portfolio.publishing.place import Entry, Parcel, cache_control, content_type
from ple.portfolio.publishing.signature import Key, escaped, signed
from ple.web.client import Client, Response

_MD5 = re.compile("[0-9a-f]{32}")


class _NoConditions(Exception):
    """The store knows no conditions."""


class S3(OverHttp):
    """A bucket, or what begins with a name in it, as a :class:`~ple.portfolio.publishing.place.Place`."""

    manifest = ".ple-portfolio.json"

    def __init__(self, client: Client, address: Address, secret: str | None) -> None:
        """Go to ``address``: its user is the id of a key, and ``secret`` that key.

        Raises:
            PublishError: the address does not say enough.
        """
        super().__init__(client)
        self.shown = address.shown
        if not address.user:
            raise PublishError(
                f"{self.shown} does not say which key to use",
                hint="Put the key's id before the bucket: s3://KEYID@bucket/folder?endpoint=https://…",
            )
        if not secret:
            raise NoSecret(f"the secret of the key {address.user}", self.shown)
        self._key = Key(address.user, secret)
        self._region = address.options.get("region") or "us-east-1"
        endpoint = address.options.get("endpoint") or f"https://s3.{self._region}.amazonaws.com"
        if address.options.get("style") == "host":
            parts = urlsplit(endpoint)
            self._base = f"{parts.scheme}://{address.host}.{parts.netloc}/"
        else:
            self._base = f"{endpoint.rstrip('/')}/{escaped(address.host)}/"
        folder = address.path.strip("/")
        self._folder = f"{folder}/" if folder else ""

    def look(self) -> dict[str, Entry]:
        """Return every object whose name begins as ours do."""
        found: dict[str, Entry] = {}
        more: str | None = ""
        while more is not None:
            asked = {"list-type": "2", "max-keys": "1000", "prefix": self._folder}
            asked |= {"continuation-token": more} if more else {}
            query = "&".join(f"{name}={escaped(value)}" for name, value in sorted(asked.items()))
            answer = self._do("GET", f"{self._base}?{query}")
            if answer.status == 404:
                raise PublishError(f"there is no bucket {self.shown}", hint="Make it at your host first.")
            if answer.status != 200:
                raise self._refused(answer, "to list its files")
            more = self._take(answer, found)
        return found

    def read(self, path: str, most: int) -> bytes | None:
        """Return the content of an object, None when there is none."""
        answer = self._do("GET", self._at(path))
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise self._refused(answer, f"to show {path}")
        return answer.body[:most]

    def write(self, parcels: Sequence[Parcel]) -> Mapping[str, str]:
        """Put objects in their places."""
        marks = self._each(self._put, parcels)
        return dict(zip((parcel.path for parcel in parcels), marks, strict=True))

    def claim(self, parcel: Parcel, seen: str | None) -> None:
        """Put an object in its place if it is still the one that was seen; stores that know no conditions take it.

        Raises:
            Overtaken: it is another one by now.
        """
        condition = {"If-Match": f'"{seen}"'} if seen else {"If-None-Match": "*"} if seen is None else {}
        try:
            self._put(parcel, condition)
        except _NoConditions:
            self._put(parcel)

    def remove(self, paths: Sequence[str]) -> None:
        """Remove objects."""

        def remove(path: str) -> None:
            answer = self._do("DELETE", self._at(path))
            if not answer.ok and answer.status != 404:
                raise self._refused(answer, f"to remove {path}")

        self._each(remove, paths)

    def mark_of(self, content: bytes) -> str | None:
        """Return what a store says of every object with this content."""
        return hashlib.md5(content, usedforsecurity=False).hexdigest()

    # one step

    def _put(self, parcel: Parcel, condition: Mapping[str, str] | None = None) -> str:
        headers = {"Content-Type": content_type(parcel.path), "Cache-Control": cache_control(parcel.path)}
        answer = self._do("PUT", self._at(parcel.path), headers | dict(condition or {}), parcel.content)
        if condition and answer.status in (409, 412):
            raise Overtaken(self.shown)
        if condition and answer.status in (400, 501):
            raise _NoConditions
        if not answer.ok:
            raise self._refused(answer, f"to take {parcel.path}")
        mark = _mark(answer.headers.get("etag", ""))
        if mark and mark != self.mark_of(parcel.content):
            raise PublishError(f"{self.shown} kept something else than {parcel.path}")
        return mark

    def _do(self, method: str, url: str, headers: Mapping[str, str] | None = None, content: bytes = b"") -> Response:
        def signature() -> Mapping[str, str]:
            return signed(method, url, headers or {}, content, self._key, self._region, utc_now())

        body = {"content": content} if method == "PUT" else {}
        answer = self._ask(method, url, signature, **body)
        if answer.status == 403:
            raise PublishError(
                f"{self.shown} refused: {_reason(answer) or 'you may not do that there'}",
                hint="Look at the key's rights, its region and its secret: `ple portfolio targets secret TARGET`.",
            )
        return answer

    def _take(self, answer: Response, found: dict[str, Entry]) -> str | None:
        """Add the objects of an answer to what is known; return where to go on, None at the end."""
        root = _xml(answer)
        if root is None or not root.tag.endswith("ListBucketResult"):
            raise PublishError(f"{self.shown} answers with something that is no list of files")
        space = root.tag.removesuffix("ListBucketResult")
        for one in root.iter(f"{space}Contents"):
            key, size = one.findtext(f"{space}Key", ""), one.findtext(f"{space}Size", "0")
            path = key.removeprefix(self._folder)
            if key.startswith(self._folder) and path and not path.endswith("/"):
                mark = _mark(one.findtext(f"{space}ETag", ""))
                found[path] = Entry(int(size) if size.isdecimal() else 0, mark)
        if root.findtext(f"{space}IsTruncated", "").strip().lower() != "true":
            return None
        return root.findtext(f"{space}NextContinuationToken") or None

    def _at(self, path: str) -> str:
        return self._base + escaped(self._folder + path, keep="/")


def _mark(etag: str) -> str:
    """Return the hash that an ETag is; that of an object in parts, or one that is encrypted, is none."""
    bare = etag.strip().strip('"').lower()
    return bare if _MD5.fullmatch(bare) else ""


def _xml(answer: Response) -> Element | None:
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root: Element = fromstring(answer.body)
    except (ParseError, DefusedXmlException, ValueError):
        return None
    return root


def _reason(answer: Response) -> str | None:
    from ple.web.text import line

    root = _xml(answer)
    said = root.findtext("Message") if root is not None else None
    return line(said)[:200] if said else None
