import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ple.web.text import block, line, markdown_html, plain, plain_of_safe, safe_html, shallow

XSS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='JaVaScRiPt:alert(1)'>x</a>",
    "<a href='java&#9;script:alert(1)'>x</a>",
    "<a href='java&#1;script:alert(1)'>x</a>",
    "<a href=' &#14; javascript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='vbscript:msgbox(1)'>x</a>",
    "<iframe src='javascript:alert(1)'></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data='javascript:alert(1)'></object>",
    "<embed src='javascript:alert(1)'>",
    "<form action='javascript:alert(1)'><button>x</button></form>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>",
    "<math alttext='<script>alert(1)</script>'><mi>x</mi></math>",
    "<math><annotation encoding='application/x-tex'>&lt;script&gt;alert(1)&lt;/script&gt;</annotation></math>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<style>@import 'javascript:alert(1)';</style>",
    "<div style='background:url(javascript:alert(1))'>x</div>",
    "<base href='javascript:alert(1)//'>",
    "<meta http-equiv='refresh' content='0;url=javascript:alert(1)'>",
    "<details open ontoggle=alert(1)>x</details>",
    "<input autofocus onfocus=alert(1)>",
    "<p onclick=alert(1)>x</p>",
    "<video><source onerror=alert(1)></video>",
    "<title><img src=x onerror=alert(1)></title>",
    "<textarea><img src=x onerror=alert(1)></textarea>",
    "<xmp><img src=x onerror=alert(1)></xmp>",
    "<!--<img src=--><img src=x onerror=alert(1)//>",
    "<a href='\x01javascript:alert(1)'>x</a>",
    "<svg><a xlink:href='javascript:alert(1)'>x</a></svg>",
    "<template><script>alert(1)</script></template>",
]


@pytest.mark.parametrize("payload", XSS)
def test_no_payload_acts_any_more(payload):
    from lxml import html

    for cleaned in (safe_html(payload), safe_html(payload, "https://e.org/"), markdown_html(payload, unsafe=True)):
        tree = html.fromstring(f"<div>{cleaned}</div>")
        for element in tree.iter():
            assert element.tag not in ("script", "style", "iframe", "object", "embed", "form", "svg", "math", "base")
            for name, value in element.attrib.items():
                assert not name.startswith("on")
                assert name != "style"
                if name in ("href", "src", "cite"):
                    assert value.startswith(("http://", "https://", "mailto:", "#")) or ":" not in value


@given(st.text() | st.lists(st.sampled_from([*XSS, "</p>", "<p id=a>", "\x1b[31m", "&#27;[0m", "\u202e"])).map("".join))
def test_cleaning_twice_changes_nothing_more(html):
    once = safe_html(html, "https://e.org/d/")

    assert safe_html(once, "https://e.org/d/") == once
    assert not any(character in once for character in "\x00\x1b\x9b\u202e")


def test_what_a_learner_reads_stays():
    html = (
        '<h2 id="top">T</h2><table><tr><th scope="col">a</th><td colspan="2">b</td></tr></table>'
        '<figure><img src="i.png" alt="i"><figcaption>c</figcaption></figure>'
        '<pre class="highlight lang-python x"><code class="language-rust hl">fn</code></pre>'
        '<p>x<sup id="r1"><a href="#f1">1</a></sup></p><ol start="3"><li id="f1">note</li></ol>'
        "<details open><summary>s</summary>d</details><p dir='rtl' lang='ar'>م</p>"
    )

    assert safe_html(html, "https://e.org/d/") == (
        '<h2 id="in-top">T</h2><table><tbody><tr><th scope="col">a</th><td colspan="2">b</td></tr></tbody></table>'
        '<figure><img src="https://e.org/d/i.png" alt="i"><figcaption>c</figcaption></figure>'
        '<pre class="language-python"><code class="language-rust">fn</code></pre>'
        '<p>x<sup id="in-r1"><a href="#in-f1" rel="noopener noreferrer">1</a></sup></p>'
        '<ol start="3"><li id="in-f1">note</li></ol>'
        '<details open=""><summary>s</summary>d</details><p dir="rtl" lang="ar">م</p>'
    )


def test_formulas_are_kept_as_their_source():
    html = (
        '<math alttext="x^2"><mi>x</mi></math>, <math><mi>y</mi></math>, '
        '<math><annotation encoding="application/x-tex">a &lt; b</annotation></math>'
    )

    assert safe_html(html) == ", ".join(
        f'<code class="language-math">{formula}</code>' for formula in ("x^2", "y", "a &lt; b")
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("a\x1b[31mred\x1b[0m", "ared", id="colours"),
        pytest.param("a\x1b]0;title\x07b", "ab", id="the window's title"),
        pytest.param("a\x1b]8;;http://evil/\x1b\\link\x1b]8;;\x1b\\", "alink", id="a link"),
        pytest.param("a\x1b]52;c;ZXZpbA==\x07", "a", id="the clipboard"),
        pytest.param("a\x9b2Jb\x9d0;x\x9cc", "abc", id="the same in one byte"),
        pytest.param("a\x1bPq#0\x1b\\b", "ab", id="pictures"),
        pytest.param("a\x1b]0;never ended", "a", id="a sequence without end"),
        pytest.param("a\x1bc\x1b7b", "ab", id="reset and save"),
        pytest.param("gpj\u202egnp.exe", "gpjgnp.exe", id="bidi overrides"),
        pytest.param("a\u200bb\u2060c\ufeffd\xade", "abcde", id="nothing that takes no room"),
        pytest.param("p\u200dal", "pal", id="joiners between Latin letters"),
        pytest.param("می\u200cخواهم 👩\u200d👧", "می\u200cخواهم 👩\u200d👧", id="joiners where they shape"),
        pytest.param(" a\r\n\tb\u2028c\xa0 ", "a b c", id="white space"),
        pytest.param("a\ud800b", "a\ufffdb", id="half a character"),
        pytest.param("\U000e0041a", "a", id="tag characters"),
        pytest.param("café 日本", "café 日本", id="ordinary text"),
    ],
)
def test_a_line_is_what_a_terminal_may_show(text, shown):
    assert line(text) == shown


@given(st.text())
@example("\x1b\x1b[[31m31m")
@example("\x1b\u200b[31m")
def test_nothing_that_a_terminal_obeys_is_left(text):
    for shown in (line(text), block(text)):
        assert not any((ord(c) < 32 and c not in "\n\t") or 0x7F <= ord(c) < 0xA0 for c in shown)
        shown.encode()
    assert "\n" not in line(text)
    assert line(line(text)) == line(text)


def test_a_block_keeps_its_lines():
    assert block("\r\n a  b \r\nc\x1b[2J\x85d\n\n") == " a  b\nc\nd"


def test_text_is_read_as_a_browser_would_break_it():
    html = """<div><h1>A <b>title</b></h1><p>One&nbsp;two
      three<br>four</p><ul><li>a<li><p>b</p><ul><li>c</ul></ul><ol start=3><li>x<li>y</ol>
      <pre><code>def f():
    return 1</code></pre><table><tr><td>1<td>2<tr><td>3<td>4</table>
      <script>no()</script><style>no</style>end &amp; all</div>"""

    assert plain(html) == (
        "A title\n\nOne\xa0two three\nfour\n\n- a\n- b\n  - c\n\n3. x\n4. y\n\n"
        "def f():\n    return 1\n\n1  2\n3  4\n\nend & all"
    )


@given(
    st.text()
    | st.lists(st.sampled_from(["<p>", "</p>", "<li>", "<pre>", "</div>", "a ", "\n", "<td>", "<"])).map("".join)
)
def test_any_html_has_a_text(html):
    text = plain(html)

    assert text == block(text)


@pytest.mark.parametrize("nest", ["<div>", "<b>", "<span><div></span>", "<ul><li>", "<svg><g>", "<DIV a='>'>"])
def test_forty_thousand_nested_tags_take_no_minutes(nest):
    html = nest * 40_000 + "deep"
    began = time.process_time()

    assert plain(html).endswith("deep") or "svg" in nest
    assert safe_html(html).count("deep") == ("svg" not in nest)

    assert time.process_time() - began < 10  # without a bound: minutes


def test_a_page_of_usual_depth_keeps_every_tag():
    html = "<div><p>a<table><tr><td>" * 30 + "b" + "</td></tr></table></div>" * 30 + "<p>x<br>" * 2000

    assert shallow(html) == html


def test_the_text_of_a_usual_entry_takes_less_than_a_millisecond():
    html = "<p>Some words <a href='https://e.org/'>and a link</a> and <em>some</em> more of them.</p>\n" * 30
    plain(html)

    began = time.process_time()
    for _ in range(50):
        plain(html)

    assert (time.process_time() - began) / 50 < 0.005  # 0.7 ms on a quiet machine


def test_markdown_has_tables_tasks_footnotes_and_no_html_of_its_own():
    html = markdown_html("# T\n\n|a|\n|-|\n|1|\n\n- [x] done\n\nx[^1] ~~y~~ <b>z</b> [j](javascript:x)\n\n[^1]: n\n")

    for kept in ("<h1>T</h1>", "<td>1</td>", "checkbox", "<del>y</del>", "&lt;b&gt;z&lt;/b&gt;", 'href="#in-fn-1"'):
        assert kept in html
    assert "javascript" not in html
    assert "<b>z</b>" in markdown_html("<b>z</b>", unsafe=True)


TAGS = (
    *("p", "h1", "blockquote", "pre", "ul", "ol", "li", "dl", "dt", "dd", "table", "tr", "td", "th", "tbody", "div"),
    *("section", "hr", "br", "b", "a", "em", "figure", "figcaption", "details", "summary", "span", "code", "caption"),
)
MARKUP = st.sampled_from(
    [f"<{tag}>" for tag in TAGS]
    + [f"</{tag}>" for tag in TAGS]
    + ["x y", "  ", "\n", " a", "b &amp;lt; c", "&nbsp;", '<ol start="7">', '<a title="<p>&quot;" href="http://x/">']
)


@given(st.lists(MARKUP, max_size=20).map("".join))
@example("<ol start=3><li>a<ul><li>b</ul><li>c</ol>d")
@example("<table><tr><td>a<td>b<tr><th>c</table><pre>x\n  y<br>z</pre>")
@example("<p>a<br><br>b<p title='<br>'>c&amp;lt;</p>d")
def test_safe_html_says_the_same_without_being_parsed_again(html):
    safe = safe_html(html)
    assert plain_of_safe(safe).split() == plain(safe).split()


def test_what_is_relative_is_so_to_what_is_being_cleaned():
    for base in ("https://a.example/x/", "https://b.example/y?z", "http://127.0.0.1:8080/", None):
        origin = "" if base is None else "/".join(base.split("/")[:3])
        assert f'src="{origin}/i.png?a=1"' in safe_html('<img src="/i.png?a=1">', base)
    assert 'href="https://a.example/b"' in safe_html('<a href="/x/../b">c</a>', "https://a.example/")


def test_what_is_shown_of_hostile_nesting_is_not_much_longer_than_it():
    lists = "<ul>" * 400 + "<li>x" * 2000
    assert len(plain(lists)) < 6 * len(lists)
    assert len(plain_of_safe(safe_html(lists))) < 6 * len(lists)
    assert safe_html("<math>" + "<" * 20_000 + "</math>").count("<code") == 1
