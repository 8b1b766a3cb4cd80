"""Taking entries in: the new ones are added, the edited ones changed, for several feeds at once.

A feed also remembers what it *listed*: for each item a digest of it as it came, and the number of the entry that it
became. An item that comes again just as it was is not read again (see :mod:`ple.feeds.parsing`); the entry's row says
by what it is recognised.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from ple.feeds import arrivals, duplicates, identity
from ple.feeds.arrivals import Decision, Edit
from ple.feeds.identity import Arrival, Known, Rule
from ple.feeds.lists import chunks_of
from ple.feeds.models import ENTRY, EntryContentRow, EntryRow, FeedRow
from ple.feeds.publication import ParsedEntry, ParsedFeed
from ple.library import Reading, Resource, Writing, chunks

MOST_LISTED = 1000  # of a feed's items are remembered as they came; a feed that lists more is read in full


class _NotAsItWas(Exception):
    """Something came as it was, but is not to be had as it was."""


@dataclass(slots=True)
class Brought:
    """What came in by one feed."""

    rule: Rule = Rule.GUID
    new: int = 0
    edited: int = 0
    dates: list[dt.datetime] = field(default_factory=list)
    """When the new ones came out."""
    listed: str = ""
    again: bool = False
    """Nothing was done, because something that came as it was is not there as it was: read the feed in full."""


def take_in(tx: Writing, said: Sequence[tuple[FeedRow, ParsedFeed]], now: dt.datetime) -> list[Brought]:
    """Add the new entries of feeds and change the edited ones; return for each what that came to.

    An empty feed changes nothing: publishers have bad days.
    """
    decided = [_decide(tx, feed, parsed.entries) for feed, parsed in said]
    new = [(feed.id, decision.new) for (feed, _), (_, decision) in zip(said, decided, strict=True) if decision]
    ids = iter(_add(tx, new, now))
    for (feed, _), (_, decision) in zip(said, decided, strict=True):
        if decision is not None and not _had_any(feed):
            _adopt(tx, feed, decision)
    _edit(tx, [edit for _, decision in decided if decision for edit in decision.edited])
    brought: list[Brought] = []
    for rule, decision in decided:
        if decision is None:
            brought.append(Brought(again=True))
            continue
        for known, arrival in decision.renamed:
            _rename(tx, known, arrival)
        _date(tx, decision, now)
        there = {arrival.entry.digest: id for arrival, id in zip(decision.new, next(ids), strict=True)}
        there |= {arrival.entry.digest: known.id for known, arrival in decision.same}
        there |= {edit.arrival.entry.digest: edit.known.id for edit in decision.edited}
        dates = [arrivals.occurred_at(arrival, now) for arrival in decision.new]
        brought.append(Brought(rule, len(decision.new), len(decision.edited), dates, _written(there)))
    return brought


# ---- what was listed -----------------------------------------------------------------------------------------------


def listed(said: str) -> dict[str, int]:
    """Return what a feed listed last: the digest of each item, and which entry it became."""
    words = said.split()
    return {digest: int(id) for digest, id in zip(words[::2], words[1::2], strict=False) if id.isdigit()}


def both_listed(before: str, now: str) -> str:
    """Return what was listed before and now, where an answer named only what is new (RFC 3229)."""
    return _written(listed(before) | listed(now))


def _written(listed: Mapping[str, int]) -> str:
    return " ".join(f"{digest} {id}" for digest, id in list(listed.items())[-MOST_LISTED:] if digest)


# ---- deciding ------------------------------------------------------------------------------------------------------


def _decide(tx: Reading, feed: FeedRow, entries: Sequence[ParsedEntry]) -> tuple[Rule, Decision | None]:
    """Return the rule of identity, and what to do; nothing can be said if something is not as it was said to be."""
    before = Rule(feed.identity_rule)
    try:
        there = _as_they_were(tx, feed, entries)
    except _NotAsItWas:
        return before, None
    rule, arrived = identity.arrivals(entries, before, there)
    if any(arrival.entry.same and arrival.key != there[arrival.entry.digest].key for arrival in arrived):
        return before, None  # it goes by another name now: what is known of it must be compared in full
    rest = [arrival for arrival in arrived if not arrival.entry.same]
    known = (_known(tx, feed.id, rest) if _had_any(feed) else _left_over(tx, rest)) if rest else []
    ids = {each.id for each in there.values()}
    return rule, arrivals.decide(arrived, [*there.values(), *(each for each in known if each.id not in ids)])


def _had_any(feed: FeedRow) -> bool:
    return feed.changed_at is not None or feed.fetched_at is not None


_ANY_LEFT = sa.text("SELECT 1 FROM feed_entry WHERE feed_id IS NULL LIMIT 1")


def _left_over(tx: Reading, arrived: Sequence[Arrival]) -> list[Known]:
    """Return what the learner kept of ``arrived`` when the feed was deleted for good: it is followed again."""
    if not tx.connection().execute(_ANY_LEFT).first():
        return []  # mostly: who follows thousands of feeds at once should not pay for it
    by_link = {arrival.link_hash: arrival for arrival in arrived if arrival.link_hash}
    found: dict[int, Known] = {}
    for some in chunks_of(sorted(by_link)):
        found |= _rows(tx, None, col(EntryRow.link_hash), some)
    titles = {(arrival.alias, arrivals.title(arrival.entry).casefold()) for arrival in by_link.values()}
    words = {(arrival.alias, arrival.content_hash) for arrival in by_link.values()}
    return [
        known
        for known in found.values()
        if not known.thrown_away
        and ((known.alias, known.title.casefold()) in titles or (known.alias, known.content_hash) in words)
    ]


def _adopt(tx: Writing, feed: FeedRow, decision: Decision) -> None:
    """Give entries that were left over to the feed that brings them again."""
    pairs = _all_known(decision)
    ids = list(dict.fromkeys(known.id for known, _ in pairs))
    for id in ids:  # no two of a feed have one key, not even for a moment
        tx.update(EntryRow, [id], feed_id=feed.id, feed_title="", key=f"left over: {id}")
    for known, arrival in pairs:
        _rename(tx, known, arrival)


def _all_known(decision: Decision) -> list[tuple[Known, Arrival]]:
    return [*decision.same, *decision.renamed, *((edit.known, edit.arrival) for edit in decision.edited)]


def _date(tx: Writing, decision: Decision, now: dt.datetime) -> None:
    """Give entries their date that came without one, or with one that was still to come: they stand where they belong.

    A date that was one stays: some publishers say a new one at each look.
    """
    for known, arrival in _all_known(decision):
        said = arrival.entry.published_at
        if said is None or said > now or known.thrown_away:
            continue
        if known.published_at is None or known.published_at > now:
            dates = {"published_at": said, "occurred_at": said}
            tx.connection().execute(sa.update(EntryRow).where(col(EntryRow.id) == known.id).values(**dates))
            tx.touch([known.id])


def _as_they_were(tx: Reading, feed: FeedRow, entries: Sequence[ParsedEntry]) -> dict[str, Known]:
    """Return what is known of the entries that came as they were, by digest.

    Raises:
        _NotAsItWas: one of them is there no more.

    """
    if not any(entry.same for entry in entries):
        return {}
    ids = listed(feed.listed)
    wanted = {entry.digest: ids.get(entry.digest, 0) for entry in entries if entry.same}
    found: dict[int, Known] = {}
    for some in chunks(set(wanted.values())):
        found |= _rows(tx, feed.id, col(EntryRow.id), some)
    if not found.keys() >= set(wanted.values()):
        raise _NotAsItWas
    return {digest: found[id] for digest, id in wanted.items()}


def _known(tx: Reading, feed_id: int, arrived: Sequence[Arrival]) -> list[Known]:
    """Return what may be one of ``arrived``: by key, and for the rest by address and by words."""
    found = _lookup(tx, feed_id, col(EntryRow.key), [arrival.key for arrival in arrived])
    keys = {known.key for known in found.values()}
    rest = [arrival for arrival in arrived if arrival.key not in keys]
    if rest:
        found |= _lookup(tx, feed_id, col(EntryRow.alias), [arrival.alias for arrival in rest if arrival.alias])
        found |= _lookup(tx, feed_id, col(EntryRow.content_hash), [arrival.content_hash for arrival in rest])
        if not keys and len(rest) >= identity.UPROOTED:
            found |= _lookup(tx, feed_id, col(EntryRow.title), [arrivals.title(arrival.entry) for arrival in rest])
        found |= _told(tx, [known for known in found.values() if known.key not in keys])
    return list(found.values())


def _told(tx: Reading, known: Sequence[Known]) -> dict[int, Known]:
    """Return entries with how their texts begin, and with their files."""
    found = {each.id: each for each in known}
    for some in chunks(found):
        query = (
            sa.select(
                col(EntryRow.id), col(EntryRow.enclosures),
                sa.func.substr(col(EntryContentRow.text), 1, identity.OPENING),
            )
            .outerjoin(EntryContentRow, col(EntryContentRow.id) == col(EntryRow.id))
            .where(col(EntryRow.id).in_(some))
        )  # fmt: skip
        for id, files, opening in tx.connection().execute(query):
            addresses = frozenset(str(file.get("url", "")) for file in files or ())
            found[id] = replace(found[id], opening=opening or "", files=addresses)
    return found


def _lookup(tx: Reading, feed_id: int, column: Any, names: Iterable[str]) -> dict[int, Known]:
    found: dict[int, Known] = {}
    for some in chunks_of(list(dict.fromkeys(names))):
        found |= _rows(tx, feed_id, column, some)
    return found


def _rows(tx: Reading, feed_id: int | None, column: Any, some: Sequence[Any]) -> dict[int, Known]:
    query = (
        sa.select(
            col(EntryRow.id), col(EntryRow.key), col(EntryRow.alias), col(EntryRow.content_hash),
            col(EntryRow.fingerprint), col(EntryRow.title), col(EntryRow.published_at), col(EntryRow.updated_at),
            col(EntryRow.silent_edits), col(Resource.trashed_at).is_not(None),
        )
        .join(Resource, col(Resource.id) == col(EntryRow.id))
        .where(col(EntryRow.feed_id) == feed_id, column.in_(some))
    )  # fmt: skip
    rows: Any = tx.connection().execute(query)
    return {row[0]: Known(*row) for row in rows}


# ---- adding and changing -------------------------------------------------------------------------------------------

_OWN = ("id", "feed_id", "seen_at", "occurred_at", "published_at", "silent_edits", "feed_title", "same_as", "read_at")
_WORDS = (
    "key", "alias", "content_hash", "fingerprint", "updated_at", "url", "title", "author", "language", "comments_url",
    "image_url", "season", "episode", "chapters_url", "transcript_url", "link_hash", "categories", "enclosures",
)  # fmt: skip
_CONTENT = ("html", "text", "summary")


def _add(tx: Writing, new: Sequence[tuple[int, Sequence[Arrival]]], now: dt.datetime) -> list[list[int]]:
    """Add entries; return their numbers, feed by feed and in the order in which they came."""
    # Publishers list the newest first; numbers are given in the order in which things came out.
    coming = [(feed_id, arrival) for feed_id, arrived in new for arrival in reversed(arrived)]
    ids = tx.register_many(ENTRY, len(coming))
    if not coming:
        return [[] for _ in new]
    copies = duplicates.elsewhere(tx, coming, ids)
    tx.insert_many(
        EntryRow,
        (*_OWN, *_WORDS),
        (
            (
                id, feed_id, now, arrivals.occurred_at(arrival, now), arrival.entry.published_at, 0, "",
                same.id if same else None, same.read_at if same else None, *_words(arrival),
            )
            for id, (feed_id, arrival), same in zip(ids, coming, copies, strict=True)
        ),
    )  # fmt: skip
    content = (
        (id, arrival.entry.html, arrival.entry.text, arrival.entry.summary)
        for id, (_, arrival) in zip(ids, coming, strict=True)
    )
    tx.insert_many(EntryContentRow, ("id", *_CONTENT), content)
    given, at = [], 0
    for _, arrived in new:
        given.append(ids[at : at + len(arrived)][::-1])
        at += len(arrived)
    return given


def _edit(tx: Writing, edited: Sequence[Edit]) -> None:
    if not edited:
        return
    ids = [edit.known.id for edit in edited]
    _remember(tx, ids)
    texts = _texts(tx, ids)
    for edit in edited:
        values = dict(zip(_WORDS, _words(edit.arrival), strict=True))
        if edit.silently:
            values["silent_edits"] = edit.known.silent_edits + 1
        if edit.arrival.entry.published_at is not None:
            values["published_at"] = edit.arrival.entry.published_at
        tx.connection().execute(sa.update(EntryRow).where(col(EntryRow.id) == edit.known.id).values(**values))
        if identity.is_cut_off(edit.arrival.entry.text, texts.get(edit.known.id, "")):
            continue  # the feed gives only beginnings now: what is whole here stays so
        content = {name: getattr(edit.arrival.entry, name) for name in _CONTENT}
        tx.connection().execute(
            sa.update(EntryContentRow).where(col(EntryContentRow.id) == edit.known.id).values(**content)
        )
    tx.touch(edit.known.id for edit in edited)


def _texts(tx: Reading, ids: list[int]) -> dict[int, str]:
    query = sa.select(col(EntryContentRow.id), col(EntryContentRow.text))
    found: dict[int, str] = {}
    for some in chunks(ids):
        rows: Any = tx.connection().execute(query.where(col(EntryContentRow.id).in_(some)))
        found.update(rows.all())
    return found


def _remember(tx: Writing, ids: list[int]) -> None:
    """Keep what entries said that the learner has read or starred: they may remember other words."""
    for some in chunks(ids):
        query = (
            sa.select(col(EntryRow.id), col(EntryRow.title), col(EntryContentRow.html))
            .join(EntryContentRow, col(EntryContentRow.id) == col(EntryRow.id))
            .where(col(EntryRow.id).in_(some))
            .where(col(EntryRow.read_at).is_not(None) | col(EntryRow.starred_at).is_not(None))
        )
        for id, title, html in tx.connection().execute(query).all():
            tx.remember(id, {"title": title, "html": html})


def _rename(tx: Writing, known: Known, arrival: Arrival) -> None:
    tx.connection().execute(
        sa.update(EntryRow).where(col(EntryRow.id) == known.id).values(key=arrival.key, alias=arrival.alias)
    )


def _words(arrival: Arrival) -> tuple[Any, ...]:
    """Return what stands in the columns that :data:`_WORDS` names."""
    entry = arrival.entry
    return (
        arrival.key, arrival.alias, arrival.content_hash, arrival.fingerprint, entry.updated_at, entry.url,
        arrivals.title(entry), entry.author, entry.language, entry.comments_url, entry.image_url, entry.season,
        entry.episode, entry.chapters_url, entry.transcript_url, arrival.link_hash, list(entry.categories),
        [
            {
                "url": file.url, "media_type": file.media_type, "size_bytes": file.size_bytes, "title": file.title,
                "seconds": file.seconds,
            }
            for file in entry.enclosures
        ],
    )  # fmt: skip
