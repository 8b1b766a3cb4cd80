"""Addresses are given once and answer for ever."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ple.portfolio.permalinks import ARTIFACT, TAG, Ledger, Permalink, slug

FIRST = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
LATER = dt.datetime(2026, 2, 1, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Why spacing works better than I expected", "why-spacing-works-better-than-i-expected"),
        ("  C++ & C#: a beginner's notes!  ", "cpp-and-csharp-a-beginners-notes"),
        ("Größe über Straße", "grosse-uber-strasse"),
        ("Ångström, Łódź, Dvořák", "angstrom-lodz-dvorak"),
        ("光合作用", "otherwise"),
        ("🙂", "otherwise"),
        ("../../etc/passwd", "etc-passwd"),
        ("CON", "con-1"),
        ("a" * 100, "a" * 60),
        (
            "one two three four five six seven eight nine ten eleven twelve",
            "one-two-three-four-five-six-seven-eight-nine-ten-eleven",
        ),
    ],
)
def test_a_slug_is_readable(title: str, expected: str) -> None:
    assert slug(title, otherwise="otherwise") == expected


@given(st.text(max_size=200))
def test_a_slug_fits_every_file_system_and_address(title: str) -> None:
    made = slug(title, otherwise="work-7")
    assert 1 <= len(made) <= 62
    assert all(c.isascii() and (c.islower() or c.isdigit() or c == "-") for c in made)
    assert not made.startswith("-")
    assert not made.endswith("-")


def test_two_of_one_title_stand_apart() -> None:
    ledger = Ledger([])
    places = [ledger.place(ARTIFACT, id, "Notes", FIRST, otherwise="x").address for id in (1, 2, 3)]
    assert places == ["work/notes/", "work/notes-2/", "work/notes-3/"]


def test_an_address_outlives_its_title() -> None:
    ledger = Ledger([])
    first = ledger.place(ARTIFACT, 1, "Draft", FIRST, otherwise="x")
    again = Ledger(ledger).place(ARTIFACT, 1, "Another title altogether", LATER, otherwise="x")
    assert again == first


def test_an_address_is_never_given_twice() -> None:
    ledger = Ledger([Permalink("work/notes/", ARTIFACT, None, "", True, "", FIRST, FIRST)])  # its artifact was deleted
    assert ledger.place(ARTIFACT, 5, "Notes", LATER, otherwise="x").address == "work/notes-2/"


def test_what_is_unlisted_cannot_be_guessed_and_becomes_readable_when_public() -> None:
    ledger = Ledger([])
    hidden = ledger.place(ARTIFACT, 1, "For my tutor", FIRST, otherwise="x", listed=False)
    assert hidden.address.startswith("u/")
    assert len(hidden.address) == 2 + 32 + 1
    assert "tutor" not in hidden.address

    public = ledger.place(ARTIFACT, 1, "For my tutor", LATER, otherwise="x", listed=True)
    assert public.address == "work/for-my-tutor/"
    assert public.published_at == FIRST
    assert [(line.address, line.current) for line in ledger] == [(hidden.address, False), (public.address, True)]

    assert ledger.place(ARTIFACT, 1, "For my tutor", LATER, otherwise="x", listed=False) == public


def test_only_new_words_are_an_update() -> None:
    ledger = Ledger([])
    line = ledger.said(ledger.place(ARTIFACT, 1, "One", FIRST, otherwise="x"), "said", FIRST)
    assert ledger.said(line, "said", LATER).updated_at == FIRST
    assert ledger.said(line, "said otherwise", LATER).updated_at == LATER


def test_what_is_stored_already_is_no_change() -> None:
    ledger = Ledger([])
    ledger.place(TAG, "memory", "memory", FIRST, otherwise="tag")
    assert len(ledger.added()) == 1
    assert Ledger(ledger).added() == Ledger(ledger).changed() == []
