"""What an expression can begin with is never less than what it does begin with."""

import random
import re

import pytest
from pygments.lexers import get_lexer_by_name

from ple.portfolio.beginnings import ANY, beginnings

_ASCII = list(map(chr, range(128)))


@pytest.mark.parametrize(
    ("pattern", "flags", "said"),
    [
        ("abc", 0, "a"),
        ("a?bc", 0, "ab"),
        ("(?:ab|cd)+x", 0, "ac"),
        (r"(?<!\.)(?=x)[0-3]", 0, "0123"),
        ("a", re.IGNORECASE, "aA"),
        ("(?i:a)|b", 0, "aAb"),
        (r"^\bx", re.MULTILINE, "x"),
        ("(?>ab)", 0, "a"),
        ("[a-cé-ü_]", 0, "abc_"),
        ("éa?b", 0, ""),
    ],
)
def test_beginnings_are_what_a_match_can_begin_with(pattern: str, flags: int, said: str) -> None:
    assert beginnings(re.compile(pattern, flags)) == set(said)


@pytest.mark.parametrize("pattern", ["a*", "", "(?=x)", r"(a)?(?(1)b|c)|", r"(a)|\1", "^", "(?:a|)b*"])
def test_what_can_be_empty_may_begin_with_anything(pattern: str) -> None:
    assert beginnings(re.compile(pattern)) == ANY


@pytest.mark.parametrize("language", ["html", "perl", "haskell"])
def test_no_rule_of_a_language_begins_with_anything_else(language: str) -> None:
    pick = random.Random(2)
    for rules in get_lexer_by_name(language)._tokens.values():
        for match, _action, _then in rules:
            begin = beginnings(match.__self__)
            for letter in set(_ASCII) - begin:
                for _ in range(2):
                    rest = "".join(pick.choices("abfr'\"/<=>{}()[]#&%$@!~`0x_ \n.:;|\\-", k=12))
                    assert match(letter + rest) is None, (match.__self__.pattern, letter)
