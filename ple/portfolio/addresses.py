"""The ledger of addresses as the library keeps it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import fields
from operator import attrgetter

from ple.portfolio.asking import Statements, Transactions, listed, moment
from ple.portfolio.permalinks import Ledger, Permalink

_NAMES = tuple(field.name for field in fields(Permalink))
_TIMES = ("published_at", "updated_at")
# times are taken as text: thousands of lines are read in each build, and most say the same time
_ASKED = ", ".join(f"{name} || ''" if name in _TIMES else name for name in _NAMES)


def ledger_of(statements: Statements, ids: Sequence[int] | None = None) -> Ledger:
    """Return all addresses that were ever published, or those of some artifacts."""
    query = f"SELECT {_ASKED} FROM portfolio_address"
    asked = [query] if ids is None else [f"{query} WHERE resource_id IN ({some})" for some in listed(ids)]
    times: dict[str, dt.datetime] = {}
    lines: list[Permalink] = []
    for one in asked:
        for address, what, id, name, current, said, first, last in statements.rows(one):
            for raw in (first, last):
                if raw not in times:
                    times[raw] = moment(raw)
            lines.append(Permalink(address, what, id, name, bool(current), said, times[first], times[last]))
    return Ledger(lines)


def keep(library: Transactions, ledger: Ledger) -> None:
    """Store what a build added to the ledger; done before its first file, so that whatever is seen is kept.

    Raises:
        BuildError: another build has just given one of these things an address.
    """
    from ple.portfolio.build import BuildError

    added, changed = ledger.added(), ledger.changed()
    if not (added or changed):
        return
    with library.writing() as statements:
        new = {line.resource_id for line in added if line.resource_id}
        if new:
            taken = "SELECT address, resource_id FROM portfolio_address WHERE current"
            asked = [f"{taken} AND resource_id IN ({some})" for some in listed(new)] if len(new) <= 100 else [taken]
            known = {address for one in asked for address, id in statements.rows(one) if id in new}
            if known - {line.address for line in changed}:
                raise BuildError("another build is giving addresses at this moment", hint="Build again.")
        if added:
            values = ", ".join(f":{name}" for name in _NAMES)
            statements.run(
                f"INSERT INTO portfolio_address ({', '.join(_NAMES)}) VALUES ({values})", list(map(_said, added))
            )
        if changed:
            sets = ", ".join(f"{name} = :{name}" for name in _NAMES[1:])
            statements.run(f"UPDATE portfolio_address SET {sets} WHERE address = :address", list(map(_said, changed)))


_FIELDS = attrgetter(*_NAMES)


def _said(line: Permalink) -> dict[str, object]:
    return dict(zip(_NAMES, _FIELDS(line), strict=True))
