"""Collections: works that stand together, by hand or by a search; what is not public is on none of them."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ple.environment import Environment
from ple.portfolio import Artifact
from ple.search.query import parse
from ple.search.together import together
from tests.portfolio.conftest import all_of, tree

EVERYTHING = bool(os.environ.get("PLE_TEST_ALL"))
HALF, SPACED = "Half forgotten", "Spaced practice"


@pytest.fixture
def ours(sqlite_environment: Environment) -> Environment:
    sqlite_environment.portfolio.init("Learning in public", "https://ada.example.org/", author="Noor Vance")
    return sqlite_environment


def written(ours: Environment, title: str, visibility: str, *tags: str, text: str = "Words.") -> Artifact:
    id = ours.journal.write(text, title=title, tags=tags).id
    return ours.portfolio.add(id, visibility=visibility)


def gathered(ours: Environment, name: str, query: str = "", works: tuple[Artifact, ...] = (), **said: Any) -> Artifact:
    if query:
        return ours.portfolio.add(ours.searches.save(name, query, among_feeds=False).id, **said)
    one = ours.collections.add(name, description="What I *found* out.")
    ours.collections.put(one.id, [work.source_id or work.id for work in works])
    return ours.portfolio.add(one.id, **said)


def titles_on(ours: Environment, collection: Artifact) -> list[str]:
    address = ours.portfolio.artifact(collection.id).address
    page = (ours.portfolio.folder / f"{address}index.html").read_text()
    return re.findall(r'<h3 class="p-name"[^>]*><a [^>]*>(.*?)</a>', page)


def anew(ours: Environment) -> dict[str, bytes]:
    """Return the site as it is when it is built with nothing remembered."""
    for cache in ours.portfolio.folder.parent.glob("site.cache*"):
        cache.unlink()
    other = ours.portfolio.folder.with_name("anew")
    ours.portfolio.build(other)
    return tree(other)


@pytest.mark.parametrize("way", ["by a search", "by hand"])
def test_a_collection_shows_what_is_public_of_what_it_holds_and_nothing_else(ours: Environment, way: str) -> None:
    works = tuple(
        written(ours, f"Title {side}canary{n}", side, "essay", f"tag{side}canary{n}", text=f"text{side}canary{n}")
        for n in range(3)
        for side in ("private", "unlisted", "public")
    )
    written(ours, "Another thing", "public")
    query = 'tag:essay OR "textprivatecanary0" OR tag:tagprivatecanary1' if way == "by a search" else ""
    one = gathered(ours, "Essays", query, works, visibility="public", why="What I wrote.")
    closed = gathered(ours, "Closedcanary", query and query + " OR kind:journal", works, visibility="private")
    for_one = gathered(ours, "For one reader", query, works, visibility="unlisted")
    ours.portfolio.build()

    public = [f"Title publiccanary{n}" for n in range(3)]
    assert titles_on(ours, one) == (public if way == "by hand" else public[::-1])
    assert titles_on(ours, for_one) == titles_on(ours, one)
    said = all_of(ours.portfolio.folder)
    assert "privatecanary" not in said
    assert "Closedcanary" not in said
    unlisted = {work.address: work.title for work in ours.portfolio.artifacts(visibility="unlisted")}
    for path, content in tree(ours.portfolio.folder).items():
        others = {address: title for address, title in unlisted.items() if address and not path.startswith(address)}
        assert not [1 for address, title in others.items() if address in content.decode() or title in content.decode()]
    assert ours.portfolio.artifact(closed.id).address is None
    assert not [finding for finding in ours.portfolio.check() if finding.serious]


def test_a_collection_follows_what_changes_and_an_incremental_build_equals_a_full_one(ours: Environment) -> None:
    first = written(ours, HALF, "public", "memory")
    second = written(ours, SPACED, "private", "memory")
    by_search = gathered(ours, "On memory", "tag:memory -kind:bookmark", visibility="public")
    by_hand = gathered(ours, "Chosen", works=(second, first), visibility="public")
    steps: list[tuple[Callable[[], object], list[str], list[str]]] = [
        (lambda: None, [HALF], [HALF]),
        (lambda: ours.portfolio.edit(second.id, visibility="public"), [SPACED, HALF], [SPACED, HALF]),
        (lambda: ours.journal.revise(first.source_id or 0, tags=["other"]), [SPACED, HALF], [SPACED, HALF]),
        (lambda: ours.portfolio.edit(first.id, tags=["other"]), [SPACED], [SPACED, HALF]),
        (lambda: ours.library.undo(), [SPACED, HALF], [SPACED, HALF]),
        (lambda: ours.searches.save("On memory", "half"), [HALF], [SPACED, HALF]),
        (lambda: ours.collections.put(by_hand.source_id or 0, [second.source_id or 0]), [HALF], [HALF, SPACED]),
        (lambda: ours.library.undo(), [HALF], [SPACED, HALF]),
        (lambda: ours.portfolio.remove([second.id]), [HALF], [HALF]),
        (lambda: ours.library.undo(), [HALF], [SPACED, HALF]),
    ]  # fmt: skip
    for number, (step, found, chosen) in enumerate(steps):
        step()
        ours.portfolio.build()
        assert (titles_on(ours, by_search), titles_on(ours, by_hand)) == (found, chosen), number
        if EVERYTHING or number % 3 == 2:
            assert tree(ours.portfolio.folder) == anew(ours), number
    assert tree(ours.portfolio.folder) == anew(ours)
    assert ours.portfolio.build().written == 0


def test_a_collection_keeps_its_address_and_one_that_is_withdrawn_says_so(ours: Environment) -> None:
    work = written(ours, "Half forgotten", "public")
    one = gathered(ours, "Chosen", works=(work,), visibility="public")
    ours.portfolio.build()
    address = ours.portfolio.artifact(one.id).address
    assert address == "work/chosen/"
    home = (ours.portfolio.folder / "index.html").read_text()
    assert f'<li><a href="{address}">Chosen</a> <span class="count">1</span></li>' in home
    assert home.count("Half forgotten") == 1, "a collection is no selected work of its own"

    ours.portfolio.edit(one.id, title="My best")
    ours.portfolio.build()
    page = ours.portfolio.folder / address / "index.html"
    assert "<h1" in page.read_text()
    assert "My best" in page.read_text()

    ours.portfolio.remove([one.id])
    ours.portfolio.build()
    assert "withdrawn" in page.read_text()
    ours.library.undo()
    ours.portfolio.build()
    assert titles_on(ours, one) == ["Half forgotten"]

    ours.collections.remove([one.source_id or 0])
    ours.portfolio.build()
    assert "withdrawn" in page.read_text()
    assert any("in the trash" in finding.problem for finding in ours.portfolio.check())


def test_a_collection_in_which_nothing_is_public_is_told_of(ours: Environment) -> None:
    work = written(ours, "Half forgotten", "private")
    gathered(ours, "Chosen", works=(work,), visibility="public")
    gathered(ours, "Found", "forgotten", visibility="public")
    told = [finding.problem for finding in ours.portfolio.check()]
    assert sum("shows nothing" in one for one in told) == 2
    ours.portfolio.build()
    assert "Nothing is shown here yet" in (ours.portfolio.folder / "work/found/index.html").read_text()


def test_commands_make_and_list_collections(ple: Any, tmp_path: Path) -> None:
    for title, side in (("Half forgotten", "public"), ("Spaced practice", "public"), ("A secret", "private")):
        id = ple("journal", "write", "Words.", "--title", title, "--tag", "memory", "--json").json["id"]
        ple("portfolio", "add", f"#{id}", "--visibility", side, "--page", "Essays", "--json")
    made = ple(
        "portfolio", "collections", "add", "On memory", "--search", "tag:memory", "--about", "What I know.",
        "--visibility", "public", "--json",
    ).json  # fmt: skip
    assert (made["how"], len(made["works"]), made["visibility"]) == ("by a search", 2, "public")
    ple("portfolio", "collections", "add", "Chosen", "Spaced practice", "A secret", "Half forgotten")
    listed = {one["title"]: one for one in ple("portfolio", "collections", "list", "--json").json}
    assert {title: (one["how"], len(one["works"])) for title, one in listed.items()} == {
        "On memory": ("by a search", 2), "Chosen": ("by hand", 2), "Essays": ("by its name", 2)
    }  # fmt: skip
    assert "asks: tag:memory" in ple("portfolio", "collections", "add", "on  memory", "--search", "x", code=1).err
    ple("portfolio", "collections", "add", "Both", "Spaced practice", "--search", "x", code=2)
    ple("undo")
    assert "Chosen" not in [one["title"] for one in ple("portfolio", "collections", "list", "--json").json]
    assert ple("collections", "list", "--json").json == []
    assert ple("undo").out.count("On memory") == 1
    assert ple("searches", "list", "--json").json == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("kind:journal", {1, 3}),
        ("-kind:journal", {2}),
        ("tag:a kind:journal", {1}),
        ("tag:a OR kind:journal", {1, 2, 3}),
        ("-tag:draft", {1, 2}),
        ("kind:journal -(tag:a OR tag:b)", {3}),
        ("", {1, 2, 3}),
        ("kind:journal !", {1, 3}),
    ],
)
def test_what_a_work_says_and_what_it_shows_are_asked_as_one(query: str, found: set[int]) -> None:
    says = {
        10: {"kind:journal", "tag:a"}, 11: {"kind:artifact"},
        20: {"kind:bookmark"}, 21: {"kind:artifact", "tag:a"},
        30: {"kind:journal"}, 31: {"kind:artifact", "tag:draft"},
    }  # fmt: skip

    def fits(leaf: Any) -> set[int]:
        return {number for number, facts in says.items() if f"{leaf.field}:{leaf.value}" in facts}

    assert together(parse(query), {1: (10, 11), 2: (20, 21), 3: (30, 31)}, fits) == found
