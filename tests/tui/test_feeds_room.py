"""The Feeds room, driven by keys on a real library."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from ple.feeds.background import alone
from ple.tui.screens.feeds import Feeds
from ple.tui.screens.feeds_tree import Node
from ple.tui.widgets.line_list import LineList

from .world import environment_at, opened, press, seen, settle


def room(pilot: Any) -> Feeds:
    screen = pilot.app.screen
    assert isinstance(screen, Feeds)
    return screen


def list_of(pilot: Any) -> LineList:
    return room(pilot).list


def tree(pilot: Any) -> list[Node]:
    sources = room(pilot).sources
    return [sources.row_at(at) for at in range(len(sources.keys))]


def rss(title: str, *titles: str) -> str:
    items = "".join(
        f"<item><title>{each}</title><guid>{each}</guid><link>https://example.org/{number}</link>"
        f"<description>What “{each}” says in a few words.</description></item>"
        for number, each in enumerate(titles)
    )
    return f"<rss version='2.0'><channel><title>{title}</title>{items}</channel></rss>"


async def test_r_updates_as_the_command_does_one_at_a_time_and_with_the_learners_own_command(
    empty: Path, publisher: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = tmp_path / "heard"
    code = f"import sys; open({str(heard)!r}, 'w').write(sys.stdin.read())"
    monkeypatch.setenv("PLE_AFTER_UPDATE", f"{shlex.quote(sys.executable)} -c {shlex.quote(code)}")
    url = publisher.publish("/feed", rss("Growing", "One"))
    other = environment_at(empty)
    try:
        other.feeds.add(url)
        other.feeds.rules.add("title:two", ["notify"], name="Look")
        async with opened(empty, "2") as pilot:
            publisher.publish("/feed", rss("Growing", "One", "Two"))
            with alone(other.folder):
                await press(pilot, "r")
            assert not heard.exists()
            assert any("another update" in note.message.lower() for note in pilot.app._notifications)
            await press(pilot, "r")
            assert "1 new entry from 1 feed" in seen(pilot)
            assert [note.message for note in pilot.app._notifications][-1] == "Look: Two"
    finally:
        other.close()
    said = json.loads(heard.read_text(encoding="utf-8"))
    assert [entry["title"] for entry in said["entries"]] == ["Two"]
    assert said["notices"][0]["rule"] == "Look"


async def test_the_inbox_is_decided_on_with_three_keys_and_undone_with_one(typical: Path) -> None:
    async with opened(typical, "2", "i") as pilot:
        titles = [list_of(pilot).row_at(at).thing.id for at in range(4)]
        assert "55 to decide on" in seen(pilot), "what is starred is kept already"
        await press(pilot, "s")
        await press(pilot, "z", "4")
        await press(pilot, "x")
        assert "52 to decide on" in seen(pilot)
        assert list_of(pilot).key == titles[3]
        entries = await pilot.app.ask(lambda environment: [environment.feeds.entry(id) for id in titles[:3]])
        assert [(entry.starred, entry.read) for entry in entries] == [(True, False), (False, False), (False, True)]
        assert [node.entries for node in tree(pilot) if node.title == "Later"] == [1]
        await press(pilot, "u", "u", "u")
        assert "55 to decide on" in seen(pilot)
        await press(pilot, "z", "4")
        room(pilot).show_source("later")
        await settle(pilot)
        assert "Later  ·  1" in seen(pilot)
        await press(pilot, "z")
        assert "Nothing is put off" in seen(pilot)
        counts = await pilot.app.ask(lambda environment: environment.feeds.triage.counts())
        assert (counts["inbox"], counts["later"]) == (55, 0)


async def test_marked_entries_are_read_starred_put_off_and_dropped_in_one_step_each(typical: Path) -> None:
    async with opened(typical, "2") as pilot:
        ids = list(list_of(pilot).keys[:3])

        async def said() -> list[tuple[bool, bool]]:
            entries = await pilot.app.ask(lambda environment: [environment.feeds.entry(id) for id in ids])
            return [(entry.read, entry.starred) for entry in entries]

        before = await said()
        await press(pilot, "space", "space", "space")
        assert "3 marked" in seen(pilot)
        await press(pilot, "m")
        assert [read for read, _ in await said()] == [True, True, True]
        assert "Marked read: 3 entries" in seen(pilot)
        assert not room(pilot).list.marks
        await press(pilot, "u")
        assert await said() == before
        await press(pilot, "g", "g", "space", "space", "space", "s")
        assert [starred for _, starred in await said()] == [True, True, True], "one had a star already"
        await press(pilot, "g", "g", "space", "space", "space", "s")
        assert [starred for _, starred in await said()] == [False, False, False]
        await press(pilot, "u", "u", "i")
        assert await said() == before
        inbox = len(list_of(pilot).keys)
        await press(pilot, "space", "space", "x")
        assert f"{inbox - 2} to decide on" in seen(pilot)
        await press(pilot, "space", "space", "space", "z")
        assert "When will you look at 3 entries?" in seen(pilot)
        await press(pilot, "4")
        assert f"{inbox - 5} to decide on" in seen(pilot)
        await press(pilot, "u", "u")
        assert f"{inbox} to decide on" in seen(pilot)


async def test_the_inbox_says_why_something_stands_where_it_stands(typical: Path) -> None:
    other = environment_at(typical)
    try:
        feeds = {feed.title: feed.id for feed in other.feeds.feeds()}
        for id in other.feeds.entry_ids(feed=feeds["Zenn"])[:6]:
            other.feeds.star([id])
        best = other.feeds.triage.inbox_ids(best_first=True)
    finally:
        other.close()
    async with opened(typical, "2", "i") as pilot:
        assert list_of(pilot).row.feed == "Zenn"
        assert "+" in seen(pilot)
        await press(pilot, "W")
        assert "because you starred 6 from this feed" in seen(pilot)
        await press(pilot, "enter")
        assert "because you starred 6 from this feed" in seen(pilot)
    async with opened(typical, "2") as pilot:
        room(pilot).go_back({"source": "inbox"})  # as the app does for whoever left it there
        room(pilot).reload()
        await settle(pilot)
        assert room(pilot).node.key == "inbox"
        assert set(list_of(pilot).keys) == {*best} - {best[0]}, "what was read above is decided on"
        assert list_of(pilot).row_at(0).feed == "Zenn"


async def test_saved_searches_stand_in_the_tree_with_what_is_unread(typical: Path) -> None:
    other = environment_at(typical)
    try:
        other.searches.save("Grades", "title:portfolios")
    finally:
        other.close()
    async with opened(typical, "2", size=(120, 40)) as pilot:
        node = next(node for node in tree(pilot) if node.title == "Grades")
        room(pilot).show_source(node.key)
        await settle(pilot)
        assert f"Grades  ·  {node.unread} unread of 15  ·  ? title:portfolios" in seen(pilot)
        assert len(list_of(pilot).keys) == node.entries == 15
        await press(pilot, "v")
        assert len(list_of(pilot).keys) == node.unread == 11


async def test_feeds_are_muted_for_a_time_and_folders_renamed_with_all_that_is_in_them(typical: Path) -> None:
    async with opened(typical, "2", size=(120, 40)) as pilot:
        await press(pilot, "Z")
        assert "Choose a feed or folder first" in seen(pilot)
        zenn = next(node.key for node in tree(pilot) if node.title == "Zenn")
        room(pilot).show_source(zenn)
        await settle(pilot)
        await press(pilot, "Z", "2")
        assert "muted until 27 Nov" in seen(pilot)
        assert " z Zenn" in seen(pilot)
        (rule,) = await pilot.app.ask(lambda environment: environment.feeds.rules.rules())
        assert (rule.feed_id, rule.actions) == (zenn, ("hide",))
        await press(pilot, "Z")
        assert "muted until" not in seen(pilot)
        room(pilot).show_source("folder:Open learning")
        await settle(pilot)
        await press(pilot, "e")
        field = pilot.app.screen.query_one(Input)
        field.value = "Education"
        await press(pilot, "enter")
        assert "Education  ·  22 unread of 24" in seen(pilot)
        folders = await pilot.app.ask(lambda environment: {feed.folder for feed in environment.feeds.feeds()})
        assert folders == {None, "Papers", "Education", "Education/Friends"}
        await press(pilot, "u")
        assert "Open learning" in seen(pilot)


async def test_the_whole_text_is_fetched_by_a_key_and_an_article_says_where_else_it_came_in(
    empty: Path, publisher: Any
) -> None:
    words = "<p>" + " ".join(f"The {number}th sentence of the whole article is here." for number in range(60)) + "</p>"
    page = f"<html><head><title>One</title></head><body><article><h1>One</h1>{words * 3}</article></body></html>"
    url = publisher.publish("/p", page, Content_Type="text/html")
    item = (
        f"<item><title>One</title><guid>{url}</guid><link>{url}</link><description>The beginning.</description></item>"
    )
    rss_of = "<rss version='2.0'><channel><title>{}</title>{}</channel></rss>"
    other = environment_at(empty)
    try:
        other.feeds.add(publisher.publish("/a", rss_of.format("Blog", item), Content_Type="application/rss+xml"))
        other.feeds.add(publisher.publish("/b", rss_of.format("Planet", item), Content_Type="application/rss+xml"))
    finally:
        other.close()
    async with opened(empty, "2", size=(120, 40)) as pilot:
        assert "All  ·  1 unread of 1" in seen(pilot)
        assert "+1 Blog" in seen(pilot)
        assert "Also in Planet" in seen(pilot)
        await press(pilot, "F")
        assert "7th sentence of the whole" in seen(pilot)


async def test_health_leads_to_the_feed_and_mail_is_neither_paused_nor_asked(empty: Path, publisher: Any) -> None:
    other = environment_at(empty)
    try:
        good = publisher.publish("/good", rss("Good", "One"))
        other.feeds.add(good)
        ill = f"<opml><body><outline title='Ill' xmlUrl='{publisher.url}/nothing'/></body></opml>"
        other.feeds.import_opml(ill.encode())
        letter = b"From: List <l@example.org>\nSubject: Hello\nMessage-ID: <1@example.org>\n\nWords of a letter\n"
        other.feeds.import_mail(letter, title="Letters")
        list(other.feeds.refresh(force=True))
    finally:
        other.close()
    async with opened(empty, "2", "H", size=(120, 40)) as pilot:
        assert "1 feed of 3 wants a look" in seen(pilot)
        assert "There is no feed" in seen(pilot)
        await press(pilot, "enter")
        assert room(pilot).node.title == "Ill"
        await settle(pilot)
        assert "There is no feed at this address (404)." in seen(pilot)
        assert "ple feeds find" in seen(pilot), "what to do stands where its entries would"
        room(pilot).show_source(next(node.key for node in tree(pilot) if node.title == "Letters"))
        await settle(pilot)
        await press(pilot, "P")
        assert " @ Letters" in seen(pilot)
        assert "nobody to ask" in seen(pilot)
        await press(pilot, "r")
        assert "brought in from files" in seen(pilot)
