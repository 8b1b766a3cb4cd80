"""The journey against a real Moodle: ``PLE_TEST_MOODLE=https://moodle.example pytest tests/lms/test_real_moodle.py``.

It needs a learner whose name and password are in PLE_TEST_MOODLE_USER and PLE_TEST_MOODLE_PASSWORD, in a course with
an assignment that takes online text and is open; PLE_TEST_MOODLE_ASSIGNMENT is a part of its title.
"""

import os
import time
from typing import Any

import pytest

from ple.lms import Courses
from ple.web.client import Client
from tests.lms.conftest import nobody_looks

SITE = os.environ.get("PLE_TEST_MOODLE", "")
pytestmark = pytest.mark.skipif(not SITE, reason="PLE_TEST_MOODLE names no Moodle")


def test_the_whole_journey_on_a_real_moodle(sqlite_environment: Any) -> None:
    client = Client()
    courses = Courses(sqlite_environment.library, client, sqlite_environment.secrets, look=nobody_looks)
    account = courses.signing_in.sign_in(
        SITE, os.environ.get("PLE_TEST_MOODLE_USER", "student"), os.environ["PLE_TEST_MOODLE_PASSWORD"]
    )
    synced = next(courses.sync(account.id))
    assert synced.failure is None
    assert synced.assignments > 0
    wanted = os.environ.get("PLE_TEST_MOODLE_ASSIGNMENT", "").casefold()
    for line in courses.assignments():
        standing = courses.status(line.id)
        if not standing.open or wanted not in line.title.casefold() or "text" not in line.takes:
            continue
        link = f"https://example.org/{int(time.time())}/?a=1&b=2"
        plan = courses.plan(line.id, url=link)
        if plan.ok and not plan.statement:
            break
    else:
        pytest.skip("there is no open assignment that takes text")
    receipt = courses.hand_in(plan)
    assert receipt.state == "verified"
    assert courses.plan(line.id, url=link).already
    assert next(courses.sync()).failure is None
    courses.feedback()
    client.close()
