"""Networks on which a work can be announced, each by its documented API. They know nothing of the library.

Mastodon: https://docs.joinmastodon.org/methods/statuses/ · Micropub: https://www.w3.org/TR/micropub/ ·
WordPress: https://developer.wordpress.org/rest-api/reference/posts/
"""

import re
from base64 import b64encode
from typing import Any, Protocol

from ple.library.errors import PleError
from ple.portfolio.echoes.models import Announcement
from ple.web.client import Client, Limits, Response
from ple.web.errors import WebError

_LIMITS = Limits(connect=10, read=30, total=60, size=5_000_000, redirects=3)
_MASTODON_URL = 23
"""What every link counts on Mastodon, however long it is."""
KINDS = ("mastodon", "micropub", "wordpress")


class AnnounceError(PleError):
    """The work could not be announced."""

    hint = "Look whether it arrived; then announce it again: the same announcement is not sent twice."


class Network(Protocol):
    """A network on which works are announced."""

    def limit(self) -> int | None:
        """Return how many characters an announcement may have, None when there is no limit."""
        ...

    def announce(self, what: Announcement, key: str) -> str:
        """Send it and return where it can be read. The same ``key`` again is the same announcement.

        Raises:
            AnnounceError: it was refused, or nobody knows whether it arrived.
        """
        ...


class Mastodon:
    """A server of Mastodon, or one that speaks its API; ``token`` may write statuses."""

    def __init__(self, client: Client, address: str, user: str, token: str) -> None:
        self._client = client
        self._address = address.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"}

    def limit(self) -> int | None:
        """Ask the server, which says; most say 500."""
        answer = _ask(self._client, "GET", f"{self._address}/api/v2/instance", self._headers)
        try:
            return int(answer.json()["configuration"]["statuses"]["max_characters"])
        except (KeyError, TypeError, ValueError, WebError):
            return 500

    def announce(self, what: Announcement, key: str) -> str:
        """Post a status; the key keeps a second try from being a second status."""
        headers = self._headers | {"Idempotency-Key": key}
        form = {"status": what.text, "visibility": "public"}
        answer = _ask(self._client, "POST", f"{self._address}/api/v1/statuses", headers, form=form)
        said = _said(answer, self._address)
        return _url(said.get("url") or said.get("uri"), self._address)


class Micropub:
    """A site with a Micropub endpoint; ``token`` may create posts."""

    def __init__(self, client: Client, address: str, user: str, token: str) -> None:
        self._client = client
        self._address = address
        self._headers = {"Authorization": f"Bearer {token}"}

    def limit(self) -> int | None:
        """Return None: a site of one's own has no limit."""
        return None

    def announce(self, what: Announcement, key: str) -> str:
        """Create a post, at the endpoint that the site names (or at the address itself)."""
        from ple.portfolio.echoes.discovery import named_in_header, named_in_page

        found = _ask(self._client, "GET", self._address, {"Accept": "text/html"})
        endpoint = named_in_header("micropub", found.headers.get("link", ""), found.url) if found.ok else None
        if endpoint is None and found.ok and found.content_type == "text/html":
            endpoint = named_in_page("micropub", found.text, found.url)
        properties: dict[str, list[str]] = {"content": [what.text], "category": list(what.tags), "uid": [key]}
        post = {"type": ["h-entry"], "properties": properties}
        answer = _ask(self._client, "POST", endpoint or self._address, self._headers, json=post, origin=self._address)
        if not answer.ok:
            raise _refused(answer, self._address)
        return _url(answer.headers.get("location"), self._address)


class WordPress:
    """A WordPress site; ``token`` is an application password of ``user``."""

    def __init__(self, client: Client, address: str, user: str, token: str) -> None:
        self._client = client
        self._address = address.rstrip("/")
        self._headers = {"Authorization": "Basic " + b64encode(f"{user}:{token}".encode()).decode()}

    def limit(self) -> int | None:
        """Return None: a site of one's own has no limit."""
        return None

    def announce(self, what: Announcement, key: str) -> str:
        """Create a post, unless one with this key is there already: WordPress knows no idempotency key, but slugs."""
        posts, slug = f"{self._address}/wp-json/wp/v2/posts", f"ple-{key[:13]}"
        there = _ask(self._client, "GET", f"{posts}?slug={slug}&status=publish", self._headers)
        rows = there.json() if there.ok else []
        if isinstance(rows, list) and rows and isinstance(rows[0], dict):
            return _url(rows[0].get("link"), self._address)
        paragraphs = "".join(f"<p>{_linked(part)}</p>" for part in what.text.split("\n\n"))
        post = {"title": what.title, "content": paragraphs, "status": "publish", "slug": slug}
        said = _said(_ask(self._client, "POST", posts, self._headers, json=post), self._address)
        return _url(said.get("link"), self._address)


def network(kind: str, client: Client, address: str, user: str, token: str) -> Network:
    """Return the network of a kind."""
    made: dict[str, Any] = {"mastodon": Mastodon, "micropub": Micropub, "wordpress": WordPress}
    found: Network = made[kind](client, address, user, token)
    return found


def length(text: str) -> int:
    """Return how long a text is where links count what they count on Mastodon."""
    return len(re.sub(r"https?://\S+", "x" * _MASTODON_URL, text))


def _ask(client: Client, method: str, url: str, headers: dict[str, str], **body: Any) -> Response:
    try:
        return client.request(method, url, headers=headers, limits=_LIMITS, **body)
    except WebError as error:
        raise AnnounceError(str(error)) from error


def _said(answer: Response, address: str) -> dict[str, Any]:
    if not answer.ok:
        raise _refused(answer, address)
    try:
        said = answer.json()
    except WebError as error:
        raise AnnounceError(str(error)) from error
    if not isinstance(said, dict):
        raise AnnounceError(f"{address} answered with something else than its API promises")
    return said


def _refused(answer: Response, address: str) -> AnnounceError:
    from ple.web.text import line

    why = {401: "it does not know you, or the token has ended", 403: "the token may not do that"}.get(answer.status)
    try:
        said = answer.json()
        words = (
            said.get("error_description") or said.get("message") or said.get("error") if isinstance(said, dict) else ""
        )
    except WebError:
        words = ""
    more = f" ({line(str(words))[:200]})" if words else ""
    return AnnounceError(
        f"{address} refused: {why or f'it answered {answer.status}'}{more}", hint="Nothing was announced."
    )


def _url(said: Any, address: str) -> str:
    from ple.web import addresses

    found = addresses.resolve(address, str(said)) if said else None
    if found is None or not found.startswith(("http://", "https://")):
        raise AnnounceError(f"{address} took it, and does not say where it is")
    return found


def _linked(text: str) -> str:
    from html import escape

    return re.sub(r"(https?://[^\s<]+)", r'<a href="\1">\1</a>', escape(text))
