"""What was sent and what is found: the same, or not."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ple.lms import answers, canvas_answers, canvas_planner
from ple.lms.content import Content, FileMark, Found, found_in_html, same_form
from ple.lms.practice.cleaning import clean

LINK = "https://sam.example.org/a?b=1&c=2"


@given(st.text(min_size=1).filter(lambda text: text.strip()))
def test_a_text_comes_back_from_an_lms_as_the_same(text: str) -> None:
    text = text.replace("\0", "").encode("utf-8", "replace").decode()
    content = Content(text=text)
    if text.strip():
        assert content.is_in(found_in_html(clean(content.html())))


@given(st.from_regex(r"https?://[a-z]{1,9}\.example(/[A-Za-z0-9._~%&=?#+-]{0,20})?", fullmatch=True))
def test_a_link_comes_back_as_the_same_and_another_does_not(link: str) -> None:
    content = Content(link=link)
    assert content.is_in(found_in_html(clean(content.html())))
    assert content.is_in(Found((link,)))
    assert same_form(same_form(link)) == same_form(link)
    assert not content.is_in(Found((link + "x",)))


@pytest.mark.parametrize(
    ("found", "same"),
    [
        pytest.param(found_in_html(Content(link=LINK).html()), True, id="as we send it"),
        pytest.param(found_in_html(f"<p>{LINK}</p>"), True, id="pasted as text"),
        pytest.param(Found(("HTTPS://SAM.example.org:443/a?b=1&c=2",)), True, id="spelled otherwise"),
        pytest.param(found_in_html(f"<p>My essay: {LINK} and more</p>"), False, id="in an essay"),
        pytest.param(found_in_html(f'<a href="{LINK}">x</a><a href="https://e.org">y</a>'), False, id="one of two"),
        pytest.param(Found((LINK,), "", (FileMark("work.pdf", 3),)), False, id="with a file"),
        pytest.param(Found(), False, id="nothing"),
        pytest.param(Found((LINK + "&d=3",)), False, id="another"),
    ],
)
def test_a_link_is_found_when_it_is_all_there_is(found: Found, same: bool) -> None:
    assert Content(link=LINK).is_in(found) == same


def test_what_lies_at_an_end_of_the_calendar_or_beyond_all_numbers_is_not_taken() -> None:
    assert answers.seconds(253_402_300_799) is None  # 9999-12-31T23:59:59Z: in Tokyo there is no such day
    assert answers.moment("0001-01-01T00:00:00Z") is None
    assert answers.moment("2026-12-01T23:59:00+01:00") == dt.datetime(2026, 12, 1, 22, 59, tzinfo=dt.UTC)
    assert (answers.count("3"), answers.count(2**40), answers.number(2**40)) == (3, 0, 2**40)


def test_what_an_lms_says_may_be_of_any_kind() -> None:
    said = canvas_answers.status({"attempt": 1, "workflow_state": {"a": 1}, "submission_history": [{"attempt": [2]}]})
    assert said.attempt is None
    planned = {
        "plannable_type": "quiz",
        "plannable_id": 1,
        "course_id": 2,
        "html_url": "https://[",
        "plannable": {"title": "x"},
    }
    assert [task.url for task in canvas_planner.planned("https://c.example", [planned], "2", ())] == [None]
    assert answers.joined("https://c.example/a/", "b") == "https://c.example/a/b"
