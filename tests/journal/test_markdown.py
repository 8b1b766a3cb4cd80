"""Entries as Markdown files."""

import datetime as dt
import uuid

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ple.journal.formats.markdown import MarkdownEntry, file_name, read, write

UID = uuid.UUID("01a20113-2f4d-7b93-a869-1a85fcde7b7f")

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\ufeff"), max_size=80)
lines = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), min_size=1, max_size=40)
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: dt.timezone(dt.timedelta(minutes=minutes)))
keys = st.from_regex(r"[a-z][a-z_]{0,10}", fullmatch=True).filter(
    lambda key: key not in {"title", "date", "created", "created_at", "tags", "uid", "prompt", "public"}
)
entries = st.builds(
    MarkdownEntry,
    text=texts.map(str.strip).filter(bool),
    title=st.none() | lines,
    date=st.none() | st.datetimes(timezones=zones),
    tags=st.lists(lines.map(lambda tag: tag.lstrip("#")).filter(lambda tag: tag.strip("# ")), max_size=3).map(tuple),
    uid=st.none() | st.uuids(),
    prompt=st.none() | lines,
    public=st.booleans(),
    extra=st.dictionaries(keys, texts | st.lists(texts, max_size=3), max_size=3),
)


@settings(max_examples=100, deadline=None)
@given(entries)
def test_what_was_written_is_read_again(entry: MarkdownEntry) -> None:
    again = read(write(entry))
    assert again.text.rstrip("\n") == entry.text
    for name in ("title", "date", "tags", "uid", "prompt", "public", "extra"):
        assert getattr(again, name) == getattr(entry, name), name


PIECES = st.sampled_from(["---\n", "a: b\n", "- x\n", "tags: [", "]", "\n", '"', "'", ":", "date: 2025\n"])


@settings(max_examples=100, deadline=None)
@given(st.lists(PIECES | texts).map("".join))
def test_any_file_can_be_read(text: str) -> None:
    read(text, text)


def test_front_matter_of_other_programs_is_understood() -> None:
    entry = read(
        "---\ntitle: 'It''s \"here\"'\ndate: 2025-06-01 18:30:00 +0200\n# comment\ntags:\n  - python\n  - '#math'\n"
        'aliases: [One, "Two, three"]\nrating: 5\n---\n\nText\n'
    )
    assert entry.title == 'It\'s "here"'
    assert entry.date == dt.datetime(2025, 6, 1, 16, 30, tzinfo=dt.UTC)
    assert entry.tags == ("python", "math")
    assert entry.extra == {"aliases": ["One", "Two, three"], "rating": "5"}
    assert entry.text == "Text\n"


def test_front_matter_that_is_none_stays_in_the_text() -> None:
    for text in ("---\nnot yaml at all\n---\nText", "---\na:\n  b: c\n---\nText", "---\nno end", "--- \n"):
        assert read(text).text == text


def test_nothing_but_true_is_public() -> None:
    for said in ("True", "yes", '"false"', "1", "[true]", ""):
        assert not read(f"---\npublic: {said}\n---\nx").public or said == "[true]"
    assert read("---\npublic: true\n---\nx").public


@pytest.mark.parametrize("name", ["2025-06-01.md", "2025_06_01.md", "20250601 note.md", "journal-2025.06.01.md"])
def test_a_daily_note_has_its_day_in_its_name(name: str) -> None:
    assert read("x", name).date == dt.datetime(2025, 6, 1)


def test_a_file_is_named_by_day_and_title() -> None:
    assert file_name(dt.date(2025, 6, 1), "Über: das/Lernen!", UID) == "2025-06-01-uber-das-lernen-fcde7b7f.md"
    assert file_name(dt.date(2025, 6, 1), "../..", UID) == "2025-06-01-entry-fcde7b7f.md"
    assert len(file_name(dt.date(2025, 6, 1), "日" * 300, UID).encode()) < 200
