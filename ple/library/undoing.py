"""Taking changes back, and doing again what was taken back; by which window of which process it was done.

A deed is followed backwards as a new change, which notes the way back again: that is how it is done once more. So there
are chains: done, taken back, done again, each a row of ``deed`` that names the next one. A row that names itself has
been taken back and may be done again, until something new is done; what is done in passing is nothing new.

The newest change is not always the one that is meant: two windows are open on one library, and each takes back its
own. What another one did to the same things since is never overwritten; it is named, and has to go first.
"""

from __future__ import annotations

import datetime as dt
import threading
from abc import ABC, abstractmethod
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import SQLModel, col

from ple.library.errors import NothingToUndo, PleError
from ple.library.history import PASSING, read_value
from ple.library.resource import Deed, Resource
from ple.library.tables import every

if TYPE_CHECKING:
    from ple.library.transaction import Reading, Writing

FAR = 200
"""How many steps a list shows at most."""


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back or done again, or can be."""

    label: str
    at: dt.datetime
    """When it had been done, in UTC."""
    change: int = 0
    """The number of the change."""


class NothingToRedo(PleError):
    """Nothing that was taken back can be done again."""

    hint = "What was taken back can be done again until something new is done."


class DoneElsewhere(NothingToUndo):
    """Nothing is left that was done here; what was done elsewhere is taken back when it is named."""

    def __init__(self, step: Undone) -> None:
        super().__init__(f"there is nothing more to take back that was done here; {step.label} was done elsewhere")
        self.step = step


class ChangedSince(PleError):
    """The same things were changed again since, elsewhere, and that stands."""

    def __init__(self, label: str, since: Undone, *, stands: bool) -> None:
        super().__init__(
            f"{label}: this cannot go alone, since the same was changed after it ({since.label})",
            hint="Take that back first." if stands else "Do again first what was taken back after it.",
        )
        self.label = label
        self.step = since if stands else None
        """What has to be taken back first; None where it was a taking back itself."""


@dataclass(slots=True)
class _Whole:
    """What is done in several transactions, and taken back as one."""

    label: str
    change: int = 0
    """The number of the last of them."""


class Undoing(ABC):
    """What a library can do about the changes that were made to it."""

    def __init__(self) -> None:
        self._own: dict[int, dt.datetime] = {}
        """The numbers of what was done through this library, with their times: after a restore, numbers run again."""
        self._whole = threading.local()

    @abstractmethod
    def reading(self) -> AbstractContextManager[Reading]:
        """Open a transaction for reading."""

    @abstractmethod
    def writing(
        self, label: str | None = None, *, durable: bool | None = None, passing: bool = False
    ) -> AbstractContextManager[Writing]:
        """Open a transaction for writing."""

    @contextmanager
    def as_one(self, label: str) -> Generator[None]:
        """Let all that this thread does meanwhile be taken back as one, called ``label``: several doors take part.

        Each is kept when it is done, so what was done before an error stays, and is taken back as one too.
        """
        outer = getattr(self._whole, "of", None)
        if outer is not None:
            yield  # it is a part of something larger
            return
        self._whole.of = _Whole(label)
        try:
            yield
        finally:
            self._whole.of = None

    def joins(self, transaction: Writing) -> None:
        """Let a transaction that ends be taken back with what was done before it, as long as :meth:`as_one` says so."""
        whole: _Whole | None = getattr(self._whole, "of", None)
        if whole is not None and transaction.label is not None:
            if whole.change:
                transaction.continues(whole.change)
            transaction.label = whole.label

    def did(self, deed: tuple[int, dt.datetime] | None) -> None:
        """Note what was kept for undo by a transaction of ours, if it was."""
        if deed is not None:
            self._own[deed[0]] = deed[1]
            if (whole := getattr(self._whole, "of", None)) is not None:
                whole.change = deed[0]

    def undo(self, change: int | None = None, *, own: bool = False) -> Undone:
        """Take back the newest change that has a label and is not taken back yet; return what it was.

        With ``own``, the newest one that was done through this library; with ``change``, the one of that number.

        Raises:
            NothingToUndo: there is none; DoneElsewhere, if there is one that is not of our own.
            ChangedSince: something newer changed the same things, and stands.
        """
        with self.writing(durable=True) as tx:
            alive = _query().where(col(Deed.taken_back_by).is_(None))
            if change is not None:
                alive = alive.where(col(Deed.change) == change)
            elif own and self._own:
                alive = alive.where(col(Deed.change) >= min(self._own))
            newest: _Row | None = None
            for row in map(_Row._make, tx.connection().execute(alive.order_by(col(Deed.change).desc()))):
                newest = newest or row
                if not own or self._is_own(row):
                    return self._follow(tx, row)
            if own and newest is None:
                newest = next(map(_Row._make, tx.connection().execute(_newest_alive())), None)
            if newest is not None:
                raise DoneElsewhere(*_said(tx, [newest]))
            raise NothingToUndo("there is nothing to take back" if change is None else "that is taken back already")

    def redo(self, *, own: bool = False) -> Undone:
        """Do again what was taken back last, with ``own`` here; return what it was.

        Raises:
            NothingToRedo: there is nothing, or something new was done since.
            ChangedSince: something newer changed the same things, and stands.
        """
        with self.writing(durable=True) as tx:
            found = self._redoable(tx, own=own)
            if not found:
                raise NothingToRedo("there is nothing to do again")
            return self._follow(tx, found[0])

    def undoable(self) -> str | None:
        """Return the label of the change that :meth:`undo` would take back."""
        return next((step.label for step in self.to_undo(limit=1)), None)

    def to_undo(self, *, limit: int = FAR) -> list[Undone]:
        """Return what can be taken back, the newest first."""
        with self.reading() as tx:
            rows = tx.connection().execute(_newest_alive().limit(limit)).all()
            return _said(tx, [_Row._make(row) for row in rows])

    def to_redo(self, *, limit: int = FAR) -> list[Undone]:
        """Return what can be done again, in the order in which that is done."""
        with self.reading() as tx:
            return _said(tx, self._redoable(tx)[:limit])

    def _is_own(self, row: _Row) -> bool:
        return self._own.get(row.change) == row.at

    def _redoable(self, tx: Reading, *, own: bool = False) -> list[_Row]:
        """Return what was taken back since the last new deed, with ``own`` of our own, the last first."""
        since = min(self._own, default=None) if own else 0
        if since is None:
            return []
        follow = set(
            tx.connection()
            .execute(sa.select(col(Deed.taken_back_by)).where(col(Deed.taken_back_by) >= since))
            .scalars()
        )
        rows = [row for row in _since(tx, since) if not own or self._is_own(row)]
        oldest = min((row.change for row in rows if row.taken_back_by == row.change), default=None)
        found: list[_Row] = []
        for row in rows if oldest is not None else ():
            if row.taken_back_by == row.change:
                found.append(row)
            elif row.change not in follow and (row.change < (oldest or 0) or not _in_passing(tx, row)):
                break
        return found

    def _follow(self, tx: Writing, row: _Row) -> Undone:
        deed = tx.get_one(Deed, row.change)
        [tells] = _said(tx, [row])
        if since := _in_the_way(tx, deed):
            raise ChangedSince(tells.label, *_said(tx, [since]), stands=since.taken_back_by is None)
        tx.follow(deed)
        walk(tx, deed.steps)
        return tells


class _Row(NamedTuple):
    """A deed without its steps."""

    change: int
    label: str
    at: dt.datetime
    taken_back_by: int | None


def _query() -> sa.Select[int, str, dt.datetime, int | None]:
    return sa.select(col(Deed.change), col(Deed.label), col(Deed.at), col(Deed.taken_back_by))


def _newest_alive() -> sa.Select[int, str, dt.datetime, int | None]:
    return _query().where(col(Deed.taken_back_by).is_(None)).order_by(col(Deed.change).desc())


def _since(tx: Reading, change: int) -> list[_Row]:
    """Return the deeds from a number on, the newest first."""
    query = _query().where(col(Deed.change) >= change).order_by(col(Deed.change).desc())
    return [_Row._make(row) for row in tx.connection().execute(query)]


def _in_passing(tx: Reading, row: _Row) -> bool:
    return tx.get_one(Deed, row.change).steps[:1] == [PASSING]


def _said(tx: Reading, rows: Sequence[_Row]) -> list[Undone]:
    from ple.library.labels import spoken

    labels = spoken(tx, [(row.label, row.change) for row in rows])
    return [Undone(label, row.at, row.change) for label, row in zip(labels, rows, strict=True)]


def _in_the_way(tx: Reading, deed: Deed) -> _Row | None:
    """Return the newest deed after this one that is in force and did something to the same things."""
    newer = {row.change: row for row in _since(tx, deed.change + 1)}
    following = {row.taken_back_by for row in newer.values() if row.taken_back_by != row.change}
    mine: Mapping[int, set[str]] | None = None
    for change, row in newer.items():
        if change in following:
            continue  # its chain begins with another
        length, last = 1, row
        while last.taken_back_by not in (None, last.change):
            length += 1
            if (after := newer.get(last.taken_back_by or 0)) is None:
                break  # an earlier ple took it back, and kept no way to do it again
            last = after
        if length % 2:  # else it was done and taken back, or taken back and done again: all is as it was
            mine = mine if mine is not None else touched(deed.steps)
            other = touched(tx.get_one(Deed, last.change).steps)
            if any(_meet(parts, other[id]) for id, parts in mine.items() if id in other):
                return last
    return None


WHOLE = "*"


def touched(steps: Iterable[list[Any]]) -> dict[int, set[str]]:
    """Return which things steps change, and what of each."""
    found: dict[int, set[str]] = {}
    for step in steps:
        match step:
            case ["trash" | "restore", list() as ids]:
                for id in ids:
                    found.setdefault(id, set()).add(WHOLE)
            case ["tag" | "untag", int() as id, tag]:
                found.setdefault(id, set()).add(f"tag {tag}")
            case ["link" | "unlink", int() as source, target, relation]:
                found.setdefault(source, set()).add(f"{relation} {target}")
            case ["row", name, dict() as values, list() as ids]:
                columns = {f"{name}.{column}" for column in values}
                for id in ids:
                    found.setdefault(id, set()).update(columns)
    return found


def _meet(some: set[str], others: set[str]) -> bool:
    return WHOLE in some or WHOLE in others or not some.isdisjoint(others)


def walk(tx: Writing, steps: Iterable[list[Any]]) -> None:
    """Follow steps; things that were deleted for good in the meantime are passed over."""
    from ple.library.transaction import chunks

    def known(ids: Iterable[int]) -> list[int]:
        found: list[int] = []
        for some in chunks(ids):
            query = sa.select(col(Resource.id)).where(col(Resource.id).in_(some), col(Resource.purged_at).is_(None))
            found += [id for id in tx.connection().execute(query).scalars() if id is not None]
        return found

    for step in steps:
        match step:
            case ["trash", ids]:
                tx.trash(*known(ids))
            case ["restore", ids]:
                tx.restore(*known(ids))
            case ["tag", id, tag] if known([id]):
                tx.tag(id, tag)
            case ["untag", id, tag] if known([id]):
                tx.untag(id, tag)
            case ["link", source, target, relation] if len(known([source, target])) == 2:
                tx.link(source, target, relation)
            case ["unlink", source, target, relation]:
                tx.unlink(source, target, relation)
            case ["row", name, values, ids]:
                back = {key: read_value(value) for key, value in values.items()}
                table = SQLModel.metadata.tables.get(name)  # most often its feature is at work already
                tx.put(every().tables[name] if table is None else table, known(ids), back)


__all__ = ["ChangedSince", "DoneElsewhere", "NothingToRedo", "Undoing", "Undone", "touched", "walk"]
