"""The libraries that pictures are taken of: a learner's, and one that is large and full of titles from hell."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from .world import NOW, environment_at

LINK = "https://sam.example.org/learning-in-public"
TITLES = (
    "A" * 300,
    "学習ログの付け方" * 30,
    "مرحبا بالعالم، هذا عنوان طويل من اليمين",
    "👩‍👩‍👧‍👦 family and 🏳️‍🌈 flags, e\u0301 and ﷽",
    "zero\u200bwidth \u202eoverridden",
    "[red]markup[/] \\[b] {braces} %s",
    "",
    "שלום עולם mixed with English (and brackets)",
    "\tTabs\tand\x1b[31m escapes",
    "Entry of a usual length, as most of them are",
)


def at_school(folder: Path, lms: Any) -> None:
    """Find out where the course is now, hand one thing in there, and let another wait in the outbox."""
    from sqlmodel import select

    from ple.lms.models import AccountRow

    environment = environment_at(folder)
    try:
        with environment.library.writing() as tx:
            [account] = tx.exec(select(AccountRow)).all()
            account.url = lms.url
        here = {one.title: one.id for one in environment.courses.assignments()}
        environment.courses.hand_in(environment.courses.plan(here["Reflection post 1"], url=LINK))
        lms.faults.arm("*", "close", times=50)
        environment.courses.put_off(here["Reflection post 2"], environment.courses.content(url=f"{LINK}/2"))
        lms.faults.clear()
    finally:
        environment.close()


def shown(folder: Path) -> None:
    """Put works into the portfolio, things into a collection, a mark into a page, and a rule over the feeds."""
    environment = environment_at(folder)
    try:
        page, manual = environment.bookmarks.bookmark_ids()
        essay = environment.journal.entry_ids()[0]
        environment.portfolio.init("Sam learns in public", "https://sam.example.org", author="Sam", about="**I**")
        day = NOW.date()
        works = ((essay, "public", "My first essay on memory."), (page, "unlisted", ""), (manual, "private", ""))
        for id, see, why in works:
            environment.portfolio.add(id, visibility=see, why=why, page="Memory", skills=["writing"], made_on=day)
        made = environment.collections.add("Essay on memory")
        environment.collections.put(made.id, [page, essay])
        environment.highlights.add(page, "What makes practice harder today", note="The heart of it")
        keep_a_picture(environment, page)
        environment.feeds.rules.add("portfolio", ["star", "tag:portfolio"], name="What I collect")
        environment.feeds.rules.add("weekly", ["hide"])
        environment.search.catch_up()
    finally:
        environment.close()


def keep_a_picture(environment: Any, page: int) -> None:
    """Keep a picture with a page, as `ple bookmarks images` does."""
    import io

    from PIL import Image

    kept = io.BytesIO()
    image = Image.new("RGB", (64, 48), (250, 250, 250))
    for x in range(64):
        image.putpixel((x, 47 - x * 3 // 4), (30, 90, 200))
    image.save(kept, "PNG")
    with environment.library.writing() as tx:
        tx.attach(page, "image", "curve.png", "image/png", kept.getvalue())


def enlarge(folder: Path, entries: int = 20_000) -> None:
    """Add feeds, entries, pages and journal entries, most with titles that no screen is wide enough for."""
    from ple.bookmarks.models import BOOKMARK, BookmarkRow
    from ple.feeds.models import ENTRY, FEED, EntryContentRow, EntryRow, FeedRow

    environment = environment_at(folder)
    try:
        with environment.library.writing() as tx:
            feeds = tx.register_many(FEED, 300)
            rows = [
                FeedRow(
                    id=id, url=f"https://f.example/{n}", url_key=f"f.example/{n}", folder=f"Folder {n % 12:02}",
                    title=f"{TITLES[n % 10] or 'Feed'} {n}",
                ).model_dump()
                for n, id in enumerate(feeds)
            ]  # fmt: skip
            tx.connection().execute(sa.insert(FeedRow), rows)
        for start in range(0, entries, 5000):
            with environment.library.writing() as tx:
                kept, words = [], []
                for n, id in enumerate(tx.register_many(ENTRY, min(5000, entries - start)), start):
                    at = NOW - dt.timedelta(minutes=11 * n + 3)
                    kept.append(EntryRow(
                        id=id, feed_id=feeds[n % 300], key=str(n), content_hash=str(n), fingerprint="", occurred_at=at,
                        published_at=at, seen_at=at, read_at=None if n % 5 < 2 else at, title=_plain(TITLES[n % 10]),
                        url=f"https://e.example/{n}",
                    ).model_dump())  # fmt: skip
                    said = f"Entry {n} says: {_plain(TITLES[n % 10])} forgetting is a feature. "
                    text = said * (400 if n < 10 else 3)
                    html = f"<h2>One</h2><p>{text}</p><h2>Two</h2><p>{text}</p>"
                    words.append({"id": id, "html": html, "text": text, "summary": ""})
                tx.connection().execute(sa.insert(EntryRow), kept)
                tx.connection().execute(sa.insert(EntryContentRow), words)
        with environment.library.writing() as tx:
            pages = []
            for n, id in enumerate(tx.register_many(BOOKMARK, 2000)):
                at, url = NOW - dt.timedelta(hours=n + 3), f"https://page.example/{n}/{'very-long-' * 20}"
                row = BookmarkRow(
                    id=id, url=url, final_url=url, url_key=url, title=_plain(TITLES[n % 10]), saved_at=at,
                    site_name=f"Site {n % 40} {TITLES[1][:20]}",
                )  # fmt: skip
                pages.append(row.model_dump())
            tx.connection().execute(sa.insert(BookmarkRow), pages)
        for n in range(60):
            title = _plain(TITLES[n % 10])
            environment.journal.write(
                f"# {title}\n\n{'words and more words ' * (3000 if n == 0 else 40)}",
                tags=[f"tag{n}", "a tag of some length"],
                written_at=NOW - dt.timedelta(days=n * 5 + 2),
            )
        for id in environment.journal.entry_ids()[-45:-5]:
            environment.portfolio.add(id, why="Why " * 200, page=_plain(TITLES[1])[:60], made_on=NOW.date())
        environment.search.catch_up()
    finally:
        environment.close()


def _plain(title: str) -> str:
    """Return a title as the doors let it in: what takes over a terminal goes on the way in."""
    from ple.web.text import line

    return line(title)
