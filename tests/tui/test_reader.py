"""Reading closely: finding, headings, selecting and marking words, and coming back to where one was."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ple.tui.list_room import ListRoom
from ple.tui.widgets.blocks import prose
from ple.tui.widgets.passages import Quotation, Text

from .world import ARTICLE, PAGE, environment_at, opened, press, seen, settle, type_in, whole

LINKED = prose('<p>See <a href="https://a.example/">the review</a>, then wait. Wait longer.</p><p>Wait again!</p>')


def test_a_quotation_has_no_numbers_of_links_and_knows_what_stands_around_it() -> None:
    text = Text(LINKED)
    [(start, end)] = text.find("review[1], THEN")
    quotation = text.quote(start, end)
    assert quotation == Quotation("review, then", "See the", "wait. Wait longer. Wait again!")
    assert text.locate(quotation) == (start, end)


def test_of_words_that_stand_in_several_places_those_are_meant_that_have_the_same_around_them() -> None:
    text = Text(LINKED)
    places = [start for start, _ in text.find("wait")]
    assert len(places) == 3
    for start in places:
        assert text.locate(text.quote(start, start + 4)) == (start, start + 4)
    assert text.locate(Quotation("not there")) is None
    assert text.locate(Quotation(" ")) is None


def test_the_numbers_of_notes_are_raised_on_screen_and_as_they_were_in_quotations() -> None:
    html = (
        '<p>As Bjork says<sup><a href="#in-fn-1">1</a></sup>, x<sup>2</sup> grows, on the 5<sup>th</sup> day.</p>'
        '<ol><li id="in-fn-1">In 2006. <a href="#in-fnref-1">↩</a></li></ol>'
    )
    text = Text(prose(html))
    assert text.text == "As Bjork says¹, x² grows, on the 5th day.\nIn 2006."
    [(start, end)] = text.find("says1, x2 grows")
    quotation = text.quote(start, end)
    assert quotation.exact == "says1, x2 grows"  # as the library has it: so the words are found there too
    assert text.locate(quotation) == (start, end)


@pytest.mark.parametrize(
    ("at", "unit", "steps", "word"),
    [(0, "word", 1, "the"), (0, "word", -1, "See"), (4, "word", 2, "["), (0, "sentence", 1, "Wait longer"),
     (40, "sentence", 1, "Wait again"), (999, "word", 1, "!"), (0, "character", 2, "e"), (9, "sentence", -1, "See")],
)  # fmt: skip
def test_one_goes_by_words_sentences_and_characters(at: int, unit: str, steps: int, word: str) -> None:
    text = Text(LINKED)
    assert text.text[text.go(at, unit, steps) :].startswith(word)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(alphabet="ab .!?。\n<>p/[1]", max_size=120), st.integers(0, 130), st.sampled_from(["word", "sentence"]))
def test_whatever_a_text_says_one_stays_inside_it(html: str, at: int, unit: str) -> None:
    text = Text(prose(html))
    for steps in (-3, -1, 1, 3):
        assert 0 <= text.go(min(at, len(text.text)), unit, steps) <= max(0, len(text.text))
    start, end = text.around(min(at, len(text.text)), unit)
    assert start <= end


async def test_words_are_found_and_n_goes_to_the_next_place(typical: Path) -> None:
    async with opened(typical, "3", "enter", "slash") as pilot:
        await type_in(pilot, "practice")
        await press(pilot, "enter")
        assert "1 of 12" in seen(pilot)
        await press(pilot, "n", "n", "N")
        assert "2 of 12" in seen(pilot)
        await press(pilot, "N", "N")
        assert "12 of 12" in seen(pilot)
        await press(pilot, "escape", "slash")
        await type_in(pilot, "nowhere")
        await press(pilot, "enter")
        assert "“nowhere” is not in this text" in seen(pilot)


async def test_the_contents_lead_to_a_heading(typical: Path) -> None:
    async with opened(typical, "3", "enter", "T") as pilot:
        assert "What to do" in seen(pilot)
        await press(pilot, "G", "enter")
        assert seen(pilot).splitlines()[1].strip() == "What to do"


async def test_selected_words_are_highlighted_shown_and_taken_back(typical: Path) -> None:
    async with opened(typical, "3", "enter", "v") as pilot:
        room = pilot.app.screen
        assert isinstance(room, ListRoom)
        view = room.view
        view._cursor = view.text.find("Forgetting is")[0][0]
        await press(pilot, "v", "w", "w", "h")
        assert "Highlighted “Forgetting is a”" in seen(pilot)
        assert [view.text.text[one.start : one.end] for one in view.passages] == ["Forgetting is a"]
        assert "▎" in seen(pilot)
        await press(pilot, "v", "right_parenthesis", "n")
        await type_in(pilot, "why so?")
        await press(pilot, "enter")
        assert [one.note for one in view.passages if one.note] == ["why so?"], seen(pilot)
        await press(pilot, "u", "u")
        assert not view.passages
    environment = environment_at(typical)
    try:
        assert not environment.highlights.highlights()
    finally:
        environment.close()


@whole
async def test_the_colour_of_a_highlight_is_seen_and_said_by_a_letter_too(typical: Path) -> None:
    environment = environment_at(typical)
    try:
        page = environment.bookmarks.bookmark_ids()[0]
        environment.highlights.add(page, "Memory research has long treated")
        environment.highlights.add(page, "study, wait, test", color="green")
    finally:
        environment.close()
    async with opened(typical, "3", "enter", size=(80, 30)) as pilot:
        lines = seen(pilot).splitlines()
        assert any(line.startswith("▎Memory research") for line in lines)
        assert any(line.startswith("g  • study, wait, test") for line in lines)


async def test_words_selected_with_the_mouse_are_highlighted_too(typical: Path) -> None:
    async with opened(typical, "3", "enter") as pilot:
        room = pilot.app.screen
        assert isinstance(room, ListRoom)
        row = next(y for y, line in enumerate(seen(pilot).splitlines()) if "Forgetting is a feature" in line)
        left = seen(pilot).splitlines()[row].index("Forgetting") - room.view.region.x
        await pilot.mouse_down("#article", offset=(left, row - room.view.region.y))
        await pilot.hover("#article", offset=(left + 23, row - room.view.region.y))
        await pilot.mouse_up("#article", offset=(left + 23, row - room.view.region.y))
        await settle(pilot)
        await press(pilot, "h")
        assert "Highlighted “Forgetting is a featu" in seen(pilot)


async def test_an_article_opens_where_it_was_left(typical: Path) -> None:
    async with opened(typical, "3", "enter", "space", size=(80, 14)) as pilot:
        room = pilot.app.screen
        assert isinstance(room, ListRoom)
        place = room.view.place
        assert place
        await press(pilot, "escape", "j", "enter", "escape", "k", "enter")
        assert room.view.place == place


def test_half_a_megabyte_is_quoted_and_found_quickly() -> None:
    text = Text(prose(ARTICLE * 400 + PAGE))
    [*_, (start, end)] = text.find("makes practice harder today")
    assert text.quote(start, end).exact == "makes practice harder today"
