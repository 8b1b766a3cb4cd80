"""A practice LMS of each kind, and a learner who is connected to it."""

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ple.lms.practice import PracticeLms
from ple.lms.showing import Seen
from ple.web.client import Client, Limits

KINDS = ("moodle", "canvas")
LINK = "https://sam.example.org/2026/learning-in-public/?a=1&b=2"
POST, SECOND_POST, PORTFOLIO, CLOSED, OVERDUE, LATER, FIVE_WORDS, PDF, ONCE, IN_CLASS, LOG, HIDDEN = range(1, 13)
SAVE = {"moodle": "mod_assign_save_submission", "canvas": "submit"}
LOOK = {"moodle": "mod_assign_get_submission_status", "canvas": "submission"}
FIRST_STEP = {"moodle": "mod_assign_save_submission", "canvas": "submit"}
LAST_STEP = {"moodle": "mod_assign_submit_for_grading", "canvas": "submit"}
"""What hands the first assignment in for good."""


@dataclass
class Clock:
    """A clock that a test can put forward."""

    at: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.UTC))

    def __call__(self) -> dt.datetime:
        return self.at

    def forward(self, **time: float) -> None:
        self.at += dt.timedelta(**time)


@dataclass
class Learner:
    """A learner with an account at a practice LMS."""

    lms: PracticeLms
    courses: Any
    clock: Clock
    client: Client
    environment: Any

    def number(self, task: int) -> int:
        """The number in the library of the practice LMS's assignment ``task``."""
        title = self.lms.school.assignments[task].title
        return next(line.id for line in self.courses.assignments() if line.title == title)

    def hand_in(self, task: int = POST, url: str | None = LINK, **more: Any) -> Any:
        """Plan and hand in, as the command line does."""
        accept = more.pop("accept_statement", False)
        plan = self.courses.plan(self.number(task), url=url, **more)
        return self.courses.hand_in(plan, accept_statement=accept)

    def submissions(self, task: int = POST) -> list[Any]:
        """What counts as handed in there."""
        return self.lms.school.handed_in(task)


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def practice() -> Iterator[dict[str, PracticeLms]]:
    """A running practice LMS of each kind."""
    with PracticeLms("moodle") as moodle, PracticeLms("canvas") as canvas:
        yield {"moodle": moodle, "canvas": canvas}


@pytest.fixture
def moodle(practice: dict[str, PracticeLms]) -> PracticeLms:
    """A practice Moodle to which nothing was handed in yet."""
    practice["moodle"].start_over()
    return practice["moodle"]


@pytest.fixture
def canvas(practice: dict[str, PracticeLms]) -> PracticeLms:
    """A practice Canvas to which nothing was handed in yet."""
    practice["canvas"].start_over()
    return practice["canvas"]


@pytest.fixture
def lms(kind: str, practice: dict[str, PracticeLms]) -> PracticeLms:
    """A practice LMS of each kind, to which nothing was handed in yet."""
    practice[kind].start_over()
    return practice[kind]


def nobody_looks(url: str, title: str | None) -> tuple[Seen, bytes]:
    """Stands for a stranger's look at a link: in most tests the link leads nowhere."""
    return Seen(url), b""


def connected(environment: Any, lms: PracticeLms) -> Learner:
    """Connect to ``lms`` and sync."""
    courses = environment.courses
    courses.connect(lms.url, token=lms.token)
    for synced in courses.sync():
        assert synced.failure is None
    return Learner(lms, courses, Clock(), environment.client, environment)


@pytest.fixture(scope="session")
def synced_libraries(
    practice: dict[str, PracticeLms], empty_library: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """A library for each kind, connected and synced once; copying it is quicker."""
    from ple.environment import Environment

    folders = {}
    for kind, lms in practice.items():
        folder = folders[kind] = tmp_path_factory.mktemp(kind)
        shutil.copy(empty_library, folder / "library.sqlite")
        lms.start_over()
        environment = Environment(folder)
        connected(environment, lms)
        environment.library.compact()
        environment.close()
    return folders


@pytest.fixture(scope="session")
def client() -> Iterator[Client]:
    client = Client(Limits(total=10, connect=10, read=10))
    yield client
    client.close()


@pytest.fixture
def learners(
    tmp_path: Path, synced_libraries: dict[str, Path], practice: dict[str, PracticeLms], client: Client
) -> Iterator[Callable[[str], Learner]]:
    """Makes a learner who is connected and synced, for a kind of LMS."""
    from ple.environment import Environment
    from ple.lms import Courses

    opened = []

    def learner(kind: str) -> Learner:
        folder = tmp_path / f"learner-{len(opened)}"
        folder.mkdir()
        for file in ("library.sqlite", "secrets.json"):
            shutil.copy(synced_libraries[kind] / file, folder / file)
        environment = Environment(folder)
        opened.append(environment)
        clock = Clock()
        courses = Courses(environment.library, client, environment.secrets, now=clock, look=nobody_looks)
        environment.__dict__["courses"] = courses
        practice[kind].start_over()
        return Learner(practice[kind], courses, clock, client, environment)

    yield learner
    for environment in opened:
        environment.close()


@pytest.fixture
def learner(kind: str, learners: Callable[[str], Learner]) -> Learner:
    """A learner of each kind of LMS."""
    return learners(kind)


@pytest.fixture
def moodle_learner(learners: Callable[[str], Learner]) -> Learner:
    """A learner whose school has a Moodle."""
    return learners("moodle")


@pytest.fixture
def canvas_learner(learners: Callable[[str], Learner]) -> Learner:
    """A learner whose school has a Canvas."""
    return learners("canvas")
