"""The portfolio on screen: choosing, saying why, who sees it, the site."""

from __future__ import annotations

import subprocess
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from ple.environment import Environment
from ple.tui.dialogs import Ask, Choose, Confirm
from ple.tui.sheet import Sheet

from .world import TestedApp, opened, press, seen, type_in, whole


async def artifacts(pilot: Any) -> Any:
    return await pilot.app.ask(lambda environment: environment.portfolio.artifacts())


@whole
async def test_plus_in_any_place_adds_what_the_cursor_is_on_and_it_is_private(typical: Path) -> None:
    async with opened(typical, "3", "plus") as pilot:
        assert isinstance(pilot.app.screen, Ask)
        await type_in(pilot, "What made me try it")
        await press(pilot, "enter", "4", "plus", "enter", "7")
        page, entry = await artifacts(pilot)
        assert (page.why, str(page.visibility)) == ("What made me try it", "private")
        assert entry.source_kind == "journal"
        assert "0 of 2 public" in seen(pilot)
        await press(pilot, "plus")
        assert "in the portfolio already" in seen(pilot)
        await press(pilot, "d", "u")  # nobody has its address: it goes at once, and comes back
        assert len(await artifacts(pilot)) == 2


@whole
async def test_what_is_said_of_a_work_is_changed_one_by_one(typical: Path) -> None:
    async with opened(typical, "3", "plus", "enter", "7", "e") as pilot:
        assert isinstance(pilot.app.screen, Choose)
        await press(pilot, "enter")
        await type_in(pilot, "Because it is good")
        await press(pilot, "enter", "E")
        await type_in(pilot, "I learned to wait")
        await press(pilot, "ctrl+s", "a")
        await type_in(pilot, "plan for statistics")
        await press(pilot, "enter", "enter", "enter")
        [one, other] = await artifacts(pilot)
        assert (one.why, one.reflection) == ("Because it is good", "I learned to wait")
        assert other.title == "My plan for statistics"
        assert "I learned to wait" in seen(pilot)


@whole
async def test_what_is_marked_is_shown_changed_and_taken_out_in_one_step_each(typical: Path) -> None:
    async with opened(typical, "3", "plus", "enter", "j", "plus", "enter", "4", "plus", "enter", "7") as pilot:
        await press(pilot, "space", "space", "W", "3")
        assert [str(one.visibility) for one in await artifacts(pilot)] == ["public", "public", "private"]
        await press(pilot, "u")
        assert {str(one.visibility) for one in await artifacts(pilot)} == {"private"}
        await press(pilot, "ctrl+a", "e", "1")
        await type_in(pilot, "Memory")
        await press(pilot, "enter")
        assert {one.page for one in await artifacts(pilot)} == {"Memory"}
        assert "Changed 3 works" in seen(pilot)
        await press(pilot, "ctrl+a", "d")
        assert not await artifacts(pilot)
        await press(pilot, "u")
        assert {one.page for one in await artifacts(pilot)} == {"Memory"}


async def test_the_site_is_checked_built_looked_at_and_published_after_a_dry_run(typical: Path, tmp_path: Path) -> None:
    remote = tmp_path / "remote.git"
    subprocess.run(["git", "init", "-q", "--bare", str(remote)], check=True)
    async with opened(typical, "3", "plus", "enter", "7", "W", "3") as pilot:
        assert "1 of 1 public" in seen(pilot)
        await press(pilot, "C")
        assert isinstance(pilot.app.screen, Sheet)
        assert "Could be better" in seen(pilot)
        await press(pilot, "escape", "i", "1")
        assert isinstance(pilot.app.screen, Ask)
        await type_in(pilot, " of mine")
        await press(pilot, "enter")
        assert "Portfolio of mine" in seen(pilot)
        await press(pilot, "L")
        app = pilot.app
        assert isinstance(app, TestedApp)
        with urllib.request.urlopen(app.browsed[-1]) as answer:
            assert b"Portfolio of mine" in answer.read()
        await press(pilot, "P")
        await type_in(pilot, str(remote))
        await press(pilot, "enter")
        assert "Publish this now" in seen(pilot)
        branches = ["git", "-C", str(remote), "for-each-ref", "--format=%(refname)"]
        assert not subprocess.check_output(branches)  # only looked at
        await press(pilot, "y")
        assert subprocess.check_output(branches, text=True).strip() == "refs/heads/main"
        await press(pilot, "P")
        assert "Another place" in seen(pilot)  # the one that is known comes first
        await press(pilot, "1")
        assert "nothing to change" in seen(pilot)
        await press(pilot, "escape", "W", "1")
        assert isinstance(pilot.app.screen, Confirm)  # people have its address
        await press(pilot, "y")
        assert "0 of 1 public" in seen(pilot)


@whole
async def test_what_a_place_asks_for_first_is_asked_on_screen_and_once(typical: Path, tmp_path: Path) -> None:
    pytest.importorskip("asyncssh")
    from tests.servers.sftp import sftp_server

    folder = tmp_path / "public"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine already")
    with sftp_server(tmp_path) as server:
        async with opened(typical, "3", "plus", "enter", "7", "W", "3", "P") as pilot:
            await type_in(pilot, f"sftp://ada@127.0.0.1:{server.port}/public")
            await press(pilot, "enter")
            assert "who it says?" in seen(pilot)
            assert server.fingerprint[:20] in seen(pilot)
            await press(pilot, "y")
            await type_in(pilot, "correct horse")
            assert "correct horse" not in seen(pilot)
            await press(pilot, "enter")
            assert "Publish among files of others?" in seen(pilot)
            await press(pilot, "n")
            assert [path.name for path in folder.iterdir()] == ["notes.txt"]  # nothing was sent
            await press(pilot, "P", "1", "y")  # neither the key nor the password is asked for again
            assert "Publish this now" in seen(pilot)
            await press(pilot, "y")
            assert (folder / "index.html").exists()
            assert (folder / "notes.txt").read_text() == "mine already"


@whole
async def test_badges_are_brought_in_and_say_what_is_known_of_them(typical: Path, tmp_path: Path) -> None:
    file = tmp_path / "certificate.pdf"
    file.write_bytes(b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF")
    async with opened(typical, "7", "v", size=(120, 40)) as pilot:
        assert "No badges or certificates" in seen(pilot)
        await press(pilot, "I")
        await type_in(pilot, str(file))
        await press(pilot, "enter")
        assert "certificate" in seen(pilot)
        assert "Signature" in seen(pilot)
        assert "SHA-256" in seen(pilot)
        await press(pilot, "d")
        assert "No badges or certificates" in seen(pilot)


@whole
async def test_pages_that_show_works_together_are_made_by_hand_and_by_a_search(typical: Path) -> None:
    async with opened(typical, "3", "plus", "enter", "j", "plus", "enter", "7", "W", "3") as pilot:
        await press(pilot, "ctrl+a", "K")
        assert "A new one, of 2 works …" in seen(pilot)
        await press(pilot, "1")
        await type_in(pilot, "On memory")
        await press(pilot, "enter")
        assert "“On memory” is a page, private so far: W says who sees it" in seen(pilot)
        await press(pilot, "W", "3", "enter")
        assert "On this page · 1 public work" in seen(pilot)
        assert "(artifact #" not in seen(pilot)
        await press(pilot, "escape", "K")
        assert "On memory" in seen(pilot)
        assert "by hand · 1 work · public" in seen(pilot)
        await press(pilot, "3")
        await type_in(pilot, "Read")
        await press(pilot, "enter")
        await type_in(pilot, "tag:memory")
        await press(pilot, "enter", "K")
        assert "by a search" in seen(pilot)
        await press(pilot, "escape", "home", "K", "1")
        assert "Put “" in seen(pilot)
        await press(pilot, "2")
        found = await pilot.app.ask(lambda environment: environment.portfolio.collections())
        assert {one.title: one.how for one in found} == {"On memory": "by hand", "Read": "by a search"}


@whole
async def test_what_another_computer_published_since_is_replaced_only_when_that_is_said(
    typical: Path, tmp_path: Path
) -> None:
    remote, copy = tmp_path / "remote.git", tmp_path / "copy"
    subprocess.run(["git", "init", "-q", "--bare", str(remote)], check=True)
    async with opened(typical, "3", "plus", "enter", "7", "W", "3", "P") as pilot:
        await type_in(pilot, str(remote))
        await press(pilot, "enter", "y")
        copy.mkdir()
        await pilot.app.ask(lambda environment: environment.library.back_up(copy / "library.sqlite"))
        other = Environment(copy)
        try:
            other.portfolio.init(title="Said on another computer")
            other.publishing.publish(anyway=True)
        finally:
            other.close()
        await press(pilot, "i", "1")
        await type_in(pilot, " of mine")
        await press(pilot, "enter", "P", "1")
        assert "was put there by another computer" in seen(pilot)
        assert "Publish mine in its place" in seen(pilot)
        await press(pilot, "y")
        page = subprocess.check_output(["git", "-C", str(remote), "show", "main:index.html"], text=True)
        assert "Portfolio of mine" in page
