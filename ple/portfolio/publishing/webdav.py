"""A folder on a WebDAV server (RFC 4918), as Nextcloud, ownCloud and many schools give it.

A file goes under a name that nothing links to and is moved into place; where a server cannot move, it is put there
directly.
"""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from urllib.parse import quote, unquote, urlsplit
from xml.etree.ElementTree import Element, ParseError

from ple.portfolio.build import name_of
from ple.portfolio.publishing.address import Address, web_address
from ple.portfolio.publishing.errors import PublishError
from ple.portfolio.publishing.over_http import OverHttp
from ple.portfolio.publishing.place import PART, Entry, Parcel, above, content_type, folder_of
from ple.web import addresses
from ple.web.client import Client, Response

_ASK = (
    b'<?xml version="1.0" encoding="utf-8"?><propfind xmlns="DAV:"><prop><resourcetype/><getcontentlength/><getetag/>'
    b"<getlastmodified/></prop></propfind>"
)
_CANNOT_MOVE = frozenset({403, 405, 501, 502})


class WebDav(OverHttp):
    """A folder on a WebDAV server, as a :class:`~ple.portfolio.publishing.place.Place`."""

    manifest = ".ple-portfolio.json"

    def __init__(self, client: Client, address: Address, secret: str | None) -> None:
        """Go to ``address`` with the password ``secret``.

        Raises:
            PublishError: a password would travel where others can read it.
        """
        super().__init__(client)
        self.shown = address.shown
        self._base = web_address(address)
        self._headers: dict[str, str] = {}
        if address.user:
            if address.kind == "dav" and not addresses.is_local_name(address.host):
                raise PublishError(
                    f"a password would travel to {address.host} for everybody to read",
                    hint="Write davs:// in place of dav://.",
                )
            pair = f"{address.user}:{secret or ''}"
            self._headers["Authorization"] = "Basic " + b64encode(pair.encode()).decode()
        self._folders: set[str] = set()
        self._moves = True

    def look(self) -> dict[str, Entry]:
        """Return every file below the folder: in one question, or folder by folder where that is not answered."""
        self._folders = set()
        found: dict[str, Entry] = {}
        answer = self._list("", "infinity")
        if answer.status == 404:
            return {}
        if answer.status == 207:
            self._take(answer, found)
            return found
        self._walk(found)
        return found

    def read(self, path: str, most: int) -> bytes | None:
        """Return the content of a file, None when there is none."""
        answer = self._ask("GET", self._at(path), self._headers)
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise self._refused(answer, f"to show {path}")
        return answer.body[:most]

    def write(self, parcels: Sequence[Parcel]) -> Mapping[str, str]:
        """Put files in their places, and return the marks that the server says with its answers."""
        for folder in sorted(above(parcel.path for parcel in parcels) | {""}, key=len):
            self._make_folder(folder)
        marks = self._each(self._put, parcels)
        return dict(zip((parcel.path for parcel in parcels), marks, strict=True))

    def remove(self, paths: Sequence[str]) -> None:
        """Remove files, and the folders that are empty then.

        A folder is only removed when the server lists nothing in it: DELETE takes all that is inside along.
        """
        self._each(self._delete, paths)
        for folder in sorted(above(paths), key=len, reverse=True):
            answer = self._list(folder, "1")
            inside: dict[str, Entry] = {}
            before = set(self._folders)
            if answer.status == 207:
                self._take(answer, inside)
                if not inside and not any(one.startswith(folder) and one != folder for one in self._folders):
                    self._delete(folder)
                    before.discard(folder)
            self._folders = before

    def mark_of(self, content: bytes) -> str | None:
        """Return None: what WebDAV servers say of a file is not a hash of it."""
        return None

    # one step

    def _walk(self, found: dict[str, Entry]) -> None:
        seen: set[str] = set()
        waiting = [""]
        while waiting:
            seen.update(waiting)
            answers = self._each(lambda folder: self._list(folder, "1"), waiting)
            for folder, one in zip(waiting, answers, strict=True):
                if one.status == 404:
                    continue
                if one.status != 207:
                    raise self._refused(one, "to list its files")
                self._folders.add(folder)
                self._take(one, found)
            waiting = sorted(self._folders - seen)

    def _put(self, parcel: Parcel) -> str:
        at = self._at(parcel.path)
        headers = self._headers | {"Content-Type": content_type(parcel.path)}
        if self._moves:
            part = self._at(folder_of(parcel.path) + PART + name_of(parcel.path)[:12])
            answer = self._ask("PUT", part, headers, content=parcel.content)
            if not answer.ok:
                raise self._refused(answer, f"to take {parcel.path}")
            moved = self._ask("MOVE", part, self._headers | {"Destination": at, "Overwrite": "T"})
            if moved.ok:
                return ""  # what the file is marked with from now on is seen when it is listed
            if moved.status not in _CANNOT_MOVE:
                raise self._refused(moved, f"to put {parcel.path} in its place")
            self._moves = False
            self._ask("DELETE", part, self._headers)
        answer = self._ask("PUT", at, headers, content=parcel.content)
        if not answer.ok:
            raise self._refused(answer, f"to take {parcel.path}")
        return ""

    def _make_folder(self, folder: str) -> None:
        if folder in self._folders:
            return
        answer = self._ask("MKCOL", self._at(folder), self._headers)
        if answer.status == 409 and folder == "":
            self._make_way()
        elif not answer.ok and answer.status not in (405, 301, 302):  # 405: it is there already
            raise self._refused(answer, f"to make the folder {folder or 'of the site'}")
        self._folders.add(folder)

    def _make_way(self) -> None:
        """Make the folders that the site's own folder is in."""
        parts = urlsplit(self._base)
        names = [name for name in parts.path.split("/") if name]
        for depth in range(1, len(names) + 1):
            url = f"{parts.scheme}://{parts.netloc}/{'/'.join(names[:depth])}/"
            answer = self._ask("MKCOL", url, self._headers)
            if depth == len(names) and not answer.ok and answer.status != 405:
                raise self._refused(answer, "to make the folder of the site")

    def _delete(self, path: str) -> None:
        answer = self._ask("DELETE", self._at(path), self._headers)
        if not answer.ok and answer.status not in (404, 410):
            raise self._refused(answer, f"to remove {path}")

    def _list(self, folder: str, depth: str) -> Response:
        headers = self._headers | {"Depth": depth, "Content-Type": "application/xml; charset=utf-8"}
        answer = self._ask("PROPFIND", self._at(folder), headers, content=_ASK)
        if answer.status == 401:
            raise self._refused(answer, "to list its files")
        return answer

    def _take(self, answer: Response, found: dict[str, Entry]) -> None:
        """Add the files and folders of an answer to what is known."""
        from defusedxml.common import DefusedXmlException
        from defusedxml.ElementTree import fromstring

        try:
            root: Element = fromstring(answer.body)
        except (ParseError, DefusedXmlException, ValueError) as error:
            raise PublishError(f"{self.shown} answers with something that is no WebDAV") from error
        base = unquote(urlsplit(self._base).path)
        for one in root.iter("{DAV:}response"):
            path = unquote(urlsplit(one.findtext("{DAV:}href", "")).path)
            if not (path + "/").startswith(base) or path.rstrip("/") == base.rstrip("/"):
                continue
            path = path.removeprefix(base)
            if one.find(".//{DAV:}resourcetype/{DAV:}collection") is not None:
                self._folders.add(path.rstrip("/") + "/")
                continue
            size = one.findtext(".//{DAV:}getcontentlength") or "0"
            mark = one.findtext(".//{DAV:}getetag") or one.findtext(".//{DAV:}getlastmodified") or ""
            found[path] = Entry(int(size) if size.isdecimal() else 0, mark.strip())

    def _at(self, path: str) -> str:
        return self._base + quote(path)
