"""The page that searches, in a real browser, under its own policy: typed into with keys."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ple.environment import Environment
from ple.portfolio import Portfolio
from ple.portfolio.serve import serving
from tests.portfolio.chromium import Chromium, Tab, chromium
from tests.portfolio.conftest import Shelf
from tests.portfolio.hostile import CORPUS

pytestmark = pytest.mark.browser
HOSTILE = CORPUS if os.environ.get("PLE_TEST_ALL") else CORPUS[::60]
TITLES = "Array.from(document.querySelectorAll('.found a'), one => one.textContent)"
STATUS = "document.querySelector('[role=status]').textContent"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    with chromium(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, empty_library: Path) -> Iterator[Path]:
    """A site with a search."""
    folder = tmp_path_factory.mktemp("searched")
    shutil.copy(empty_library, folder / "library.sqlite")
    environment = Environment(folder)
    shelf = Shelf(environment.library)
    portfolio = Portfolio(environment.library, dict.fromkeys(shelf.kinds, shelf), folder)
    portfolio.init("Learning in public", extras=["search"])
    said = {
        "Why spacing works": "Über *Größe* und 光合作用, with naïveté.", "Sleep": "Spacing is named here too.",
        "ΣΊΣΥΦΟΣ in Łódź": "हिन्दी और עִבְרִית و مُحَمَّد", CORPUS[7]: "evilword", CORPUS[-1]: "evilword",
    }  # fmt: skip
    for title, text in said.items():
        portfolio.add(shelf.put(title, text), visibility="public")
    portfolio.add(shelf.put("For my tutor", "tutorwords"), visibility="unlisted")
    portfolio.add(shelf.put("A secret", "secretwords"))
    for payload in HOSTILE:
        portfolio.add(shelf.put(payload, payload, tags=["hostile"]), visibility="public", why=payload)
    portfolio.build()
    yield portfolio.folder
    environment.close()


@pytest.fixture
def site(folder: Path) -> Iterator[str]:
    """Its address, where it is shown as a host shows it."""
    with serving(folder) as address:
        yield address


def ask(tab: Tab, query: str) -> list[str]:
    """Ask a question in place of the one that stands there, and return the titles that are found."""
    tab.js("document.getElementById('words').value = ''")
    tab.write(query)
    tab.until(f"document.getElementById('words').value === {query!r} && !document.querySelector('[aria-busy]')")
    return list(tab.js(TITLES))


def test_typing_finds_words_by_their_beginning_and_without_accents(browser: Chromium, site: str) -> None:
    tab = browser.page(f"{site}search/")
    assert tab.js("document.activeElement.id") == "words"
    assert tab.js("document.querySelector('label[for=words]').textContent")
    spacing, strange = "Why spacing works", "ΣΊΣΥΦΟΣ in Łódź"
    assert ask(tab, "spac") == [spacing, "Sleep"], "what has it in its title comes first"
    assert tab.js(STATUS) == "2 pieces of work"
    assert ask(tab, "spac wor") == [spacing]
    assert tab.js(STATUS) == "1 piece of work"
    for query in ("grosse", "Größe", "GRÖSSE", "uber", "naivete", "光合", "合"):
        assert ask(tab, query) == [spacing], query
    for query in ("σίσυφος", "Σισυφοσ", "हिन्दी", "हिन्", "עברית", "محمد"):
        assert ask(tab, query) == [strange], query
    for query in ("zzz", "spacing zzz", "tutor", "tutorwords", "secret", "secretwords"):
        assert ask(tab, query) == [], query
    assert tab.js(STATUS) == "Nothing here has all of these words."
    assert ask(tab, "?") == []


def test_the_search_works_by_keys_alone_and_comes_back_as_it_was(browser: Chromium, site: str) -> None:
    tab = browser.page(f"{site}search/")
    tab.type("spacing")
    tab.until(f"{TITLES}.length === 2")
    tab.press("Tab")
    tab.until("document.activeElement.textContent === 'Why spacing works'")
    tab.press("Enter")
    tab.until("location.pathname.endsWith('/work/why-spacing-works/') && document.readyState === 'complete'")
    tab.js("history.back()")
    tab.until(f"location.hash === '#spacing' && {TITLES}.length === 2")
    tab.press("Escape")
    tab.until(f"{TITLES}.length === 0 && location.hash === ''")


def test_nothing_that_is_found_acts_and_nobody_else_is_asked(browser: Chromium, site: str) -> None:
    del browser.events[:]
    tab = browser.page(f"{site}search/", Page_setBypassCSP={"enabled": True})
    found = ask(tab, "hostile")
    assert len(found) == min(50, len(HOSTILE))
    assert set(ask(tab, "evilword")) == {" ".join(CORPUS[7].split()), " ".join(CORPUS[-1].split())}
    for query in ("script", "onerror", "img", "javascript"):
        ask(tab, query)
        names = tab.js("[...new Set(Array.from(document.querySelectorAll('#search *'), one => one.tagName))].sort()")
        assert set(names) <= {"A", "INPUT", "LABEL", "LI", "OL", "P", "SPAN"}
        given = tab.js("[...document.querySelectorAll('#search *')].flatMap(one => one.getAttributeNames())")
        assert not [name for name in given if name.startswith(("on", "style", "src"))]
        links = tab.js("Array.from(document.querySelectorAll('#search a'), one => one.href)")
        assert all(re.fullmatch(re.escape(site) + r"work/[a-z0-9-]+/", link) for link in links)
    for method, event in browser.events:
        assert method not in ("Page.javascriptDialogOpening", "Runtime.exceptionThrown"), event
        if method == "Network.requestWillBeSent" and event["request"]["url"] != "about:blank":
            assert event["request"]["url"].startswith(site)
            assert "pwned" not in event["request"]["url"]


def test_without_the_script_or_its_lists_the_page_says_where_to_look(
    browser: Chromium, folder: Path, tmp_path: Path
) -> None:
    for missing, said in (("search.js", "look around"), ("works.json", "The list of words cannot be read here")):
        less = tmp_path / missing
        shutil.copytree(folder, less)
        (less / "search" / missing).unlink()
        with serving(less) as address:
            tab = browser.page(f"{address}search/#spacing")
            tab.until(f"document.getElementById('search').textContent.includes({said!r})")
