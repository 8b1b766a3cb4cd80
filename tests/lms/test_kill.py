"""``kill -9`` while a hand-in is under way: at each step that asks the LMS, before and after it has done it.

Some in the everyday run; PLE_TEST_FAULTS=all kills at every step.
"""

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ple.environment import Environment
from ple.lms import Courses
from ple.lms.practice import PracticeLms
from ple.web.client import Client
from tests.lms.conftest import Clock, nobody_looks
from tests.lms.test_faults import STEPS, WRITES, numbered

ALL = os.environ.get("PLE_TEST_FAULTS") == "all"
CASES = [
    pytest.param(kind, what, place, fault, id=f"{kind}-{what}-{place + 1}-{operation}-{fault}")
    for (kind, what), (_, steps) in STEPS.items()
    for place, operation in enumerate(steps)
    for fault in ("hang", "hang-after")
    if ALL
    or (what, operation, fault) in {("link", "mod_assign_submit_for_grading", "hang-after"), ("link", "submit", "hang")}
]
ended: Counter[str] = Counter()


@pytest.fixture(scope="module", autouse=True)
def count() -> Iterator[None]:
    yield
    print(f"\nkill -9: {sum(ended.values())} combinations: {dict(sorted(ended.items()))}")
    print("each ended, when it was run again, in exactly one submission and one verified receipt")


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL here")
@pytest.mark.parametrize(("kind", "what", "place", "fault"), CASES)
def test_a_hand_in_that_is_killed_ends_in_one_submission_or_none_and_the_truth(
    synced_libraries: dict[str, Path],
    practice: dict[str, PracticeLms],
    client: Client,
    tmp_path: Path,
    kind: str,
    what: str,
    place: int,
    fault: str,
) -> None:
    lms, (task, steps) = practice[kind], STEPS[kind, what]
    operation, skip = numbered(steps)[place]
    lms.start_over()
    for file in ("library.sqlite", "secrets.json"):
        shutil.copy(synced_libraries[kind] / file, tmp_path / file)
    lms.faults.arm(operation, fault, skip=skip)
    struck = threading.Event()
    strike = lms.faults.strike

    def watched(name: str) -> str | None:
        said = strike(name)
        if said == fault:
            struck.set()
        return said

    lms.faults.strike = watched  # type: ignore[method-assign]
    title = lms.school.assignments[task].title
    file = tmp_path / "work.txt"
    file.write_text("My work.")
    link = "http://127.0.0.1:1/post"
    given: dict[str, Any] = {"url": link} if what == "link" else {"files": [file]}
    work = ["--url", link] if what == "link" else ["--file", str(file)]
    words = ["--library", str(tmp_path), "lms", "hand-in", title, *work, "--yes"]
    try:
        with (tmp_path / "said.txt").open("wb") as said:
            process = subprocess.Popen([sys.executable, "-m", "ple", *words], stdout=said, stderr=said)
        reached = struck.wait(60)
        if fault == "hang-after" and operation in WRITES:
            done = sum(step in WRITES for step in steps[: place + 1])
            _until(lambda: len(lms.school.writes) >= done)
        process.kill()
        process.wait(30)
        assert reached, (tmp_path / "said.txt").read_text()
    finally:
        lms.faults.strike = strike  # type: ignore[method-assign]
        lms.faults.clear()

    there = len(lms.school.handed_in(task))
    assert there <= 1
    environment = Environment(tmp_path)
    clock = Clock()
    clock.forward(minutes=5)
    courses = Courses(environment.library, client, environment.secrets, now=clock, look=nobody_looks)
    try:
        number = next(line.id for line in courses.assignments() if line.title == title)
        assert next(courses.sync()).failure is None
        known = [receipt for receipt in courses.receipts() if receipt.state == "verified"]
        assert len(known) == there, "after a sync the receipts say what is there"
        receipt: Any = courses.hand_in(courses.plan(number, **given))
        assert receipt.state == "verified"
        assert len(lms.school.handed_in(task)) == 1
        assert courses.unsettled() == []
    finally:
        environment.close()
    ended["it had arrived" if there else "it had not arrived"] += 1


def _until(condition: Any) -> None:
    pause = threading.Event()
    for _ in range(200):
        if condition():
            return
        pause.wait(0.01)
