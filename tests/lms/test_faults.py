"""Faults at every step, for each kind of LMS: one submission or none, and a state that tells the truth.

The weightiest of them at the steps that write and at the look afterwards. Every fault at every step, with links and
with files, and ``kill -9`` at each, with a table of how they ended:

    PLE_TEST_FAULTS=all pytest tests/lms/test_faults.py tests/lms/test_kill.py -s
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

ALL = os.environ.get("PLE_TEST_FAULTS") == "all"
STATUS = "mod_assign_get_submission_status"
STEPS = {
    # what is handed in, and every request of planning and handing in, in order; links and files go different ways
    ("moodle", "link"): (
        POST,
        [
            "mod_assign_get_assignments", STATUS, "mod_assign_get_assignments", STATUS, "mod_assign_save_submission",
            STATUS, "mod_assign_submit_for_grading", STATUS,
        ],
    ),
    ("moodle", "file"): (
        LOG,
        [
            "mod_assign_get_assignments", STATUS, "mod_assign_get_assignments", STATUS, "upload.php",
            "mod_assign_save_submission", STATUS, "file",
        ],
    ),
    ("canvas", "link"): (
        SECOND_POST, ["assignment", "submission", "assignment", "submission", "submit", "submission"],
    ),
    ("canvas", "file"): (
        LOG,
        [
            "assignment", "submission", "assignment", "submission", "upload-begin", "upload", "upload-end", "submit",
            "submission", "file",
        ],
    ),
}  # fmt: skip
WRITES = {"mod_assign_save_submission", "mod_assign_submit_for_grading", "submit"}
LOOKS_AFTER = {(STATUS, 2), (STATUS, 3), ("submission", 2)}
AFTER_A_WRITE = {"close", "drop-answer", "error-500-after", "expired"}
REFUSED = "refused"
"""Stands for ``shut`` at the step before, or before all of them."""


def numbered(steps: list[str]) -> list[tuple[str, int]]:
    """Each step with how many of the same name are before it."""
    return [(name, steps[:place].count(name)) for place, name in enumerate(steps)]


def _tried(what: str, operation: str, skip: int, fault: str) -> bool:
    if ALL:
        return True
    if operation in WRITES:
        return what == "link" and fault in AFTER_A_WRITE | {REFUSED}
    return fault == "error-500" and ((operation, skip) in LOOKS_AFTER or "upload" in operation)


CASES = [
    pytest.param(kind, what, place, fault, id=f"{kind}-{what}-{place + 1}-{operation}-{fault}")
    for (kind, what), (_, steps) in STEPS.items()
    for place, (operation, skip) in enumerate(numbered(steps))
    for fault in (REFUSED, *(name for name in FAULTS if name != "shut"))
    if _tried(what, operation, skip, fault)
]
outcomes: Counter[str] = Counter()
table: dict[tuple[str, str, int], dict[str, str]] = {}
told: list[str] = []
hints: list[str | None] = []
SIGNS = {"verified": "V", "unverified": "U", "undecided": "?", "not handed in": "-"}


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
    print("\n" + "\n".join(_printed()))


def _printed() -> Iterator[str]:
    faults = list(dict.fromkeys(fault for row in table.values() for fault in row))
    yield f"{'step':<44}" + " ".join(faults)
    for (kind, what, place), row in sorted(table.items()):
        name = f"{kind} {what} {place + 1} {STEPS[kind, what][1][place]}"
        yield f"{name:<44.44}" + " ".join(
            f"{SIGNS[row[fault]] if fault in row else '':^{len(fault)}}" for fault in faults
        )
    yield "; ".join(f"{sign} {said} at first" for said, sign in SIGNS.items())
    yield f"fault matrix: {sum(outcomes.values())} combinations: {dict(sorted(outcomes.items()))}"
    yield "each ended, when it was run again, in exactly one submission and one verified receipt"


def test_the_steps_are_those_that_handing_in_takes(story: Callable[[str], Learner], tmp_path: Path) -> None:
    for (kind, what), (task, steps) in STEPS.items():
        learner = story(kind)
        assert _try(learner.courses, learner.number(task), _work(what, "dry run", tmp_path)) == "verified"
        assert [operation for operation, _ in learner.lms.asked] == steps


@pytest.mark.parametrize(("kind", "what", "place", "fault"), CASES)
def test_a_fault_at_a_step_ends_in_one_submission_or_none_and_the_truth(
    story: Callable[[str], Learner], kind: str, what: str, place: int, fault: str, impatient: Client, tmp_path: Path
) -> None:
    learner = story(kind)
    task, steps = STEPS[kind, what]
    lms, courses, number = learner.lms, learner.courses, learner.number(task)
    work = _work(what, f"{place}-{fault}", tmp_path)
    known = set(courses.receipt_ids())
    if fault != REFUSED:
        operation, skip = numbered(steps)[place]
        lms.faults.arm(operation, fault, skip=skip)
    elif place:
        operation, skip = numbered(steps)[place - 1]
        lms.faults.arm(operation, "shut", skip=skip)
    else:
        lms.shut()

    of_learner = learner.environment
    hasty = Courses(of_learner.library, impatient, of_learner.secrets, now=learner.clock, look=nobody_looks)
    first = _try(hasty if fault.startswith("hang") else courses, number, work)
    there = len(learner.submissions(task))
    if fault != REFUSED or place:
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
    assert courses.status(number).state == "submitted"
    outcomes[first] += 1
    table.setdefault((kind, what, place), {})[fault] = first


def _work(what: str, mark: str, folder: Path) -> dict[str, Any]:
    if what == "link":
        return {"url": f"{LINK}#{mark.replace(' ', '-')}"}
    file = folder / "work.txt"
    file.write_text(mark)
    return {"files": [file]}


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
    learner.lms.open()
    learner.lms.faults.clear()
    if learner.lms.kind == "moodle":
        learner.lms.dialect.token = learner.lms.token
    learner.lms.dialect._expired = False
