"""What a journal entry names is a link that can be followed; what is not there yet is marked."""

from __future__ import annotations

from pathlib import Path

from ple.tui.linked import Linked
from ple.tui.widgets.blocks import prose
from ple.tui.widgets.mentioned import with_mentions

from .world import environment_at, opened, press, seen

KEPT = {"spacing": 7, "7": 7, "Über: 学習": 9}


def test_names_become_links_with_numbers_and_all_else_stays_where_it_was() -> None:
    text = with_mentions(
        prose(
            "<p>See <b>[[spacing]]</b> and <em>[[Über: 学習|that]]</em>, #7, #8 and [[none such]]; "
            '<code>[[spacing]]</code> <a href="https://a.example/">out</a> <strong>end</strong></p>'
            "<pre>[[spacing]]</pre>"
        ),
        KEPT.get,
    )
    block, code = text.blocks
    assert block.text == "See spacing[2] and that[3], #7[2], #8 and none such[?]; [[spacing]] out[1] end"
    assert code.text == "[[spacing]]"
    assert text.links == ["https://a.example/", "#7", "#9"]
    said = {(span.style, span.link, block.text[span.start : span.end]) for span in block.spans}
    assert {("strong", 0, "spacing[2]"), ("link", 2, "spacing"), ("link", 3, "that"), ("em", 0, "that[3]")} <= said
    assert {("link", 2, "#7"), ("link", 1, "out"), ("strong", 0, "end"), ("number", 0, "[?]")} <= said


async def test_a_link_of_the_journal_is_followed_and_escape_goes_back(typical: Path) -> None:
    environment = environment_at(typical)
    try:
        environment.journal.write("# Threads\n\n[[What I read]], [[Desirable difficulties]] and [[no such thing]].")
    finally:
        environment.close()
    async with opened(typical, "4", "enter") as pilot:
        assert "What I read[1], Desirable difficulties[2] and no such thing[?]." in seen(pilot)
        assert "[2] → Desirable difficulties (bookmark #" in seen(pilot)
        await press(pilot, "f", "2")
        assert isinstance(pilot.app.screen, Linked)
        assert "Memory research has long treated" in seen(pilot)
        await press(pilot, "escape", "f", "1")  # an entry that is in the list: the place itself goes there
        assert "Bjork again: Desirable difficulties[1]." in seen(pilot)
        assert "← Threads (journal #" in seen(pilot)
        await press(pilot, "escape", "e", "f6")
        assert "Bjork again: Desirable difficulties[1]." in seen(pilot)  # in the preview too


def test_what_is_in_the_portfolio_too_is_named_by_its_title_as_before(typical: Path) -> None:
    environment = environment_at(typical)
    try:
        page = environment.bookmarks.bookmark_ids()[0]
        environment.portfolio.add(page)  # a work with the same title
        written = environment.journal.write("See [[Desirable difficulties]].")
        assert [link.id for link in written.links] == [page]
    finally:
        environment.close()
