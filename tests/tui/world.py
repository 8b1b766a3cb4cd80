"""A small library made by the real doors from a server on this machine, with times that stand still."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import shutil
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from textual.app import App
from textual.events import Key
from textual.keys import _character_to_key
from textual.message_pump import MessagePump
from textual.pilot import Pilot
from textual.widget import Widget

from ple.environment import Environment
from ple.tui.app import LearningApp
from ple.tui.room import Room
from ple.tui.widgets.article_view import ArticleView

whole = pytest.mark.skipif(not os.environ.get("PLE_TEST_ALL"), reason="long; PLE_TEST_ALL=1 runs it")
PATIENCE = 60.0
"""Seconds: a machine may have much else to do."""
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
        f"</pubDate><description><![CDATA[{ARTICLE}<p>No. {number + 1}, {title}</p>]]></description></item>"
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
    NOTIFICATION_TIMEOUT = 3600

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


async def settle(pilot: Pilot[Any]) -> None:
    """Wait until nothing is under way, however long the machine takes."""
    await until(pilot, lambda: True)


async def until(pilot: Pilot[Any], condition: Callable[[], Any], seconds: float = PATIENCE) -> None:
    """Wait until nothing is under way and a condition holds."""
    end = time.monotonic() + seconds
    quiet = 0
    while quiet < 4:  # what is painted asks for rows, which are painted, …
        for _ in range(3):  # lets what is ready run
            await asyncio.sleep(0)
        said = busy(pilot.app)
        quiet = 0 if said or not condition() else quiet + 1
        if not quiet:
            assert time.monotonic() < end, f"still at it: {said}" if said else f"it never came:\n{seen(pilot)}"
            await asyncio.sleep(0.002)  # lets the threads have the processor


def busy(app: App[Any]) -> str:
    """Return what an app is still at; nothing if it waits for its learner."""
    if app._exception is not None or not app.is_running:
        return ""
    for worker in app.workers:
        if not worker.is_finished:
            return f"worker {worker.group}"
    screens = [screen for stack in app._screen_stacks.values() for screen in stack]
    if app.screen._callbacks:  # those of a screen that a dialog covers wait until it is painted again
        return "callbacks"
    for pump in (app, *screens, *app.screen.walk_children(Widget)):
        if pump._running and not _waits(pump):
            return f"messages of {pump}"
    # Textual applies styles and layout when it is idle: "nothing is queued" is not yet "all is done".
    screen = app.screen
    if screen._dirty_widgets:
        return "painting"
    for widget in screen.walk_children(Widget, with_self=True):
        if widget._refresh_styles_required or widget._layout_required or widget._repaint_required:
            widget.check_idle()
            return f"painting {widget}"
    if not all(view.complete for view in screen.query(ArticleView)):
        return "laying out"
    if isinstance(screen, Room) and (screen.busy or screen._laid_out_for != app.size):
        return "loading"
    return ""


def _waits(pump: MessagePump) -> bool:
    """Whether it has dealt with all its messages: one that was taken from the queue may still be worked on."""
    queue = pump._message_queue
    taken = not queue.values and any(not waiter.done() for waiter in queue.ready_event._waiters)
    return taken and not pump._next_callbacks and pump._pending_message is None


async def press(pilot: Pilot[Any], *keys: str) -> None:
    """Press keys one after the other, each when the one before is done with."""
    for key in keys:
        send(pilot, key, key if len(key) == 1 else None)
        await settle(pilot)


async def type_in(pilot: Pilot[Any], text: str) -> None:
    """Type a text."""
    for character in text:
        send(pilot, _character_to_key(character), character)
    await settle(pilot)


def send(pilot: Pilot[Any], key: str, character: str | None) -> None:
    """Send a key as the terminal does; Pilot's own `press` waits for two idle moments after each."""
    event = Key(key, character)
    event.set_sender(pilot.app)
    pilot.app.post_message(event)


async def resize(pilot: Pilot[Any], width: int, height: int) -> None:
    """Give the terminal another size."""
    await pilot.resize_terminal(width, height)
    await settle(pilot)


def seen(pilot: Pilot[Any]) -> str:
    """Return what is on the screen, as plain text."""
    strips = pilot.app.screen._compositor.render_strips()
    return "\n".join(strip.text.rstrip() for strip in strips)


def copied(world: Path, to: Path) -> Path:
    """Return a copy of a library for a test of its own."""
    shutil.copytree(world, to)
    return to
