"""What a stranger sees at a link, asked of a real web server."""

from typing import Any

import pytest

from ple.lms import Courses
from ple.lms.showing import stranger
from ple.web.client import Client
from tests.lms.conftest import SECOND_POST, Learner

PAGE = "<html><head><title>Site</title></head><body><h1>What I learned &amp; why</h1></body></html>"


@pytest.mark.parametrize(
    ("status", "headers", "public", "says"),
    [
        (200, {}, True, None),
        (401, {}, False, "sign in"),
        (403, {}, False, "sign in"),
        (404, {}, False, "nothing at the link"),
        (302, {"Location": "/login/index.php"}, False, "sign-in page"),
        (500, {}, None, "could not be looked at"),
    ],
)
def test_a_link_is_public_or_says_why_not(
    client: Client, publisher: Any, status: int, headers: dict[str, str], public: bool | None, says: str | None
) -> None:
    publisher.publish("/login/index.php", "<html>Sign in</html>", Content_Type="text/html")
    url = publisher.publish("/post", PAGE, status=status, Content_Type="text/html", **headers)
    seen, _ = stranger(client)(url, None)
    assert seen.public is public
    assert (says or "") in (seen.problem or "")
    assert bool(seen.problem) == bool(says)


def test_a_page_shows_the_work_or_another(client: Client, publisher: Any) -> None:
    url = publisher.publish("/post", PAGE, Content_Type="text/html")
    look = stranger(client)
    assert look(url, "What I learned & why")[0].shows is True
    other, _ = look(url, "Something else")
    assert other.shows is False
    assert "right one" in other.warnings[0]


def test_the_page_and_the_work_as_they_were_are_kept_with_the_receipt(canvas_learner: Learner, publisher: Any) -> None:
    learner = canvas_learner
    environment = learner.environment
    note = environment.journal.write("Text", title="What I learned & why").id
    courses = Courses(
        environment.library, learner.client, environment.secrets, now=learner.clock, document=environment.document
    )
    url = publisher.publish("/post", PAGE, Content_Type="text/html")
    plan = courses.plan(learner.number(SECOND_POST), url=url, resource=note)
    assert plan.seen is not None
    assert (plan.seen.public, plan.seen.shows) == (True, True)
    receipt = courses.hand_in(plan)
    with environment.library.reading() as tx:
        kept = {each.role: tx.files.read(each.sha256) for each in tx.attachments_of(receipt.id)}
    assert kept == {"snapshot": PAGE.encode(), "artifact": b"# What I learned & why\n\nText\n"}


def test_a_link_that_nobody_answers_is_a_warning_and_no_refusal(client: Client) -> None:
    seen, _ = stranger(client)("http://127.0.0.1:1/", "x")
    assert (seen.public, bool(seen.warnings)) == (None, True)
