"""Coming home: grades, comments, rubrics and files; what changed; work that goes backwards."""

from pathlib import Path

from tests.lms.conftest import LINK, POST, SECOND_POST, Learner

COMMENT = "<p>Clear post. <b>Cite</b> one more source.</p><script>alert(1)</script>"


def test_a_grade_with_comments_and_files_is_filed_with_what_was_handed_in(learner: Learner, kind: str) -> None:
    note = learner.environment.journal.write("My post").id
    learner.hand_in(SECOND_POST, LINK, resource=note)
    learner.clock.forward(seconds=1)
    learner.lms.school.grade(
        SECOND_POST, 85.5, COMMENT, rubric={"Argument": (8.0, "sound")}, files={"marked.txt": b"see here"}
    )
    (synced,) = learner.courses.sync()
    assert (synced.failure, synced.news) == (None, 1)
    (back,) = learner.courses.feedback(resource=note)
    assert back.points == 85.5
    assert "Cite" in back.text
    assert "script>" not in back.comments[0]["html"].replace("&lt;", "")
    assert back.resources == (note,)
    (file,) = back.files
    assert learner.courses.feedback_file(file["sha256"]) == b"see here"
    if kind == "canvas":
        assert back.rubric == ({"title": "Argument", "points": 8.0, "most": 10.0, "comment": "sound"},)
        assert [comment["author"] for comment in back.comments] == ["Tess Teacher"]
    with learner.environment.library.reading() as tx:
        assert "gives-feedback-on" in {link.relation for link in tx.links_to(note)}
    assert "source" in learner.environment.document(learner.number(SECOND_POST)).text
    assert learner.courses.sync().__next__().news == 0


def test_a_feedback_file_that_cannot_be_had_keeps_none_of_the_others(moodle_learner: Learner) -> None:
    learner = moodle_learner
    learner.hand_in(SECOND_POST)
    learner.clock.forward(seconds=1)
    school = learner.lms.school
    school.grade(
        SECOND_POST, 9, "See there.", files={"lost.txt": b"lost", "points.json": b'{"of": 10}', "huge.zip": b"huge"}
    )
    lost, _, huge = next(iter(school.reviews.values())).files
    del school.data[lost["sha256"]]
    huge["size"] = 2**50
    assert [synced.failure for synced in learner.courses.sync()] == [None]
    (back,) = learner.courses.feedback()
    assert {file["name"]: bool(file["sha256"]) for file in back.files} == {
        "lost.txt": False,
        "points.json": True,
        "huge.zip": False,
    }


def test_a_grade_that_is_not_released_is_not_shown(learner: Learner) -> None:
    learner.hand_in(SECOND_POST)
    learner.clock.forward(seconds=1)
    learner.lms.school.grade(SECOND_POST, 40, "<p>Not yet.</p>", released=False)
    list(learner.courses.sync())
    assert learner.courses.feedback() == []


def test_a_changed_grade_says_what_it_was(learner: Learner) -> None:
    learner.hand_in(SECOND_POST)
    for points in (60, 70):
        learner.lms.school.grade(SECOND_POST, points)
        learner.clock.forward(minutes=1)
        list(learner.courses.sync())
    newest, first = (news for news in learner.courses.news() if news.what == "graded")
    assert "not 60" in newest.said
    assert "60" in first.said
    assert learner.courses.feedback()[0].points == 70


def test_work_that_is_a_draft_again_is_noticed(moodle_learner: Learner) -> None:
    learner = moodle_learner
    learner.hand_in(POST)
    learner.lms.school.revert(POST)
    list(learner.courses.sync())
    learner.lms.school.reopen(POST)
    list(learner.courses.sync())
    assert [news.what for news in learner.courses.news()] == ["reopened", "reverted"]


def test_a_later_date_and_an_extension_are_noticed(moodle_learner: Learner) -> None:
    learner, now = moodle_learner, int(moodle_learner.clock().timestamp())
    learner.lms.school.override(SECOND_POST, now + 9 * 86_400, now + 14 * 86_400)
    learner.lms.school.extend(4, now + 86_400)
    learner.clock.forward(hours=7)
    list(learner.courses.sync())
    assert {news.what for news in learner.courses.news()} >= {"date", "extended"}


def test_a_second_sync_asks_for_what_moved_and_nothing_else(moodle_learner: Learner) -> None:
    learner = moodle_learner
    learner.hand_in(SECOND_POST)
    learner.clock.forward(minutes=30)
    list(learner.courses.sync())
    learner.clock.forward(minutes=30)
    before = len(learner.lms.asked)
    list(learner.courses.sync())
    asked = [name for name, _ in learner.lms.asked[before:]]
    assert asked.count("mod_assign_get_submission_status") <= 1
    assert len(asked) <= 8


def test_due_dates_leave_as_a_calendar_and_come_back_from_it(learner: Learner, tmp_path: Path) -> None:
    from icalendar import Calendar

    text = learner.courses.calendar()
    events = list(Calendar.from_ical(text).walk("VEVENT"))
    dated = [line for line in learner.courses.assignments() if line.due_at]
    assert len(events) == len(dated)
    file = tmp_path / "due.ics"
    file.write_text(text, encoding="utf-8", newline="")
    account = learner.courses.connect(str(file))
    assert account.lms == "calendar"
    synced = next(learner.courses.sync(account.id))
    assert synced.failure is None
    ours = {line.title for line in learner.courses.assignments() if line.account_id == account.id}
    assert "Reflection post 1" in ours


def test_receipts_leave_as_a_page_that_runs_nothing(learner: Learner) -> None:
    receipt = learner.hand_in(SECOND_POST, LINK)
    page = learner.courses.receipt_page([receipt.id])
    assert receipt.sent_sha256 in page
    assert "read back" in page
    assert "<script" not in page
    assert "default-src 'none'" in page
