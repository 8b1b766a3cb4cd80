"""Faults at every step, for each kind of LMS: one submission or none, and a state that tells the truth.

All of them at the steps that write, some at the others; PLE_TEST_FAULTS=all tries every fault at every step.
"""

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ple.environment import Environment
from ple.library import PleError
from ple.lms import Courses
from ple.lms.errors import Undecided
from ple.lms.practice import FAULTS, PracticeLms
from ple.web.client import Client, Limits
from tests.lms.conftest import LINK, POST, SECOND_POST, Clock, Learner, nobody_looks

STEPS = {
    # the assignment, and each request that planning and handing in make, in order: operation, how many to spare first
    "moodle": (
        POST,
        [
            ("mod_assign_get_assignments", 0),
            ("mod_assign_get_submission_status", 0),
            ("mod_assign_get_assignments", 1),
            ("mod_assign_get_submission_status", 1),
            ("mod_assign_save_submission", 0),
            ("mod_assign_get_submission_status", 2),
            ("mod_assign_submit_for_grading", 0),
            ("mod_assign_get_submission_status", 3),
        ],
    ),
    "canvas": (
        SECOND_POST,
        [
            ("assignment", 0),
            ("submission", 0),
            ("assignment", 1),
            ("submission", 1),
            ("submit", 0),
            ("submission", 2),
        ],
    ),
}
WRITES = {"mod_assign_save_submission", "mod_assign_submit_for_grading", "submit"}
LOOKS_AFTER = {("mod_assign_get_submission_status", 2), ("mod_assign_get_submission_status", 3), ("submission", 2)}
SOME = {"close"}
MORE = {"close", "error-500", "expired"}


def _tried(operation: str, skip: int, fault: str) -> bool:
    if os.environ.get("PLE_TEST_FAULTS") == "all" or operation in WRITES:
        return True
    return fault in (MORE if (operation, skip) in LOOKS_AFTER else SOME)


CASES = [
    pytest.param(kind, task, operation, skip, fault, id=f"{kind}-{operation}-{skip + 1}-{fault}")
    for kind, (task, steps) in STEPS.items()
    for operation, skip in steps
    for fault in FAULTS
    if _tried(operation, skip, fault)
]
outcomes: Counter[str] = Counter()
told: list[str] = []
hints: list[str | None] = []


@pytest.fixture(scope="module")
def impatient() -> Iterator[Client]:
    """A client that does not wait for long: what hangs, hangs."""
    client = Client(Limits(total=0.5, connect=0.5, read=0.5))
    yield client
    client.close()


@pytest.fixture(scope="module")
def story(
    synced_libraries: dict[str, Path],
    practice: dict[str, PracticeLms],
    client: Client,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[str], Learner]]:
    """One learner per kind for the whole matrix; for each case the school starts over."""
    made: dict[str, Learner] = {}

    def learner(kind: str) -> Learner:
        if kind not in made:
            folder = tmp_path_factory.mktemp(f"faults-{kind}")
            for file in ("library.sqlite", "secrets.json"):
                shutil.copy(synced_libraries[kind] / file, folder / file)
            environment = Environment(folder)
            clock = Clock()
            courses = Courses(environment.library, client, environment.secrets, now=clock, look=nobody_looks)
            made[kind] = Learner(practice[kind], courses, clock, client, environment)
        made[kind].lms.start_over()
        made[kind].clock.forward(minutes=5)
        return made[kind]

    yield learner
    for each in made.values():
        each.environment.close()
    print(f"\nfault matrix: {sum(outcomes.values())} combinations: {dict(sorted(outcomes.items()))}")


@pytest.mark.parametrize(("kind", "task", "operation", "skip", "fault"), CASES)
def test_a_fault_at_a_step_ends_in_one_submission_or_none_and_the_truth(
    story: Callable[[str], Learner],
    kind: str,
    task: int,
    operation: str,
    skip: int,
    fault: str,
    impatient: Client,
) -> None:
    learner = story(kind)
    lms, courses, number = learner.lms, learner.courses, learner.number(task)
    url = f"{LINK}#{operation}-{skip}-{fault}"
    lms.faults.arm(operation, fault, skip=skip)

    if fault.startswith("hang"):
        first = _try(
            Courses(
                learner.environment.library,
                impatient,
                learner.environment.secrets,
                now=learner.clock,
                look=nobody_looks,
            ),
            number,
            url,
        )
    else:
        first = _try(courses, number, url)
    there = len(learner.submissions(task))
    assert len(lms.faults.struck) == 1, "the fault did not strike: the steps are not what the table says"
    assert there <= 1
    if first in ("verified", "unverified"):
        assert there == 1
    elif first == "undecided":
        assert [line.id for line in courses.unsettled()] == [number]
    else:
        assert there == 0, f"it says {first}, but something is handed in"
        assert courses.unsettled() == []

    _mend(learner)
    learner.clock.forward(minutes=2)
    assert _try(courses, number, url) == "verified"
    assert len(learner.submissions(task)) == 1
    assert [what for what, _ in lms.school.writes].count("submitted" if kind == "canvas" else "saved") <= 2
    if kind == "canvas":
        assert len(lms.school.writes) == 1
    assert courses.unsettled() == []
    mine = [receipt for receipt in courses.receipts() if receipt.url == url]
    assert [receipt.state for receipt in mine] == ["verified"]
    outcomes[first] += 1


def _try(courses: Courses, number: int, url: str) -> str:
    try:
        return str(courses.hand_in(courses.plan(number, url=url)).state)
    except PleError as error:
        told.append(f"{error} {error.hint}")
        hints.append(error.hint)
        return "undecided" if isinstance(error, Undecided) else "not handed in"


def test_every_failure_said_what_to_do_and_never_a_token(practice: dict[str, PracticeLms]) -> None:
    assert all(hints)
    assert not any(lms.token in sentence for lms in practice.values() for sentence in told)


def _mend(learner: Learner) -> None:
    learner.lms.faults.clear()
    if learner.lms.kind == "moodle":
        learner.lms.dialect.token = learner.lms.token
    learner.lms.dialect._expired = False
