"""Code is scanned as Pygments does it, in less time."""

import os
from html import escape
from pathlib import Path

import pytest
from pygments.lexers import get_all_lexers, get_lexer_by_name

from ple.portfolio import scanning
from ple.portfolio.colours import ENDLESS, _class_of, coloured

_ROOT = Path(__file__).parents[2]
_FILES = ("ple/portfolio/rewriting.py", "ple/portfolio/themes/quiet/work.html", "ple/portfolio/search.js")
_MIXED = """\
#include <stdio.h>
int main(void) { /* a note */ return 0; } // another
SELECT * FROM t WHERE a = 'b' -- why
fn main() { let x: &'a str = "q"; println!("{}", x); }
x = r'''raw''' + f'{a!r:>{w}}' + b'\\x00' + "open
class A extends B { @Override public void f() throws E {} }
\r\n\ttab é 日本語 [link](https://example.org/) @media print { a > b { color: #fff } }
"""
_ALL = [aliases[0] for _name, aliases, _files, _types in get_all_lexers() if aliases and aliases[0] not in ENDLESS]
_SOME = ["python", "html", "js", "sql", "rust"]


def of_pygments(lexer: object, text: str) -> list[tuple[str, str]]:
    runs = [("", "")]
    for kind, words in lexer.get_tokens(text):  # type: ignore[attr-defined]
        name = _class_of(kind)
        runs[-1:] = [(name, runs[-1][1] + words)] if name == runs[-1][0] else [runs[-1], (name, words)]
    return [run for run in runs if run[1]]


@pytest.mark.parametrize(
    "language", _ALL if os.environ.get("PLE_TEST_ALL") else ["python", "html", "js", "sql", "rust"]
)
def test_the_rules_that_can_begin_with_what_stands_there_find_what_all_of_them_find(language: str) -> None:
    lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    scanner = scanning.scanner_of(lexer, _class_of)
    if scanner is None:
        pytest.skip("Pygments scans it in a way of its own")
    text = _MIXED + "".join((_ROOT / name).read_text()[:3000] for name in _FILES)
    for worth in (False, True):
        scanner._scanned = scanning._WORTH_IT * worth
        assert [run for run in scanner.runs(text) if run[1]] == of_pygments(lexer, text)


def test_a_language_that_is_more_than_its_table_is_left_to_pygments() -> None:
    assert scanning.scanner_of(get_lexer_by_name("c"), _class_of) is None
    assert coloured("int x;", "c") == '<span class="kt">int</span> x;'


def test_a_language_whose_rules_take_for_ever_has_no_colours():
    assert coloured(_MIXED * 3, "smithy") == escape(_MIXED * 3, quote=False)
