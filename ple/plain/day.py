"""A learner's day as a talk: today, reading, the library, the journal, search, handing in."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ple.library.errors import InvalidInput, NotFound, PleError
from ple.plain.talk import Over, Talk

if TYPE_CHECKING:
    from ple.environment import Environment
    from ple.lms import AssignmentLine, Plan

MOST = 200
"""So many lines of a list are offered; search finds the others."""


_NAMES = {
    "ple feeds add": "Feeds",
    "ple journal write": "Journal: write",
    "ple lms show": "Hand in",
    "ple bookmarks list": "Saved pages",
    "ple entries list": "Read what is new",
    "ple journal on-this-day": "Journal: read",
}


class Day:
    """The menu, and what stands behind each of its numbers."""

    def __init__(self, environment: Environment, talk: Talk) -> None:
        self._environment = environment
        self._talk = talk
        self._menu: tuple[tuple[str, Callable[[], None]], ...] = (
            ("Today", self.today),
            ("Read what is new", self.new),
            ("Feeds", self.feeds),
            ("Saved pages", self.library),
            ("Save a page", self.save),
            ("Journal: read", self.journal),
            ("Journal: write", self.write),
            ("Search", self.search),
            ("Hand in", self.hand_in),
            ("Receipts", self.receipts),
            ("Undo the last change", self.undo),
            ("Redo what was undone", self.redo),
        )

    def run(self) -> None:
        """Say what matters today, then offer the menu until the learner leaves or the input ends."""
        try:
            self._guarded(self.today)
            while True:
                self._talk.say("", "Menu.")
                for number, (name, _) in enumerate(self._menu, 1):
                    self._talk.say(f"{number}. {name}")
                self._talk.say("0. Leave")
                answer = self._talk.ask("Number:")
                if answer in ("0", "q", "quit"):
                    return
                if answer.isdecimal() and 0 < int(answer) <= len(self._menu):
                    self._guarded(self._menu[int(answer) - 1][1])
                elif answer:
                    self._talk.say(f"{answer} is none of them.")
        except (Over, KeyboardInterrupt):
            self._talk.say("")

    def _guarded(self, verb: Callable[[], None]) -> None:
        try:
            verb()
        except PleError as error:
            self._talk.say(f"That did not work: {error}.", *([error.hint] if error.hint else []))

    # looking

    def today(self) -> None:
        """Say what is due, what is new and what to do."""
        from ple.today import gather

        found = gather(self._environment)
        say = self._talk.say
        say(f"Today, {dt.datetime.now().astimezone():%A %d %B %Y}.")
        say("Due:" if found.due else "Nothing is due within two weeks.")
        for work in found.due:
            say(f"  {line(work.title)}, {when(work.due_at)}, {line(work.course)}")
        say(f"{found.unread} unread entries." if found.unread != 1 else "1 unread entry.")
        for entry in found.entries:
            say(f"  {line(entry.title)}, {line(entry.feed_title)}")
        if found.unread_pages:
            say(f"{found.unread_pages} saved to read.")
            for page in found.pages:
                say(f"  {line(page.title)}")
        for memory in found.on_this_day:
            say(f"On this day: {line(memory.title)}")
        say(self._by_number(line(found.suggestion)))

    def _by_number(self, suggestion: str) -> str:
        """Return a suggestion with the number of the menu that follows it, in place of its command."""

        def number(match: re.Match[str]) -> str:
            name = next((name for command, name in _NAMES.items() if match[1].startswith(command)), None)
            return f"{[one for one, _ in self._menu].index(name) + 1} in the menu" if name else match[0]

        return re.sub(r"`([^`]+)`", number, suggestion)

    def new(self) -> None:
        """Read the unread entries one after the other."""
        feeds = self._environment.feeds
        ids = feeds.entry_ids(unread=True)[:MOST]
        if not ids:
            self._talk.say("Everything that came in is read.")
            return
        for place, id in enumerate(ids, 1):
            self._talk.say("", f"{place} of {len(ids)}.")
            if not self._entry(id):
                return

    def _entry(self, id: int) -> bool:
        """Say an entry, and do with it what the learner says; False to stop."""
        feeds = self._environment.feeds
        entry = feeds.entry(id)
        self._page(entry.title, f"{line(entry.feed_title)}, {when(entry.published_at)}", entry.text or entry.summary)
        feeds.mark_read([id], opened=True)
        while True:
            answer = self._talk.ask(
                "enter next, s star, k keep the page, w write about it, u unread, q stop:"
            ).casefold()
            if answer in ("", "n"):
                return True
            if answer == "q":
                return False
            if answer == "s":
                feeds.star([id])
                self._talk.say("Starred.")
            elif answer == "u":
                feeds.mark_unread([id])
                self._talk.say("Unread again.")
            elif answer == "k" and entry.url:
                self._guarded(lambda: self._save(entry.url or "", id))
            elif answer == "w":
                self._guarded(lambda: self._write(about=id))
            else:
                self._talk.say("This cannot be done here.")

    def feeds(self) -> None:
        """Choose a feed and read it, follow one, or ask all for news."""
        answer = self._talk.ask("l list and read, a follow one, r ask all for news, enter back:").casefold()
        feeds = self._environment.feeds
        if answer == "a":
            feed = feeds.add(self._talk.ask("Address of the feed or the site:"))
            self._talk.say(f"Following {line(feed.title)}, {feed.unread} unread.")
        elif answer == "r":
            new = 0
            for done in feeds.refresh(force=True):
                new += done.new
                if done.failure:
                    self._talk.say(f"{line(done.title or done.url)}: {line(done.failure)}")
            self._talk.say(f"{new} new.")
        elif answer == "l":
            chosen = self._talk.choose(
                "Feeds", feeds.feeds(), lambda feed: f"{line(feed.title)}, {feed.unread} unread", "No feeds yet."
            )
            if chosen is not None:
                self._read(feeds.entry_ids(feed=chosen.id), line(chosen.title))

    def _read(self, ids: Sequence[int], title: str) -> None:
        lines = self._environment.feeds.entry_lines(ids[:MOST])
        entry = self._talk.choose(
            title, lines, lambda one: f"{'' if one.read else 'unread, '}{line(one.title)}", "Nothing is here."
        )
        if entry is not None:
            self._entry(entry.id)

    # keeping

    def library(self) -> None:
        """Choose a saved page and read it."""
        bookmarks = self._environment.bookmarks
        lines = bookmarks.bookmark_lines(bookmarks.bookmark_ids()[:MOST])
        page = self._talk.choose("Saved pages", lines, lambda one: line(one.title or one.url), "Nothing is saved yet.")
        if page is not None:
            whole = bookmarks.bookmark(page.id)
            self._page(whole.title, whole.url, "\n".join((whole.note or "", whole.text or "")))
            bookmarks.mark_read([page.id])

    def save(self) -> None:
        """Keep a page by its address."""
        address = self._talk.ask("Address of the page:")
        if address:
            self._save(address, None)

    def _save(self, address: str, source: int | None) -> None:
        saved = self._environment.bookmarks.save(address, source=source)
        known = "It was kept already" if saved.known else "Kept"
        self._talk.say(f"{known}: {line(saved.bookmark.title)}.", *([line(saved.problem)] if saved.problem else []))

    def journal(self) -> None:
        """Choose an entry of the journal and read it."""
        journal = self._environment.journal
        lines = journal.entry_lines(journal.entry_ids()[:MOST])
        chosen = self._talk.choose(
            "Journal", lines, lambda one: f"{when(one.written_at)}, {line(one.title)}", "Your journal is empty."
        )
        if chosen is not None:
            entry = journal.entry(chosen.id)
            self._page(entry.title, when(entry.written_at), entry.text)

    def write(self) -> None:
        """Write a new entry."""
        self._write(about=None)

    def _write(self, *, about: int | None) -> None:
        text = self._talk.text("Write.")
        if text:
            entry = self._environment.journal.write(text, about=about)
            self._talk.say(f"Kept in your journal: {line(entry.title)}.")
        else:
            self._talk.say("Nothing was written.")

    def search(self) -> None:
        """Search everything that is kept."""
        words = self._talk.ask("Search for:")
        if not words:
            return
        found = self._environment.search.find(words, limit=MOST)
        if not found.hits and found.did_you_mean:
            self._talk.say(f"Did you mean {line(found.did_you_mean)}?")
        hit = self._talk.choose(
            f"{found.total} found", found.hits, lambda one: f"{one.kind}: {line(one.title)}", "Nothing says that."
        )
        if hit is not None:
            document = self._environment.document(hit.id)
            self._page(document.title, document.url or document.kind, document.text)

    # handing in

    def hand_in(self) -> None:
        """Choose an assignment, say what to hand in, hear what would happen, and only then send."""
        courses = self._environment.courses
        lines = sorted(courses.assignments(), key=lambda one: (one.handed_in, one.due_at is None, one.due_at))
        work = self._talk.choose("Assignments", lines, _assignment, "No course has assignments for you.")
        if work is None:
            return
        told = courses.assignment(work.id)
        self._page(told.title, f"{line(told.course)}, {when(told.due_at)}", told.text)
        said = self._talk.ask("Hand in what? A link, a number, words of its title, or enter to go back:")
        if not said:
            return
        plan = self._plan(work.id, said)
        if plan.problems or plan.already:
            self._talk.say(*([line(problem.sentence) for problem in plan.problems] or ["It is handed in already."]))
            return
        self._talk.say(*_planned(plan))
        if plan.statement and not self._talk.yes(f"I declare: {line(plan.declaration)}"):
            self._talk.say("Nothing was sent.")
            return
        if self._talk.ask("Type send to hand in, anything else to leave it:").casefold() != "send":
            self._talk.say("Nothing was sent.")
            return
        receipt = courses.hand_in(plan, accept_statement=plan.statement)
        self._talk.say(f"Handed in. Receipt {receipt.id}, {receipt.state}.")

    def _plan(self, assignment: int, said: str) -> Plan:
        ours = self._environment
        if said.startswith(("http://", "https://")):
            return ours.courses.plan(assignment, url=said)
        try:
            id = ours.resolve(said, "artifact")  # a work and what it shows have one title: the work has the address
        except NotFound:
            id = ours.resolve(said)
        document = ours.document(id)
        address = ours.portfolio.address_of(id) or (document.url if document.kind != "artifact" else None)
        if address is None:
            raise InvalidInput(
                "this has no address that a course could be given",
                hint="Make it public in your portfolio, publish that, then hand it in.",
            )
        return ours.courses.plan(assignment, url=address, resource=id)

    def receipts(self) -> None:
        """Choose a receipt and hear it."""
        receipts = self._environment.courses.receipts()
        one = self._talk.choose(
            "Receipts", receipts, lambda one: f"{line(one.title)}, {line(one.course)}, {one.state}", "No receipts yet."
        )
        if one is not None:
            self._page(one.title, one.url or "", self._environment.document(one.id).text)

    def undo(self) -> None:
        """Take back the last change."""
        self._talk.say(f"Taken back: {line(self._environment.library.undo().label)}.")

    def redo(self) -> None:
        """Do again what was taken back last."""
        self._talk.say(f"Done again: {line(self._environment.library.redo().label)}.")

    def _page(self, title: str, about: str, text: str) -> None:
        from ple.web.text import block

        self._talk.say("", line(title) or "Untitled", line(about))
        self._talk.say(*(part for part in block(text).split("\n") if part.strip()))
        self._talk.say("End.")


def _assignment(work: AssignmentLine) -> str:
    state = "handed in" if work.handed_in else when(work.due_at)
    return f"{line(work.title)}, {line(work.course)}, {state}"


def _planned(plan: Plan) -> list[str]:
    said = [
        f"To {line(plan.assignment)}, {line(plan.course)}, as {line(plan.account)}.",
        f"What: {line(plan.link or plan.text or '')}",
        f"Due {when(plan.due_at)}{', this is late' if plan.late else ''}.",
    ]
    if plan.replaces:
        said.append(f"It replaces {line(plan.replaces)}.")
    return said + [line(warning) for warning in plan.warnings]


def line(text: str | None) -> str:
    """Return one line that may be said."""
    from ple.web.text import line as cleaned

    return cleaned(text or "")


def when(moment: dt.datetime | None) -> str:
    """Say a moment in words."""
    if moment is None:
        return "no date"
    try:
        local = moment.astimezone()
    except (OverflowError, OSError, ValueError):  # where the calendar or the platform ends
        local = moment
    return f"{local.day} {local:%B %Y, %H:%M}"
