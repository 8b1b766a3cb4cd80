"""Long lists are cut into pages whose works stay where they are."""

import re
from pathlib import Path
from typing import Any

import lxml.html
import pytest

from ple.portfolio import Portfolio
from ple.portfolio.parts import parts_of
from ple.portfolio.theme import Theme, ThemeError
from tests.portfolio.conftest import Shelf, short_lists, tree


def cut(count: int, *, newest_first: bool) -> dict[str, str]:
    """Return what stands on each page of a list of so many works, three to a page."""
    works: Any = [f"{n}" for n in (range(count, 0, -1) if newest_first else range(1, count + 1))]
    return {part.address: " ".join(part.works) for part in parts_of("a/", works, 3, newest_first=newest_first)}


def test_what_is_new_moves_nothing_that_is_old() -> None:
    assert cut(5, newest_first=True) == {"a/": "5 4 3 2 1"}
    assert cut(6, newest_first=True) == {"a/": "6 5 4", "a/page/1/": "3 2 1"}
    assert cut(8, newest_first=True) == {"a/": "8 7 6 5 4", "a/page/1/": "3 2 1"}
    assert cut(9, newest_first=True) == {"a/": "9 8 7", "a/page/2/": "6 5 4", "a/page/1/": "3 2 1"}


def test_a_list_in_the_learners_order_grows_at_its_end() -> None:
    assert cut(5, newest_first=False) == {"a/": "1 2 3 4 5"}
    assert cut(6, newest_first=False) == {"a/": "1 2 3", "a/page/2/": "4 5 6"}
    assert cut(8, newest_first=False) == {"a/": "1 2 3", "a/page/2/": "4 5 6 7 8"}
    assert cut(9, newest_first=False) == {"a/": "1 2 3", "a/page/2/": "4 5 6", "a/page/3/": "7 8 9"}


@pytest.mark.parametrize("count", range(0, 40, 3))
@pytest.mark.parametrize("newest_first", [True, False])
def test_every_work_is_on_one_page_and_the_pages_lead_through_all(count: int, newest_first: bool) -> None:
    parts = parts_of("a/", list(range(count)), 3, newest_first=newest_first)  # type: ignore[arg-type]
    assert [work for part in parts for work in part.works] == list(range(count))
    addresses = [part.address for part in parts]
    assert addresses[0] == "a/"
    assert [part.previous for part in parts] == [None, *addresses[:-1]]
    assert [part.next for part in parts] == [*addresses[1:], None]
    assert {part.last or part.next or part.address for part in parts} == {addresses[-1]}


def test_the_pages_of_a_list_lead_to_each_other(portfolio: Portfolio, shelf: Shelf) -> None:
    short_lists(portfolio)
    for n in range(7):
        portfolio.add(shelf.put(f"Work {n}", tags=["memory"]), visibility="public", page="Essays")
    portfolio.build()
    site = portfolio.folder

    middle = lxml.html.document_fromstring((site / "tags/memory/page/1/index.html").read_bytes())
    (nav,) = middle.cssselect("nav.pager")
    assert nav.get("aria-label") == "Pages of this list"
    assert [a.text for a in nav.cssselect('[aria-current="page"]')] == ["Page 1"]
    assert [a.get("href") for a in nav.cssselect("a")] == [
        "../../../../tags/memory/",
        "../../../../tags/memory/page/2/",
        "./",
    ]
    assert middle.cssselect('link[rel="prev"]')[0].get("href") == "../../../../tags/memory/page/2/"
    assert not middle.cssselect('link[rel="next"]')
    assert middle.findtext(".//title") == "Tagged “memory”, page 1 · Learning in public"
    assert [a.text for a in middle.cssselect(".card h2 a")] == ["Work 1", "Work 0"]
    assert middle.cssselect(".onward a")[1].get("href") == "../../feed.atom"
    assert (site / "tags/memory/feed.atom").is_file()

    essays = lxml.html.document_fromstring((site / "pages/essays/page/2/index.html").read_bytes())
    assert [a.text for a in essays.cssselect(".card h2 a")] == ["Work 2", "Work 3"]
    everything = re.findall(r">(Work \d)<", (site / "work/index.html").read_text())
    assert everything == ["Work 6", "Work 5", "Work 4", "Work 3"]
    assert "tags/memory/page/1/</loc>" in (site / "sitemap.xml").read_text()


def test_a_new_work_changes_no_full_page_and_a_page_that_is_gone_leads_to_its_list(
    portfolio: Portfolio, shelf: Shelf
) -> None:
    short_lists(portfolio)
    ids = [portfolio.add(shelf.put(f"Work {n}", tags=["memory"]), visibility="public").id for n in range(6)]
    portfolio.build()
    before = tree(portfolio.folder)
    portfolio.add(shelf.put("Another", tags=["memory"]), visibility="public")
    portfolio.build()
    after = tree(portfolio.folder)
    full = ["tags/memory/page/1/index.html", "work/page/1/index.html"]
    assert [before[path] for path in full] == [after[path] for path in full]

    portfolio.remove(ids[:4])
    portfolio.build()
    for path in full:
        own = path.removesuffix("page/1/index.html")
        assert f"url={'../' * path.count('/')}{own}" in (portfolio.folder / path).read_text()
    portfolio.edit(ids[4], tags=[])
    portfolio.edit(ids[5], tags=[])
    portfolio.remove([portfolio.artifacts(tag="memory")[0].id])
    portfolio.build()
    assert "Nothing stands here now" in (portfolio.folder / full[0]).read_text()


def test_a_theme_that_has_no_way_to_the_next_page_gets_whole_lists(portfolio: Portfolio, shelf: Shelf) -> None:
    short_lists(portfolio)
    shown = "{% for work in works %}<p>{{ work.title }}</p>{% endfor %}"
    own = f'{{% extends "base.html" %}}{{% block content %}}{shown}{{% endblock %}}'
    (portfolio.themes / "short" / "list.html").write_text(own)
    for n in range(7):
        portfolio.add(shelf.put(f"Work {n}", tags=["memory"]), visibility="public")
    portfolio.build()
    assert (portfolio.folder / "tags/memory/index.html").read_text().count("<p>Work") == 7
    assert not (portfolio.folder / "tags/memory/page").exists()
    assert (portfolio.folder / "work/page/1/index.html").is_file()


@pytest.mark.parametrize("said", ["cards = -1", 'lines = "all"', "cards = true"])
def test_a_length_that_is_none_is_refused(tmp_path: Path, said: str) -> None:
    (tmp_path / "theme.toml").write_text(f'name = "x"\ncontext = 1\nbase = "quiet"\n{said}\n')
    with pytest.raises(ThemeError, match="number of cards"):
        Theme(tmp_path)
