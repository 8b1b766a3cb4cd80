"""What is put right before anybody sees the site."""

from typing import Any

import pytest

from ple.library import Library
from ple.portfolio import Portfolio
from tests.portfolio.conftest import Shelf, tree


@pytest.fixture
def library(sqlite_environment: Any) -> Library:
    library: Library = sqlite_environment.library
    return library


def said(portfolio: Portfolio) -> str:
    return "\n".join(f"{'!' if one.serious else '-'} {one.problem}" for one in portfolio.check())


def test_a_portfolio_that_says_all_it_should_has_no_findings(portfolio: Portfolio, shelf: Shelf) -> None:
    portfolio.init(about="I study memory.")
    source = shelf.put(
        "One", "Text with ![a curve](https://a.example/c.png) and [a note][1].\n\n[1]: https://a.example"
    )
    portfolio.add(source, visibility="public", why="It shows how I work.")
    portfolio.build()
    assert portfolio.check() == []


def test_checking_writes_nothing_and_gives_no_address(portfolio: Portfolio, shelf: Shelf) -> None:
    artifact = portfolio.add(shelf.put("One"), visibility="public")
    portfolio.check()
    assert not portfolio.folder.exists()
    assert portfolio.artifact(artifact.id).address is None


def test_what_is_missing_is_named_with_what_to_do(portfolio: Portfolio, shelf: Shelf, library: Library) -> None:
    portfolio.init(url="", author="")
    portfolio.add(shelf.put("Silent", "![](https://a.example/c.png) [[Somewhere]]"), visibility="public")
    portfolio.add(shelf.put("Quoted", "words", kind="bookmark"), visibility="public", why="w")
    gone = shelf.put("Gone")
    portfolio.add(gone, visibility="public", why="w")
    with library.writing() as tx:
        tx.trash(gone)
    assert said(portfolio).splitlines() == [
        "! “Untitled #6” is public, but what it shows is in the trash",
        "! a picture in “Silent” has no text for those who cannot see it",
        "- “Silent” does not say why it is shown",
        "- [[Somewhere]] in “Silent” names nothing that is public: it reads “a private note”",
        "- “Quoted” quotes a text without saying where it is from",
        "- the site has no address yet, so its pages cannot be handed in",
        "- the site does not say whose it is",
        "- the first page does not introduce you",
    ]
    assert all(one.hint.endswith((".", ")")) for one in portfolio.check())


def test_a_private_title_written_out_is_found_before_it_is_public(portfolio: Portfolio, shelf: Shelf) -> None:
    portfolio.add(shelf.put("My <hidden> troubles"))
    portfolio.add(shelf.put("Short"))
    portfolio.add(shelf.put("Public", "It began with My <hidden> troubles. Short."), visibility="public", why="w")
    serious = [one for one in portfolio.check() if one.serious]
    assert len(serious) == 1 + ("feed" in said(portfolio))
    assert "My <hidden> troubles" in serious[0].problem


def test_a_site_built_before_something_became_private_is_found(portfolio: Portfolio, shelf: Shelf) -> None:
    artifact = portfolio.add(shelf.put("Once shown to all"), visibility="public", why="w")
    portfolio.build()
    portfolio.edit(artifact.id, visibility="private")
    assert "! work/index.html names “Once shown to all”, which is not shown to anybody" in said(portfolio)
    assert "is not up to date" in said(portfolio)
    before = tree(portfolio.folder)
    portfolio.check()
    assert tree(portfolio.folder) == before
    portfolio.build()
    assert not [one for one in portfolio.check() if one.serious]


def test_an_unlisted_address_written_into_a_public_page_is_found(portfolio: Portfolio, shelf: Shelf) -> None:
    hidden = portfolio.add(shelf.put("For my tutor"), visibility="unlisted", why="w")
    portfolio.build()
    address = portfolio.address_of(hidden.id)
    portfolio.add(shelf.put("Public", f"Look at {address}"), visibility="public", why="w")
    assert "gives away the address of “For my tutor”" in said(portfolio)


def test_what_was_handed_in_does_not_vanish_without_a_word(
    portfolio: Portfolio, shelf: Shelf, library: Library
) -> None:
    ids = [portfolio.add(shelf.put(f"Essay {n}"), visibility="public", why="Because").id for n in range(3)]
    assert portfolio.build().lost == ()
    with library.writing() as tx:
        receipt = tx.register("receipt")
        for id in ids[:2]:
            tx.link(receipt, id, "evidence-for")
    portfolio.edit(ids[0], visibility="private")
    portfolio.remove(ids[1:])

    assert portfolio.build().lost == ("work/essay-0/", "work/essay-1/")
    told = {one.artifact: one for one in portfolio.check() if "handed in" in one.problem}
    assert told.keys() == set(ids[:2])
    assert f"edit {ids[0]}" in told[ids[0]].hint
    assert f"restore {ids[1]}" in told[ids[1]].hint

    library.undo()
    portfolio.edit(ids[0], visibility="unlisted")
    assert portfolio.build().lost == ()
    assert not [one for one in portfolio.check() if "handed in" in one.problem]
