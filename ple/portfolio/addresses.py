"""The ledger of addresses as the library keeps it.

A line that did not leave this computer yet has a mark before its fingerprint. Lines of earlier versions have none: what
they named may have been published.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import fields
from operator import attrgetter

from ple.portfolio.asking import Statements, Transactions, listed, moment
from ple.portfolio.permalinks import UNLISTED, Ledger, Permalink

_NAMES = tuple(field.name for field in fields(Permalink) if field.name != "sent")
_TIMES = ("published_at", "updated_at")
# times are taken as text: thousands of lines are read in each build, and most say the same time
_ASKED = ", ".join(f"{name} || ''" if name in _TIMES else name for name in _NAMES)
_HERE = "~"
_IS_HERE = f"substr(fingerprint, 1, 1) = '{_HERE}'"
_LEFT = """
SELECT resource_id FROM portfolio_publication
UNION SELECT artifact_id FROM portfolio_announcement
UNION SELECT artifact_id FROM portfolio_webmention
UNION SELECT l.target_id FROM link l JOIN resource r ON r.id = l.source_id WHERE r.kind = 'receipt'
"""
"""Whose address somebody has, whatever the ledger says: an archive may have brought that in."""


def ledger_of(
    statements: Statements, ids: Sequence[int] | None = None, *, sent: bool = False, loose: bool = False
) -> Ledger:
    """Return all addresses, or those of some artifacts; ``sent`` and ``loose`` as for :class:`Ledger`."""
    query = f"SELECT {_ASKED} FROM portfolio_address"
    asked = [query] if ids is None else [f"{query} WHERE resource_id IN ({some})" for some in listed(ids)]
    times: dict[str, dt.datetime] = {}
    lines: list[Permalink] = []
    left: set[int] | None = None
    for one in asked:
        for address, what, id, name, current, said, first, last in statements.rows(one):
            for raw in (first, last):
                if raw not in times:
                    times[raw] = moment(raw)
            here = said.startswith(_HERE)
            if here and left is None:
                left = {known for (known,) in statements.rows(_LEFT)}
            out = not here or (left is not None and id in left)
            said = said.removeprefix(_HERE)
            lines.append(Permalink(address, what, id, name, bool(current), said, times[first], times[last], out))
    return Ledger(lines, sent=sent, loose=loose)


def sends_itself(statements: Statements) -> bool:
    """Say whether the site goes nowhere but through us: we publish it, or there is no place for it yet.

    Where it has an address on the web and we were never told how it comes there, somebody may carry it there by hand.
    """
    if statements.rows("SELECT 1 FROM portfolio_target LIMIT 1"):
        return True
    return not any(url for (url,) in statements.rows("SELECT url FROM portfolio_site"))


def went_out(library: Transactions, *, with_unlisted: bool) -> None:
    """Note that all addresses of the site leave this computer, before the first of them does."""
    which = _IS_HERE if with_unlisted else f"{_IS_HERE} AND substr(address, 1, {len(UNLISTED)}) <> '{UNLISTED}'"
    with library.writing() as statements:
        statements.run(f"UPDATE portfolio_address SET fingerprint = substr(fingerprint, 2) WHERE {which}", [{}])


def keep(library: Transactions, ledger: Ledger) -> None:
    """Store what a build made of the ledger; done before its first file, so that whatever is seen is kept.

    Raises:
        BuildError: another build has just given one of these things an address.
    """
    from ple.portfolio.build import BuildError

    added, changed, forgotten = ledger.added(), ledger.changed(), ledger.forgotten()
    if not (added or changed or forgotten):
        return
    with library.writing() as statements:
        # what was sent meanwhile stays
        statements.run(
            f"DELETE FROM portfolio_address WHERE address = :address AND {_IS_HERE}",
            [{"address": line.address} for line in forgotten],
        )
        new = {line.resource_id for line in added if line.resource_id}
        if new:
            taken = "SELECT address, resource_id FROM portfolio_address WHERE current"
            asked = [f"{taken} AND resource_id IN ({some})" for some in listed(new)] if len(new) <= 100 else [taken]
            known = {address for one in asked for address, id in statements.rows(one) if id in new}
            if known - {line.address for line in changed}:
                raise BuildError("another build is giving addresses at this moment", hint="Build again.")
        values = ", ".join(f":{name}" for name in _NAMES)
        statements.run(
            f"INSERT INTO portfolio_address ({', '.join(_NAMES)}) VALUES ({values})", list(map(_said, added))
        )
        said = f"CASE WHEN {_IS_HERE} THEN :fingerprint ELSE :plain END"
        sets = ", ".join(f"{name} = {said if name == 'fingerprint' else f':{name}'}" for name in _NAMES[1:])
        statements.run(
            f"UPDATE portfolio_address SET {sets} WHERE address = :address",
            [_said(line) | {"plain": line.fingerprint} for line in changed],
        )


_FIELDS = attrgetter(*_NAMES)


def _said(line: Permalink) -> dict[str, object]:
    said = dict(zip(_NAMES, _FIELDS(line), strict=True))
    return said if line.sent else said | {"fingerprint": _HERE + line.fingerprint}
