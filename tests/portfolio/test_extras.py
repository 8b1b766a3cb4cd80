"""What a site has when it is asked for: previews of links, a search, formulas; and that it has none of it otherwise."""

import io
import json
import re
from pathlib import Path
from typing import Any

import lxml.html
import pytest
from PIL import Image

from ple.library import InvalidInput, Library
from ple.portfolio import Portfolio
from ple.portfolio.formulas import formula
from ple.portfolio.previews import Colours, font_for, preview
from ple.portfolio.prose import page_html
from ple.portfolio.sitesearch import words
from tests.portfolio.conftest import Shelf, all_of, tree


@pytest.fixture
def library(sqlite_environment: Any) -> Library:
    """Pages are the same on every database."""
    library: Library = sqlite_environment.library
    return library


def meta(folder: Path, path: str, name: str) -> list[str]:
    page = lxml.html.document_fromstring((folder / path).read_bytes())
    return [one.get("content") for one in page.cssselect(f'meta[property="{name}"]')]


# previews


def test_a_link_to_a_work_has_a_picture_only_when_previews_were_asked_for(portfolio: Portfolio, shelf: Shelf) -> None:
    portfolio.add(shelf.put("Why spacing works", "Words."), visibility="public")
    portfolio.add(shelf.put("\ue123\ue124", "Words."), visibility="public")
    unlisted = portfolio.add(shelf.put("For my tutor", "Words."), visibility="unlisted")
    portfolio.build()
    assert not list(portfolio.folder.rglob("*.png"))
    assert not meta(portfolio.folder, "index.html", "og:image")

    portfolio.init(extras=["previews"])
    portfolio.build()
    base = "https://ada.example.org/portfolio/"
    path = "work/why-spacing-works/"
    assert meta(portfolio.folder, f"{path}index.html", "og:image") == [f"{base}{path}preview.png"]
    assert meta(portfolio.folder, f"{path}index.html", "og:image:alt") == ["Why spacing works"]
    assert Image.open(io.BytesIO((portfolio.folder / path / "preview.png").read_bytes())).size == (1200, 630)
    assert meta(portfolio.folder, "index.html", "og:image") == [f"{base}preview.png"]
    # what our letters cannot write shows the site's
    strange = next(work for work in portfolio.artifacts() if work.title == "\ue123\ue124").address
    assert meta(portfolio.folder, f"{strange}index.html", "og:image") == [f"{base}preview.png"]
    address = portfolio.artifact(unlisted.id).address
    assert [path.name for path in (portfolio.folder / str(address)).iterdir()] == ["index.html"]
    assert portfolio.build().written == 0


def test_previews_are_the_same_each_time_small_and_take_any_title() -> None:
    colours = Colours.of(b":root { --paper: #fff; --ink: #101010; } @media x { :root { --paper: #000; } }")
    assert (colours.paper, colours.ink) == ("#fff", "#101010")
    once = preview("A title", "Noor · Site", colours)
    assert preview("A title", "Noor · Site", colours) == once
    assert len(once) < 30_000
    for title in ("W" * 400, "word " * 200, "x"):
        assert Image.open(io.BytesIO(preview(title, "y" * 300, colours))).size == (1200, 630)
    assert font_for("A title", "of mine") == ""
    assert font_for("\ue123") is None
    assert font_for("a\u202eb") is None
    assert font_for("") is None
    if font := font_for("Größe"):
        assert len(preview("Größe", "über", colours, font)) > 1000


SCRIPTS = (
    "Größe", "光合作用と睡眠", "光合作用 2 and sleep", "한국어", "עברית", "مرحبا بالعالم", "हिन्दी", "ไทย", "Привет",
    "Ελλάδα", "😀 hello", "👨\u200d👩\u200d👧", "𓀀", "ℵ₀ ≤ 2^ℵ₀", "ꦗꦮ", "🏳️\u200d🌈",
)  # fmt: skip


def test_no_title_is_drawn_as_boxes(portfolio: Portfolio, shelf: Shelf) -> None:
    """Whatever fonts there are: a letter that looks as one that no font has is written by none."""
    from PIL import ImageFont

    written = set()
    for title in SCRIPTS:
        portfolio.add(shelf.put(title, "Words."), visibility="public")
        if (named := font_for(title)) is None:
            continue
        written.add(title)
        fonts = [ImageFont.truetype(name, 48) if name else ImageFont.load_default(48) for name in named.split("\n")]
        boxes = [bytes(font.getmask("\U0010fffd")) for font in fonts]
        for letter in set(title) - {" "}:
            drawn = [bytes(font.getmask(letter)) for font in fonts]
            assert any(one != box for one, box in zip(drawn, boxes, strict=True)), (title, letter)
        assert Image.open(io.BytesIO(preview(title, "", Colours(), named))).size == (1200, 630)
    portfolio.init(extras=["previews"])
    portfolio.build()
    for work in portfolio.artifacts():
        assert (portfolio.folder / str(work.address) / "preview.png").exists() == (work.title in written), work.title


# search


def test_a_site_searches_in_the_browser_only_when_that_was_asked_for(portfolio: Portfolio, shelf: Shelf) -> None:
    portfolio.add(shelf.put("Why spacing works", "Über *Größe* und 光合作用.", tags=["memory"]), visibility="public")
    portfolio.add(shelf.put("Another", "Nothing of it."), visibility="public")
    portfolio.add(shelf.put("For my tutor", "tutorwords"), visibility="unlisted")
    portfolio.add(shelf.put("Private", "privatewords"))
    portfolio.build()
    assert "<script src" not in all_of(portfolio.folder)
    assert not (portfolio.folder / "search").exists()

    portfolio.init(extras=["search"])
    portfolio.build()
    files = tree(portfolio.folder)
    works = json.loads(files["search/works.json"])
    assert {row[0] for row in works} == {"Why spacing works", "Another"}
    spacing = next(n for n, row in enumerate(works) if row[0] == "Why spacing works")
    assert json.loads(files["search/g.json"]) == {"grosse": [spacing]}
    assert json.loads(files["search/u.json"])["uber"] == [spacing]
    assert json.loads(files["search/m.json"]) == {"memory": [spacing]}
    assert set(json.loads(files["search/other.json"])) == set("光合作用")
    assert b"/search/" not in files["sitemap.xml"]
    said = all_of(portfolio.folder / "search")
    assert "tutorwords" not in said
    assert "privatewords" not in said
    for path, content in files.items():
        if path.endswith(".html"):  # the page that searches is the only one that may run a script
            assert (b"script-src 'self'" in content) == (path == "search/index.html")
            assert b"unsafe" not in content


def test_a_search_after_a_change_is_that_of_a_whole_build(portfolio: Portfolio, shelf: Shelf, tmp_path: Path) -> None:
    portfolio.init(extras=["search", "previews"])
    first = portfolio.add(shelf.put("First", "Alpha $x$"), visibility="public")
    portfolio.add(shelf.put("Second", "Beta"), visibility="public")
    portfolio.build()
    assert portfolio.build().written == 0
    portfolio.edit(first.id, title="Third", why="Gamma")
    portfolio.add(shelf.put("!?", "!"), visibility="public")
    portfolio.build()
    portfolio.build(tmp_path / "whole")
    assert tree(tmp_path / "whole") == tree(portfolio.folder)
    portfolio.init(extras=[])
    portfolio.build()
    assert not (portfolio.folder / "search").exists()
    assert not (portfolio.folder / "preview.png").exists()


def test_words_are_found_without_accents_and_case() -> None:
    assert words("Größe, NAÏVE x 2nd_one 学ぶ") == {"grosse", "naive", "2nd", "one", "学", "ぶ"}


def test_what_no_site_has_is_refused(portfolio: Portfolio) -> None:
    with pytest.raises(InvalidInput, match="tracking"):
        portfolio.init(extras=["tracking"])


# formulas


def html(markdown: str) -> str:
    return page_html(markdown, lambda mention: pytest.fail("no mention"), title="")


def test_formulas_become_mathml_and_money_stays_money() -> None:
    made = html("Take $x^2$ for $5 or $6.\n\n$$\\frac{a}{b} < 1$$")
    assert "<msup><mi>x</mi><mn>2</mn></msup>" in made
    assert 'alttext="x^2"' in made
    assert '<math display="block"' in made
    assert "for $5 or $6." in made
    assert html("`$x$` and\n\n    $$y$$").count("<math") == 0


@pytest.mark.parametrize(
    "latex",
    [
        r"\text{<script>alert(1)</script>}",
        r"\href{javascript:alert(1)}{x}",
        r"\style{background:url(//evil.example)}{x}",
        r"\class{x' onclick='alert(1)}{x}",
        r"\text{</annotation></math><img src=x onerror=alert(1)>}",
        r"\color{red;background:url(x)}{x}",
        "{" * 1500 + "x" + "}" * 1400,
        r"\begin{matrix}",
        "\\",
        "x" * 5000,
    ],
)
def test_no_formula_puts_anything_active_on_a_page(latex: str) -> None:
    made = formula(latex, False)
    tags = re.findall(r"<[^>]*>", made)
    assert all(re.fullmatch(r'</?[a-z]+(?: [a-z]+="[^"<>]*")*>', tag) for tag in tags)
    assert not [tag for tag in tags if re.match(r"</?(script|img|a|style)\b", tag)]
    assert not [tag for tag in tags if re.search(r' (on\w+|href|src|style|class)="(?!formula|long)', tag)]


def test_a_formula_names_nothing_private_and_lists_say_it_in_words(portfolio: Portfolio, shelf: Shelf) -> None:
    portfolio.add(shelf.put("Squares", "The square $x^2$ of #3 and [[Secret plan]]."), visibility="public")
    portfolio.build()
    page = (portfolio.folder / "work/squares/index.html").read_text()
    assert "<msup>" in page
    assert "Secret plan" not in page
    summary = lxml.html.document_fromstring((portfolio.folder / "index.html").read_bytes()).cssselect(".p-summary")[0]
    assert "The square x^2 of #3" in summary.text_content()
