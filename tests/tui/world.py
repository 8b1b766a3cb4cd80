"""A small library made by the real doors from a server on this machine, with times that stand still."""

from __future__ import annotations

import asyncio
import datetime as dt
import shutil
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from textual.events import Key
from textual.keys import _character_to_key
from textual.pilot import Pilot
from textual.widget import Widget

from ple.environment import Environment
from ple.tui.app import LearningApp
from ple.tui.room import Room
from ple.tui.widgets.article_view import ArticleView

NOW = dt.datetime(2026, 11, 20, 10, 0, tzinfo=dt.UTC)

TOPICS = (
    "Forgetting as a feature",
    "How portfolios are graded",
    "学習ログの付け方",
    "A small web of essays",
    "Spacing effects, ten years on [b]",
)
FEEDS = (
    ("Psych notes", "Papers"),
    ("arXiv cs.CY", "Papers"),
    ("EdBlog", "Open learning"),
    ("Garden of Ann", "Open learning/Friends"),
    ("Zenn", None),
)
ARTICLE = """
<p>Memory research has long treated <strong>forgetting</strong> as failure. Spacing uses it on purpose: see
<a href="https://example.org/review">the 2006 review</a> and <a href="https://example.org/data">the data</a>.</p>
<blockquote><p>Forgetting is a feature, not a flaw: it keeps what matters and lets the rest go.</p></blockquote>
<h2>What to do</h2>
<ul><li>study, wait, test</li><li>never re-read first</li></ul>
<pre><code>def next_review(days):
    return days * 2</code></pre>
<table><tr><th>After</th><th>Kept</th></tr>
<tr><td>1 day</td><td>80 %</td></tr><tr><td>30 days</td><td>35 %</td></tr></table>
<p><img src="https://example.org/curve.png" alt="curve of forgetting"></p>
"""
PAGE = f"""<html lang="en"><head><title>Desirable difficulties</title><meta name="author" content="Robert Bjork">
<meta property="og:site_name" content="Learning Lab"></head><body><article><h1>Desirable difficulties</h1>{ARTICLE}
{"<p>What makes practice harder today makes memory last until next year, and that is the point of it.</p>" * 12}
</article></body></html>"""


def rss(title: str, entries: int, late: int) -> str:
    """A feed of entries that came out one every seven hours before now."""
    items = "".join(
        f"<item><title>{TOPICS[number % len(TOPICS)]}</title><link>https://example.org/{late}/{number}</link>"
        f"<guid>{title}-{number}</guid><pubDate>{NOW - dt.timedelta(hours=7 * number + late):%a, %d %b %Y %H:%M:%S} GMT"
        f"</pubDate><description><![CDATA[{ARTICLE}]]></description></item>"
        for number in range(entries)
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>{title}</title>{items}</channel></rss>'


class _Pages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = {"/page": PAGE}.get(self.path)
        if self.path.startswith("/feed/"):
            number = int(self.path.rpartition("/")[2])
            body = rss(FEEDS[number][0], 12, number)
        raw = (body or "").encode()
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", "text/html" if self.path == "/page" else "application/rss+xml")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: object) -> None:
        pass


def make(folder: Path) -> None:
    """Fill a library as its learner would."""
    from ple.bookmarks.models import BookmarkRow

    server = ThreadingHTTPServer(("127.0.0.1", 0), _Pages)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    environment = Environment(folder)
    try:
        here = f"http://127.0.0.1:{server.server_port}"
        for number, (_, in_folder) in enumerate(FEEDS):
            environment.feeds.add(f"{here}/feed/{number}", folder=in_folder)
        ids = environment.feeds.entry_ids()
        environment.feeds.mark_read(ids[5:9])
        environment.feeds.star(ids[2:3])
        page = environment.bookmarks.save(f"{here}/page", tags=["memory", "paper"], note="Why tests beat re-reading")
        other = environment.bookmarks.save("https://ankiweb.net/manual", title="Anki manual", fetch=False)
        with environment.library.writing() as tx:
            for days, (bookmark, url) in enumerate(
                [(page.bookmark, "https://bjorklab.example/desirable"), (other.bookmark, "https://ankiweb.net/manual")]
            ):
                at = NOW - dt.timedelta(days=days, hours=2)
                tx.update(BookmarkRow, [bookmark.id], url=url, final_url=url, saved_at=at)
        for days, text in enumerate((
            "# What I read\n\nBjork again: [[Desirable difficulties]].\n\n> A feature, not a flaw\n\nNext: interleave.",
            "# My plan for statistics\n\nTry **spacing** the problem sets.",
            "# Begun\n\nI want to remember what I read.",
        )):  # fmt: skip
            written_at = NOW - dt.timedelta(days=days * 7 + 1)
            environment.journal.write(text, tags=["memory"] if days < 2 else [], written_at=written_at)
        _go_to_school(folder)
        environment.search.catch_up()
    finally:
        environment.close()
        server.shutdown()
        thread.join()
        server.server_close()


def _go_to_school(folder: Path) -> None:
    """Connect a practice course, and forget on which port it was."""
    from sqlmodel import col, select

    from ple.lms.models import AccountRow, AssignmentRow
    from ple.lms.practice import PracticeLms

    environment = environment_at(folder)
    try:
        with PracticeLms("moodle", clock=NOW.timestamp) as lms:
            environment.courses.connect(lms.url, token=lms.token)
            for synced in environment.courses.sync():
                assert synced.failure is None
        with environment.library.writing() as tx:
            for account in tx.exec(select(AccountRow)).all():
                account.url = "https://moodle.school.example"
            for work in tx.exec(select(AssignmentRow).where(col(AssignmentRow.url).is_not(None))).all():
                work.url = f"https://moodle.school.example/mod/assign/view.php?id={work.id}"
    finally:
        environment.close()


def environment_at(folder: Path) -> Environment:
    """Open a library whose courses think that it is `NOW`."""
    from ple.lms import Courses

    environment = Environment(folder)
    environment.__dict__["courses"] = Courses(
        environment.library, environment.client, environment.secrets, now=lambda: NOW
    )
    return environment


class TestedApp(LearningApp):
    """The app on a library, with a clock that stands still and a browser that only notes what it is told."""

    __test__ = False

    def __init__(self, folder: Path, **more: Any) -> None:
        self.browsed: list[str] = []
        super().__init__(
            lambda: environment_at(folder),
            now=lambda: NOW,
            open_address=self.browsed.append,
            crash_folder=folder,
            **more,
        )


@asynccontextmanager
async def opened(folder: Path, *keys: str, size: tuple[int, int] = (80, 24), **more: Any) -> AsyncIterator[Pilot[None]]:
    """Open the app on a library, press keys, and close it at the end."""
    app = TestedApp(folder, **more)
    try:
        async with app.run_test(size=size) as pilot:
            await settle(pilot)
            await press(pilot, *keys)
            yield pilot
    finally:
        app.doors.close()


async def settle(pilot: Pilot[None]) -> None:
    """Wait until nothing is under way."""
    quiet = 0
    for _ in range(4000):
        await pilot.pause(0)
        screen = pilot.app.screen
        busy = any(not worker.is_finished for worker in pilot.app.workers)
        # Textual applies styles and layout when it is idle: "nothing is queued" is not yet "all is done".
        busy = busy or bool(screen._dirty_widgets) or any(map(_unpainted, screen.walk_children(Widget, with_self=True)))
        busy = busy or not all(view.complete for view in screen.query(ArticleView))
        if isinstance(screen, Room):
            busy = busy or screen.busy or screen._laid_out_for != pilot.app.size
        quiet = 0 if busy else quiet + 1
        if quiet == 5:  # what is painted asks for rows, which are painted, …
            return
        if busy:
            await asyncio.sleep(0.003)  # lets the threads have the processor
    raise AssertionError(f"still at it: {[worker for worker in pilot.app.workers if worker.is_running]}")


def _unpainted(widget: Widget) -> bool:
    return widget._refresh_styles_required or widget._layout_required or widget._repaint_required


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press keys one after the other, each when the one before is done with."""
    for key in keys:
        send(pilot, key, key if len(key) == 1 else None)
        await settle(pilot)


async def type_in(pilot: Pilot[None], text: str) -> None:
    """Type a text."""
    for character in text:
        send(pilot, _character_to_key(character), character)
    await settle(pilot)


def send(pilot: Pilot[None], key: str, character: str | None) -> None:
    """Send a key as the terminal does; Pilot's own `press` waits for two idle moments after each."""
    driver = pilot.app._driver
    assert driver is not None
    event = Key(key, character)
    event.set_sender(pilot.app)
    driver.send_message(event)


def seen(pilot: Pilot[None]) -> str:
    """Return what is on the screen, as plain text."""
    strips = pilot.app.screen._compositor.render_strips()
    return "\n".join(strip.text.rstrip() for strip in strips)


def copied(world: Path, to: Path) -> Path:
    """Return a copy of a library for a test of its own."""
    shutil.copytree(world, to)
    return to
