"""Identity: which entry is this, and have we got it already.

Publishers change ids, hosts and titles; the learner must never see the same article twice, nor lose what they marked.

An entry is told apart within its feed by its *key*: the publisher's own id (``guid``), else its link, else its words.
A feed whose ids clash (one id for many articles) falls back to links, and then to words: once, for good, so that no
article comes twice because a rule went to and fro. An entry whose key is not known is compared once more, by link
without scheme and host and by its words, before it counts as new.

Everything here is pure. Raise ``VERSION`` only together with a migration of the stored keys: a rule that changes
quietly brings every old entry back as new.
"""

import datetime as dt
import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ple.feeds.publication import ParsedEntry
from ple.web import addresses

VERSION = 1
OPENING = 400  # characters of a text by which an article is recognised that a site has under new ids
UPROOTED = 3  # articles at least that must come back so before a feed counts as one that has new ids
LEAST_WHOLE = 300  # characters that a text has at least that can be cut off
TEASER = 0.7  # of a text at most is how it begins
LONGEST_KEY = 500  # characters; PostgreSQL indexes take 2,704 bytes
TOLERATED_CLASHES = 0.05  # of a feed's entries (FreshRSS)


class Rule(StrEnum):
    """What tells the entries of a feed apart; only ever changes downwards."""

    GUID = "guid"
    LINK = "link"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class Arrival:
    """An entry that came in, and by what it can be recognised."""

    entry: ParsedEntry
    key: str
    alias: str | None
    content_hash: str
    fingerprint: str
    link_hash: str | None = None
    """Of its whole address, the same in whatever feed it stands."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the library remembers of an entry of the same feed, as far as recognising it goes."""

    id: int
    key: str
    alias: str | None
    content_hash: str
    fingerprint: str
    title: str
    published_at: dt.datetime | None = None
    updated_at: dt.datetime | None = None
    silent_edits: int = 0
    thrown_away: bool = False
    """It is in the trash, or was deleted for good: it is known, so that it does not come in again."""
    opening: str = ""
    """How its text begins; as far as it may be recognised by that."""
    files: frozenset[str] = frozenset()
    """The addresses of its episodes, pictures, films; the same."""


def arrivals(
    entries: Sequence[ParsedEntry], rule: Rule, as_they_were: Mapping[str, Known] | None = None
) -> tuple[Rule, list[Arrival]]:
    """Return ``entries``, the same article only once, with their keys; and the rule that fits this feed from now on.

    Of two that say they are the same, the first stays: publishers list the newest first. What is known of those that
    came as they were, and so were not read, is in ``as_they_were``, by digest.
    """
    known = as_they_were or {}
    entries = [entry for entry in entries if entry.same or _says_something(entry)]
    hashes = [known[entry.digest].content_hash if entry.same else content_hash(entry) for entry in entries]
    links = [addresses.key(entry.url) if entry.url else None for entry in entries]
    guids = [entry.guid for entry in entries]
    rule = fitting(rule, guids, links, hashes)
    # Articles that share an id or a link are told apart by what they do not share: all of them, so that the order in
    # which they come does not matter.
    shared_guids = _shared(zip(guids, (link or words for link, words in zip(links, hashes, strict=True)), strict=True))
    shared_links = _shared(zip(links, hashes, strict=True))
    found: dict[str, Arrival] = {}
    for entry, link, words in zip(entries, links, hashes, strict=True):
        if rule is Rule.GUID and entry.guid:
            name = f"guid:{entry.guid}" + (f" {link or words}" if entry.guid in shared_guids else "")
        elif rule is not Rule.WORDS and link:
            name = f"link:{link}" + (f" {words}" if link in shared_links else "")
        else:
            name = f"words:{words}"
        key = name if len(name) <= LONGEST_KEY else f"hash:{_digest(name)}"
        if key not in found:
            print_ = known[entry.digest].fingerprint if entry.same else fingerprint(entry)
            found[key] = Arrival(entry, key, alias(entry, link), words, print_, _digest(link) if link else None)
    return rule, list(found.values())


def fitting(rule: Rule, guids: Sequence[str | None], links: Sequence[str | None], hashes: Sequence[str]) -> Rule:
    """Return the first rule from ``rule`` downwards under which hardly any different articles share a name."""
    things = [link or words for link, words in zip(links, hashes, strict=True)]
    if rule is Rule.GUID and _clash(guids, things):
        rule = Rule.LINK
    if rule is Rule.LINK and _clash(links, hashes):
        rule = Rule.WORDS
    return rule


def recognise(arrivals: Sequence[Arrival], known: Sequence[Known]) -> list[Known | None]:
    """Return for each arrival the entry that it is, or none if it is new. No entry is claimed twice.

    By key first. What is left is the same if it has the same address, scheme and host apart, and says the same (a site
    that moved; new ids for old articles); or if it has the very same words and time under another address. If nothing
    is known by its key any more, the site was built anew: then it is enough if titles agree, and how texts begin or
    when they came out, as long as that is so of several, and of most.
    """
    found: list[Known | None] = [None] * len(arrivals)
    free = {each.id: each for each in known}

    def claim(
        field: str, agree: Callable[[Arrival, Known], bool], name_of: Callable[[Arrival], str | None] | None = None
    ) -> list[int]:
        named: dict[str, list[Known]] = defaultdict(list)
        claimed = []
        for each in free.values():
            named[getattr(each, field)].append(each)
        for index, arrival in enumerate(arrivals):
            name = name_of(arrival) if name_of else getattr(arrival, field)
            if found[index] is None and name is not None:
                for candidate in named.get(name, ()):
                    if candidate.id in free and agree(arrival, candidate):
                        found[index] = free.pop(candidate.id)
                        claimed.append(index)
                        break
        return claimed

    uprooted = not claim("key", lambda _arrival, _candidate: True) and len(arrivals) >= UPROOTED
    bearers = Counter(arrival.alias for arrival in arrivals)
    borne = Counter(each.alias for each in known)
    claim(
        "alias",
        lambda arrival, candidate: _says_the_same(
            arrival, candidate, alone=bearers[arrival.alias] == 1, borne=borne[arrival.alias]
        ),
    )
    claim("content_hash", lambda arrival, candidate: has_words(arrival.entry) and _same_time(arrival, candidate))
    if uprooted:
        titles = Counter(arrival.entry.title for arrival in arrivals)
        called = Counter(each.title for each in free.values())

        def alone(arrival: Arrival) -> str | None:
            title = arrival.entry.title
            return title if title and titles[title] == 1 and called[title] == 1 else None

        again = claim("title", _was_built_anew, alone)
        if sum(each is not None for each in found) < max(UPROOTED, len(arrivals) / 2):
            for index in again:
                found[index] = None
    return found


def _was_built_anew(arrival: Arrival, known: Known) -> bool:
    before, now = known.published_at, arrival.entry.published_at
    if arrival.alias is not None and arrival.alias == known.alias and begins_alike(arrival.entry.text, known.opening):
        return True
    # Days without an hour, another time zone: nothing that comes out every day is taken for what came the day before.
    return before is not None and now is not None and abs(now - before) < dt.timedelta(hours=23)


def begins_alike(one: str, other: str) -> bool:
    """Say whether two texts begin alike, punctuation and case apart; one may be cut off, with a word or two after that.

    Texts that say nothing are alike.
    """
    first, second = (_SAID_NOTHING.sub("", text[:OPENING].casefold()) for text in (one, other))
    shorter = min(len(first), len(second))
    if not shorter:
        return not first and not second
    beginning = shorter if len(first) == len(second) else max(shorter - 20, 40)
    return first[:beginning] == second[:beginning]


def is_cut_off(now: str, before: str) -> bool:
    """Say whether a text is no more than how the other begins, with a few words after that ("Read more on …")."""
    if len(before) < LEAST_WHOLE or len(now) > TEASER * len(before):
        return False
    first, second = (_SAID_NOTHING.sub("", text.casefold()) for text in (now, before))
    beginning = max(len(first) - 60, 40)
    return len(first) >= 40 and first[:beginning] == second[:beginning]


_SAID_NOTHING = re.compile(r"[\W_]+")


def _says_something(entry: ParsedEntry) -> bool:
    return bool(entry.guid or entry.url or entry.title or entry.text or entry.html or entry.enclosures)


def has_words(entry: ParsedEntry) -> bool:
    """Say whether it has enough words of its own to be recognised by them: "Update" alone is none."""
    return len(entry.title) + len(entry.text) >= 60


def alias(entry: ParsedEntry, link: str | None = None) -> str | None:
    """Return the entry's address without scheme and host, as a short digest; none if that says nothing.

    ``link`` is the key of its address, if that was made already.
    """
    if link is None:
        url = entry.url or (entry.guid if entry.guid and entry.guid.startswith(("http://", "https://")) else None)
        link = addresses.key(url) if url else None
    if not link:
        return None
    path = _HOST.sub("", link).rstrip("/")
    return _digest(path) if path else None


_HOST = re.compile("^https?://[^/?#]*")


def content_hash(entry: ParsedEntry) -> str:
    """Return a digest of what it says: title and text without regard to spaces and case."""
    said = f"{entry.title}\n{entry.text}" if entry.title or entry.text else f"{entry.url}\n{_files(entry)}"
    return _digest(" ".join(said.casefold().split()))


def fingerprint(entry: ParsedEntry) -> str:
    """Return a digest of all that is kept of it except its dates, which some publishers set anew each time."""
    parts = (entry.title, entry.url, entry.author, entry.html, entry.summary, entry.comments_url, _files(entry))
    return _digest("\x1f".join(part or "" for part in parts))


def _files(entry: ParsedEntry) -> str:
    return " ".join(file.url for file in entry.enclosures)


def _says_the_same(arrival: Arrival, known: Known, *, alone: bool, borne: int) -> bool:
    if arrival.content_hash == known.content_hash:
        # A programme that calls and describes all its episodes alike, on one page.
        another = bool(known.files) and known.files.isdisjoint(file.url for file in arrival.entry.enclosures)
        return _same_time(arrival, known) or (alone and borne == 1 and not another)
    # Edited as well. A title is no proof, since "Picture of the day" is another one tomorrow; a time is, unless many
    # entries lead to the one address.
    return alone and known.published_at is not None and _same_time(arrival, known, both=True)


def _same_time(arrival: Arrival, known: Known, *, both: bool = False) -> bool:
    now, before = arrival.entry.published_at, known.published_at
    if now is None or before is None:
        return not both
    return abs(now - before) < dt.timedelta(minutes=1)  # other formats have parts of seconds, or no seconds


def _shared(pairs: Iterable[tuple[str | None, str | None]]) -> set[str]:
    """Return the names that stand for more than one thing."""
    things: dict[str, set[str | None]] = defaultdict(set)
    for name, thing in pairs:
        if name is not None:
            things[name].add(thing)
    return {name for name, its in things.items() if len(its) > 1}


def _clash(names: Sequence[str | None], things: Sequence[str | None]) -> bool:
    shared = _shared(zip(names, things, strict=True))
    clashing = sum(count for name, count in Counter(names).items() if name in shared)
    # Two of a few can be chance, or an edit that left its old form behind; it takes three to be a habit.
    return clashing > 2 and clashing > TOLERATED_CLASHES * len(names)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]
