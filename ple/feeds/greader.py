"""The Google Reader API, as FreshRSS, Miniflux, CommaFeed and others serve it: what is asked and how it answers.

https://feedhq.readthedocs.io/en/latest/api/ describes it best. Numbers of items come in two forms, decimal in lists and
16 hexadecimal digits in contents; both are the same signed 64-bit number. Everything that a server says is checked:
a number that is none, or an address that is no address, is left out.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from ple.feeds.errors import FeedError
from ple.web import addresses
from ple.web.client import Client, Limits, Response
from ple.web.text import line

LIMITS = Limits(size=50_000_000, total=120.0)
PAGE = 1000
MOST_PAGES = 50
BATCH = 200
READ = "user/-/state/com.google/read"
STARRED = "user/-/state/com.google/starred"
READING_LIST = "user/-/state/com.google/reading-list"
LABEL = "user/-/label/"


class SyncFailed(FeedError):
    """A server of feeds did not do what was asked."""

    hint = "Try again later; what was agreed on stays agreed on."


class ItemsUnknown(SyncFailed):
    """A server does not know what it was asked for: so Miniflux answers if none of some items is there."""


class SignInRefused(SyncFailed):
    """The name or the password is not right."""

    hint = "FreshRSS wants its API password, Miniflux that of its Google Reader integration: see its settings."


@dataclass(frozen=True, slots=True)
class RemoteFeed:
    """A subscription there."""

    stream: str
    url: str
    title: str = ""
    folder: str | None = None


@dataclass(frozen=True, slots=True)
class RemoteItem:
    """An entry there: its number, feed, address and title, and whether it is read and starred if that is said."""

    number: int
    stream: str
    url: str
    title: str
    states: frozenset[str] | None = None


class Account:
    """A signed-in account."""

    def __init__(self, client: Client, base: str, auth: str) -> None:
        self._client = client
        self._base = base
        self._headers = {"Authorization": f"GoogleLogin auth={auth}"}
        self._token: str | None = None

    def feeds(self) -> list[RemoteFeed]:
        """Return the subscriptions there that have a web address."""
        said = self._json("subscription/list")
        return list(_feeds(said.get("subscriptions")))

    def subscribe(self, url: str, title: str, folder: str | None) -> None:
        """Follow a feed there."""
        form = {"ac": "subscribe", "s": f"feed/{url}", "t": title}
        self._post("subscription/edit", form | ({"a": LABEL + folder} if folder else {}))

    def unsubscribe(self, stream: str) -> None:
        """Stop following a feed there."""
        self._post("subscription/edit", {"ac": "unsubscribe", "s": stream})

    def numbers(self, stream: str, *, without: str | None = None, since: int | None = None) -> tuple[set[int], bool]:
        """Return the numbers of the items of a stream, and whether these are all there are."""
        found: set[int] = set()
        ask: dict[str, Any] = {"s": stream, "n": PAGE}
        ask |= ({"xt": without} if without else {}) | ({"ot": since} if since is not None else {})
        for _ in range(MOST_PAGES):
            said = self._json("stream/items/ids", **ask)
            before = len(found)
            if "itemRefs" not in said:  # a list that is not there must not count as an empty one
                raise SyncFailed(f"{addresses.display(self._base)} answered something odd")
            refs = said["itemRefs"]
            for ref in refs if isinstance(refs, list) else ():
                number = item_number(ref.get("id") if isinstance(ref, dict) else None)
                if number is not None:
                    found.add(number)
            onward = said.get("continuation")
            if not onward or len(found) == before:  # a server that goes in circles
                return found, True
            ask["c"] = str(onward)
        return found, False

    def items(self, numbers: Sequence[int]) -> Iterator[RemoteItem]:
        """Yield what these items are, as far as they are there."""
        for start in range(0, len(numbers), BATCH):
            some = [f"{number & (1 << 64) - 1:016x}" for number in numbers[start : start + BATCH]]
            form = {"i": [f"tag:google.com,2005:reader/item/{digits}" for digits in some], "output": "json"}
            try:
                said = _object(self._post("stream/items/contents", form))
            except ItemsUnknown:
                continue
            yield from _items(said.get("items"))

    def mark(self, numbers: Sequence[int], *, add: str | None = None, remove: str | None = None) -> None:
        """Add a state to items, or take it away; doing it twice is as good as once."""
        for start in range(0, len(numbers), BATCH):
            form: dict[str, Any] = {"i": [str(number) for number in numbers[start : start + BATCH]]}
            self._post("edit-tag", form | ({"a": add} if add else {}) | ({"r": remove} if remove else {}))

    def _json(self, path: str, **query: Any) -> dict[str, Any]:
        asked = urlencode({"output": "json", **query})
        url = f"{self._base}/reader/api/0/{path}?{asked}"
        return _object(_checked(self._client.get(url, headers=self._headers, limits=LIMITS)))

    def _post(self, path: str, form: dict[str, Any]) -> Response:
        if self._token is None:
            token = self._client.get(f"{self._base}/reader/api/0/token", headers=self._headers, limits=LIMITS)
            self._token = _checked(token).text.strip()[:500]
        url = f"{self._base}/reader/api/0/{path}"
        return _checked(
            self._client.post(url, form={**form, "T": self._token}, headers=self._headers, limits=LIMITS, follow=False)
        )


def sign_in(client: Client, url: str, login: str, password: str) -> tuple[str, Account]:
    """Return where the API is at ``url``, and the account.

    Raises:
        SignInRefused: the name or the password is not right.
        SyncFailed: there is no such API.
        WebError: nobody answers.

    """
    site = addresses.clean(url).partition("?")[0].rstrip("/")
    site = re.sub(r"/(?:reader/api/0|accounts/ClientLogin)$", "", site)
    for base in dict.fromkeys((site, f"{site}/api/greader.php")):
        response = client.post(
            f"{base}/accounts/ClientLogin", form={"Email": login, "Passwd": password}, limits=LIMITS, follow=False
        )
        if response.status in (401, 403):
            raise SignInRefused(f"{addresses.display(base)} refuses the name or the password")
        found = re.search(r"^Auth=(\S{1,2000})\s*$", response.text[:10_000], re.MULTILINE)
        if response.ok and found:
            return base, Account(client, base, found[1])
    raise SyncFailed(
        f"{addresses.display(site)} does not speak the Google Reader API",
        hint="Switch the API on in its settings; FreshRSS has it at …/api/greader.php.",
    )


def item_number(said: Any) -> int | None:
    """Return the number of an item from any of its forms; none if it is no number of 64 bits."""
    text = str(said).strip() if isinstance(said, str | int) and not isinstance(said, bool) else ""
    if found := re.fullmatch(r"(?:tag:google\.com,2005:reader/item/)([0-9a-fA-F]{1,16})", text):
        number = int(found[1], 16)
    elif re.fullmatch(r"-?[0-9]{1,20}", text):
        number = int(text)
    else:
        return None
    if number >= 1 << 63:
        number -= 1 << 64
    return number if -(1 << 63) <= number < 1 << 63 else None


def _feeds(said: Any) -> Iterator[RemoteFeed]:
    for each in said if isinstance(said, list) else ():
        if not isinstance(each, dict) or not isinstance(each.get("id"), str):
            continue
        stream = each["id"]
        url = addresses.resolve(None, str(each.get("url") or stream.removeprefix("feed/")))
        if url is None:
            continue
        labels = each.get("categories")
        names = [
            line(str(label.get("label") or str(label.get("id", "")).rpartition("/label/")[2]))
            for label in (labels if isinstance(labels, list) else ())
            if isinstance(label, dict)
        ]
        yield RemoteFeed(stream[:2000], url, line(str(each.get("title") or ""))[:1000], next(filter(None, names), None))


def _items(said: Any) -> Iterator[RemoteItem]:
    for each in said if isinstance(said, list) else ():
        if not isinstance(each, dict) or (number := item_number(each.get("id"))) is None:
            continue
        origin = each.get("origin")
        stream = str(origin.get("streamId", "")) if isinstance(origin, dict) else ""
        url = ""
        for name in ("canonical", "alternate"):
            links = each.get(name)
            if not url and isinstance(links, list) and links and isinstance(links[0], dict):
                url = addresses.resolve(None, str(links[0].get("href", ""))) or ""
        labels = each.get("categories")
        states = frozenset(_state(label) for label in labels) if isinstance(labels, list) and labels else None
        yield RemoteItem(number, stream[:2000], url, line(str(each.get("title") or ""))[:1000], states)


def _state(said: Any) -> str:
    """Return a state as we write it: some servers have the number of the user in it."""
    return re.sub(r"^user/[^/]{1,100}/", "user/-/", said) if isinstance(said, str) else ""


def _checked(response: Response) -> Response:
    where = addresses.display(response.url).partition("/reader/")[0]
    if response.status in (401, 403):
        raise SignInRefused(f"{where} does not accept the sign-in any more")
    if response.status == 429:
        raise SyncFailed(f"{where} has had enough questions for now", hint="Try again in an hour.")
    if not response.ok:
        kind = ItemsUnknown if response.status in (400, 404) else SyncFailed
        raise kind(f"{where} answered {response.status}")
    return response


def _object(response: Response) -> dict[str, Any]:
    said = response.json()
    if not isinstance(said, dict):
        raise SyncFailed(f"{addresses.display(response.url).partition('/reader/')[0]} answered something odd")
    return said
