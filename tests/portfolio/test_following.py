"""Looking at the site while it is written."""

import urllib.request
from typing import Any

import pytest

from ple.library import Library, PleError
from ple.portfolio import Portfolio
from ple.portfolio.following import Following, following
from ple.portfolio.serve import serving
from tests.portfolio.conftest import Shelf, all_of


@pytest.fixture
def library(sqlite_environment: Any) -> Library:
    library: Library = sqlite_environment.library
    return library


def test_an_open_page_hears_that_the_site_was_built_anew(portfolio: Portfolio, shelf: Shelf, library: Library) -> None:
    artifact = portfolio.add(shelf.put("First", "Words"), visibility="public")
    portfolio.build()

    def build() -> bool:
        return portfolio.build().written > 0

    with (
        following(library.newest_change, build, lambda error: pytest.fail(str(error)), every=0.01) as news,
        serving(portfolio.folder, under="/portfolio/", news=news) as address,
    ):
        with urllib.request.urlopen(address) as answer:
            page = answer.read().decode()
        assert '<script src="/portfolio/.ple/reload.js" data-events="/portfolio/.ple/events"></script></head>' in page
        assert page.count("script-src 'self'; connect-src") == 1
        with urllib.request.urlopen(f"{address}.ple/reload.js") as answer:
            assert b"EventSource" in answer.read()
        with urllib.request.urlopen(f"{address}.ple/events", timeout=20) as events:
            assert events.readline() == b": here\n"
            portfolio.edit(artifact.id, title="Second")
            assert events.readline() == b"\n"
            assert events.readline() == b"event: built\n"
        with urllib.request.urlopen(address) as answer:
            assert "Second" in answer.read().decode()
    assert "reload.js" not in all_of(portfolio.folder)


def test_a_build_that_fails_is_told_and_the_next_one_is_tried() -> None:
    changes = iter(range(1000))
    heard: list[str] = []

    def build() -> bool:
        if not heard:
            raise PleError("no room")
        return True

    with following(lambda: next(changes), build, lambda error: heard.append(str(error)), every=0.001) as news:
        assert news.after(0, seconds=10) == 1 or news.count
    assert heard == ["no room"]
    assert news.after(5) is None


def test_without_news_pages_are_as_they_were_built(portfolio: Portfolio) -> None:
    portfolio.build()
    with serving(portfolio.folder) as address, urllib.request.urlopen(address) as answer:
        assert answer.read() == (portfolio.folder / "index.html").read_bytes()
    assert Following().count == 0
