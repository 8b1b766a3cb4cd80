import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ple.bookmarks.reading import _folded, count_words, is_robot_check, of_text, readable, to_markdown

SENTENCE = "A proof is an argument that convinces whoever follows every one of its steps with care. "
BITS = ["<p>", "</p>", "<table>", "<td>", "<pre>", "\x1b[31m", "word " * 30, "<a href='http://['>", "&#0;"]
PAGE = "<html><body><nav><a href='/x'>Menu of things</a></nav><article><h1>Proofs</h1>{}</article></body></html>"


def test_menus_go_and_paragraphs_stay():
    found = readable(PAGE.format(f"<p>{SENTENCE * 3}</p>" * 5), "https://e.org/d/a")

    assert found.text.count("A proof is") >= 3
    assert "Menu" not in found.text
    assert found.words == count_words(found.text) > 40
    assert found.extractor


def test_code_keeps_its_lines_and_language():
    code = "def f(x):\n    if x:\n        return 1\n\n\n    return 2\n"
    text = f"<p>{SENTENCE * 3}</p>" * 3
    body = f'{text}<pre><code class="language-python">{code}</code></pre>{text}'

    found = readable(PAGE.format(body), "https://e.org/")

    assert code.strip() in found.text
    assert f"```python\n{code.rstrip()}" in to_markdown(found.html)


def test_links_and_images_are_absolute_and_nothing_acts():
    body = f'<p>{SENTENCE * 3}<a href="b">b</a> <a href="javascript:x">c</a></p>' * 4 + '<p onclick="x">' + SENTENCE

    found = readable(PAGE.format(body), "https://e.org/d/a")

    assert 'href="https://e.org/d/b"' in found.html
    assert "javascript" not in found.html
    assert "onclick" not in found.html


def test_the_text_is_the_text_of_the_html_that_is_kept():
    from ple.web.text import plain

    found = readable(PAGE.format(f"<p>{SENTENCE * 3}</p><ul><li>one</li></ul>" * 4), "https://e.org/")

    assert plain(found.html) == found.text


@pytest.mark.parametrize("html", ["", "<", "no markup", "<html></html>", "<p>", "\x00", "<body>" * 500])
def test_a_page_without_text_has_none_and_breaks_nothing(html):
    assert readable(html, "https://e.org/").words <= 2


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from(BITS)).map("".join))
def test_any_page_is_read(html):
    assert "\x1b" not in readable(html, "").text


def test_a_page_of_many_megabytes_is_read_in_a_cheaper_way():
    found = readable("<body>" + f"<p>{SENTENCE}</p>" * 25_000, "https://e.org/")

    assert found.extractor.startswith("resiliparse")
    assert found.words > 100_000


def test_words_are_counted_where_blanks_part_them_and_where_not():
    assert count_words("two words, don't 3") == 5
    assert count_words("今日は天気がいい") == 4
    assert count_words("") == 0


def test_a_check_for_robots_is_no_page():
    assert is_robot_check("Just a moment...", "Checking your browser")
    assert is_robot_check("News", "We use cookies. Accept all cookies to continue")
    assert not is_robot_check("How captchas work", SENTENCE * 30)
    assert not is_robot_check("Proofs", SENTENCE)


def test_plain_text_is_kept_as_paragraphs():
    assert of_text("a <b>\nc\n\nd").html == "<p>a &lt;b&gt;<br>c</p><p>d</p>"


def test_markdown_has_headings_lists_and_links():
    html = '<h2>T</h2><ul><li>a <a href="https://e.org/">l</a></li></ul><p>b</p>'

    assert to_markdown(html) == "## T\n\n- a [l](https://e.org/)\n\nb"


@given(st.text(alphabet=st.sampled_from("ab \n\t\r\x0b\xa0é"), max_size=200))
def test_white_space_is_folded_as_readability_does_it_itself(text):
    theirs = re.sub(r"\s*\n\s*", "\n", text)
    theirs = re.sub(r"\t|[ \t]{2,}", " ", theirs).strip()

    assert _folded(text) == theirs


def test_a_page_nested_hundreds_deep_is_markdown_all_the_same():
    assert to_markdown("<div>" * 490 + "words" + "</div>" * 490) == "words"
