"""Faults at every step, for each kind of LMS: one submission or none, and a state that tells the truth.

The weightiest of them at the steps that write and at the look afterwards; PLE_TEST_FAULTS=all tries every fault at
every step, with links and with files, and with -s prints how many there were and how they ended.
"""

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ple.environment import Environment
from ple.library import PleError
from ple.lms import Courses
from ple.lms.errors import Undecided
from ple.lms.practice import FAULTS, PracticeLms
from ple.web.client import Client, Limits
from tests.lms.conftest import LINK, LOG, POST, SECOND_POST, Clock, Learner, nobody_looks

STEPS = {
    # what is handed in, and each request that planning and handing in make, in order: operation, how many to spare
    # first. Links and files go different ways.
    ("moodle", "link"): (
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
    ("moodle", "file"): (
        LOG,
        [
            ("mod_assign_get_submission_status", 1),
            ("upload.php", 0),
            ("mod_assign_save_submission", 0),
            ("mod_assign_get_submission_status", 2),
        ],
    ),
    ("canvas", "link"): (
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
    ("canvas", "file"): (
        LOG,
        [
            ("submission", 1),
            ("upload-begin", 0),
            ("upload", 0),
            ("upload-end", 0),
            ("submit", 0),
            ("submission", 2),
        ],
    ),
}
WRITES = {"mod_assign_save_submission", "mod_assign_submit_for_grading", "submit"}
LOOKS_AFTER = {("mod_assign_get_submission_status", 2), ("mod_assign_get_submission_status", 3), ("submission", 2)}
AFTER_A_WRITE = {"close", "drop-answer", "error-500-after", "expired"}


def _tried(what: str, operation: str, skip: int, fault: str) -> bool:
    if os.environ.get("PLE_TEST_FAULTS") == "all":
        return True
    if operation in WRITES:
        return what == "link" and fault in AFTER_A_WRITE
    return fault == "error-500" and ((operation, skip) in LOOKS_AFTER or "upload" in operation)


CASES = [
    pytest.param(kind, what, operation, skip, fault, id=f"{kind}-{what}-{operation}-{skip + 1}-{fault}")
    for (kind, what), (_, steps) in STEPS.items()
    for operation, skip in steps
    for fault in FAULTS
    if _tried(what, operation, skip, fault)
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


@pytest.mark.parametrize(("kind", "what", "operation", "skip", "fault"), CASES)
def test_a_fault_at_a_step_ends_in_one_submission_or_none_and_the_truth(
    story: Callable[[str], Learner],
    kind: str,
    what: str,
    operation: str,
    skip: int,
    fault: str,
    impatient: Client,
    tmp_path: Path,
) -> None:
    learner = story(kind)
    task = STEPS[kind, what][0]
    lms, courses, number = learner.lms, learner.courses, learner.number(task)
    if what == "link":
        work: dict[str, Any] = {"url": f"{LINK}#{operation}-{skip}-{fault}"}
    else:
        file = tmp_path / f"{operation}-{skip}-{fault}.txt"
        file.write_text(f"{operation} {skip} {fault}")
        work = {"files": [file]}
    known = set(courses.receipt_ids())
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
            work,
        )
    else:
        first = _try(courses, number, work)
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
    assert _try(courses, number, work) == "verified"
    assert len(learner.submissions(task)) == 1
    assert [done for done, _ in lms.school.writes].count("submitted" if kind == "canvas" else "saved") <= 2
    if kind == "canvas":
        assert len(lms.school.writes) == 1
    assert courses.unsettled() == []
    mine = [receipt for receipt in courses.receipts() if receipt.sent_at and receipt.id not in known]
    assert [receipt.state for receipt in mine] == ["verified"]
    outcomes[first] += 1


def _try(courses: Courses, number: int, work: dict[str, Any]) -> str:
    try:
        return str(courses.hand_in(courses.plan(number, **work)).state)
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
