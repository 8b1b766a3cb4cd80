"""What ple asks of an LMS, whatever its make: the protocol, and the values that go through it.

A new adapter is one module with one class that has these methods, and an entry point in the group ``ple.lms``. It
speaks the LMS's own language and knows nothing of the library, of plans, or of receipts. Times are aware, in UTC.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar, Protocol

from ple import plugins
from ple.library.errors import InvalidInput
from ple.lms.content import Content, FileMark, Found

if TYPE_CHECKING:
    from ple.web.client import Client


class Capability(StrEnum):
    """What can be done with an account."""

    READ = "read"
    LINK = "link"
    TEXT = "text"
    FILES = "files"


class SubmissionState(StrEnum):
    """Where an attempt stands."""

    NONE = "none"
    DRAFT = "draft"
    SUBMITTED = "submitted"
    REOPENED = "reopened"
    """The teacher asks for another attempt, in which there is nothing yet."""

    @property
    def handed_in(self) -> bool:
        """Whether the teacher sees it."""
        return self is SubmissionState.SUBMITTED


@dataclass(frozen=True, slots=True)
class Site:
    """An LMS as it shows itself before anyone has signed in."""

    kind: str
    url: str
    """The address that everything else is below."""
    title: str
    problem: str | None = None
    """Why it cannot be used by programs, if it says so."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose token it is, and what it lets ple do."""

    remote_id: str
    name: str
    site: str
    url: str
    capabilities: frozenset[Capability]


@dataclass(frozen=True, slots=True)
class RemoteCourse:
    """A course, as the LMS tells it."""

    remote_id: str
    code: str
    title: str
    url: str | None
    html: str = ""
    starts_at: dt.datetime | None = None
    ends_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Accepts:
    """What may be handed in."""

    link: bool = False
    """As a link, or as a text that holds one."""
    text: bool = False
    files: bool = False
    words: int | None = None
    """The most words that a text may have."""
    extensions: tuple[str, ...] = ()
    """The kinds of files, as ``.pdf``; none: any. What does not begin with a dot is a group of the LMS's own."""
    most_files: int | None = None
    most_bytes: int | None = None
    """The most that one file may have."""

    @property
    def summary(self) -> str:
        """What may be handed in, in words."""
        kinds = {"a link": self.link, "a text": self.text, "files": self.files}
        said = [name for name, wanted in kinds.items() if wanted]
        return " or ".join(said) or "nothing online"


@dataclass(frozen=True, slots=True)
class RemoteAssignment:
    """An assignment, as the LMS tells it to this learner: overrides are applied."""

    remote_id: str
    course_id: str
    title: str
    url: str | None
    html: str
    accepts: Accepts
    opens_at: dt.datetime | None = None
    due_at: dt.datetime | None = None
    closes_at: dt.datetime | None = None
    points: float | None = None
    attempts: int | None = None
    """How many are allowed; none: as many as one likes."""
    drafts: bool = False
    statement: bool = False
    statement_text: str = ""
    """What has to be declared, in the course's own words, plain."""
    time_limit: dt.timedelta | None = None
    """How long it may take from when the learner starts it."""
    reopens: str = ""
    """How another attempt comes about: ``manual``, ``automatic``, ``untilpass``; empty if that is not told."""
    locked: bool = False
    team: bool = False
    """Whether it is handed in for a whole team."""
    team_all: bool = False
    """Whether every one of the team has to hand it in before it counts."""
    status: "SubmissionStatus | None" = None
    """Where the learner stands, if the LMS tells that along with the assignment."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt: its number from 1, its state, and what is in it."""

    number: int
    state: SubmissionState
    found: Found
    submitted_at: dt.datetime | None = None
    remote_id: str | None = None
    started_at: dt.datetime | None = None
    """When the learner started its clock, where it has a time limit."""


@dataclass(frozen=True, slots=True)
class RemoteSession:
    """A session of a course: a lesson, a workshop, a meeting."""

    remote_id: str
    course: str
    title: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    place: str = ""
    url: str | None = None
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class RemoteBadge:
    """A badge that the learner has at the LMS."""

    name: str
    issuer: str
    issued_at: dt.datetime | None
    expires_at: dt.datetime | None
    url: str | None
    """Where its assertion can be had, without a token."""
    description: str = ""
    course_id: str | None = None


@dataclass(frozen=True, slots=True)
class Comment:
    """Words of a teacher, or of the learner, about a submission."""

    author: str
    html: str
    at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line of a rubric."""

    title: str
    points: float | None
    most: float | None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Feedback:
    """What came back for an attempt, as far as it is released to the learner."""

    attempt: int
    grade: str = ""
    """As the LMS shows it: ``85.50 / 100.00``, ``Competent``."""
    points: float | None = None
    graded_at: dt.datetime | None = None
    comments: tuple[Comment, ...] = ()
    rubric: tuple[Criterion, ...] = ()
    files: tuple[FileMark, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether there is nothing in it."""
        return not (self.grade or self.comments or self.rubric or self.files)


@dataclass(frozen=True, slots=True)
class Grant:
    """A token as a sign-in gave it."""

    token: str = field(repr=False)
    expires_at: dt.datetime | None = None
    renewal: Mapping[str, str] | None = field(default=None, repr=False)
    """What a new one can be got with, without the learner; as secret as the token."""


@dataclass(frozen=True, slots=True)
class SubmissionStatus:
    """Where the learner stands with an assignment, read a moment ago."""

    state: SubmissionState
    attempt: Attempt | None
    """The latest one."""
    earlier: tuple[Attempt, ...] = ()
    can_edit: bool | None = None
    """Whether something may be handed in now, if the LMS says so."""
    locked: bool = False
    extended_to: dt.datetime | None = None
    waits_for: int = 0
    """How many of the team have still to hand in."""
    feedback: Feedback | None = None
    clock: dt.datetime | None = field(default=None, compare=False)
    """What time it was there, if the LMS said so."""
    raw: str = field(default="{}", repr=False)
    """The answer that this was read from, as JSON: the proof that a receipt keeps."""

    @property
    def number(self) -> int:
        """The number of the latest attempt; 0 if there is none."""
        return self.attempt.number if self.attempt else 0

    @property
    def fingerprint(self) -> str:
        """What tells whether anything moved since."""
        return f"{self.state}/{self.number}/{self.attempt.found.sha256 if self.attempt else ''}"


class LmsAdapter(Protocol):
    """An LMS of one make, at one address, with one learner's token. Methods raise subclasses of LmsError."""

    kind: ClassVar[str]
    """The word for it on the command line and in the library."""
    name: ClassVar[str]
    """Its name as people know it."""
    each_counts: ClassVar[bool]
    """Whether every hand-in that arrives is another attempt, so that none may ever be sent twice. Otherwise it
    replaces what was there."""
    takes: ClassVar[bool]
    """Whether work can be handed in through it; otherwise the learner does that, and gives their word."""
    token_days: ClassVar[int | None]
    """How long a token usually lives; none: for ever, or there is none."""

    def __init__(self, client: "Client", url: str, token: str) -> None:
        """Talk to the LMS at ``url`` with ``token``; nothing is asked yet."""
        ...

    @classmethod
    def probe(cls, client: "Client", url: str) -> Site | None:
        """Return the LMS of this make that ``url`` is a page of, asked without a token; none if it is no such LMS."""
        ...

    def whoami(self) -> Identity:
        """Return whose token it is."""
        ...

    def courses(self) -> Iterator[RemoteCourse]:
        """Yield the courses that the learner is in now."""
        ...

    def assignments(self, course_id: str) -> Iterator[RemoteAssignment]:
        """Yield the assignments of a course that the learner may see."""
        ...

    def assignment(self, course_id: str, remote_id: str) -> RemoteAssignment:
        """Return one assignment as it is now."""
        ...

    def status(self, course_id: str, remote_id: str) -> SubmissionStatus:
        """Return where the learner stands."""
        ...

    def standings(
        self, course_id: str, assignments: Sequence[RemoteAssignment], since: dt.datetime | None
    ) -> Iterator[tuple[str, SubmissionStatus]]:
        """Yield where the learner stands with those assignments of a course in which something moved since then.

        As cheaply as the LMS allows; without ``since``, only what costs no request for each.
        """
        ...

    def download(self, file: FileMark) -> bytes:
        """Return the bytes of a file that the LMS named, such as feedback."""
        ...

    def badges(self) -> Iterator[RemoteBadge]:
        """Yield the badges that the learner has there."""
        ...

    def sessions(self) -> Iterator[RemoteSession]:
        """Yield the sessions of courses that somebody teaches."""
        ...

    def start(self, assignment: RemoteAssignment) -> None:
        """Start the learner's clock for an assignment with a time limit; it cannot be stopped.

        Raises:
            Refused: the LMS does not start it.
        """
        ...

    def save(self, assignment: RemoteAssignment, content: Content) -> None:
        """Send ``content``: as a draft where the assignment has drafts, else it is handed in with that.

        Raises:
            AnswerLost: it may have arrived or not.
            Refused: the LMS did not take it.
        """
        ...

    def submit(self, assignment: RemoteAssignment, *, statement: bool) -> None:
        """Hand in the draft; raises as :meth:`save` does. ``statement``: the learner declared what the course asks."""
        ...


_OURS = {
    "calendar": ("ple.lms.calendar", "Calendar"),
    "canvas": ("ple.lms.canvas", "Canvas"),
    "manual": ("ple.lms.manual", "Manual"),
    "moodle": ("ple.lms.moodle", "Moodle"),
}


def lms_kinds() -> list[str]:
    """Return the kinds of LMS that ple knows, plug-ins included."""
    return sorted({*_OURS, *plugins.names("ple.lms")})


def adapter_class(kind: str) -> type[LmsAdapter]:
    """Return the adapter for a kind of LMS.

    Raises:
        InvalidInput: there is none.
        PluginError: it cannot be loaded.
    """
    if kind in _OURS:  # first: looking through the entry points of all that is installed takes a while
        module, name = _OURS[kind]
        ours: type[LmsAdapter] = getattr(import_module(module), name)
        return ours
    if kind in plugins.names("ple.lms"):
        found: type[LmsAdapter] = plugins.load("ple.lms", kind)
        return found
    raise InvalidInput(f"there is no kind of LMS “{kind}”", hint=f"There are: {', '.join(lms_kinds())}.")
