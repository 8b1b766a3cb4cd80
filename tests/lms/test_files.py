"""Files: checked here first, sent whole, and compared byte by byte afterwards."""

from pathlib import Path
from typing import Any

import pytest

from ple.lms.content import safe_name, same_name
from ple.lms.errors import Changed, LmsError, Refused, Unreachable, WrongKind
from ple.lms.practice.moodle_files import clean_name
from tests.lms.conftest import LINK, LOG, PDF, SECOND_POST, Learner


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A folder with work in it."""
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "essay.pdf").write_bytes(b"%PDF-1.7 essay")
    (folder / "Übung ‮1?.pdf").write_bytes(b"%PDF-1.7 exercise")
    (folder / "notes.txt").write_text("notes")
    (folder / "empty.pdf").write_bytes(b"")
    (folder / "big.pdf").write_bytes(b"%PDF" + b"x" * 200_000)
    return folder


def give(learner: Learner, task: int, *files: Path, **more: Any) -> Any:
    return learner.courses.hand_in(learner.courses.plan(learner.number(task), files=files, **more))


def test_a_file_is_handed_in_read_back_and_kept_with_the_receipt(learner: Learner, work: Path) -> None:
    receipt = give(learner, PDF, work / "essay.pdf")
    assert (receipt.state, receipt.files) == ("verified", ("essay.pdf",))
    assert [file["name"] for file in learner.submissions(PDF)[-1].files] == ["essay.pdf"]
    with learner.environment.library.reading() as tx:
        (kept,) = tx.attachments_of(receipt.id)
        assert (kept.role, tx.files.read(kept.sha256)) == ("handed-in", b"%PDF-1.7 essay")


def test_a_file_of_json_is_compared_byte_by_byte_too(moodle_learner: Learner, work: Path) -> None:
    (work / "data.json").write_text('{"measured": [1, 2]}')
    (said,) = give(moodle_learner, LOG, work / "data.json").compared
    assert said.startswith("data.json: every byte")


def test_a_file_that_another_window_dropped_meanwhile_is_said_before_anything_is_sent(
    moodle_learner: Learner, work: Path
) -> None:
    courses, writes = moodle_learner.courses, moodle_learner.lms.school.writes
    plan, other = (courses.plan(moodle_learner.number(PDF), files=[work / "essay.pdf"]) for _ in range(2))
    courses.discard(other)
    with pytest.raises(Changed, match="not kept"):
        courses.hand_in(plan)
    assert (writes, courses.unsettled()) == ([], [])
    assert give(moodle_learner, PDF, work / "essay.pdf").state == "verified"


def test_the_same_file_again_is_there_already_and_nothing_is_sent(learner: Learner, work: Path) -> None:
    first = give(learner, PDF, work / "essay.pdf")
    writes = list(learner.lms.school.writes)
    plan = learner.courses.plan(learner.number(PDF), files=[work / "essay.pdf"])
    assert plan.already
    assert learner.courses.hand_in(plan).id == first.id
    assert learner.lms.school.writes == writes


def test_odd_names_come_back_as_they_went(learner: Learner, work: Path) -> None:
    assert give(learner, LOG, work / "Übung ‮1?.pdf").state == "verified"
    for name in ("..\\a:b*c?.txt", "a/b\\c.pdf", "\x00x.pdf", "…", "a" * 400 + ".pdf", "é.pdf"):
        assert clean_name(safe_name(name)) == safe_name(name)
    assert same_name("essay-1.pdf") == same_name("Essay.PDF")


@pytest.mark.parametrize(
    ("task", "files", "says"),
    [
        pytest.param(PDF, ["notes.txt"], "takes .pdf, not notes.txt", id="a kind that is not taken"),
        pytest.param(PDF, ["empty.pdf"], "empty.pdf is empty", id="an empty file"),
        pytest.param(SECOND_POST, ["essay.pdf"], "not files", id="where no files are taken"),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_is_sent(
    learner: Learner, work: Path, task: int, files: list[str], says: str
) -> None:
    asked = [name for name, _ in learner.lms.asked]
    with pytest.raises(WrongKind, match=says):
        give(learner, task, *(work / name for name in files))
    assert not {"upload.php", "upload-begin"} & {name for name, _ in learner.lms.asked[len(asked) :]}
    assert learner.lms.school.writes == []


def test_too_many_and_too_big_are_refused_where_the_limits_are_told(moodle_learner: Learner, work: Path) -> None:
    learner = moodle_learner
    with pytest.raises(WrongKind, match="2 files"):
        give(learner, PDF, work / "essay.pdf", work / "Übung ‮1?.pdf")
    with pytest.raises(WrongKind, match="kB at most"):
        give(learner, PDF, work / "big.pdf")


def test_a_text_beside_files_stays_when_files_are_replaced_and_files_stay_when_the_text_is(
    moodle_learner: Learner, work: Path
) -> None:
    learner = moodle_learner
    give(learner, LOG, work / "essay.pdf", url=LINK)
    plan = learner.courses.plan(learner.number(LOG), files=[work / "notes.txt"])
    assert plan.replaces == "1 file (essay.pdf)"
    assert plan.keeps == f"the link {LINK}"
    assert learner.courses.hand_in(plan).state == "verified"
    again = learner.courses.plan(learner.number(LOG), text="Another text.")
    assert (again.keeps, again.replaces) == ("1 file (notes.txt)", f"the link {LINK}")
    assert learner.courses.hand_in(again).state == "verified"
    (latest,) = learner.submissions(LOG)
    assert ([file["name"] for file in latest.files], latest.text) == (["notes.txt"], "<p>Another text.</p>")


def test_files_and_a_link_at_once_are_one_too_many_where_an_attempt_has_one_kind(
    canvas_learner: Learner, work: Path
) -> None:
    with pytest.raises(WrongKind, match="not both"):
        give(canvas_learner, LOG, work / "essay.pdf", url=LINK)


def test_an_upload_alone_hands_nothing_in(learner: Learner, work: Path, kind: str) -> None:
    learner.lms.faults.arm("upload.php" if kind == "moodle" else "upload", "close")
    with pytest.raises(Unreachable):
        give(learner, PDF, work / "essay.pdf")
    assert learner.submissions(PDF) == []
    assert learner.courses.unsettled() == []
    assert give(learner, PDF, work / "essay.pdf").state == "verified"
    assert len(learner.submissions(PDF)) == 1


def test_the_token_is_not_shown_to_the_place_that_takes_uploads(canvas_learner: Learner, work: Path) -> None:
    give(canvas_learner, PDF, work / "essay.pdf")
    (upload,) = [request for name, request in canvas_learner.lms.asked if name == "upload"]
    assert "authorization" not in upload.headers
    assert canvas_learner.lms.token.encode() not in upload.body


def test_a_changed_file_is_another_one_even_under_the_same_name(moodle_learner: Learner, work: Path) -> None:
    plan = moodle_learner.courses.plan(moodle_learner.number(PDF), files=[work / "essay.pdf"])
    (work / "essay.pdf").write_bytes(b"changed after the plan was confirmed")
    moodle_learner.courses.hand_in(plan)
    (file,) = moodle_learner.submissions(PDF)[-1].files
    assert moodle_learner.lms.school.data[file["sha256"]] == b"%PDF-1.7 essay"


def test_a_team_hands_in_once_and_hears_who_is_missing(moodle_learner: Learner) -> None:
    learner = moodle_learner
    learner.lms.school.teams[1] = [5]
    plan = learner.courses.plan(learner.number(1), url=LINK)
    assert any("team" in warning for warning in plan.warnings)
    assert learner.courses.hand_in(plan).state == "verified"
    assert learner.courses.status(learner.number(1)).waits_for == 1


def test_dates_of_ones_own_count(learner: Learner) -> None:
    now = int(learner.clock().timestamp())
    learner.lms.school.override(4, now + 86_400, now + 2 * 86_400)
    assert learner.hand_in(4).state == "verified"


def test_a_hand_in_that_the_lms_does_not_take_says_so(canvas_learner: Learner, work: Path) -> None:
    plan = canvas_learner.courses.plan(canvas_learner.number(PDF), files=[work / "essay.pdf"])
    canvas_learner.lms.school.lock(PDF)
    with pytest.raises((Refused, LmsError)):
        canvas_learner.courses.hand_in(plan)
    assert canvas_learner.submissions(PDF) == []


# reading back


def test_every_byte_is_compared_and_the_receipt_says_so(learner: Learner, work: Path) -> None:
    receipt = give(learner, PDF, work / "essay.pdf")
    (said,) = receipt.compared
    assert said.startswith("essay.pdf: every byte (SHA-256 ")
    (proof,) = learner.courses.receipt_record(receipt.id).proofs
    assert proof["compared"][0]["how"] == "bytes"
    assert "every byte" in learner.courses.receipt_page([receipt.id])


def test_a_file_corrected_to_the_same_size_is_not_taken_for_the_one_before(learner: Learner, work: Path) -> None:
    give(learner, PDF, work / "essay.pdf")
    (work / "essay.pdf").write_bytes(b"%PDF-1.7 ESSAY")
    plan = learner.courses.plan(learner.number(PDF), files=[work / "essay.pdf"])
    assert not plan.already
    assert learner.courses.hand_in(plan).state == "verified"
    (file,) = learner.submissions(PDF)[-1].files
    assert learner.lms.school.data[file["sha256"]] == b"%PDF-1.7 ESSAY"


def test_a_file_that_arrived_with_other_bytes_is_no_success(moodle_learner: Learner, work: Path) -> None:
    learner, school = moodle_learner, moodle_learner.lms.school
    plan = learner.courses.plan(learner.number(PDF), files=[work / "essay.pdf"])
    keep_file = school.keep_file
    school.keep_file = lambda name, data: keep_file(name, data[:-1] + b"?")  # type: ignore[method-assign]
    try:
        with pytest.raises(Refused, match=r"essay\.pdf with other bytes"):
            learner.courses.hand_in(plan)
    finally:
        del school.keep_file
    (receipt,) = learner.courses.receipts()
    assert receipt.state == "unverified"


def test_where_the_lms_gives_a_file_out_no_more_name_and_size_are_compared_and_said(
    learner: Learner, work: Path
) -> None:
    learner.lms.faults.arm("file", "error-500", times=9)
    receipt = give(learner, PDF, work / "essay.pdf")
    assert receipt.state == "verified"
    assert receipt.compared == ("essay.pdf: name and size only, as the LMS does not give it out",)
    learner.lms.faults.clear()
    assert learner.courses.plan(learner.number(PDF), files=[work / "essay.pdf"]).receipt_id == receipt.id
    assert "every byte" in learner.courses.receipt(receipt.id).compared[0]


def test_what_a_plan_kept_and_nobody_confirmed_goes_again(learner: Learner, work: Path) -> None:
    kept = learner.environment.library.files
    number = learner.number(PDF)
    dropped = learner.courses.plan(number, files=[work / "essay.pdf"])
    learner.courses.discard(dropped)
    assert not kept.path(dropped.files[0].sha256).exists()
    left = learner.courses.plan(number, files=[work / "essay.pdf"])
    waits = learner.courses.put_off(learner.number(LOG), learner.courses.content(files=[work / "notes.txt"]))
    learner.clock.forward(days=2)
    learner.courses.content(url=LINK)
    assert not kept.path(left.files[0].sha256).exists()
    learner.courses.drop(waits.id)
    list(learner.courses.sync())
    assert [file for file in kept.folder.rglob("*") if file.is_file()] == []


def test_what_was_handed_in_stays_when_a_plan_with_it_is_dropped(learner: Learner, work: Path) -> None:
    receipt = give(learner, PDF, work / "essay.pdf")
    learner.courses.discard(learner.courses.plan(learner.number(LOG), files=[work / "essay.pdf"]))
    learner.clock.forward(days=2)
    list(learner.courses.sync())
    with learner.environment.library.reading() as tx:
        (attachment,) = tx.attachments_of(receipt.id)
        assert tx.files.read(attachment.sha256) == b"%PDF-1.7 essay"
