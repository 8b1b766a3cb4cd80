"""The ledger of addresses as the library keeps it."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from ple.library import Library, Reading, chunks
from ple.library.bulk import insert_many
from ple.portfolio.models import AddressRow
from ple.portfolio.permalinks import Ledger, Permalink

_TABLE: sa.Table = AddressRow.__table__  # type: ignore[attr-defined]
_NAMES = tuple(Permalink.__dataclass_fields__)
_RAW: dict[str, Any] = {
    column.name: sa.types.NullType() if column.name in ("published_at", "updated_at") else column.type
    for column in _TABLE.c
}


def ledger_of(tx: Reading, ids: Sequence[int] | None = None) -> Ledger:
    """Return all addresses that were ever published, or those of some artifacts."""
    # times are read as the driver gives them: thousands of lines are read in each build, and most say the same time
    query = sa.select(*(sa.type_coerce(_TABLE.c[name], _RAW[name]) for name in Permalink.__dataclass_fields__))
    times: dict[object, dt.datetime] = {}
    lines: list[Permalink] = []
    for some in [None] if ids is None else chunks(ids):
        chosen = query if some is None else query.where(col(AddressRow.resource_id).in_(some))
        for address, what, id, name, current, said, first, last in tx.connection().execute(chosen).all():
            for raw in (first, last):
                if raw not in times:
                    times[raw] = moment(raw)
            lines.append(Permalink(address, what, id, name, current, said, times[first], times[last]))
    return Ledger(lines)


def moment(raw: object) -> dt.datetime:
    """Return a time as the driver gives it, in UTC."""
    when = raw if isinstance(raw, dt.datetime) else dt.datetime.fromisoformat(str(raw))
    return when.replace(tzinfo=dt.UTC) if when.tzinfo is None else when.astimezone(dt.UTC)


def keep(library: Library, ledger: Ledger) -> None:
    """Store what a build added to the ledger; done before its first file, so that whatever is seen is kept.

    Raises:
        BuildError: another build has just given one of these things an address.
    """
    from ple.portfolio.build import BuildError

    added, changed = ledger.added(), ledger.changed()
    if not (added or changed):
        return
    with library.writing() as tx:
        new = {line.resource_id for line in added if line.resource_id}
        if new:
            taken = sa.select(_TABLE.c.address, _TABLE.c.resource_id).where(_TABLE.c.current)
            if len(new) <= 100:
                taken = taken.where(_TABLE.c.resource_id.in_(new))
            known = {address for address, id in tx.connection().execute(taken).all() if id in new}
            if known - {line.address for line in changed}:
                raise BuildError("another build is giving addresses at this moment", hint="Build again.")
        insert_many(tx.connection(), _TABLE, _NAMES, [[getattr(line, name) for name in _NAMES] for line in added])
        for line in changed:
            here = _TABLE.c.address == line.address
            tx.connection().execute(sa.update(_TABLE).where(here).values(**_fields_of(line)))


def _fields_of(line: Permalink) -> dict[str, Any]:
    return {name: getattr(line, name) for name in Permalink.__dataclass_fields__}
