"""Lists of feeds: following many at once, folders, and which feed an address is."""

import contextlib
import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import replace

import sqlalchemy as sa
from sqlmodel import col

from ple.feeds import credentials, places
from ple.feeds.formats.opml import Blank, Outline
from ple.feeds.models import FEED, EntryRow, FeedAddressRow, FeedRow, OpmlImported, Refusal
from ple.library import Reading, Resource, Writing, chunks
from ple.library.errors import PleError
from ple.web import addresses
from ple.web.text import line


def without_credentials(
    outlines: Sequence[Outline | Blank],
) -> tuple[list[Outline | Blank], dict[str, dict[str, str]]]:
    """Return a list without the passwords in its addresses, and what to send along instead, by address."""
    kept: list[Outline | Blank] = []
    signed: dict[str, dict[str, str]] = {}
    for outline in outlines:
        if isinstance(outline, Outline) and "@" in outline.url:
            with contextlib.suppress(PleError):
                url, headers = credentials.apart(places.address(outline.url))
                if headers:
                    signed[url] = headers
                    outline = replace(outline, url=url)
        kept.append(outline)
    return kept, signed


def folder_name(folder: str) -> str | None:
    """Return a folder as it is kept: names joined by slashes, without empty ones; none for the top."""
    names = (line(name)[:200] for name in folder.split("/"))
    return "/".join(name for name in names if name) or None


def feed_at(tx: Reading, key: str, *, alive: bool = False) -> int | None:
    """Return the feed that has the address with this key, or had it; with ``alive`` only if it is followed."""
    for column, id in ((col(FeedRow.url_key), col(FeedRow.id)), (FeedAddressRow.url_key, col(FeedAddressRow.feed_id))):
        query = sa.select(id).join(Resource, col(Resource.id) == id).where(col(column) == key)
        if alive:
            query = query.where(col(Resource.trashed_at).is_(None))
        found: int | None = tx.connection().execute(query).scalar()
        if found is not None:
            return found
    return None


def bring_back(tx: Writing, id: int) -> None:
    """Take a feed out of the trash, with the entries that went there with it."""
    feed = tx.resource(id)
    if feed.trashed_at is None:
        return
    # Taking back that the feed was followed throws its entries away a moment before the feed.
    together = feed.trashed_at - dt.timedelta(seconds=5)
    query = (
        sa.select(col(EntryRow.id))
        .join(Resource, col(Resource.id) == col(EntryRow.id))
        .where(col(EntryRow.feed_id) == id, col(Resource.trashed_at) >= together)
        .where(col(Resource.purged_at).is_(None))
    )
    tx.restore(id, *tx.connection().execute(query).scalars())


def follow_all(tx: Writing, outlines: Sequence[Outline | Blank]) -> OpmlImported:
    """Follow the feeds of a list that are not followed yet; say what could not be, and why."""
    refused: list[Refusal] = []
    wanted: dict[str, Outline] = {}
    again = 0
    for outline in outlines:
        if isinstance(outline, Blank):
            refused.append(Refusal(line(outline.title) or "an outline without a name", "it has no address (xmlUrl)"))
            continue
        try:
            url = places.address(outline.url)
        except PleError as error:
            refused.append(Refusal(line(outline.title or outline.url)[:200], str(error)))
            continue
        again += wanted.setdefault(addresses.key(url), outline) is not outline
    there = _there(tx, list(wanted))
    for id, trashed in there.values():
        if trashed:
            bring_back(tx, id)
    new = {key: outline for key, outline in wanted.items() if key not in there}
    ids = tx.register_many(FEED, len(new))
    if ids:
        tx.connection().execute(sa.insert(FeedRow), [_row(id, key, new[key]) for id, key in zip(ids, new, strict=True)])
        tx.tag_many({id: new[key].tags for id, key in zip(ids, new, strict=True) if new[key].tags})
    back = tuple(id for id, trashed in there.values() if trashed)
    return OpmlImported((*ids, *back), len(there) - len(back) + again, tuple(refused), len(back))


def _row(id: int, key: str, outline: Outline) -> dict[str, object]:
    # The title stays the publisher's to change: what a list calls a feed is nearly always what the publisher did.
    row = FeedRow(
        id=id,
        url=places.address(outline.url),
        url_key=key,
        title=line(outline.title)[:1000],
        site_url=addresses.resolve(None, outline.site_url or ""),
        folder=folder_name(outline.folder or ""),
    )
    return row.model_dump()


def _there(tx: Reading, keys: list[str]) -> dict[str, tuple[int, bool]]:
    """Return the feeds, in the trash or not, that have or had addresses with these keys."""
    found: dict[str, tuple[int, bool]] = {}
    for some in chunks_of(keys):
        for column, id in (
            (col(FeedAddressRow.url_key), col(FeedAddressRow.feed_id)),
            (col(FeedRow.url_key), col(FeedRow.id)),
        ):
            query = (
                sa.select(column, id, col(Resource.trashed_at).is_not(None))
                .join(Resource, col(Resource.id) == id)
                .where(column.in_(some))
            )
            found |= {key: (id, trashed) for key, id, trashed in tx.connection().execute(query)}
    return found


def chunks_of(names: Sequence[str]) -> list[list[str]]:
    """Return ``names`` in lists that are short enough for an ``IN``; see :func:`ple.library.chunks`."""
    return [list(names[start : start + 500]) for start in range(0, len(names), 500)]


def check(tx: Reading, ids: Collection[int], kind: str) -> None:
    """Raise NotFound for the first of ``ids`` that is not alive and of this kind."""
    for some in chunks(ids):
        query = sa.select(col(Resource.id)).where(
            col(Resource.id).in_(some), col(Resource.kind) == kind, col(Resource.trashed_at).is_(None)
        )
        there = set(tx.connection().execute(query).scalars())
        for id in some:
            if id not in there:
                tx.alive(id, kind)


def those(tx: Reading, ids: Collection[int], condition: sa.ColumnElement[bool]) -> list[int]:
    """Return which of the feeds ``ids`` fulfil a condition on their rows."""
    query = sa.select(col(FeedRow.id)).where(condition)
    return [
        id for some in chunks(ids) for id in tx.connection().execute(query.where(col(FeedRow.id).in_(some))).scalars()
    ]
