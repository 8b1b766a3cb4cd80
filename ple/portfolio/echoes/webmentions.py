"""Webmentions: telling pages that a work links to them, when asked to, and what others told us.

One is sent for each link, and again when the page changed or the link is gone; never to this computer or its network
from a public site, wherever a page or its receiver may lead.
"""

import hashlib
from collections.abc import Iterator
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlmodel import col, select

from ple.library import InvalidInput, Library, NotFound
from ple.portfolio.echoes.discovery import endpoint_in_header, endpoint_in_page, links_of, words_of
from ple.portfolio.echoes.jf2 import read_jf2
from ple.portfolio.echoes.models import Response, ResponseRow, Sent, Webmention, WebmentionRow
from ple.portfolio.portfolio import Portfolio
from ple.portfolio.publishing.models import PublicationRow
from ple.portfolio.values import Visibility
from ple.settings.secrets import Secrets
from ple.web.client import Client, Limits
from ple.web.errors import WebError

_LIMITS = Limits(connect=10, read=15, total=30, size=3_000_000)
_IO = "https://webmention.io/api/mentions.jf2"
SECRET = "webmention.io"  # noqa: S105 - its name
_MOST_PAGES = 50


class Webmentions:
    """Webmentions sent and received. It may be shared by threads."""

    def __init__(self, library: Library, portfolio: Portfolio, client: Client, secrets: Secrets) -> None:
        self._library = library
        self._portfolio = portfolio
        self._client = client
        self._secrets = secrets

    # sending

    def due(self) -> list[Webmention]:
        """Return what would be sent now: for each link in a published public work, if it is new or its page changed.

        A link that is gone, or whose work is, is due too: its receiver is told, and finds that it is gone.
        """
        url = self._site()
        known = self._known()
        found = []
        linked: set[tuple[str, str]] = set()
        for id, address in self._published(url):
            page, fingerprint = self._page(address)
            for target in links_of(page, url):
                linked.add((url + address, target))
                row = known.get((url + address, target))
                if row is None or row.fingerprint != fingerprint or row.state in (Sent.FAILED, Sent.WITHDRAWN):
                    found.append(Webmention(id, url + address, target, "due", None, "", row.sent_at if row else None))
        for key, row in known.items():
            if key not in linked and row.state == Sent.TAKEN:
                said = "the link is gone"
                found.append(Webmention(row.artifact_id, *key, "withdraw", row.endpoint, said, row.sent_at))
        return found

    def send(self, due: list[Webmention] | None = None) -> Iterator[Webmention]:
        """Send what is due, or what of it is given; yield each as it went. What failed is due again."""
        for one in self.due() if due is None else due:
            state, endpoint, said = self._send(one)
            if one.state == "withdraw" and state is Sent.TAKEN:
                state = Sent.WITHDRAWN
            address = one.source.removeprefix(self._site())
            fingerprint = self._page(address)[1] if one.state == "due" else ""
            row = WebmentionRow(source=one.source, target=one.target, artifact_id=one.artifact, endpoint=endpoint)
            row.fingerprint, row.state, row.said = fingerprint, state.value, said
            with self._library.writing() as tx:
                tx.merge(row)
                if state is Sent.TAKEN:
                    tx.note("mentioned", one.artifact, target=one.target)
            yield Webmention(one.artifact, one.source, one.target, state.value, endpoint, said, row.sent_at)

    def sent(self) -> list[Webmention]:
        """Return what was sent, the newest first."""
        rows = sorted(self._known().values(), key=lambda row: row.sent_at, reverse=True)
        return [
            Webmention(r.artifact_id, r.source, r.target, r.state, r.endpoint, r.said, r.sent_at) for r in rows
        ]  # fmt: skip

    def _send(self, one: Webmention) -> tuple[Sent, str | None, str]:
        try:
            endpoint = one.endpoint or self._endpoint(one)
            if endpoint is None:
                return Sent.NOBODY, None, "the page names nobody who receives Webmentions"
            form = {"source": one.source, "target": one.target}
            answer = self._client.post(endpoint, form=form, limits=_LIMITS, origin=one.target)
        except WebError as error:
            return Sent.FAILED, one.endpoint, str(error)
        if answer.ok:
            where = answer.headers.get("location")
            return Sent.TAKEN, endpoint, f"taken; {where}" if where else "taken"
        return Sent.FAILED, endpoint, f"{urlsplit(endpoint).hostname} answered {answer.status}"

    def _endpoint(self, one: Webmention) -> str | None:
        answer = self._client.get(
            one.target, headers={"Accept": "text/html, */*;q=0.1"}, limits=_LIMITS, origin=one.source
        )
        if not answer.ok:
            return None
        found = endpoint_in_header(answer.headers.get("link", ""), answer.url)
        if found is None and answer.content_type in ("text/html", "application/xhtml+xml", ""):
            found = endpoint_in_page(answer.text, answer.url)
        return found

    # receiving

    def receive(self, content: bytes) -> tuple[int, int, int]:
        """Take in Webmentions as webmention.io lists them; return how many are new, known, and of no use.

        Nothing of them is shown before it is allowed.

        Raises:
            InvalidInput: it is no such list.
        """
        heard, useless = read_jf2(content)
        url = self._site()
        works = {url + str(one.address): one.id for one in self._portfolio.artifacts() if one.address}
        new = known = 0
        with self._library.writing() as tx:
            sources = set(tx.exec(select(ResponseRow.source)).all())
            for one in heard:
                target = one.target.partition("#")[0].partition("?")[0].removesuffix("index.html")
                id = works.get(target) or works.get(target.rstrip("/") + "/")
                if id is None:
                    useless += 1
                    continue
                if one.source in sources:
                    known += 1
                    continue
                sources.add(one.source)
                row = ResponseRow(artifact_id=id, source=one.source, kind=one.kind, author=one.author, text=one.text)
                row.author_url, row.said_at = one.author_url, one.said_at
                tx.add(row)
                new += 1
        return new, known, useless

    def fetch(self, address: str = _IO) -> tuple[int, int, int]:
        """Ask webmention.io for what it received, with the token that is kept for it; see :meth:`receive`.

        Raises:
            InvalidInput: no token is kept.
            WebError: it cannot be asked.
        """
        token = self._secrets.get(SECRET)
        if not token:
            raise InvalidInput(
                "no token of webmention.io is kept", hint="Say it with `ple portfolio mentions token`; it is not shown."
            )
        total = [0, 0, 0]
        for page in range(_MOST_PAGES):
            # the API takes its token in the address alone; it goes nowhere else, and no error of ours shows a query
            answer = self._client.get(f"{address}?per-page=100&page={page}&token={token}", limits=_LIMITS)
            if not answer.ok:
                raise InvalidInput(f"webmention.io answered {answer.status}", hint="Look at the token.")
            counts = self.receive(answer.body)
            total = [one + other for one, other in zip(total, counts, strict=True)]
            if sum(counts) < 100:
                break
        return total[0], total[1], total[2]

    def responses(self) -> list[Response]:
        """Return what was received, the newest first."""
        titles = {one.id: one.title for one in self._portfolio.artifacts()}
        with self._library.reading() as tx:
            rows = tx.exec(select(ResponseRow).order_by(col(ResponseRow.id).desc())).all()
        return [
            Response(
                row.id or 0, row.artifact_id, titles.get(row.artifact_id, ""), row.kind, row.author, row.author_url,
                row.source, row.text, row.said_at, row.shown,
            )
            for row in rows
        ]  # fmt: skip

    def allow(self, id: int, shown: bool = True) -> Response:
        """Let a response be on its work's page from the next build on, or not any more.

        Raises:
            NotFound: there is none by this number.
        """
        with self._library.writing() as tx:
            row = tx.get(ResponseRow, id)
            if row is None:
                raise NotFound(id, "response", hint="`ple portfolio mentions list` shows them.")
            row.shown = shown
        return next(one for one in self.responses() if one.id == id)

    def remove(self, id: int) -> None:
        """Forget a response; it does not come in again unless it is asked for anew.

        Raises:
            NotFound: there is none by this number.
        """
        self.allow(id, False)
        with self._library.writing() as tx:
            tx.connection().execute(sa.delete(ResponseRow).where(col(ResponseRow.id) == id))

    # behind the door

    def _site(self) -> str:
        url = self._portfolio.settings().url
        if not url:
            raise InvalidInput(
                "the site has no address yet, so nobody can find the page that links to them",
                hint="Say it: `ple portfolio init --url https://…`, and publish.",
            )
        return url

    def _published(self, url: str) -> list[tuple[int, str]]:
        """Return number and address of each public work that stands on a host."""
        with self._library.reading() as tx:
            live = select(PublicationRow.resource_id).where(col(PublicationRow.withdrawn_at).is_(None))
            there = set(tx.exec(live).all())
        works = self._portfolio.artifacts(visibility=Visibility.PUBLIC)
        return [(one.id, one.address) for one in works if one.id in there and one.address]

    def _page(self, address: str) -> tuple[str, str]:
        """Return a page as it was built, and a hash of what it says."""
        try:
            said = (self._portfolio.folder / address / "index.html").read_bytes().decode("utf-8", "replace")
        except OSError:
            return "", ""
        return said, hashlib.sha256(words_of(said).encode("utf-8", "replace")).hexdigest()

    def _known(self) -> dict[tuple[str, str], WebmentionRow]:
        with self._library.reading() as tx:
            return {(row.source, row.target): row for row in tx.exec(select(WebmentionRow)).all()}
