"""The habits of Canvas, each by its name in docs/lms-adapters.md: what the practice one does, and what comes of it."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from ple.lms.canvas import Canvas
from ple.lms.content import Content
from ple.lms.errors import NotAllowed, Refused, TooManyRequests, WrongKind, WrongToken
from ple.lms.practice import PracticeLms
from ple.lms.practice.canvas import OAUTH_CLIENT, OAUTH_CODE, OAUTH_REFRESH, OAUTH_SECRET
from ple.web.client import Client
from tests.lms.conftest import FIVE_WORDS, HIDDEN, LINK, ONCE, OVERDUE, PDF, SECOND_POST, Learner

HERE = "/api/v1/courses/2/assignments/2/submissions"


@pytest.fixture
def adapter(canvas: PracticeLms, client: Client) -> Canvas:
    return Canvas(client, canvas.url, canvas.token)


def post(canvas: PracticeLms, client: Client, path: str = HERE, token: str | None = None, **form: Any) -> Any:
    headers = {"Authorization": f"Bearer {token or canvas.token}"}
    given = {f"submission[{name}]": value for name, value in form.items()}
    return client.request("POST", canvas.url + path, form=given, headers=headers, follow=False)


def test_every_accepted_hand_in_is_another_attempt_and_cannot_be_taken_back(
    canvas: PracticeLms, client: Client
) -> None:
    for _ in range(2):
        assert post(canvas, client, submission_type="online_url", url=LINK).status == 201
    assert [work.number for work in canvas.school.handed_in(SECOND_POST)] == [0, 1]


def test_an_attempt_used_up_is_a_400_on_attempt(canvas_learner: Learner) -> None:
    learner = canvas_learner
    plan = learner.courses.plan(learner.number(ONCE), url=LINK)
    assert plan.attempts_left == 0
    learner.lms.school.change(ONCE, attempts=0)
    with pytest.raises(Refused, match="no further attempt"):
        learner.courses.hand_in(plan)


def test_two_different_401s_are_told_apart_by_the_challenge(canvas: PracticeLms, client: Client) -> None:
    canvas.dialect.old_refusals = True
    with pytest.raises(NotAllowed):
        Canvas(client, canvas.url, canvas.token).assignment("3", str(HIDDEN))
    with pytest.raises(WrongToken):
        Canvas(client, canvas.url, "another").assignment("3", str(HIDDEN))


def test_what_is_not_permitted_is_a_403_on_newer_ones(adapter: Canvas) -> None:
    with pytest.raises(NotAllowed):
        adapter.assignment("3", str(HIDDEN))


def test_a_token_without_a_scope_still_lists_what_it_may(canvas: PracticeLms, adapter: Canvas) -> None:
    canvas.dialect.scopes = frozenset({"whoami", "courses", "assignments"})
    assert len(list(adapter.assignments("2"))) == 6
    with pytest.raises(WrongToken):
        adapter.status("2", "2")


def test_a_late_refusal_is_a_redirect_to_a_page_and_is_not_followed(canvas: PracticeLms, client: Client) -> None:
    answer = post(canvas, client, submission_type="online_text_entry", body=" ", path=HERE.replace("2/sub", "1/sub"))
    assert (answer.status, canvas.school.writes) == (302, [])
    canvas.dialect.locks_late = True
    canvas.school.lock(SECOND_POST)
    task = Canvas(client, canvas.url, canvas.token).assignment("2", "2")
    with pytest.raises(Refused):
        Canvas(client, canvas.url, canvas.token).save(task, Content(link=LINK))
    assert all("/api/v1/" in request.path for _, request in canvas.asked)


def test_the_rate_limit_is_a_403_in_plain_text(canvas: PracticeLms, adapter: Canvas) -> None:
    canvas.faults.arm("whoami", "too-many")
    with pytest.raises(TooManyRequests):
        adapter.whoami()
    assert adapter.whoami().remote_id == "4"


def test_lists_come_in_pages_with_opaque_addresses_and_no_last(
    canvas: PracticeLms, client: Client, adapter: Canvas
) -> None:
    canvas.dialect.page_cap = 2
    headers = {"Authorization": f"Bearer {canvas.token}"}
    links = client.get(f"{canvas.url}/api/v1/courses/2/assignments?per_page=100", headers=headers).headers["Link"]
    assert "page=bookmark:" in links
    assert 'rel="last"' not in links
    assert len(list(adapter.assignments("2"))) == 6


def test_ids_are_texts_when_asked_for_as_such(canvas: PracticeLms, client: Client, adapter: Canvas) -> None:
    headers = {"Authorization": f"Bearer {canvas.token}"}
    assert client.get(f"{canvas.url}/api/v1/users/self", headers=headers).json()["id"] == 4
    assert adapter.whoami().remote_id == "4"


def test_an_upload_is_three_steps_the_second_without_the_token_and_in_the_given_order(
    canvas: PracticeLms, client: Client
) -> None:
    headers = {"Authorization": f"Bearer {canvas.token}"}
    begun = client.post(f"{canvas.url}{HERE}/self/files", form={"name": "a.pdf", "size": "1"}, headers=headers).json()
    params, file = begun["upload_params"], [("file", ("a.pdf", b"x", "application/pdf"))]
    reversed_params = dict(reversed(list(params.items())))
    for form, more in ((params, headers), (reversed_params, {})):
        assert client.post(begun["upload_url"], form=form, files=file, headers=more, follow=False).status == 403
    assert client.post(begun["upload_url"], form=params, files=file, follow=False).status == 303


def test_uploading_alone_hands_nothing_in(canvas_learner: Learner, tmp_path: Path) -> None:
    learner = canvas_learner
    work = tmp_path / "work.pdf"
    work.write_bytes(b"%PDF")
    learner.lms.faults.arm("submit", "too-many")
    with pytest.raises(TooManyRequests):
        learner.hand_in(PDF, None, files=[work])
    assert learner.lms.school.areas
    assert learner.submissions(PDF) == []


def test_a_grade_is_there_only_once_it_is_posted(canvas_learner: Learner) -> None:
    learner = canvas_learner
    learner.hand_in(SECOND_POST)
    learner.lms.school.grade(SECOND_POST, 90, released=False)
    list(learner.courses.sync())
    assert learner.courses.feedback() == []


def test_a_grade_of_an_attempt_before_the_latest_stays_with_that_one(canvas_learner: Learner) -> None:
    learner = canvas_learner
    learner.hand_in(SECOND_POST)
    learner.lms.school.grade(SECOND_POST, 60)
    learner.hand_in(SECOND_POST, LINK + "&v=2")
    list(learner.courses.sync())
    (back,) = learner.courses.feedback()
    assert (back.attempt, back.points) == (1, 60)


def test_forbidden_kinds_of_files_are_not_checked_there_but_here(canvas_learner: Learner, tmp_path: Path) -> None:
    learner = canvas_learner
    work = tmp_path / "work.txt"
    work.write_text("x")
    with pytest.raises(WrongKind):
        learner.hand_in(PDF, None, files=[work])
    area = learner.lms.school.upload(learner.lms.school.keep_file("work.txt", b"x"))
    path = f"/api/v1/courses/3/assignments/{PDF}/submissions"
    form = {"submission_type": "online_upload", "file_ids][": str(area)}
    assert post(learner.lms, learner.client, path, **form).status == 201


def test_a_body_comes_back_sanitised_and_a_link_without_a_scheme_as_http(canvas: PracticeLms, client: Client) -> None:
    path = HERE.replace("/2/submissions", "/1/submissions")
    post(canvas, client, path, submission_type="online_text_entry", body="<p onclick=x()>a</p><script>b</script>")
    assert post(canvas, client, submission_type="online_url", url="sam.example.org/post").status == 201
    assert canvas.school.works[1][0].text == "<p>a</p>"
    assert canvas.school.works[2][0].url == "http://sam.example.org/post"


def test_a_wrong_type_and_a_missing_field_are_400s(canvas: PracticeLms, client: Client) -> None:
    said = post(canvas, client, submission_type="online_upload")
    assert (said.status, "submission_type" in said.text) == (400, True)
    said = post(canvas, client, submission_type="online_url")
    assert (said.status, "Required: submission[url]" in said.text) == (400, True)


def test_another_attempt_after_the_due_date_makes_the_work_late(canvas_learner: Learner) -> None:
    learner = canvas_learner
    plan = learner.courses.plan(learner.number(OVERDUE), url=LINK)
    assert plan.late
    assert any("late" in warning for warning in plan.warnings)


def test_what_is_locked_has_no_description_there_and_keeps_it_here(canvas_learner: Learner) -> None:
    learner = canvas_learner
    before = learner.courses.assignment(learner.number(SECOND_POST)).text
    learner.lms.school.lock(SECOND_POST)
    list(learner.courses.sync())
    assert before
    assert learner.courses.assignment(learner.number(SECOND_POST)).text == before


def test_a_refresh_answers_with_no_new_refresh_token(canvas: PracticeLms, client: Client) -> None:
    key = {"client_id": OAUTH_CLIENT, "client_secret": OAUTH_SECRET}
    now = dt.datetime.now(dt.UTC)
    first = Canvas.grant(client, canvas.url, key, {"code": OAUTH_CODE}, now)
    again = Canvas.grant(client, canvas.url, key, {"refresh_token": OAUTH_REFRESH}, now)
    assert first.renewal is not None
    assert again.renewal == first.renewal


def test_the_same_work_is_known_again_instead_of_being_another_attempt(canvas_learner: Learner) -> None:
    learner = canvas_learner
    for text in ("one two three", "one  two\nthree"):
        learner.hand_in(FIVE_WORDS, None, text=text)
    assert len(learner.submissions(FIVE_WORDS)) == 1
