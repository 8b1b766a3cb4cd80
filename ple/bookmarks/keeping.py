"""Keeping a page: one bookmark for each, what fetching it brings, and what the learner says about it."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any, TypedDict

import sqlalchemy as sa
from sqlmodel import col, select

from ple.bookmarks import fetching, lists
from ple.bookmarks.fetching import Fetched
from ple.bookmarks.models import BOOKMARK, BookmarkRow, Refetched, key_of
from ple.bookmarks.standing import Seen, why_it_stays
from ple.library import InvalidInput, Reading, Resource, Revision, Writing, chunks, utc_now
from ple.web import addresses


def keep(tx: Writing, url: str, key: str, title: str, note: str, called: str = "") -> tuple[int, bool]:
    """Make the bookmark, or take it out of the trash and add to it; return its number and if it was there.

    ``title`` takes the place of any that is there, what it is ``called`` elsewhere of none that the learner gave.
    """
    row = tx.exec(select(BookmarkRow).where(BookmarkRow.url_key == key)).first()
    if row is None:
        id = tx.register(BOOKMARK)
        given = title or called
        shown = given or fetching.title_of(url)
        tx.add(
            BookmarkRow(
                id=id, url=url, url_key=key, title=shown, title_given=bool(given), note=note, saved_at=utc_now()
            )
        )
        tx.flush()
        return id, False
    known = tx.restore(row.id) == 0
    if title or (called and not row.title_given):
        row.title, row.title_given = title or called, True
    row.note = with_note(row.note, note)
    if not known:
        row.saved_at = utc_now()
    tx.touch([row.id])
    return row.id, known


def with_note(note: str, more: str, earlier: Collection[str] = ()) -> str:
    """Return a note to which another is added, or that grew; what was said ``earlier`` and changed since is not."""
    if not more or more in note or more in earlier:
        return note
    return more if note in more else f"{note}\n\n{more}"


def earlier_notes(tx: Reading, ids: Iterable[int]) -> dict[int, set[str]]:
    """Return what the notes of resources said before the learner changed them."""
    found: dict[int, set[str]] = {}
    for some in chunks(ids):
        query = sa.select(col(Revision.resource_id), col(Revision.said)).where(col(Revision.resource_id).in_(some))
        for id, said in tx.connection().execute(query):
            found.setdefault(id, set()).add(str(said.get("note", "")))
    return found


def moved(tx: Writing, id: int, url: str) -> dict[str, Any]:
    """Return what changes when a bookmark gets the address ``url``.

    Raises:
        InvalidInput: another bookmark has this address.

    """
    key = key_of(url)
    other = tx.exec(select(BookmarkRow).where(BookmarkRow.url_key == key, BookmarkRow.id != id)).first()
    if other is not None:
        raise InvalidInput(
            f"{addresses.display(url)} is kept already, as #{other.id} “{other.title}”",
            hint=f"Remove one of them: `ple bookmarks remove {id}`.",
        )
    return {"url": url, "url_key": key, "key_version": addresses.KEY_VERSION, "etag": "", "last_modified": ""}


class States(TypedDict, total=False):
    """What a learner can say of where a bookmark stands."""

    unread: bool
    starred: bool
    pinned: bool
    archived: bool
    private: bool


def mark(tx: Writing, ids: Sequence[int], states: States) -> int:
    """Give bookmarks these states; return how many bookmarks that changed, and say so in the change's label."""
    changed: set[int] = set()
    for name, value in states.items():
        query = sa.select(col(BookmarkRow.id)).join(Resource, col(Resource.id) == col(BookmarkRow.id))
        query = query.where(col(Resource.trashed_at).is_(None), col(getattr(BookmarkRow, name)).is_not(value))
        others = [
            id
            for some in chunks(ids)
            for id in tx.connection().execute(query.where(col(BookmarkRow.id).in_(some))).scalars()
            if id is not None
        ]
        more = {"read_at": None if value else utc_now()} if name == "unread" else {}
        tx.update(BookmarkRow, others, **{name: value}, **more)
        changed.update(others)
        if name == "unread" and not value:
            for id in others:
                tx.note("read", id)
    said = ", ".join(_SAID[name][value is True] for name, value in states.items())
    tx.label = f"Marked {len(changed):,} bookmark{'' if len(changed) == 1 else 's'} as {said}"
    return len(changed)


_SAID = {
    "unread": ("read", "unread"),
    "starred": ("without star", "starred"),
    "pinned": ("not pinned", "pinned"),
    "archived": ("not archived", "archived"),
    "private": ("not private", "private"),
}


def store(tx: Writing, id: int, fetched: Fetched, url: str, *, force: bool = False) -> Refetched:
    """Keep what fetching the page at ``url`` brought: without ``force`` no text that is there is replaced by less."""
    now = utc_now()
    tx.alive(id, BOOKMARK)
    row = tx.get_one(BookmarkRow, id)
    if row.url != url:
        again = f"Fetch it: `ple bookmarks refresh {id}`."
        return Refetched(id, row.title, row.url, False, "its address was changed while its page was fetched", again)
    if not force:
        fetched = _beside(fetched, row)
    said_before = (row.title, row.description, row.text)
    values = {name: value for name, value in fetched.values.items() if value or not getattr(row, name)}
    if "content_type" in fetched.values:
        values |= {name: fetched.values.get(name) for name in ("etag", "last_modified", "final_url")}
    values |= {"tried_at": now, "problem": fetched.problem, "hint": fetched.hint}
    if fetched.again:
        values["tries"] = row.tries + 1
    else:
        values |= {"tries": 0, "fetched_at": row.fetched_at if fetched.problem and row.text else now}
    if fetched.title and not row.title_given:
        values["title"] = fetched.title
    for name, value in values.items():
        if getattr(row, name) != value:
            setattr(row, name, value)
    changed = (row.title, row.description, row.text) != said_before
    return Refetched(id, row.title, row.url, changed, fetched.problem, fetched.hint)


def _beside(fetched: Fetched, kept: BookmarkRow) -> Fetched:
    """Return what is to be kept of an answer where a text of the page is kept already: it makes place for no less."""
    values = fetched.values
    if not kept.text or "content_type" not in values:
        return fetched
    shown = addresses.display(kept.url)
    status = {"status": values.get("status")}
    if not values.get("text"):  # a picture or a file, or nothing to read, where there was a page
        return replace(fetched, values=status, title="")
    seen = Seen(kept.url, 200, values.get("final_url") or kept.url, False, fetched.title, values["text"])
    why = why_it_stays(seen, values["words"], kept.title, kept.text, kept.words or 0)
    if why is None:
        return fetched
    return Fetched(
        status,
        problem=f"{shown}: {why}; the text that you keep stays",
        hint=f"`ple bookmarks refresh {kept.id} --force` takes what the page says now.",
    )


def pending(tx: Reading, now: dt.datetime, *, force: bool) -> list[int]:
    """Return the bookmarks whose page was never fetched and whose turn it is, those never tried first."""
    query = (
        sa.select(col(BookmarkRow.id), col(BookmarkRow.tries), col(BookmarkRow.tried_at))
        .join(Resource, col(Resource.id) == col(BookmarkRow.id))
        .where(col(Resource.trashed_at).is_(None), col(BookmarkRow.fetched_at).is_(None), lists.on_the_web())
        .order_by(col(BookmarkRow.tried_at).is_not(None), col(BookmarkRow.id))
    )
    rows = tx.connection().execute(query).fetchall()
    return [id for id, tries, tried_at in rows if force or fetching.worth_another_try(tries, tried_at, now)]


def tags_of_site(tx: Reading, url: str, *, but: int) -> list[frozenset[str]]:
    """Return the tags of the newest pages of the same host that have any."""
    host = addresses.host(url)
    if not host:
        return []
    query = (
        sa.select(col(BookmarkRow.id))
        .join(Resource, col(Resource.id) == col(BookmarkRow.id))
        .where(col(BookmarkRow.url_key).contains(f"://{host}/", autoescape=True), col(BookmarkRow.id) != but)
        .where(col(Resource.trashed_at).is_(None))
        .order_by(col(BookmarkRow.saved_at).desc())
        .limit(200)
    )
    return [tags for tags in tx.tags_of(list(tx.connection().execute(query).scalars())).values() if tags]
