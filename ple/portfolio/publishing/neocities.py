"""A site on Neocities, by its API (https://neocities.org/api).

A file is there whole or not at all. The host says the SHA-1 of each, so a publication that was cut sends nothing
twice. Free accounts take only some types of files; those of a portfolio are among them.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence

from ple.portfolio.publishing.address import Address, site_of
from ple.portfolio.publishing.errors import NoSecret, PublishError
from ple.portfolio.publishing.over_http import OverHttp
from ple.portfolio.publishing.place import Entry, Parcel, content_type
from ple.web.client import Client, Response
from ple.web.errors import WebError

_API = "https://neocities.org/api/"


class Neocities(OverHttp):
    """A site on Neocities, as a :class:`~ple.portfolio.publishing.place.Place`."""

    manifest = "ple-portfolio.json"
    batch = 16

    def __init__(self, client: Client, address: Address, secret: str | None) -> None:
        """Go to ``address`` with the API key ``secret``.

        Raises:
            NoSecret: there is no key.
        """
        super().__init__(client)
        self.shown = address.shown
        if not secret:
            raise NoSecret("its API key (at neocities.org, in the settings of your site)", self.shown)
        self._api = address.options.get("api") or _API
        self._site = site_of(address) or ""
        self._headers = {"Authorization": f"Bearer {secret}"}
        self._there: dict[str, Entry] = {}

    def look(self) -> dict[str, Entry]:
        """Return every file of the site."""
        said = self._read("list", self._ask("GET", self._api + "list", self._headers))
        rows = said.get("files")
        if not isinstance(rows, list):
            raise PublishError(f"{self.shown} does not list its files")
        found: dict[str, Entry] = {}
        for row in rows:
            if not row.get("is_directory") and isinstance(row.get("path"), str):
                found[row["path"].lstrip("/")] = Entry(int(row.get("size") or 0), str(row.get("sha1_hash") or ""))
        self._there = dict(found)
        return found

    def read(self, path: str, most: int) -> bytes | None:
        """Return the content of a file as its visitors get it, if it is the one that the host lists."""
        if path not in self._there:
            return None
        answer = self._ask("GET", self._site + path, {})
        if (
            answer.status != 200
            or hashlib.sha1(answer.body, usedforsecurity=False).hexdigest() != self._there[path].mark
        ):
            raise PublishError(
                f"{self._site} does not show the newest {path} yet",
                hint="Wait some minutes: the host is still handing it out to its servers.",
            )
        return answer.body[:most]

    def write(self, parcels: Sequence[Parcel]) -> Mapping[str, str]:
        """Upload files, several with one request."""
        files = {parcel.path: (parcel.path, parcel.content, content_type(parcel.path)) for parcel in parcels}
        self._read("upload", self._ask("POST", self._api + "upload", self._headers, files=files))
        marks = {parcel.path: self.mark_of(parcel.content) for parcel in parcels}
        self._there |= {parcel.path: Entry(len(parcel.content), marks[parcel.path]) for parcel in parcels}
        return marks

    def remove(self, paths: Sequence[str]) -> None:
        """Remove files; a site cannot be without its first page."""
        form = {"filenames[]": [path for path in paths if path != "index.html"]}
        if form["filenames[]"]:
            answer = self._ask("POST", self._api + "delete", self._headers, form=form)
            if answer.status == 400 and b"missing_files" in answer.body and len(paths) > 1:
                for path in paths:  # some are gone already
                    self.remove([path])
            elif not (answer.status == 400 and b"missing_files" in answer.body):
                self._read("delete", answer)

    def mark_of(self, content: bytes) -> str:
        """Return what Neocities says of every file with this content."""
        return hashlib.sha1(content, usedforsecurity=False).hexdigest()

    def _read(self, what: str, answer: Response) -> dict[str, object]:
        if answer.status in (401, 403):
            raise NoSecret("another API key", self.shown)
        try:
            said = json.loads(answer.body)
        except (ValueError, WebError):
            said = None
        if not answer.ok or not isinstance(said, dict) or said.get("result") != "success":
            raise self._refused(answer, f"to {what}")
        return said
