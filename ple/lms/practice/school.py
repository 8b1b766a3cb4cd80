"""The school behind the practice LMS: two courses, their assignments, and what the learner handed in.

It knows no HTTP and neither Moodle nor Canvas: only what is open, what was saved, and which attempt it was.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

DAY = 86_400
LEARNER_ID = 4
STATEMENT = "This submission is my own work, except where I have acknowledged the use of the works of other people."
"""What Moodle lets learners declare, unless a site words it otherwise."""
LEARNER_NAME = "A Learner"
SCHOOL_NAME = "Practice School"


@dataclass(frozen=True, slots=True)
class Course:
    """A course that the learner is in."""

    id: int
    code: str
    title: str
    summary: str


@dataclass(frozen=True, slots=True)
class Assignment:
    """Something to hand in. Times are Unix seconds; 0 means none."""

    id: int
    course: int
    title: str
    intro: str
    opens_at: int = 0
    due_at: int = 0
    cutoff_at: int = 0
    points: int = 100
    takes: frozenset[str] = frozenset({"link", "text"})
    """What may be handed in: ``link``, ``text``, ``file``. Moodle has no links of their own: they are text there."""
    drafts: bool = False
    """Saving makes a draft, and submitting it is a step of its own (Moodle)."""
    statement: bool = False
    attempts: int = -1
    words: int = 0
    minutes: int = 0
    most_files: int = 1
    most_bytes: int = 102_400
    kinds: str = ".pdf"
    """The kinds of files, as Moodle lists them; empty: any."""
    hidden: bool = False

    @property
    def page(self) -> int:
        """The number in the address of its page; Moodle's differs from the assignment's own, a known trap."""
        return self.id + 2


@dataclass(slots=True)
class Work:
    """One attempt at an assignment."""

    id: int
    number: int
    """From 0."""
    status: str
    """``new``, ``draft``, ``submitted`` or ``reopened``."""
    created_at: int
    modified_at: int
    kind: str = ""
    """What was handed in: ``text`` or ``link``."""
    text: str = ""
    url: str = ""
    submitted_at: int = 0
    files: list[dict[str, Any]] = field(default_factory=list)
    """Name, size and hash of each."""
    started_at: int = 0
    """When the learner started its clock; 0: not yet, or it has none."""


@dataclass
class Review:
    """What a teacher said about an attempt."""

    number: int
    points: float | None
    comment: str
    at: int
    released: bool = True
    rubric: dict[str, tuple[float, str]] = field(default_factory=dict)
    """Points and words for each criterion."""
    files: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class School:
    """The state of the practice LMS, kept in the file ``state`` if there is one.

    Dates are days before and after the founding. A school that was founded more than a week ago moves its dates to
    the present when it is opened again, so that there is always something to hand in.
    """

    clock: Callable[[], float]
    state: Path | None = None
    founded_at: int = 0
    works: dict[int, list[Work]] = field(default_factory=dict)
    locked: set[int] = field(default_factory=set)
    extensions: dict[int, int] = field(default_factory=dict)
    reviews: dict[int, Review] = field(default_factory=dict)
    teams: dict[int, list[int]] = field(default_factory=dict)
    """Assignments that are handed in by a team, and the others in it who have still to do it. Not kept in the file."""
    badges: list[str] = field(default_factory=list)
    """The names of the badges that the learner has. Not kept in the file."""
    planned: list[tuple[int, str, str, int]] = field(default_factory=list)
    """What a Canvas' planner lists beside the assignments: course, kind, title, and when. Not kept in the file."""
    data: dict[str, bytes] = field(default_factory=dict)
    """Bytes of files by their hash. Not kept in the file."""
    areas: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    """Files that were uploaded and not handed in yet."""
    moved: dict[int, int] = field(default_factory=dict)
    """When something last happened to an assignment that the LMS would name among its updates."""
    writes: list[tuple[str, int]] = field(default_factory=list)
    """Each write that was accepted: what was done, to which assignment. Not kept in the file."""

    def __post_init__(self) -> None:
        self.founded_at = self.founded_at or self.now
        if self.state is not None and self.state.exists():
            self._load(self.state)
        self.courses = sample_courses()
        self.assignments = {task.id: task for task in sample_assignments(self.founded_at)}

    @property
    def now(self) -> int:
        """The present, in Unix seconds."""
        return int(self.clock())

    def latest(self, assignment: int) -> Work | None:
        """Return the latest attempt, if there is any."""
        works = self.works.get(assignment)
        return works[-1] if works else None

    def handed_in(self, assignment: int) -> list[Work]:
        """Return the attempts that count as handed in, oldest first."""
        return [work for work in self.works.get(assignment, []) if work.status == "submitted"]

    def is_open(self, task: Assignment) -> bool:
        """Return whether anything may be handed in at this moment."""
        closes_at = max(task.cutoff_at, self.extensions.get(task.id, 0)) if task.cutoff_at else 0
        return task.opens_at <= self.now and not (closes_at and closes_at < self.now) and task.id not in self.locked

    def begin(self, task: Assignment) -> Work:
        """Add an attempt, still empty."""
        works = self.works.setdefault(task.id, [])
        id = 1 + max((work.id for all_works in self.works.values() for work in all_works), default=0)
        works.append(Work(id, len(works), "new", self.now, self.now))
        return works[-1]

    def keep_file(self, name: str, data: bytes) -> dict[str, Any]:
        """Keep the bytes of a file; return what is known of it."""
        sha256 = hashlib.sha256(data).hexdigest()
        self.data[sha256] = data
        return {"name": name, "size": len(data), "sha256": sha256, "at": self.now}

    def upload(self, file: dict[str, Any], area: int = 0) -> int:
        """Put a file into an area, a new one for 0; return the area's number."""
        area = area or 900_000_000 + len(self.areas)
        self.areas.setdefault(area, []).append(file)
        return area

    def wrote(self, what: str, assignment: int) -> None:
        """Note an accepted write and keep the state."""
        self.writes.append((what, assignment))
        self.moved[assignment] = self.now
        self.keep()

    def start_over(self) -> None:
        """Forget all that was handed in, and what the teacher did."""
        for kept in (
            self.works, self.locked, self.extensions, self.reviews, self.teams, self.data, self.areas, self.moved,
            self.writes, self.badges, self.planned,
        ):  # fmt: skip
            kept.clear()
        self.assignments = {task.id: task for task in sample_assignments(self.founded_at)}
        self.keep()

    # what a teacher may do

    def lock(self, assignment: int) -> None:
        """Let nothing more be handed in."""
        self.locked.add(assignment)
        self.keep()

    def unlock(self, assignment: int) -> None:
        """Take a lock off."""
        self.locked.discard(assignment)
        self.keep()

    def extend(self, assignment: int, until: int) -> None:
        """Give the learner more time."""
        self.extensions[assignment] = until
        self.keep()

    def override(self, assignment: int, due_at: int, cutoff_at: int) -> None:
        """Give the learner dates of their own; the LMS shows them as if they were everybody's."""
        self.change(assignment, due_at=due_at, cutoff_at=cutoff_at)

    def change(self, assignment: int, **settings: Any) -> None:
        """Change an assignment, such as its ``minutes``, ``attempts`` or ``kinds``."""
        self.assignments[assignment] = replace(self.assignments[assignment], **settings)

    def grade(
        self,
        assignment: int,
        points: float | None,
        comment: str = "",
        *,
        released: bool = True,
        rubric: dict[str, tuple[float, str]] | None = None,
        files: dict[str, bytes] | None = None,
    ) -> None:
        """Say what the latest attempt is worth."""
        work = self.latest(assignment)
        kept = [self.keep_file(name, data) for name, data in (files or {}).items()]
        number = work.number if work else 0
        self.reviews[assignment] = Review(number, points, comment, self.now, released, rubric or {}, kept)
        self.moved[assignment] = self.now
        self.keep()

    def revert(self, assignment: int) -> None:
        """Make what was handed in a draft again."""
        if work := self.latest(assignment):
            work.status = "draft"
            self.moved[assignment] = self.now
            self.keep()

    def reopen(self, assignment: int) -> None:
        """Ask for another attempt."""
        self.begin(self.assignments[assignment]).status = "reopened"
        self.moved[assignment] = self.now
        self.keep()

    def keep(self) -> None:
        """Write the state to its file; a crash leaves the old one or the new one, never half of it."""
        if self.state is None:
            return
        said = {
            "founded_at": self.founded_at,
            "works": {str(id): [asdict(work) for work in works] for id, works in self.works.items()},
            "locked": sorted(self.locked),
            "extensions": {str(id): until for id, until in self.extensions.items()},
            "reviews": {str(id): asdict(review) for id, review in self.reviews.items()},
        }
        self.state.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.state.with_name(self.state.name + ".new")
        fresh.write_text(json.dumps(said, indent=1), encoding="utf-8")
        fresh.replace(self.state)

    def _load(self, state: Path) -> None:
        try:
            said = json.loads(state.read_text(encoding="utf-8"))
            self.works = {int(id): [Work(**work) for work in works] for id, works in said["works"].items()}
            self.locked = set(said["locked"])
            self.extensions = {int(id): until for id, until in said["extensions"].items()}
            self.reviews = {int(id): Review(**review) for id, review in said.get("reviews", {}).items()}
            founded_at = int(said["founded_at"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{state} does not hold the state of a practice LMS") from error
        self.founded_at = founded_at if founded_at > self.now - 7 * DAY else self.now


def sample_courses() -> tuple[Course, ...]:
    """The courses of the practice school."""
    return (
        Course(2, "PLE101", "Learning in Public", "<p>Write where others can read it, and hand in the links.</p>"),
        Course(3, "STAT110", "Thinking with Data", "<p>Small data, careful questions.</p>"),
    )


def sample_assignments(now: int) -> tuple[Assignment, ...]:
    """The assignments of the practice school, with dates round ``now``: one for each thing worth trying."""
    soon = (now - 7 * DAY, now + 7 * DAY, now + 14 * DAY)
    post = "<p>Publish a post on your own site and hand in its <b>link</b>.</p>"
    return (
        Assignment(1, 2, "Reflection post 1", post, *soon, drafts=True),
        Assignment(2, 2, "Reflection post 2", post, *soon),
        Assignment(3, 2, "Final portfolio", "<p>The link of your portfolio.</p>", *soon, drafts=True, statement=True),
        Assignment(4, 2, "Week 1 notes (closed)", post, now - 30 * DAY, now - 10 * DAY, now - 9 * DAY),
        Assignment(5, 2, "Week 2 notes (overdue, still open)", post, now - 20 * DAY, now - 3 * DAY),
        Assignment(6, 2, "Week 9 notes (opens later)", post, now + 7 * DAY, now + 14 * DAY),
        Assignment(7, 3, "Five words", "<p>In five words.</p>", *soon, takes=frozenset({"text"}), words=5),
        Assignment(8, 3, "Data set", "<p>A PDF, please.</p>", *soon, takes=frozenset({"file"})),
        Assignment(9, 3, "One attempt only", post, *soon, drafts=True, attempts=1),
        Assignment(10, 3, "Presentation (in class)", "<p>Nothing to hand in.</p>", *soon, takes=frozenset()),
        Assignment(
            11,
            3,
            "Reading log",
            "<p>No date: whenever you like.</p>",
            takes=frozenset({"link", "text", "file"}),
            most_files=3,
            most_bytes=1_048_576,
            kinds="",
        ),
        Assignment(12, 3, "Not for your group", post, *soon, hidden=True),
    )
