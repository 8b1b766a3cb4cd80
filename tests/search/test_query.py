"""What was typed, as a tree."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ple.library.errors import InvalidInput
from ple.search.dates import utc
from ple.search.query import (
    And,
    During,
    Everything,
    Fact,
    Fuzzy,
    Not,
    Or,
    Phrase,
    Prefix,
    Wildcard,
    Word,
    live,
    parse,
)

NOW = dt.datetime(2026, 11, 22, 14, 30)


def during(start: tuple[int, ...] | None, end: tuple[int, ...] | None) -> During:
    return During(start and utc(dt.datetime(*start)), end and utc(dt.datetime(*end)))


@pytest.mark.parametrize(
    ("typed", "tree"),
    [
        pytest.param("", Everything(), id="nothing"),
        pytest.param("  \t ", Everything(), id="blanks"),
        pytest.param("((", Everything(), id="brackets that never close"),
        pytest.param("*", Everything(), id="a star"),
        pytest.param("c++", Word("c++"), id="c++ is a word"),
        pytest.param("e-mail", Word("e-mail"), id="a dash in a word leaves nothing out"),
        pytest.param("2025-06-01", Word("2025-06-01"), id="nor in a number"),
        pytest.param("std::vector", Word("std::vector"), id="colons without a field"),
        pytest.param("C:\\Windows", Word("C:\\Windows"), id="a drive is no field"),
        pytest.param("note: this", And((Word("note:"), Word("this"))), id="a field without a value"),
        pytest.param("what's new?", And((Word("what's"), Word("new?"))), id="a question mark at the end of a word"),
        pytest.param("event loop", And((Word("event"), Word("loop"))), id="all words"),
        pytest.param('"event loop"', Phrase("event loop"), id="a phrase"),
        pytest.param('"event loop"~3', Phrase("event loop", None, 3), id="words near one another"),
        pytest.param('"open', Word('"open'), id="a phrase that nobody closed"),
        pytest.param("a OR b", Or((Word("a"), Word("b"))), id="either"),
        pytest.param("a OR", Word("a"), id="half a question"),
        pytest.param("OR a AND", Word("a"), id="half a question at both ends"),
        pytest.param("window -menu", And((Word("window"), Not(Word("menu")))), id="left out"),
        pytest.param("-menu", Not(Word("menu")), id="only left out"),
        pytest.param("window NOT menu", And((Word("window"), Not(Word("menu")))), id="left out in words"),
        pytest.param("(a -b) OR c", Or((And((Word("a"), Not(Word("b")))), Word("c"))), id="left out in brackets"),
        pytest.param("-(a b)", Not(And((Word("a"), Word("b")))), id="brackets left out"),
        pytest.param("title:(a b)", And((Word("a", "title"), Word("b", "title"))), id="a field of several words"),
        pytest.param("Title:a", Word("a", "title"), id="a field in any case"),
        pytest.param("by:evans", Word("evans", "author"), id="another name of a field"),
        pytest.param("kind:entry,bookmark", Or((Fact("kind", "entry"), Fact("kind", "bookmark"))), id="any of these"),
        pytest.param('tag:"machine learning"', Fact("tag", "machine learning"), id="a tag with a space"),
        pytest.param("tag:py*", Fact("tag", "py*"), id="the beginning of a tag"),
        pytest.param("https://e.org/a?b=c:d*", Fact("url", "https://e.org/a?b=c:d*"), id="an address by itself"),
        pytest.param("url:e.org/x", Fact("url", "e.org/x"), id="a part of an address"),
        pytest.param("retriev*", Prefix("retriev"), id="a beginning"),
        pytest.param("win?ow", Wildcard("win?ow"), id="a wildcard"),
        pytest.param("memry~", Fuzzy("memry"), id="a misspelling"),
        pytest.param("memry~9", Fuzzy("memry", None, 2), id="a misspelling of at most two letters"),
        pytest.param("a^2", Word("a"), id="weights mean nothing"),
        pytest.param("created:2025-06", during((2025, 6, 1), (2025, 7, 1)), id="a date"),
        pytest.param("created:'last week'", during((2026, 11, 9), (2026, 11, 16)), id="a quoted date"),
        pytest.param("created:last week", during((2026, 11, 9), (2026, 11, 16)), id="a date that nobody quoted"),
        pytest.param("when:3 days ago", during((2026, 11, 19), (2026, 11, 20)), id="another one"),
        pytest.param("created:>=2025-06-01", during((2025, 6, 1), None), id="from"),
        pytest.param("created:>2025-06-01", during((2025, 6, 2), None), id="after"),
        pytest.param("created:<2025-06-01", during(None, (2025, 6, 1)), id="before"),
        pytest.param("since:2025-06-01", during((2025, 6, 1), None), id="since"),
        pytest.param("before:2025", during(None, (2025, 1, 1)), id="before, as a field"),
        pytest.param("created:[2019-01-01 TO 2020-01-01]", during((2019, 1, 1), (2020, 1, 2)), id="a whole range"),
        pytest.param("created:{2019 to 2021}", during((2020, 1, 1), (2021, 1, 1)), id="a range without its ends"),
        pytest.param("created:[october to]", during((2026, 10, 1), None), id="open at the end, with to in a month"),
        pytest.param("created:[to yesterday]", during(None, (2026, 11, 22)), id="open at the beginning"),
    ],
)
def test_what_is_typed_means(typed: str, tree: object) -> None:
    assert parse(typed, now=NOW) == tree


def test_the_query_of_the_manual() -> None:
    assert parse('kind:entry tag:python "event loop" created:[last month to now]', now=NOW) == And(
        (
            Fact("kind", "entry"),
            Fact("tag", "python"),
            Phrase("event loop"),
            During(utc(dt.datetime(2026, 10, 1)), utc(NOW + dt.timedelta(microseconds=1))),
        )
    )


@pytest.mark.parametrize("typed", ["created:gibberish", "created:[x to y]", "since:2025-13", "x" * 1001])
def test_what_cannot_be_meant_is_said_with_a_hint(typed: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse(typed)
    assert caught.value.hint


def parsed_or_refused(typed: str) -> None:
    """Parse; an error must be one that says what to do."""
    try:
        parse(typed, now=NOW)
    except InvalidInput as error:
        if not error.hint:
            raise


def test_hundreds_of_brackets_are_no_crash() -> None:
    for typed in ("(" * 1000, "(" * 400 + "a" + ")" * 400, "-(" * 300 + "a", "NOT " * 250, "a OR " * 199 + "a"):
        parsed_or_refused(typed)


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("eve", "eve*"),
        ("event lo", "event lo*"),
        ("e", "e"),
        ("event ", "event "),
        ('"event lo', '"event lo"'),
        ("tag:py", "tag:py*"),
        ("tag:p", "tag:p*"),
        ("kind:ent", "kind:ent"),
        ("a OR", "a OR"),
        ("created:2025", "created:2025"),
    ],
)
def test_while_typing_the_last_word_may_go_on(typed: str, asked: str) -> None:
    assert live(typed) == asked


TYPED = """a b AND OR NOT ANDNOT ( ) " ' - + * ? ~ ~2 ^ ^3 : tag: kind: title: created: since: url: [ ] { } to TO < >=
, # \\ 2025 last week https://x.y/ ß 日本 \0 😀 % _ \u200b NEAR rowid"""
PIECES = st.sampled_from(TYPED.split()) | st.text(max_size=4)


_PLAIN = """a b and Or nOT ANDMAYBE REQUIRE to TO 2025 last tag x_y ß 日本 ² e\u0301 NEAR"""
PLAIN = st.sampled_from(_PLAIN.split())


@settings(max_examples=200, deadline=None)
@given(st.lists(PLAIN | st.from_regex(r"\w{1,5}", fullmatch=True), min_size=1, max_size=5), st.sampled_from(["", "*"]))
def test_words_alone_are_read_as_whoosh_reads_them(words: list[str], last: str) -> None:
    typed = " ".join(words) + last
    if not {"AND", "OR", "NOT", "ANDNOT"} & {*words}:
        assert parse(typed) == parse(f"({typed})")


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES, max_size=14).flatmap(lambda pieces: st.sampled_from([" ".join(pieces), "".join(pieces)])))
def test_whatever_is_typed_is_a_tree_or_a_clear_error(typed: str) -> None:
    parsed_or_refused(typed)
    parsed_or_refused(live(typed))
