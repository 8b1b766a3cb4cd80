"""Is a page still there? Asked of its own site alone, gently, and again when it is due."""

import datetime as dt
import logging
import threading
from collections import deque
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlmodel import col

from ple.bookmarks import copies, lists
from ple.bookmarks.models import BOOKMARK, BookmarkRow
from ple.bookmarks.standing import Seen, Standing, archived_at, next_check, standing_of
from ple.library import Library, Resource, chunks, utc_now
from ple.web import addresses
from ple.web.client import Limits
from ple.web.errors import BadRedirect, NoAnswer, TooLarge, TooSlow, WebError

if TYPE_CHECKING:
    from ple.web.client import Client

_LIMITS = Limits(connect=10, read=15, total=30, size=2_000_000, per_host=1)


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of asking whether a page is still there; ``archived`` is where an archive may have it."""

    id: int
    title: str
    url: str
    standing: str
    why: str
    moved_to: str | None
    gone_since: dt.datetime | None
    archived: str | None
    has_copy: bool


def check(
    library: Library, client: "Client", ids: Collection[int] | None, *, force: bool, limit: int | None, pause: float
) -> Iterator[Checked]:
    """Ask whether pages are still there; see :meth:`ple.bookmarks.sources.Sources.check`."""
    rows = _due(library, ids, force or ids is not None)[:limit]
    queues: dict[str, deque[Any]] = {}
    for row in rows:
        queues.setdefault(addresses.host(row.url), deque()).append(row)
    stop = threading.Event()
    done: deque[Checked] = deque()
    ready = threading.Condition()

    def ask_host(queue: "deque[Any]") -> None:
        while queue and not stop.is_set():
            row = queue.popleft()
            checked = _check(library, client, row)
            with ready:
                done.append(checked)
                ready.notify()
            if queue and stop.wait(pause):
                return

    threads = ThreadPoolExecutor(8, thread_name_prefix="check")
    running = [threads.submit(ask_host, queue) for queue in queues.values()]
    try:
        for _ in rows:
            with ready:
                while not done and not all(one.done() for one in running):
                    ready.wait(0.1)
                if not done:
                    break
                checked = done.popleft()
            yield checked
        for one in running:
            one.result()
    finally:
        stop.set()
        threads.shutdown(wait=False, cancel_futures=True)


def _check(library: Library, client: "Client", row: Any) -> Checked:
    standing = _ask(client, row)
    now = utc_now()
    missing = standing.state in ("gone", "unreachable", "doubtful")
    values: dict[str, Any] = {
        "checked_at": now,
        "standing": standing.state,
        "standing_why": standing.why or None,
        "moved_to": standing.moved_to,
        "failures": row.failures + 1 if missing else 0,
        "gone_since": (row.gone_since or now) if standing.state == "gone" else None,
    }
    table: sa.Table = BookmarkRow.__table__  # type: ignore[attr-defined]
    with library.writing() as tx:  # nothing that is searched or shown elsewhere changes: no new words
        tx.connection().execute(sa.update(table).where(table.c.id == row.id).values(**values))
        has_copy = any(one.role == copies.ROLE for one in tx.attachments_of(row.id))
    archived = archived_at(row.url, row.saved_at) if missing else None
    return Checked(
        row.id, row.title, row.url, standing.state, standing.why, standing.moved_to, values["gone_since"], archived,
        has_copy,
    )  # fmt: skip


def _ask(client: "Client", row: Any) -> Standing:
    from ple.web.pages import read_page
    from ple.web.text import plain

    try:
        response = client.get(row.url, limits=_LIMITS)
    except TooLarge:
        return Standing("there")
    except (NoAnswer, TooSlow, BadRedirect) as error:
        return Standing("unreachable", str(error))
    except WebError as error:
        return Standing("doubtful", str(error))
    permanent = bool(response.redirects) and all(hop.status in (301, 308) for hop in response.redirects)
    is_page = "html" in response.content_type
    title = text = ""
    if is_page and response.ok:
        try:
            page = read_page(response)
            title, text = page.title, plain(page.html)
        except Exception:  # a page of the world's may break any parser; that it answers is known
            logging.getLogger(__name__).exception("reading a page failed")
    return standing_of(
        Seen(row.url, response.status, response.url, permanent, title, text, is_page), row.title, row.text
    )


def _due(library: Library, ids: Collection[int] | None, all_of_them: bool) -> list[Any]:
    names = ("id", "url", "title", "text", "saved_at", "standing", "failures", "checked_at", "gone_since")
    table: sa.Table = BookmarkRow.__table__  # type: ignore[attr-defined]
    light = [table.c[name] for name in ("id", "standing", "failures", "checked_at")]
    query = sa.select(*light).join(Resource, col(Resource.id) == table.c.id)
    query = query.where(col(Resource.trashed_at).is_(None), lists.on_the_web())
    now = utc_now()
    with library.reading() as tx:
        if ids is None:
            rows = tx.connection().execute(query.order_by(table.c.checked_at.is_not(None), table.c.checked_at))
            due = [
                row.id
                for row in rows
                if all_of_them or (next_check(row.standing, row.failures, row.checked_at) or now) <= now
            ]
        else:
            due = [tx.alive(id, BOOKMARK).id or id for id in dict.fromkeys(ids)]
        found: dict[int, Any] = {}
        for some in chunks(due):
            full = sa.select(*(table.c[name] for name in names)).where(table.c.id.in_(some), lists.on_the_web())
            found |= {row.id: row for row in tx.connection().execute(full)}
    return [found[id] for id in due if id in found]
