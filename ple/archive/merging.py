"""What one library holds, taken into another: nothing doubled, nothing of what is there changed.

Things are the same by their uid, or when their tables say so (one bookmark per address, one entry per feed and key).
What is new gets numbers of this library, and everything that points at it follows. Only the tables themselves are
asked how: foreign keys and unique constraints say all that is needed, so a new feature's tables come along unnamed.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from ple.archive import tables
from ple.library import Reading, Resource, Writing
from ple.library.history import bodies
from ple.library.resource import Attachment, Link, Tagging

Renumber = Callable[[str, Mapping[int, int]], str]
"""Returns a text with the numbers that it mentions exchanged."""

_BATCH = 1000


@dataclass(slots=True)
class Merged:
    """What an archive brought."""

    new: dict[str, int] = field(default_factory=dict)
    """How many things of each kind came in."""
    known: dict[str, int] = field(default_factory=dict)
    """How many of each kind were here already."""
    problems: list[str] = field(default_factory=list)


class Merger:
    """One merge of ``theirs`` into ``ours``; ``has_file`` tells whether a file with a hash is there."""

    def __init__(
        self, theirs: Reading, ours: Writing, renumber: Mapping[str, Renumber], has_file: Callable[[str], bool]
    ) -> None:
        self._theirs = theirs.connection()
        self._tx = ours
        self._ours = ours.connection()
        self._renumber = renumber
        self._has_file = has_file
        self._kind_tables = {table.name: kind for kind, table in bodies().items()}
        self._numbers: dict[int, int] = {}  # of their things, in ours
        self._new: set[int] = set()  # their numbers of what we did not have
        self._known: set[int] = set()  # our numbers of what both have
        self._gone: set[int] = set()  # our numbers of what was deleted for good here
        self._others: dict[str, dict[int, int]] = {}  # the same for rows of other tables that have numbers of their own
        self._empty = self._ours.execute(sa.select(Resource.__table__.c.id).limit(1)).first() is None  # type: ignore[attr-defined]
        self._merged = Merged()

    def merge(self) -> Merged:
        """Do it; return what came in."""
        self._recognise()
        self._bring_resources()
        for table in tables.tables():
            if table.name in self._kind_tables:
                self._bring_bodies(table)
        for table in tables.tables():
            if table.name not in self._kind_tables and table.name != "resource":
                self._bring_rows(table)
        return self._merged

    # who is who

    def _recognise(self) -> None:
        resource = Resource.__table__  # type: ignore[attr-defined]
        uids = {}
        for row in self._ours.execute(sa.select(resource.c.uid, resource.c.id, resource.c.purged_at)):
            uids[row.uid] = row.id
            if row.purged_at is not None:
                self._gone.add(row.id)
        theirs = {row.id: row.uid for row in self._theirs.execute(sa.select(resource.c.id, resource.c.uid))}
        twins: dict[int, int] = {}
        away = 0
        for table in tables.tables():
            kind = self._kind_tables.get(table.name)
            if kind is None:
                continue
            uniques, needs = _uniques(table), _needs(table)
            ours = [_known(self._ours, table, names) for names in uniques]
            fresh: list[dict[tuple[Any, ...], int]] = [{} for _ in uniques]
            for row in self._theirs.execute(
                sa.select(*_named(table, {"id", *needs, *(n for names in uniques for n in names)}))
            ):
                said = row._mapping
                here = uids.get(theirs[said["id"]])
                keys: list[tuple[Any, ...]] = []
                if here is None:
                    keys = [tuple(self._mapped(table.c[name], said[name]) for name in names) for names in uniques]
                    here = next((at for key, known in zip(keys, ours, strict=True) if (at := known.get(key))), None)
                if here is not None:
                    self._numbers[said["id"]] = here
                    away += here in self._gone
                elif any(said[name] is not None and self._mapped(table.c[name], said[name]) is None for name in needs):
                    away += 1  # what it belongs to was deleted for good here
                    continue
                else:
                    self._numbers[said["id"]] = 0  # stands for "none of ours" until it has its number
                    # two of theirs may be one here, such as the entries of two feeds that are one feed here
                    found = [
                        (key, new) for key, new in zip(keys, fresh, strict=True) if None not in key and 0 not in key
                    ]
                    twin = next((at for key, new in found if (at := new.get(key)) is not None), None)
                    if twin is None:
                        self._new.add(said["id"])
                        for key, new in found:
                            new[key] = said["id"]
                    else:
                        twins[said["id"]] = twin
                counts = self._merged.new if said["id"] in self._new else self._merged.known
                counts[kind] = counts.get(kind, 0) + 1
        if away:
            self._merged.problems.append(
                f"{away:,} thing{' that was' if away == 1 else 's that were'} deleted for good here "
                f"stay{'s' if away == 1 else ''} away"
            )
        new_ones = sorted(self._new)
        self._known = {number for number in self._numbers.values() if number}
        self._numbers |= zip(new_ones, new_ones if self._empty else self._next(resource, len(new_ones)), strict=True)
        self._numbers |= {id: self._numbers[twin] for id, twin in twins.items()}

    def _next(self, table: sa.Table, count: int) -> Iterable[int]:
        """Return the next numbers of ``table``: ours to give, for nobody else writes while we do."""
        if self._ours.dialect.name == "sqlite" and table.name == "resource":
            # never give a number twice, also not that of a row that is gone
            last = self._ours.exec_driver_sql("SELECT seq FROM sqlite_sequence WHERE name = 'resource'").scalar() or 0
        elif self._ours.dialect.name == "sqlite":
            last = self._ours.execute(sa.select(sa.func.max(table.c.id))).scalar() or 0
        else:
            sequence = sa.func.pg_get_serial_sequence(table.name, "id")
            made = sa.select(sa.func.nextval(sequence)).select_from(sa.func.generate_series(1, count))
            return list(self._ours.execute(made).scalars()) if count else []
        return range(last + 1, last + 1 + count)

    def _went_to(self, table: sa.Table) -> None:
        """Let the next number of ``table`` be one that is free, after rows came with theirs."""
        if self._ours.dialect.name == "postgresql":
            newest = sa.select(sa.func.max(table.c.id)).scalar_subquery()
            self._ours.execute(sa.select(sa.func.setval(sa.func.pg_get_serial_sequence(table.name, "id"), newest)))

    # what comes in

    def _bring_resources(self) -> None:
        resource: sa.Table = Resource.__table__  # type: ignore[attr-defined]
        rows = self._theirs.execute(sa.select(resource).order_by(resource.c.id))
        came = (
            {**row._mapping, "id": self._numbers[row.id], "change": self._tx.change}
            for row in rows
            if row.id in self._new
        )
        self._insert(resource, came)
        if self._empty and self._new:
            self._went_to(resource)
        self._tx.brought(self._numbers[id] for id in sorted(self._new))

    def _bring_bodies(self, table: sa.Table) -> None:
        own = [column.name for column in table.columns if any(key.column.table is table for key in column.foreign_keys)]
        later: list[dict[str, Any]] = []

        def came() -> Iterator[dict[str, Any]]:
            for row in self._theirs.execute(sa.select(table).order_by(table.c.id)):
                if row.id not in self._new:
                    continue
                said = self._here(table, row._mapping)
                if said is None:
                    continue
                if any(said[name] is not None for name in own):
                    later.append({"b_id": said["id"], **{f"b_{name}": said[name] for name in own}})
                    said |= dict.fromkeys(own)
                yield said

        self._insert(table, came())
        if later:
            values: dict[str, Any] = {name: sa.bindparam(f"b_{name}") for name in own}
            self._ours.execute(sa.update(table).where(table.c.id == sa.bindparam("b_id")).values(values), later)

    def _bring_rows(self, table: sa.Table) -> None:
        if _counts_by_itself(table):
            self._bring_numbered(table)
            return
        keys = [column.name for column in table.primary_key]
        here = set(_known(self._ours, table, keys))
        uniques = [(names, set(_known(self._ours, table, names))) for names in _uniques(table)]
        known = self._known

        def came() -> Iterator[dict[str, Any]]:
            for row in self._theirs.execute(sa.select(table).order_by(*table.primary_key)):
                said = self._here(table, row._mapping)
                if said is None or tuple(said[name] for name in keys) in here:
                    continue
                if any(tuple(said[name] for name in names) in taken for names, taken in uniques):
                    continue
                here.add(tuple(said[name] for name in keys))
                for names, taken in uniques:
                    taken.add(tuple(said[name] for name in names))
                if table is Attachment.__table__ and not self._has_file(said["sha256"]):  # type: ignore[attr-defined]
                    self._merged.problems.append(f"the file {said['name']} is missing from the archive")
                    continue
                about = said.get("resource_id", said.get("source_id"))
                if about in known:
                    # so that it can be taken back, and is heard of
                    if table is Tagging.__table__:  # type: ignore[attr-defined]
                        self._tx.tag(about, said["tag"])
                        continue
                    if table is Link.__table__:  # type: ignore[attr-defined]
                        self._tx.link(about, said["target_id"], said["relation"])
                        continue
                    self._tx.touch([about])
                yield said

        self._insert(table, came())

    def _bring_numbered(self, table: sa.Table) -> None:
        uniques = _uniques(table)
        ours = [_known(self._ours, table, names) for names in uniques]
        same = {_content(table, row._mapping): row.id for row in self._ours.execute(sa.select(table))}
        numbers = self._others.setdefault(table.name, {})
        fresh: list[dict[str, Any]] = []
        first: list[dict[tuple[Any, ...], int]] = [{} for _ in uniques]
        twins: dict[int, int] = {}
        for row in self._theirs.execute(sa.select(table).order_by(table.c.id)):
            said = self._here(table, row._mapping)
            if said is None:
                continue
            here = same.get(_content(table, said))
            twin = None
            for names, known, met in zip(uniques, ours, first, strict=True):
                key = tuple(said[name] for name in names)
                if None not in key:
                    here = known.get(key) if here is None else here
                    twin = twin or (at if (at := met.setdefault(key, row.id)) != row.id else None)
            if here is not None:
                numbers[row.id] = here
            elif twin is not None:
                twins[row.id] = twin
            else:
                fresh.append({**said, "id": row.id})
        keep = self._empty and not same
        new = [row["id"] for row in fresh] if keep else list(self._next(table, len(fresh)))
        for said, number in zip(fresh, new, strict=True):
            numbers[said["id"]] = number
            said["id"] = number
        numbers |= {id: numbers[twin] for id, twin in twins.items()}
        self._insert(table, fresh)
        if keep and fresh:
            self._went_to(table)

    def _insert(self, table: sa.Table, rows: Iterable[Mapping[str, Any]]) -> None:
        batch: list[Mapping[str, Any]] = []
        for row in rows:
            batch.append(row)
            if len(batch) == _BATCH:
                self._ours.execute(sa.insert(table), batch)
                batch = []
        if batch:
            self._ours.execute(sa.insert(table), batch)

    # how a row of theirs reads here

    def _here(self, table: sa.Table, row: Mapping[Any, Any]) -> dict[str, Any] | None:
        """Return a row with our numbers; None if it is about something that did not come."""
        said: dict[str, Any] = {}
        for column in table.columns:
            value = row[column.name]
            mapped = self._mapped(column, value)
            if value is not None and mapped is None:
                if not column.nullable or (table.name == "activity" and self._numbers.get(value) in self._gone):
                    return None
            elif column.name == tables.COUNTED_HERE:
                mapped = self._tx.change
            elif column.name == tables.LOOKED_AT:
                mapped = 0
            elif isinstance(value, str) and not self._empty:
                renumber = self._renumber.get(f"{table.name}.{column.name}")
                mapped = renumber(value, self._numbers) if renumber else value
            said[column.name] = mapped
        return said

    def _mapped(self, column: sa.Column[Any], value: Any) -> Any:
        if value is None:
            return None
        for key in column.foreign_keys:
            end = _points_at(key.column)
            if end == "resource":
                number = self._numbers.get(value)
                return None if number in self._gone else number
            if end is not None:
                return self._others.get(end, {}).get(value)
        return value


def _points_at(column: sa.Column[Any]) -> str | None:
    """Return the table whose numbers ``column`` holds; None when it holds no number that is given by a library."""
    for key in column.foreign_keys:
        return _points_at(key.column)
    return column.table.name if _counts_by_itself(column.table) or column.table.name == "resource" else None


def _counts_by_itself(table: sa.Table) -> bool:
    """Whether the rows of a table get numbers of their own, which mean nothing elsewhere."""
    keys = list(table.primary_key)
    return (
        len(keys) == 1
        and keys[0] is table.autoincrement_column
        and not keys[0].foreign_keys
        and keys[0].default is None
        and table.name != "resource"
    )


def _uniques(table: sa.Table) -> list[list[str]]:
    found = [list(one.columns) for one in table.constraints if isinstance(one, sa.UniqueConstraint)]
    found += [list(one.columns) for one in table.indexes if one.unique]
    return sorted([column.name for column in columns] for columns in found)


def _needs(table: sa.Table) -> list[str]:
    """Return the columns of a thing's table that name another thing, without which it is not, or is another one."""
    known_by = {name for names in _uniques(table) for name in names}
    return [
        column.name
        for column in table.columns
        if (not column.nullable or column.name in known_by)
        and not column.primary_key
        and any(key.column.table is not table and _points_at(key.column) == "resource" for key in column.foreign_keys)
    ]


def _named(table: sa.Table, names: Iterable[str]) -> Sequence[sa.Column[Any]]:
    wanted = set(names)
    return [column for column in table.columns if column.name in wanted]


def _known(connection: sa.Connection, table: sa.Table, names: Sequence[str]) -> dict[tuple[Any, ...], Any]:
    """Return the rows' values of ``names`` with the row's number (where it has one); those with nulls left out."""
    number = table.c.id if "id" in table.c else sa.literal(0)
    rows = connection.execute(sa.select(number, *(table.c[name] for name in names)))
    return {tuple(values): number for number, *values in rows if None not in values}


def _content(table: sa.Table, row: Mapping[Any, Any]) -> bytes:
    """Return a mark of all that a row says, but for its number: two rows that say the same are one."""
    said = [
        row[column.name] for column in table.columns if column.name not in ("id", tables.COUNTED_HERE, tables.LOOKED_AT)
    ]
    return hashlib.sha256(json.dumps(said, default=str, sort_keys=True).encode()).digest()


__all__ = ["Merged", "Merger", "Renumber"]
