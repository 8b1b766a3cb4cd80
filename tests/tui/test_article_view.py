"""Articles: from HTML to blocks, from blocks to lines, from lines to what a reader sees."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App, ComposeResult

from ple.tui.widgets.article_view import MEASURE, ArticleView
from ple.tui.widgets.blocks import clean, prose
from ple.tui.widgets.layout import lead, lines_of
from ple.tui.widgets.wrapping import wrapped

from .world import ARTICLE, press, resize, seen, settle


class Reader(App[None]):
    """An article and what its reader wanted."""

    def __init__(self) -> None:
        super().__init__()
        self.followed: list[int | None] = []

    def compose(self) -> ComposeResult:
        yield ArticleView(id="article")

    @property
    def view(self) -> ArticleView:
        return self.query_one(ArticleView)

    def on_mount(self) -> None:
        self.view.focus()

    def on_article_view_follow(self, event: ArticleView.Follow) -> None:
        self.followed.append(event.number)


@pytest.mark.parametrize(
    ("html", "kinds", "text"),
    [
        ("<p>a <b>b</b>\n c</p>", ["p"], "a b c"),
        ("loose <p>in</p> between", ["p", "p", "p"], "loose\nin\nbetween"),
        ("<h2>h</h2><div><div><p>p</p></div></div>", ["h2", "p"], "h\np"),
        ("<ul><li>a<li>b<ol><li>c</ol></ul>", ["item", "item", "item"], "a\nb\nc"),
        ("<blockquote><p>q</p><blockquote>r</blockquote></blockquote>", ["p", "p"], "q\nr"),
        ("<pre>  x\n\ty</pre>", ["pre"], "  x\n    y"),
        ("<pre><b>if</b> <i>a</i>  \n\t<u>b</u>\xa0= <i>c</i>\u200b  d</pre>", ["pre"], "if a\n    b = c  d"),
        ("a<br>b", ["p"], "a\nb"),
        ("<table><tr><td>only<td>one row</table>", ["p", "p"], "only\none row"),
        ("<table><tr><th>a<th>b<tr><td>1</table>", ["table"], "a\tb\n1\t"),
        ("<table><tr><td><table><tr><td><p>in</table></table>", ["p"], "in"),
        (
            "<table><tr><td>a<td>b<tr><td><table><tr><td>1<td>2<tr><td>3<td>4</table></table>",
            ["p", "p", "table"],
            "a\nb\n1\t2\n3\t4",
        ),
        (
            "<table><tr><td>a<br>b<td><p>c</p><p>d</p><tr><td>1<td><img alt='e'></table>",
            ["table"],
            "a b\tc d\n1\t[image: e]",
        ),
        (
            "<table><caption>C</caption><tr><th rowspan=2>a<th colspan=2>b<tr><td>1<td>2</table>",
            ["caption", "table"],
            "C\na\tb\t\n\t1\t2",
        ),
        ("<pre><div>x</div><div>y <b>z</b></div></pre>", ["pre"], "x\ny z"),
        ("<dl><dt>t<dd>d</dl>", ["p", "p"], "t\nd"),
        ("<p>x</p><script>alert(1)</script><style>p{}</style>", ["p"], "x"),
        ('<img alt="a cat"><img src="x">', ["p"], "[image: a cat][image]"),
        ("", [], ""),
        ("   \n ", [], ""),
        ("<!-- nothing -->", [], ""),
        ("\0<p>nul</p>", ["p"], "nul"),
    ],
)
def test_html_becomes_blocks(html: str, kinds: list[str], text: str) -> None:
    found = prose(html)
    assert [block.kind for block in found.blocks] == kinds
    assert found.text == text


def test_links_are_numbered_once_for_each_address_and_listed_at_the_end() -> None:
    found = prose('<p><a href="https://a.example/">a </a>and <a href="https://b.example/">b</a>, '
                  '<a href="https://a.example/">a</a>, <a href="javascript:x()">no</a></p>').with_links()  # fmt: skip
    assert found.blocks[0].text == "a[1] and b[2], a[1], no"
    assert found.links == ["https://a.example/", "https://b.example/"]
    assert [(block.first, block.text) for block in found.blocks[2:]] == [
        ("[1] ", "https://a.example/"),
        ("[2] ", "https://b.example/"),
    ]


def test_text_cannot_take_over_the_terminal_even_through_entities() -> None:
    found = prose("<p>&#27;]0;title&#7;a&#x202e;b&#x200b;c</p><pre>&#27;[31mred</pre>")
    assert all(block.text.replace("\n", "").isprintable() for block in found.blocks)
    assert "\x1b" not in found.text
    assert clean("a\x1b[31mb\u202ec") == "abc"


def test_html_nested_deeper_than_anyone_writes_is_read_all_the_same() -> None:
    for tag in ("div", "blockquote", "ul", "span", "b"):
        assert "deep" in prose(f"<{tag}>" * 5000 + "deep").text.replace("\n", "")


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\n"), max_size=300), st.integers(1, 40))
def test_wrapping_loses_nothing_and_fits(text: str, width: int) -> None:
    lines = wrapped(text, width)
    assert "".join(text[start:end] for start, end in lines) == text
    for start, end in lines:
        shown = text[start:end].strip()
        assert cell_len(shown) <= width or len(shown) == 1


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="<>/abpulitdhr &;=\"'x", max_size=300))
def test_no_html_is_too_broken(html: str) -> None:
    found = prose(html)
    assert found.place().text == found.text


def shown(html: str, width: int) -> list[str]:
    """The lines of an article on a screen of so many cells."""
    lines = []
    for number, block in enumerate(prose(html).blocks):
        for line in lines_of(number, block, width):
            words = "".join(run.drawn or block.text[run.start : run.end] for run in line.runs or ())
            lines.append(lead(block, width, first=line.first) + (words or block.text[line.start : line.end].rstrip()))
    assert all(cell_len(line) <= width for line in lines)
    return [line.rstrip() for line in lines]


def test_tables_share_the_width_that_there_is() -> None:
    rows = f"<tr><th>when<th>what<tr><td>monday<td>{'a long story ' * 6}"
    lines = shown(f"<table>{rows}</table>", 40)
    assert len(lines) > 3
    assert all("│" in line or "┼" in line for line in lines)


def test_a_table_with_more_columns_than_fit_is_said_row_by_row_and_nothing_of_it_is_cut() -> None:
    rows = "".join(f"<tr>{''.join(f'<td>value {row}.{n}' for n in range(30))}" for row in range(2))
    heads = "".join(f"<th>Column {n}" for n in range(30))
    lines = shown(f"<table><tr>{heads}{rows}</table>", 76)
    assert lines[:2] == ["Column 0: value 0.0", "Column 1: value 0.1"]
    assert lines[29:32] == ["Column 29: value 0.29", "───", "Column 0: value 1.0"]
    assert shown("<table><tr><th>Temperature<th>of<tr><td>19 degrees or so<td>x</table>", 13) == [
        "Temperature:", "  19 degrees", "  or so", "of: x",
    ]  # fmt: skip


def test_tables_within_tables_as_newsletters_have_them_are_read_once() -> None:
    html = "<p>deep</p>"
    for _ in range(30):
        html = f"<table><tr><td></td><td>{html}</td></tr></table>"
    assert prose(html).text == "deep"


def test_links_in_tables_can_be_followed() -> None:
    found = prose('<table><tr><th>a<th>b<tr><td>1<td><a href="https://a.example/">here</a></table>')
    assert found.text == "a\tb\n1\there[1]"
    assert (found.links, found.words()) == (["https://a.example/"], {1: "here"})


@pytest.mark.parametrize("tag", ["ul", "blockquote"])
def test_however_deep_words_stand_they_have_room(tag: str) -> None:
    html = "inmost words"
    for level in range(20):
        html = f"<ul><li>level {level}{html}</ul>" if tag == "ul" else f"<blockquote>{html}</blockquote>"
    for width in (76, 38):
        assert shown(html, width)[-1].endswith("inmost words")


async def test_lines_are_no_longer_than_eyes_can_follow() -> None:
    app = Reader()
    async with app.run_test(size=(200, 40)) as pilot:
        app.view.show(prose(f"<p>{'word ' * 400}</p>"))
        await settle(pilot)
        assert max(len(line.strip()) for line in seen(pilot).splitlines()) <= MEASURE


async def test_f_offers_the_links_and_a_click_follows_one() -> None:
    app = Reader()
    async with app.run_test(size=(80, 24)) as pilot:
        app.view.show(prose(ARTICLE))
        await settle(pilot)
        await press(pilot, "f")
        row = next(y for y, line in enumerate(seen(pilot).splitlines()) if "the data" in line)
        column = seen(pilot).splitlines()[row].index("the data")
        await pilot.click("#article", offset=(column, row))
        await settle(pilot)
        assert app.followed == [None, 2]


async def test_keys_scroll_and_resizing_keeps_the_place() -> None:
    app = Reader()
    async with app.run_test(size=(80, 24)) as pilot:
        app.view.show(prose("".join(f"<p>Paragraph {number} {'word ' * 40}</p>" for number in range(200))))
        await settle(pilot)
        await press(pilot, "G")
        assert app.view.at_end
        await press(pilot, "home", "space", "space", "j")
        place = app.view.place
        assert place > 0
        await resize(pilot, 50, 24)
        assert abs(app.view.place - place) < 80
        await resize(pilot, 1, 1)


async def test_half_a_megabyte_opens_at_once() -> None:
    article = prose(ARTICLE * 500)
    app = Reader()
    async with app.run_test(size=(100, 40)) as pilot:
        await settle(pilot)
        began = time.process_time()
        app.view.show(article)
        assert time.process_time() - began < 0.2  # about 0.03; all of it would take longer
        await settle(pilot)
        assert "Memory research" in seen(pilot)
        await press(pilot, "G")
        await settle(pilot)
        assert app.view.at_end


async def test_a_reader_stays_in_the_row_of_a_table_when_it_is_said_row_by_row() -> None:
    app = Reader()
    async with app.run_test(size=(40, 12)) as pilot:
        heads = "".join(f"<th>Column {n}" for n in range(9))
        rows = "".join(f"<tr>{''.join(f'<td>value {row}.{n}' for n in range(9))}" for row in range(50))
        app.view.show(prose(f"<table><tr>{heads}{rows}</table>"))
        await settle(pilot)
        app.view.go_to(app.view.prose.text.index("value 30.4"))
        await settle(pilot)
        assert seen(pilot).split("\n")[0].strip() == "Column 4: value 30.4"
        assert app.view.prose.text[app.view.place :].startswith("value 30.4")
        await resize(pilot, 30, 9)
        assert seen(pilot).split("\n")[0].strip() == "Column 4: value 30.4"


async def test_what_stands_in_a_table_is_found_where_it_stands() -> None:
    app = Reader()
    async with app.run_test(size=(80, 24)) as pilot:
        rows = "".join(f"<tr><td>row {number}<td>{'words ' * 20}" for number in range(100))
        app.view.show(prose(f"<table><tr><th>a<th>b{rows}</table>"))
        await settle(pilot)
        app.view.go_to(app.view.prose.text.index("row 70"))
        await settle(pilot)
        assert app.view.prose.text[app.view.place :].startswith("row 70")
        assert "row 70" in seen(pilot).splitlines()[0]
