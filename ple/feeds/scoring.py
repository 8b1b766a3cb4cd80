"""A score for what came in, by what this learner reads, stars, saves and highlights; and the reasons, in words.

For each author, feed and title word it is counted how much the learner made of what it brought, against how much it
brought: twice as much as usual is +1, half as much −1 (log2 of smoothed rates). Nothing leaves the library, nothing is
trained, and each point can be said: "you saved 7 from this author".

The diversity line says the other side: what one's sources leave out.
"""

import datetime as dt
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from ple.feeds import entries
from ple.feeds.marks import DROP, TriageRow
from ple.feeds.models import FEED, EntryRow, FeedRow
from ple.library import Link, Reading, Resource, chunks
from ple.library.history import bodies
from ple.library.resource import Activity

REMEMBERED = 4000
"""So many of the newest entries, and of the newest that the learner did something with, are looked at."""
WORTH = {"highlighted": 4.0, "saved": 3.0, "wrote about": 3.0, "starred": 2.0, "read": 1.0, "dropped": -1.0}
"""What doing something with an entry says about it, beside reading it (1)."""
REASONS = 3
"""So many of the strongest count: those that are said."""
_PRIOR = 3.0
_LITTLE = 0.05
_MOST = 3.0
_WORD = re.compile(r"[^\W\d_]{4,30}")
_COMMON = frozenset(
    re.findall(
        r"\S+",
        """
        about after also been before being could does doing done dont each from have here into just like made make many
        more most much need only other over really same should some such than that their them then there these they this
        those through under using very want were what when where which while will with would your yours week weekly news
        today year years part aber alle auch dass dein eine einem einen einer haben mehr nach nicht oder sich sind über
        wird
        """,
    )
)


@dataclass(frozen=True, slots=True)
class Scored:
    """How well something fits the learner: 0 is as any other, +1 twice as well; ``because`` says why, best first."""

    score: float = 0.0
    because: tuple[str, ...] = ()


@dataclass(slots=True)
class Record:
    """What a source brought, and what the learner did with that."""

    brought: int = 0
    did: Counter[str] = field(default_factory=Counter)
    touched: int = 0
    """Of how many of these anything was made."""

    def worth(self) -> float:
        """Return how much the learner made of it."""
        return sum(WORTH[verb] * number for verb, number in self.did.items())


@dataclass(frozen=True, slots=True)
class Feature:
    """Something that entries have in common: an author, a feed, a word of the title."""

    what: str
    name: str


class Taste:
    """What the learner's doings so far say about them."""

    def __init__(self, records: dict[Feature, Record], usual: float) -> None:
        self._records = records
        self._usual = max(usual, 1e-6)
        """What the learner makes of an entry on average."""

    def scored(self, features: Iterable[Feature]) -> Scored:
        """Return the score of an entry that has these features."""
        points: list[tuple[float, str]] = []
        for feature in features:
            record = self._records.get(feature)
            if record is None or not record.did:
                continue
            rate = (max(0.0, record.worth()) + _PRIOR * self._usual) / (record.brought + _PRIOR)
            weight = {"author": 1.0, "feed": 0.7, "word": 0.5}[feature.what]
            # Of thousands that came in before the learner began, little was read: that is the measure for what speaks
            # against something. What speaks for it has to be more than one reading in twenty.
            against, good = math.log2(rate / self._usual), math.log2(rate / max(self._usual, _LITTLE))
            point = weight * max(-_MOST, min(_MOST, good if good > 0 else min(against, 0.0)))
            if abs(point) >= 0.03:
                points.append((point, reason(feature, record, good=point > 0)))
        points.sort(key=lambda each: -abs(each[0]))
        del points[REASONS:]  # nothing counts that is not said
        return Scored(round(sum(point for point, _ in points), 2), tuple(why for _, why in points))

    def scores(self, tx: Reading, ids: Sequence[int]) -> dict[int, Scored]:
        """Return the score of each of these entries."""
        found = {id: self.scored(features) for id, features in _features(tx, ids).items()}
        return {id: found.get(id, Scored()) for id in ids}


def reason(feature: Feature, record: Record, *, good: bool) -> str:
    """Return in words why a feature speaks for an entry, or against it: ``because you saved 7 from this author``."""
    of = {"author": f"from {feature.name}", "word": f"with “{feature.name}” in the title"}.get(
        feature.what, "from this feed"
    )
    if good:
        verb = max((v for v in record.did if WORTH[v] > 0), key=lambda v: WORTH[v] * record.did[v])
        number = record.did[verb]
        return f"because you {verb} {number:,} {of}"
    if record.did["dropped"]:
        return f"though you dropped {record.did['dropped']:,} of {record.brought:,} {of}"
    return f"though you read {record.did['read']:,} of {record.brought:,} {of}"


def learn(tx: Reading) -> Taste:
    """Return what the learner's doings say: about the newest entries, and the newest they did something with."""
    did = doings(tx)
    newest = tx.connection().execute(
        sa.select(col(EntryRow.id))
        .order_by(col(EntryRow.occurred_at).desc(), col(EntryRow.id).desc())
        .limit(REMEMBERED)
    )
    ids = list(dict.fromkeys([*newest.scalars(), *sorted(did, reverse=True)[:REMEMBERED]]))
    records: dict[Feature, Record] = defaultdict(Record)
    worth = 0.0
    for id, features in _features(tx, ids).items():
        verbs = did.get(id, ())
        worth += sum(WORTH[verb] for verb in verbs)
        for feature in features:
            record = records[feature]
            record.brought += 1
            record.did.update(verbs)
            record.touched += bool(verbs)
    kept = {
        feature: record
        for feature, record in records.items()
        if record.did and (feature.what != "word" or record.touched > 1)  # one title is no habit
    }
    return Taste(kept, worth / max(1, len(ids)))


def doings(tx: Reading) -> dict[int, set[str]]:
    """Return what the learner did with which entries, in the words of :data:`WORTH`."""
    found: dict[int, set[str]] = defaultdict(set)

    def note(verb: str, query: sa.Select[Any]) -> None:
        for id in tx.connection().execute(query).scalars():
            if id is not None:
                found[id].add(verb)

    id = col(EntryRow.id)
    note("starred", sa.select(id).where(col(EntryRow.starred_at).is_not(None)))
    note("dropped", sa.select(id).join(TriageRow, col(TriageRow.id) == id).where(col(TriageRow.state) == DROP))
    read = sa.select(id).join(Activity, col(Activity.resource_id) == id).where(col(Activity.verb) == "read")
    note("read", read.distinct())
    linked = sa.select(id).join(Link, col(Link.target_id) == id).join(Resource, col(Resource.id) == col(Link.source_id))
    linked = linked.where(col(Resource.trashed_at).is_(None))
    note("saved", linked.where(col(Link.relation) == "saved-from"))
    note("wrote about", linked.where(col(Link.relation) != "saved-from", col(Resource.kind) == "journal"))
    for kind, table in bodies().items():
        for column in table.columns:
            points = any(key.column.table.name == "resource" for key in column.foreign_keys)
            if kind == "highlight" and column.name != "id" and points:
                note("highlighted", sa.select(id).join(table, column == id))
    return found


def _features(tx: Reading, ids: Iterable[int]) -> dict[int, list[Feature]]:
    found: dict[int, list[Feature]] = {}
    for some in chunks(ids):
        query = sa.select(
            col(EntryRow.id), col(EntryRow.author), col(EntryRow.feed_id), col(EntryRow.title)
        ).where(col(EntryRow.id).in_(some))  # fmt: skip
        for id, author, feed_id, title in tx.connection().execute(query):
            features = [Feature("author", author)] if author else []
            features += [Feature("feed", str(feed_id))] if feed_id is not None else []
            words = dict.fromkeys(word.casefold() for word in _WORD.findall(title[:300]))
            found[id] = features + [Feature("word", word) for word in words if word not in _COMMON]
    return found


# ---- diversity -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Diversity:
    """How many sources a learner's reading really comes from, and what is left out.

    ``sources`` is the number of feeds that, read equally, would be as varied (the exponential of Shannon's entropy).
    """

    line: str
    days: int
    read: int
    feeds: int
    feeds_read: int
    sources: float
    most: tuple[tuple[str, float], ...]
    """The feeds that most of it came from, with their share."""
    unread_folders: tuple[str, ...]
    unread_languages: tuple[str, ...]
    never_read: tuple[str, ...]
    """Feeds that brought something in this time and of which nothing was read, those that brought most first."""


def diversity(tx: Reading, *, now: dt.datetime, days: int = 30) -> Diversity:
    """Return what the reading of these days came from, and what one's sources brought besides."""
    since = now - dt.timedelta(days=days)
    facts: dict[int, Any] = {
        row.id: row
        for row in tx.connection().execute(
            sa.select(
                col(FeedRow.id), col(FeedRow.own_title), col(FeedRow.title), col(FeedRow.url), col(FeedRow.folder),
                col(FeedRow.language),
            )
            .join(Resource, col(Resource.id) == col(FeedRow.id))
            .where(col(Resource.trashed_at).is_(None), col(Resource.kind) == FEED)
        )
    }  # fmt: skip
    counted = sa.select(col(EntryRow.feed_id), sa.func.count(sa.distinct(col(EntryRow.id))))
    counted = counted.group_by(col(EntryRow.feed_id))
    fresh = counted.where(col(EntryRow.seen_at) >= since)
    brought = {id: n for id, n in tx.connection().execute(fresh) if id in facts}
    reading = counted.join(Activity, col(Activity.resource_id) == col(EntryRow.id))
    reading = reading.where(col(Activity.at) >= since, col(Activity.verb) == "read")
    read = {id: n for id, n in tx.connection().execute(reading) if id in facts}
    names = {id: entries.feed_title(row.own_title, row.title, row.url) for id, row in facts.items()}
    total = sum(read.values())
    shares = sorted(((n / total, id) for id, n in read.items()), reverse=True)
    sources = math.exp(-sum(share * math.log(share) for share, _ in shares)) if shares else 0.0
    never = sorted((id for id in facts if brought.get(id) and id not in read), key=lambda id: -brought[id])
    folders = _left_out(facts, read, never, "folder")
    languages = _left_out(facts, read, never, "language")
    found = Diversity(
        "", days, total, len(facts), len(read), round(sources, 1),
        tuple((names[id], round(share, 3)) for share, id in shares[:3]), folders, languages,
        tuple(names[id] for id in never),
    )  # fmt: skip
    return Diversity(_line(found), *(getattr(found, name) for name in Diversity.__slots__ if name != "line"))


def _left_out(facts: Mapping[int, Any], read: Mapping[Any, int], never: list[int], name: str) -> tuple[str, ...]:
    used = {getattr(facts[id], name) for id in read}
    return tuple(dict.fromkeys(said for id in never if (said := getattr(facts[id], name)) and said not in used))


def _line(found: Diversity) -> str:
    if not found.feeds:
        return "You follow no feeds yet."
    if not found.read:
        return f"Nothing read in {found.days} days, of {_plural(found.feeds, 'feed')}."
    few = found.most[:2] if found.feeds_read > 2 else found.most[:1]
    share = round(100 * sum(part for _, part in few))
    parts = [
        f"In {found.days} days you read {found.read:,} from {found.feeds_read} of {_plural(found.feeds, 'feed')}, "
        f"{share} % of it from {' and '.join(name for name, _ in few)}."
    ]
    missed = [*(f"the folder {name}" for name in found.unread_folders[:2])]
    missed += [f"anything in “{name}”" for name in found.unread_languages[:2]]
    missed += found.never_read[: 3 if not missed else 1]
    if missed:
        parts.append(f"Left out: {', '.join(missed)}.")
    return " ".join(parts)


def _plural(number: int, one: str) -> str:
    return f"{number:,} {one if number == 1 else one + 's'}"
