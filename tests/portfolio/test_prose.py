"""The learner's Markdown, as strangers see it."""

import json
import re
from typing import Any

import comrak
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ple.portfolio.notation import encoder
from ple.portfolio.prose import HIDDEN, ROOT, Mention, Target, excerpt, mentions, page_html, pictures
from ple.portfolio.rewriting import tags_in
from ple.web import text


def nothing(mention: Mention) -> Target:
    return Target(mention.label or (HIDDEN if mention.title else mention.written))


def shown(mention: Mention) -> Target:
    return Target(mention.label or mention.title or "Twelve", "work/x/")


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        pytest.param("# One\n\n## Two", "<h2>One</h2>\n<h3>Two</h3>", id="headings begin below the page's"),
        pytest.param("### Three", "<h2>Three</h2>", id="also when they begin deeper"),
        pytest.param("## A\n\n#### B\n\n## C", "<h2>A</h2>\n<h3>B</h3>\n<h2>C</h2>", id="and skip no level"),
        pytest.param("## A\n\n# B\n\n### C", "<h2>A</h2>\n<h2>B</h2>\n<h3>C</h3>", id="in whatever order they come"),
        pytest.param("### A\n\n## B", "<h2>A</h2>\n<h2>B</h2>", id="not even the first"),
        pytest.param("# The title\n\nText", "<p>Text</p>", id="a title is not said twice"),
        pytest.param("see #12.", "<p>see #12.</p>", id="a number stays"),
        pytest.param("see [[Secret]]", f"<p>see {HIDDEN}</p>", id="a private title is not named"),
        pytest.param("see [[Secret|notes]]", "<p>see notes</p>", id="other words stand for it"),
        pytest.param(
            "**[[A *b* c]]**", f"<p><strong>{HIDDEN}</strong></p>", id="emphasis inside does not give it away"
        ),
        pytest.param(
            '[x](https://a.example "[[Secret]]")',
            f'<p><a rel="noopener noreferrer" href="https://a.example" title="{HIDDEN}">x</a></p>',
            id="nor an attribute",
        ),
        pytest.param("[x](#12)", "<p>x</p>", id="a link to it is words"),
        pytest.param("`a[[i]] #12`", "<p><code>a[[i]] #12</code></p>", id="code stays"),
        pytest.param("[x](javascript:alert(1))", "<p>x</p>", id="no scripts"),
        pytest.param("[x](other.md)", "<p>x</p>", id="no links to files that are not there"),
        pytest.param(
            "![A curve](https://a.example/c.png)",
            '<p><a class="picture" rel="noopener noreferrer" href="https://a.example/c.png">A curve</a></p>',
            id="pictures elsewhere are links",
        ),
        pytest.param("![A curve](c.png)", "<p>A curve</p>", id="or words"),
        pytest.param("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;", id="HTML is text"),
        pytest.param("- [x] done\n- [ ] not", "<ul>\n<li>☑ done</li>\n<li>☐ not</li>\n</ul>", id="tasks are readable"),
        pytest.param("a <!-- for me\n\nalone --> b", "<p>a &lt;!-- for me</p>\n<p>alone --&gt; b</p>", id="no comment"),
        pytest.param("a <!-- for me --> b", "<p>a  b</p>", id="a comment is for oneself"),
        pytest.param("<!--\nfor\n\nme\n-->\n\nb", "<p>b</p>", id="also a long one"),
        pytest.param("`<!-- x -->`", "<p><code>&lt;!-- x --&gt;</code></p>", id="in code it is code"),
        pytest.param("a\ue000b", "<p>ab</p>", id="no root by hand"),
    ],
)
def test_a_page_shows(markdown: str, expected: str) -> None:
    assert page_html(markdown, nothing, title="The title") == expected


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("see [[Title]]", f'<p>see <a href="{ROOT}work/x/">Title</a></p>'),
        ("see [[Title|words]]", f'<p>see <a href="{ROOT}work/x/">words</a></p>'),
        ("see #12", f'<p>see <a href="{ROOT}work/x/">Twelve</a></p>'),
        ("[this](#12)", f'<p><a href="{ROOT}work/x/">this</a></p>'),
        ("[see #12](https://a.example)", '<p><a rel="noopener noreferrer" href="https://a.example">see Twelve</a></p>'),
        (
            "https://a.example/#12",
            '<p><a rel="noopener noreferrer" href="https://a.example/#12">https://a.example/#12</a></p>',
        ),
        ("C#12 and a/#12", "<p>C#12 and a/#12</p>"),
    ],
)
def test_a_mention_of_what_is_public_is_a_link(markdown: str, expected: str) -> None:
    assert page_html(markdown, shown) == expected


def test_footnotes_of_two_texts_on_a_page_do_not_mix() -> None:
    first, second = (page_html("a[^1]\n\n[^1]: b", nothing, top=top) for top in (2, 3))
    ids = [set(re.findall(r'id="([^"]+)"', html)) for html in (first, second)]
    assert len(ids[0]) == len(ids[1]) == 2
    assert not ids[0] & ids[1]
    for html in (first, second):
        assert {f"#{id}" for id in re.findall(r'id="([^"]+)"', html)} == set(re.findall(r'href="([^"]+)"', html))


def test_code_is_coloured_by_its_language() -> None:
    html = page_html("```python\ndef f(): return '<b>'\n```", nothing)
    assert '<span class="k">def</span>' in html
    assert "&lt;b&gt;" in html
    assert "<b>" not in html
    assert "<span" not in page_html("```nosuchlanguage\ndef f()\n```", nothing)


def test_tables_can_be_reached_by_keyboard_and_use_no_obsolete_attribute() -> None:
    html = page_html("| a |\n|--:|\n| 1 |", nothing)
    assert 'tabindex="0"' in html
    assert '<td class="right">1</td>' in html
    assert "align=" not in html


def test_mentions_are_found_where_a_learner_would_see_them() -> None:
    said = [m.written for m in mentions("#1 [[A]] [[B|b]] x#2 /#3 [[]] [[a\nb]] (#4) #5a")]
    assert said == ["#1", "[[A]]", "[[B|b]]", "(#4)"[1:3]]


@given(st.text(alphabet="[]|#12ab*`_<>&\"'\n ()!:\\", max_size=60))
def test_no_text_breaks_out(markdown: str) -> None:
    html = page_html(markdown, nothing)
    assert html.count("<a ") == html.count("</a>")
    assert not re.search(
        r"<(?!/?(?:p|a|h[1-6]|em|strong|code|pre|ul|ol|li|blockquote|br|hr|section|table|thead|tbody|tr|t[dh]|sup|del|img|span)\b)",
        html,
    )
    assert not re.search(r"m[0-9a-f]{12}x\d+x", html)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Short.", "Short."),
        ("One sentence here. Another that is cut", "One sentence here."),
        ("no sentence ends in all of these words", "no sentence ends in…"),
        ("x" * 50, "x" * 20 + "…"),
        ("", ""),
    ],
)
def test_an_excerpt_ends_where_a_reader_would(text: str, expected: str) -> None:
    assert excerpt(text, 20) == expected


def test_pictures_are_found_with_their_words() -> None:
    assert list(pictures("![](a.png) ![ok](https://b.example/b.png) `![](c.png)`")) == [
        ("", "a.png"),
        ("ok", "https://b.example/b.png"),
    ]


_PIECES = [
    *(
        "[a](https://x.org/)",
        '[b](http://x.org "t")',
        "](https://y.org)",
        "[`c`](https://z.org)",
        "`[q](https://x.org)`",
    ),
    *("https://bare.org", "www.bare.org", "a@b.org", "![i](https://i.org/x.png)", "[x][r]", "\n[r]: https://r.org\n"),
    *("<https://ang.org>", "**", "`", "\n\n", "> ", "- ", "[", "(", ")", "]", "\\", "\n```\n[c](https://c.org)\n```\n"),
    *("| a |\n|--|\n| [l](http://l) |\n", "[^1]", "\n[^1]: [f](https://f.org)\n", "[www.x.org](https://www.x.org)"),
    *(
        "mailto:",
        "://",
        "http",
        " ",
        "(https://p.org)",
        "[m](https://a.org\n)",
        "\n    [in](https://code.org)\n",
        "&lt;",
    ),
]


@settings(max_examples=200)
@given(st.lists(st.sampled_from(_PIECES), max_size=12).map("".join))
def test_addresses_are_links_whether_or_not_they_are_looked_for(markdown: str) -> None:
    assert text.markdown_made(markdown) == comrak.render_markdown(markdown, *text._markdown_options(False, False))


@pytest.mark.parametrize("html", ['<a href="x" onclick="y">', "<script>", "< p>", '<p class="x">', "<td><", "<em"])
def test_a_tag_that_the_parser_never_made_so_far_goes_to_the_sanitiser(html: str) -> None:
    assert tags_in(html) is None


_SAID = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda some: st.lists(some) | st.dictionaries(st.text(), some),
)


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])  # how busy the computer is matters not
@given(_SAID)
def test_json_is_what_the_library_of_python_writes(value: Any) -> None:
    assert encoder(compact=False, ordered=True)(value) == json.dumps(value, sort_keys=True)
    assert encoder(ascii=False)(value) == json.dumps(value, ensure_ascii=False, separators=(",", ":"))
