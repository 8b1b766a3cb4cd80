"""A site on Netlify, or a host that speaks its API: a deploy says the SHA-1 of every file and sends those not known.

The host changes from one deploy to the next, so visitors see the old site or the new one.
"""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from ple.portfolio.build import name_of
from ple.portfolio.publishing import manifest as manifests
from ple.portfolio.publishing.address import Address
from ple.portfolio.publishing.changes import Changes, Here, changes
from ple.portfolio.publishing.errors import ForeignFiles, NoSecret
from ple.portfolio.publishing.manifest import Line, Manifest
from ple.portfolio.publishing.over_http import OverHttp
from ple.portfolio.publishing.place import Entry, Told
from ple.web.client import Client, Response

_API = "https://api.netlify.com/api/v1/"
MANIFEST = "ple-portfolio.json"


class Netlify(OverHttp):
    """A site that changes with each deploy."""

    def __init__(self, client: Client, address: Address, secret: str | None) -> None:
        """Go to the site that ``address`` names, with the personal access token ``secret``.

        Raises:
            NoSecret: there is no token.
        """
        super().__init__(client)
        self.shown = address.shown
        if not secret:
            raise NoSecret("a personal access token (at app.netlify.com, User settings, Applications)", self.shown)
        self._api = address.options.get("api") or _API
        self._site = quote(address.host, safe="")
        self._headers = {"Authorization": f"Bearer {secret}"}
        self._there: dict[str, Entry] = {}

    def compare(self, here: Mapping[str, Here], site: str, *, adopt: bool) -> Changes:
        """Return what a deploy would change.

        Raises:
            ForeignFiles: somebody else's files are there, and ``adopt`` does not say that this is meant.
            PublishError: the host cannot be asked.
        """
        rows = self._read("GET", f"sites/{self._site}/files", "to list its files")
        there = {
            str(row["path"]).lstrip("/"): Entry(int(row.get("size") or 0), str(row.get("sha") or "")) for row in rows
        }
        self._there = there
        known = self._manifest(here, there, site)
        found = changes(here, there, known, MANIFEST)
        if not adopt and (others := found.replaced if known else (*found.foreign, *found.replaced)):
            raise ForeignFiles(self.shown, others)
        return found

    def deploy(
        self,
        here: Mapping[str, Here],
        found: Changes,
        site: str,
        content: Callable[[str], bytes],
        told: Told | None,
        by: str = "",
    ) -> str:
        """Make the site what ``found`` says, and return the number of the deploy."""
        listed = manifests.written(
            Manifest(site, {name_of(p): Line(h.digest, h.size, h.mark or "") for p, h in here.items()}, by)
        )
        digests = {f"/{path}": file.mark or "" for path, file in here.items()}
        digests |= {f"/{path}": self._there[path].mark for path in (*found.foreign, *found.kept)}
        digests[f"/{MANIFEST}"] = sha1(listed)
        deploy = self._read("POST", f"sites/{self._site}/deploys", "a deploy", json={"files": digests})
        required = set(deploy.get("required") or ())
        todo = [path for path, digest in digests.items() if digest in required]
        for done, path in enumerate(todo, 1):
            said = listed if path == f"/{MANIFEST}" else content(path[1:])
            headers = {"Content-Type": "application/octet-stream"}
            self._read("PUT", f"deploys/{deploy['id']}/files{quote(path)}", f"to take {path}", headers, content=said)
            if told:
                told(done, len(todo))
        return str(deploy["id"])

    def _manifest(self, here: Mapping[str, Here], there: Mapping[str, Entry], site: str) -> Manifest | None:
        """Return what of the files there is ours.

        The API has no way to read a file, but says its hash; whatever was deployed together with a list of ours, by us.
        """
        if MANIFEST not in there:
            return None
        answer = self._ask("GET", f"{self._api}sites/{self._site}", self._headers)
        url = str(answer.json().get("ssl_url") or answer.json().get("url") or "") if answer.ok else ""
        shown = self._ask("GET", f"{url.rstrip('/')}/{MANIFEST}", {}) if url else None
        if shown is None or not shown.ok or sha1(shown.body) != there[MANIFEST].mark:
            return None
        try:
            found = manifests.read(shown.body)
        except manifests.Unreadable:
            return None
        return found if found.site == site else None

    def _read(self, method: str, path: str, what: str, headers: Mapping[str, str] | None = None, **body: Any) -> Any:
        answer: Response = self._ask(method, self._api + path, {**self._headers, **(headers or {})}, **body)
        if answer.status in (401, 403):
            raise NoSecret("another token", self.shown)
        if not answer.ok:
            raise self._refused(answer, what)
        return answer.json() if answer.body else {}


def sha1(content: bytes) -> str:
    """Return the hash by which Netlify knows a content."""
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()
