"""The rooms, driven by keys on a real library: what is asserted is what the library holds and what the screen shows."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import OptionList

from ple.tui.dialogs import Answer, Ask, Choose
from ple.tui.list_room import ListRoom
from ple.tui.screens.editor import Editor
from ple.tui.screens.help import Help
from ple.tui.themes import OURS

from .world import PATIENCE, TestedApp, environment_at, opened, press, seen, settle, type_in, until


def room(pilot: Any) -> ListRoom:
    screen = pilot.app.screen
    assert isinstance(screen, ListRoom)
    return screen


async def door(pilot: Any, call: Any) -> Any:
    return await pilot.app.ask(call)


async def test_a_digit_or_g_and_a_letter_go_to_a_place(typical: Path) -> None:
    places = (
        ("1", "t", "DUE"),
        ("2", "f", "56 unread of 60"),
        ("3", "l", "Saved pages"),
        ("4", "j", "What I read"),
        ("6", "h", "Reflection post 1"),
        ("5", "s", "Search everything"),
    )
    async with opened(typical) as pilot:
        for key, _, shows in places:
            await press(pilot, f"alt+{key}")
            assert shows in seen(pilot)
            await press(pilot, key)  # the last of them types: there is a line to type in
        await press(pilot, "1")
        assert pilot.app.current_mode == "search"
        await press(pilot, "alt+1")
        for _, letter, shows in places:
            await press(pilot, "g")
            assert "f Feeds" in seen(pilot)
            await press(pilot, letter)
            assert shows in seen(pilot) or letter == "s"


async def test_g_g_goes_to_the_top(typical: Path) -> None:
    async with opened(typical, "2", "G") as pilot:
        assert room(pilot).list.position == 59
        await press(pilot, "g", "g")
        assert room(pilot).list.position == 0


async def test_an_empty_place_says_what_to_do(empty: Path) -> None:
    async with opened(empty) as pilot:
        assert "press 2, then a" in seen(pilot)
        for key, teaches in (
            ("2", "a  follows one"),
            ("3", "a  saves a page"),
            ("4", "a  writes an entry"),
            ("6", "a  connects Moodle"),
            ("5", "enter ranks"),
        ):
            await press(pilot, key)
            assert teaches in seen(pilot)


async def test_enter_reads_an_entry_and_u_makes_it_unread_again(typical: Path) -> None:
    async with opened(typical, "2", "enter") as pilot:
        assert "Memory research" in seen(pilot)
        await press(pilot, "escape")
        assert "55 unread of 60" in seen(pilot)
        await press(pilot, "u")
        assert "56 unread of 60" in seen(pilot)
        assert "Taken back" in seen(pilot)


async def test_m_and_s_mark_and_star_the_entry_under_the_cursor(typical: Path) -> None:
    async with opened(typical, "2", "m", "s") as pilot:
        row = room(pilot).list.row
        assert row is not None
        assert not row.unread
        assert row.starred
        entry = await door(pilot, lambda environment: environment.feeds.entry(row.thing.id))
        assert entry.read
        assert entry.starred
        await press(pilot, "u", "u")
        entry = await door(pilot, lambda environment: environment.feeds.entry(row.thing.id))
        assert not entry.read
        assert not entry.starred


async def test_big_j_reads_from_one_unread_entry_to_the_next(typical: Path) -> None:
    async with opened(typical, "2", size=(120, 40)) as pilot:
        await press(pilot, "j", "j", "j", "j", "J")  # five are unread, then four read ones
        assert room(pilot).list.position == 9
        assert "Zenn" in seen(pilot)
        entry = await door(pilot, lambda environment: environment.feeds.entry(room(pilot).list.key))
        assert entry.read
        await press(pilot, "K")
        assert room(pilot).list.position == 4


async def test_in_a_list_of_what_is_unread_an_entry_stays_after_it_was_read(typical: Path) -> None:
    async with opened(typical, "2", "v") as pilot:
        assert "unread only" in seen(pilot)
        await press(pilot, "m", "j", "m")
        assert len(room(pilot).list.keys) == 56
        assert room(pilot).list.position == 1
        await press(pilot, "v", "v")
        assert len(room(pilot).list.keys) == 54


async def test_all_read_asks_first_and_takes_only_what_was_counted(typical: Path) -> None:
    async with opened(typical, "2", "A") as pilot:
        assert isinstance(pilot.app.screen, Choose)
        assert "all 56 entries" in seen(pilot)
        await press(pilot, "escape")
        assert "56 unread" in seen(pilot)
        await press(pilot, "A", "1")
        assert "0 unread" in seen(pilot)
        await press(pilot, "u")
        assert "56 unread" in seen(pilot)
        await press(pilot, "A")
        assert "older than a day: 41 entries" in seen(pilot)
        await press(pilot, "2")
        assert "15 unread of 60" in seen(pilot)


async def test_the_tree_narrows_the_list_and_space_folds(typical: Path) -> None:
    async with opened(typical, "2", "left", "j", "j", "j", "j") as pilot:
        assert "Open learning" in seen(pilot)
        await press(pilot, "space")
        assert "EdBlog" not in seen(pilot)
        await press(pilot, "enter")
        assert "Open learning  ·  22 unread of 24" in seen(pilot)


async def test_a_filter_finds_by_the_words_of_the_entry_and_escape_clears_it(typical: Path) -> None:
    async with opened(typical, "2", "slash") as pilot:
        await type_in(pilot, "portfolios")
        assert len(room(pilot).list.keys) == 15
        await press(pilot, "enter")
        assert pilot.app.focused is room(pilot).list
        await press(pilot, "escape")
        assert len(room(pilot).list.keys) == 60


async def test_tags_are_put_on_and_found(typical: Path) -> None:
    async with opened(typical, "3", "t") as pilot:
        assert isinstance(pilot.app.screen, Ask)
        await type_in(pilot, ", to read")
        await press(pilot, "enter")
        key = room(pilot).list.key
        page = await door(pilot, lambda environment: environment.bookmarks.bookmark(key))
        assert page.tags == {"memory", "paper", "to read"}
        await press(pilot, "u")
        page = await door(pilot, lambda environment: environment.bookmarks.bookmark(key))
        assert page.tags == {"memory", "paper"}


async def test_a_page_is_saved_by_its_address(typical: Path, publisher: Any) -> None:
    url = publisher.publish("/p", "<title>A new page</title><p>Words", Content_Type="text/html")
    async with opened(typical, "3", "a") as pilot:
        await type_in(pilot, url)
        await press(pilot, "enter")
        assert "A new page" in seen(pilot)
        await press(pilot, "u")
        assert seen(pilot).count("A new page") == seen(pilot).count("Taken back: Saved “A new page”") == 1


async def test_a_feed_is_followed_by_its_address_and_what_fails_is_told(empty: Path, publisher: Any) -> None:
    item = "<item><title>One</title><guid>1</guid></item>"
    rss = f"<rss version='2.0'><channel><title>New feed</title>{item}</channel></rss>"
    url = publisher.publish("/feed", rss, Content_Type="application/rss+xml")
    async with opened(empty, "2", "a") as pilot:
        await type_in(pilot, publisher.url + "/nothing")
        await press(pilot, "enter")
        assert pilot.app._notifications
        await press(pilot, "a")
        await type_in(pilot, url)
        await press(pilot, "enter")
        assert "One" in seen(pilot)


async def test_r_refreshes_with_progress_and_another_process_may_write_meanwhile(empty: Path, publisher: Any) -> None:
    def rss(*titles: str) -> str:
        items = "".join(f"<item><title>{title}</title><guid>{title}</guid></item>" for title in titles)
        return f"<rss version='2.0'><channel><title>Growing</title>{items}</channel></rss>"

    url = publisher.publish("/feed", rss("One"))
    other = environment_at(empty)
    try:
        other.feeds.add(url)
        async with opened(empty, "2") as pilot:
            assert "One" in seen(pilot)
            publisher.publish("/feed", rss("One", "Two"))
            await press(pilot, "r")
            assert "Two" in seen(pilot)
            assert "1 new entry from 1 feed" in seen(pilot)
            other.feeds.star(other.feeds.entry_ids()[:1])
            await pilot.app.look()  # what the app does once a second
            await settle(pilot)
            assert "★" in seen(pilot)
    finally:
        other.close()


async def test_a_job_can_be_stopped_and_keeps_what_is_finished(typical: Path) -> None:
    steps: list[int] = []

    def slow(_: Any) -> Any:
        for number in range(1_000_000):
            yield number
            time.sleep(0.001)  # what a server would take

    async with opened(typical, "2") as pilot:
        app = pilot.app
        assert isinstance(app, TestedApp)
        job = app.start_job("Counting", slow, on_step=steps.append, total=1_000_000)
        assert job is not None
        end = time.monotonic() + PATIENCE
        while len(steps) < 3 or "↻ " not in seen(pilot):  # not `until`: there is always something under way here
            assert time.monotonic() < end
            await asyncio.sleep(0.002)
        await press(pilot, "c")
        await settle(pilot)
        assert not app.jobs
        assert 3 <= len(steps) < 1_000_000


async def test_journal_entries_are_written_edited_and_thrown_away_with_undo(typical: Path) -> None:
    async with opened(typical, "4", "a") as pilot:
        assert isinstance(pilot.app.screen, Editor)
        await type_in(pilot, "Written here")
        await press(pilot, "ctrl+s")
        assert "Written here" in seen(pilot)
        await press(pilot, "e")
        await type_in(pilot, " and there")
        await press(pilot, "ctrl+s")
        assert "Written here and there" in seen(pilot)
        await press(pilot, "d")
        assert "Written here" not in seen(pilot).split("Removed")[0]
        await press(pilot, "u")
        assert "Written here and there" in seen(pilot)


async def test_what_was_typed_is_not_thrown_away_unasked(typical: Path) -> None:
    async with opened(typical, "4", "a") as pilot:
        await type_in(pilot, "Half a thought")
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, Answer)
        await press(pilot, "y")
        assert "Half a thought" in seen(pilot)


async def test_a_prompt_begins_an_entry(typical: Path) -> None:
    async with opened(typical, "4", "p") as pilot:
        assert isinstance(pilot.app.screen, Choose)
        await press(pilot, "1")
        assert "So what?" in seen(pilot)


async def test_a_note_on_an_entry_is_a_journal_entry_that_links_to_it(typical: Path) -> None:
    async with opened(typical, "2") as pilot:
        about = room(pilot).list.key
        await press(pilot, "n")
        await type_in(pilot, "A thought")
        await press(pilot, "ctrl+s", "4")
        entry = await door(pilot, lambda environment: environment.journal.entry(room(pilot).list.key))
        assert [link.id for link in entry.links] == [about]


async def test_search_is_live_while_typing_and_ranked_with_facets_on_enter(typical: Path) -> None:
    async with opened(typical, "5", size=(120, 40)) as pilot:
        await type_in(pilot, "difficulties")
        assert "newest first" in seen(pilot)
        assert "Desirable difficulties" in seen(pilot)
        await press(pilot, "enter")
        assert "by rank" in seen(pilot)
        assert "bookmark" in seen(pilot)
        await press(pilot, "left", "j", "enter")  # a facet
        assert "kind:" in room(pilot).query_one("#query").value  # type: ignore[attr-defined]


@pytest.mark.parametrize(("begun", "rest"), [("kind:boo", "kmark"), ("is:star", "red"), ("created:yes", "terday")])
async def test_a_search_that_is_not_finished_is_no_error(typical: Path, begun: str, rest: str) -> None:
    async with opened(typical, "5", size=(120, 40)) as pilot:
        await type_in(pilot, begun)
        assert "Not a search yet: " in seen(pilot)
        assert not list(pilot.app._notifications)
        await type_in(pilot, rest)
        assert "found  ·  newest first" in seen(pilot)
        await type_in(pilot, "x")
        await press(pilot, "enter")
        assert len(list(pilot.app._notifications)) == 1


async def test_a_search_without_hits_says_what_was_meant(typical: Path) -> None:
    async with opened(typical, "5") as pilot:
        await type_in(pilot, "dificulties")
        await press(pilot, "enter")
        assert "Did you mean difficulties" in seen(pilot)


async def test_o_opens_the_address_and_f_the_links(typical: Path) -> None:
    async with opened(typical, "2", "o", "enter", "f") as pilot:
        assert "the 2006 review  example.org/review" in seen(pilot)
        await press(pilot, "2")
        app = pilot.app
        assert isinstance(app, TestedApp)
        assert app.browsed == ["https://example.org/0/0", "https://example.org/data"]


async def test_help_lists_the_keys_that_work_here(typical: Path) -> None:
    async with opened(typical, "2", "question_mark", size=(100, 60)) as pilot:
        assert isinstance(pilot.app.screen, Help)
        assert "Next unread" in seen(pilot)
        await press(pilot, "escape")
        assert not isinstance(pilot.app.screen, Help)


async def test_the_palette_runs_a_verb_of_another_place(typical: Path) -> None:
    async with opened(typical, "2", "colon") as pilot:
        await type_in(pilot, "journal: prompt")
        found = pilot.app.screen.query_one(OptionList)
        await until(pilot, lambda: found.option_count and found.highlighted is not None)  # it waits before it searches
        await press(pilot, "enter")
        await press(pilot, "enter")
        assert pilot.app.current_mode == "journal"


async def test_q_goes_out_and_then_leaves(typical: Path) -> None:
    async with opened(typical, "2", "enter") as pilot:
        await press(pilot, "q")
        assert room(pilot).at == 1
        await press(pilot, "q")
        assert not pilot.app.is_running or pilot.app._exit


async def test_no_text_is_taken_for_markup(typical: Path) -> None:
    async with opened(typical, "2", size=(200, 60)) as pilot:
        assert "ten years on [b]" in seen(pilot)


async def test_no_terminal_is_too_small_or_too_large(typical: Path) -> None:
    async with opened(typical, "2") as pilot:
        for key in "23456":
            await press(pilot, f"alt+{key}")
            for size in ((1, 1), (20, 6), (200, 60)):
                await pilot.resize_terminal(*size)
                await settle(pilot)


async def test_text_is_never_in_the_colour_of_its_background(typical: Path) -> None:
    async with opened(typical, "2", "enter", size=(120, 30)) as pilot:
        for key in ("3", "question_mark"):
            await press(pilot, key)
            for theme in (*(ours.name for ours in OURS), "ansi-dark", "ansi-light", "textual-light", "nord"):
                pilot.app.theme = theme
                await settle(pilot)
                for strip in pilot.app.screen._compositor.render_strips():
                    for segment in strip:
                        style = segment.style
                        if segment.text.strip(" ▕▏▎▁▂▃▄▅▆▇█") and style and style.color and style.bgcolor:
                            assert style.color.is_default or style.color != style.bgcolor, (theme, segment)


@pytest.mark.parametrize("theme", ["ansi-dark", "ansi-light"])
async def test_the_terminals_own_colours_will_do_from_the_start(empty: Path, theme: str) -> None:
    async with opened(empty, theme=theme) as pilot:
        assert pilot.app.theme == theme


async def test_a_place_out_of_sight_is_laid_out_anew_when_the_terminal_grew_meanwhile(typical: Path) -> None:
    async with opened(typical, "2", "3") as pilot:
        await pilot.resize_terminal(160, 40)
        await press(pilot, "2")
        assert "★ Starred" in seen(pilot)
        assert "Memory research" in seen(pilot)


def test_alt_and_a_digit_are_heard_as_a_terminal_sends_them() -> None:
    from textual import events
    from textual._xterm_parser import XTermParser

    from ple.tui.alt import hear_alt

    hear_alt()
    parser = XTermParser(False)
    heard = [
        event.key for sent in ("\x1b4", "\x1b0", "£") for event in parser.feed(sent) if isinstance(event, events.Key)
    ]
    assert heard == ["alt+4", "alt+0", "pound_sign"]
