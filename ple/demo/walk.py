"""The walk: what a learner does in a day, done by the doors that the screens and commands use, step by step.

Each step says in a sentence what came of it, and the command that does the same. A step that does not come out as it
should ends the walk with an error, so that the demo is a test of the whole as well.
"""

import datetime as dt
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from ple.demo.words import ABOUT, LEARNED, PLAN, QUICK, REFLECTION
from ple.demo.world import SITES, World
from ple.library.errors import PleError

if TYPE_CHECKING:
    from ple.feeds.models import EntryLine

LEARNER = "A curious learner"
_FORMATS = {"rss": "RSS", "ato": "Atom", "jso": "JSON Feed"}


class DemoFailed(PleError):
    """A step of the demo did not come out as it should."""

    hint = "Please report it, with what `ple doctor` says."


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was done."""

    name: str
    said: str
    commands: tuple[str, ...]
    """What a learner would type for the same."""
    details: tuple[str, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0


@dataclass(slots=True)
class _Made:
    """What earlier steps made that later ones need."""

    entries: dict[str, "EntryLine"] = field(default_factory=dict)
    bookmarks: dict[str, int] = field(default_factory=dict)
    reflection: int = 0
    plan: int = 0
    artifact: int = 0


class Demo:
    """The demo in ``folder``: a library in it, the sample world around it. A context manager that ends the servers."""

    def __init__(self, folder: Path, now: dt.datetime) -> None:
        self.library_folder = folder / "library"
        self.webspace = folder / "website"
        self._now = now
        self._servers = ExitStack()
        self._made = _Made()

    def __enter__(self) -> "Demo":
        """Start the sample world and the practice LMS; open an empty library."""
        from ple.environment import Environment
        from ple.lms.practice import PracticeLms

        self.webspace.mkdir(parents=True, exist_ok=True)
        self.world = self._servers.enter_context(World(self.webspace, self._now))
        self.lms = self._servers.enter_context(PracticeLms("moodle"))
        self.environment = Environment(self.library_folder)
        self._servers.callback(self.environment.close)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End the servers and close the library."""
        self._servers.close()

    def steps(self) -> Iterator[Step]:
        """Do one step after the other and yield what was done.

        Raises:
            PleError: a step failed; nothing after it is done.
        """
        walk: tuple[Callable[[], Step], ...] = (
            self._follow,
            self._update,
            self._read,
            self._save,
            self._reflect,
            self._find,
            self._show,
            self._hand_in,
            self._look_back,
        )
        for step in walk:
            began = time.perf_counter()
            done = step()
            yield replace(done, seconds=round(time.perf_counter() - began, 3))

    # gather

    def _follow(self) -> Step:
        feeds = [self.environment.feeds.add(self.world.site(name), folder=self.world.folder(name)) for name in SITES]
        entries = sum(feed.entries for feed in feeds)
        self._expect(len({feed.format for feed in feeds}) == 3, "the three feeds are of three formats")
        self._expect(entries >= 15, "the feeds bring their entries")
        return Step(
            "Follow",
            f"Gave the addresses of three sites. Each named its feed, and {entries} entries came in.",
            tuple(f"ple feeds add {self.world.site(name)} --folder {self.world.folder(name)}" for name in SITES[:1]),
            tuple(f"{feed.title} · {_FORMATS[feed.format[:3]]} · {feed.entries} entries" for feed in feeds),
            {"feeds": len(feeds), "entries": entries},
        )

    def _update(self) -> Step:
        title = self.world.publish_later()
        first = list(self.environment.feeds.refresh(force=True))
        second = list(self.environment.feeds.refresh(force=True))
        failed = [done.failure for done in (*first, *second) if done.failure]
        self._expect(not failed, f"every feed can be read ({'; '.join(map(str, failed))})")
        self._expect([done.new for done in first].count(1) == 1, "the one new entry comes in")
        self._expect(sum(done.not_modified for done in first) == 2, "the other two publishers answer “not modified”")
        self._expect(all(done.not_modified and not done.new for done in second), "the second update brings nothing")
        return Step(
            "Update",
            "One publisher wrote something meanwhile: 1 new entry. Asked once more, all three said “not modified”, "
            "so nothing was fetched and nothing doubled.",
            ("ple feeds update",),
            (f"new: {title}",),
            {"new_entries": 1, "second_update_new_entries": 0, "not_modified": len(second)},
        )

    def _read(self) -> Step:
        feeds = self.environment.feeds
        lines = feeds.entries(unread=True, limit=None)
        self._made.entries = {line.title: line for line in lines}
        read = [line.id for line in lines[:5]]
        starred = [self._entry("Forgetting is part of it").id, self._entry("Sunspots with a shoebox").id]
        feeds.mark_read([*read, *starred])
        feeds.star(starred)
        left = len(feeds.entry_ids(unread=True))
        self._expect(left == len(lines) - len({*read, *starred}), "what was read is no longer unread")
        self._expect(set(feeds.entry_ids(starred=True)) == set(starred), "what was starred is starred")
        return Step(
            "Read",
            f"Read {len({*read, *starred})} of {len(lines)} entries and starred two to come back to.",
            ("ple entries list --unread", f"ple entries star {starred[0]} {starred[1]}"),
            tuple(f"★ #{id} {self.environment.feeds.entry(id).title}" for id in starred),
            {"read": len({*read, *starred}), "starred": len(starred), "unread": left},
        )

    def _save(self) -> Step:
        notes = {
            "Why forgetting helps": "The two strengths explain my bad week with the verbs.",
            "Small data, careful questions": "Shuffle the slips before I believe my own experiment.",
        }
        details = []
        words = 0
        for page in self.world.pages:
            saved = self.environment.bookmarks.save(
                self.world.url + page.address, tags=page.tags, note=notes.get(page.title)
            )
            self._expect(saved.problem is None, f"the page can be kept ({saved.problem})")
            kept = saved.bookmark
            self._expect(kept.title == page.title and (kept.words or 0) > 100, "the page's title and text are found")
            self._made.bookmarks[kept.title] = kept.id
            words += kept.words or 0
            by = kept.author or kept.site_name
            details.append(f"#{kept.id} {kept.title} · {by} · {kept.words} words, {kept.reading_minutes} min")
        return Step(
            "Save",
            f"Kept four pages with their readable text, {words:,} words; they stay readable when they go offline.",
            (f"ple save {self.world.url}{self.world.pages[0].address} --tag memory --note “…”",),
            tuple(details),
            {"bookmarks": len(details), "words": words},
        )

    # create and reflect

    def _reflect(self) -> Step:
        journal = self.environment.journal
        starred, page = self._entry("Forgetting is part of it"), self._made.bookmarks["Why forgetting helps"]
        begun = self._now - dt.timedelta(weeks=6)
        self._made.plan = journal.write(PLAN, tags=["memory", "experiment"], about=starred.id, written_at=begun).id
        written = journal.write(REFLECTION.format(page=page), tags=["memory", "experiment"])
        self._made.reflection = written.id
        linked = {link.id for link in written.links}
        self._expect({page, self._made.plan} <= linked, "mentions in the text become links")
        week = begun + dt.timedelta(weeks=1)
        asked = journal.write(QUICK, title="After the first week", prompt="what", tags=["experiment"], written_at=week)
        return Step(
            "Reflect",
            f"Wrote three entries. In one, #{page} and [[A plan for six weeks]] became links, which lead back as well; "
            f"one was written along the questions “{journal.prompt('what').title}”",
            (f'ple journal write --about {starred.id} --tag memory "…"', "ple journal write --prompt what"),
            (
                f"#{written.id} {written.title} · {written.words} words · {len(linked)} links",
                f"#{asked.id} {asked.title} · {asked.words} words",
            ),
            {"journal_entries": 3, "links": len(linked)},
        )

    # find

    def _find(self) -> Step:
        results = self.environment.search.find("forgetting", limit=20)
        best: dict[str, Any] = {}
        for hit in results.hits:
            best.setdefault(hit.kind, hit)
        self._expect({"entry", "bookmark", "journal"} <= set(best), "one word finds an entry, a page and a reflection")
        narrowed = self.environment.search.find("kind:bookmark tag:memory practise", limit=5)
        self._expect(narrowed.total >= 1, "a query with kind and tag finds what it should")
        return Step(
            "Find",
            f"One word found {results.total} things of every kind in {results.took_ms:.0f} ms: what was read, what was "
            "saved and what was written.",
            ("ple search forgetting", 'ple search "kind:bookmark tag:memory practise"'),
            tuple(f"{hit.kind} #{hit.id} {hit.title} · {_short(hit.excerpt)}" for hit in best.values()),
            {"hits": results.total, "took_ms": results.took_ms, "kinds": sorted(best)},
        )

    # show

    def _show(self) -> Step:
        portfolio = self.environment.portfolio
        portfolio.init("Learning in public", self.world.home, author=LEARNER, licence="CC BY 4.0", about=ABOUT)
        shown = portfolio.add(
            self._made.reflection,
            visibility="public",
            page="Experiments",
            why="A small experiment on myself. It shows how I plan, measure, and change my mind.",
            reflection=LEARNED,
        )
        portfolio.add(self._made.plan, visibility="public", page="Experiments", why="The plan, as it was before.")
        portfolio.add(
            self._made.bookmarks["Why forgetting helps"], visibility="public", why="What made me try it at all."
        )
        portfolio.add(
            self._entry("Sunspots with a shoebox").id, visibility="public", why="My next weekend.", tags=["astronomy"]
        )
        kept_back = portfolio.add(self._made.bookmarks["How far is that tree?"])
        self._made.artifact = shown.id
        built = portfolio.build(self.webspace)
        address = portfolio.address_of(shown.id)
        self._expect(address is not None, "what is published has an address")
        answer = self.environment.client.get(str(address))
        self._expect(answer.status == 200 and b"three right" in answer.body, "the page answers at its address")
        everything = b"".join(path.read_bytes() for path in self.webspace.rglob("*.html"))
        self._expect(kept_back.title.encode() not in everything, "what is private is on no page")
        serious = [finding.problem for finding in portfolio.check(self.webspace) if finding.serious]
        self._expect(not serious, f"the site has no faults ({'; '.join(serious)})")
        again = portfolio.build(self.webspace)
        self._expect(again.written == 0, "a second build has nothing to do")
        return Step(
            "Show",
            f"Chose five things, four of them public, and built a site of {built.pages} pages for a web space of one's "
            "own. The fifth is private and on no page.",
            (
                f"ple portfolio init --title “Learning in public” --url {self.world.home}",
                f"ple portfolio add {self._made.reflection} --visibility public --page Experiments --why “…”",
                "ple portfolio build DIR",
            ),
            (f"home: {self.world.home}", f"page: {address}"),
            {"pages": built.pages, "url": self.world.home, "artifact_url": address},
        )

    # hand in

    def _hand_in(self) -> Step:
        courses = self.environment.courses
        account = courses.connect(self.lms.url, token=self.lms.token)
        synced = list(courses.sync(account.id))
        self._expect(not any(done.failure for done in synced), f"the courses can be read ({synced})")
        due = courses.assignments(due_within=dt.timedelta(days=14))
        wanted = next((line for line in due if line.title == "Reflection post 1"), None)
        self._expect(wanted is not None, "the assignment is on the list")
        assert wanted is not None
        link = self.environment.portfolio.address_of(self._made.artifact)
        plan = courses.plan(wanted.id, url=link, resource=self._made.artifact)
        self._expect(plan.ok, f"it may be handed in ({', '.join(map(str, plan.problems))})")
        receipt = courses.hand_in(plan)
        self._expect(receipt.state == "verified", f"the receipt is verified, not {receipt.state}")
        self._expect(courses.plan(wanted.id, url=link).already, "the same link is not handed in twice")
        handed_in = self.lms.school.handed_in(1)
        self._expect(len(handed_in) == 1, "the LMS has it exactly once")
        read = receipt.verified_at or receipt.created_at
        return Step(
            "Hand in",
            f"Connected “{account.title}”, found {synced[0].assignments} assignments in {synced[0].courses} courses, "
            f"and handed the page's link in to “{wanted.title}”. It was read back and is there, once.",
            (
                f"ple lms connect {self.lms.url}",
                "ple lms assignments --due-within 14d",
                f"ple lms hand-in {wanted.id} --resource {self._made.artifact}",
            ),
            (
                f"receipt #{receipt.id}: {receipt.state} · {receipt.course} · attempt {receipt.attempt}",
                f"link: {receipt.url}",
                f"read back at {read:%H:%M:%S} UTC · record sha256 {receipt.record_sha256[:16]}…",
            ),
            {
                "assignment": wanted.title,
                "receipt": receipt.id,
                "state": str(receipt.state),
                "url": receipt.url,
                "record_sha256": receipt.record_sha256,
            },
        )

    def _look_back(self) -> Step:
        findings = self.environment.library.check()
        self._expect(not findings, f"the library is sound ({findings})")
        counts = {
            "entries": len(self.environment.feeds.entry_ids()),
            "pages": len(self.environment.bookmarks.bookmark_ids()),
            "journal entries": len(self.environment.journal.entry_ids()),
            "artifacts": len(self.environment.portfolio.artifacts()),
            "receipts": len(self.environment.courses.receipt_ids()),
        }
        said = ", ".join(f"{count} {what if count != 1 else what.removesuffix('s')}" for what, count in counts.items())
        return Step(
            "Keep",
            f"All of it is in one library of the learner's own: {said}. Checked, and sound.",
            ("ple library check", "ple undo"),
            (f"{self.library_folder}",),
            {what.replace(" ", "_"): count for what, count in counts.items()},
        )

    def _entry(self, title: str) -> "EntryLine":
        if title not in self._made.entries:
            raise DemoFailed(f"the entry “{title}” did not come in")
        return self._made.entries[title]

    @staticmethod
    def _expect(true: bool, what: str) -> None:
        if not true:
            raise DemoFailed(f"this should be so and is not: {what}")


def _short(excerpt: str) -> str:
    return excerpt if len(excerpt) <= 60 else excerpt[:60].rpartition(" ")[0] + "…"
