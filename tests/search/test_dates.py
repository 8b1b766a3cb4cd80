"""Dates as people say them."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ple.search.dates import UnknownDate, moment, span, utc

NOW = dt.datetime(2026, 11, 22, 14, 30)  # a Sunday
DAY = dt.timedelta(days=1)


def day(*ymd: int) -> dt.datetime:
    return dt.datetime(*ymd)


@pytest.mark.parametrize(
    ("said", "start", "end"),
    [
        pytest.param("2025", day(2025, 1, 1), day(2026, 1, 1), id="a year"),
        pytest.param("2025-06", day(2025, 6, 1), day(2025, 7, 1), id="a month"),
        pytest.param("2025-06-01", day(2025, 6, 1), day(2025, 6, 2), id="a day, which whoosh 2.7.5 takes for a year"),
        pytest.param("20250601", day(2025, 6, 1), day(2025, 6, 2), id="a day without dashes"),
        pytest.param("1.6.2025", day(2025, 6, 1), day(2025, 6, 2), id="a day with dots"),
        pytest.param("2025-W05", day(2025, 1, 27), day(2025, 2, 3), id="an ISO week"),
        pytest.param("today", day(2026, 11, 22), day(2026, 11, 23), id="today"),
        pytest.param("Yesterday", day(2026, 11, 21), day(2026, 11, 22), id="any case"),
        pytest.param("3 days ago", day(2026, 11, 19), day(2026, 11, 20), id="days ago, unknown to whoosh"),
        pytest.param("two weeks ago", day(2026, 11, 8), day(2026, 11, 9), id="a number in words"),
        pytest.param("-2w", day(2026, 11, 8), day(2026, 11, 9), id="a short way of saying ago"),
        pytest.param("this week", day(2026, 11, 16), day(2026, 11, 23), id="weeks begin on Monday (ISO 8601)"),
        pytest.param("last week", day(2026, 11, 9), day(2026, 11, 16), id="last week, unknown to whoosh"),
        pytest.param("last month", day(2026, 10, 1), day(2026, 11, 1), id="last month"),
        pytest.param("last year", day(2025, 1, 1), day(2026, 1, 1), id="last year"),
        pytest.param("tuesday", day(2026, 11, 17), day(2026, 11, 18), id="a weekday is the latest"),
        pytest.param("sunday", day(2026, 11, 22), day(2026, 11, 23), id="which may be today"),
        pytest.param("last sunday", day(2026, 11, 15), day(2026, 11, 16), id="unless it is the last one"),
        pytest.param("next friday", day(2026, 11, 27), day(2026, 11, 28), id="or the next"),
        pytest.param("march", day(2026, 3, 1), day(2026, 4, 1), id="a month is the latest"),
        pytest.param("december", day(2025, 12, 1), day(2026, 1, 1), id="and not one to come"),
        pytest.param("october", day(2026, 10, 1), day(2026, 11, 1), id="a month with to in it"),
        pytest.param("march 2024", day(2024, 3, 1), day(2024, 4, 1), id="a month of a year"),
        pytest.param("5 march 2024", day(2024, 3, 5), day(2024, 3, 6), id="day first"),
        pytest.param("March 5th, 2024", day(2024, 3, 5), day(2024, 3, 6), id="month first"),
        pytest.param("yesterday 18:00", day(2026, 11, 21, 18), day(2026, 11, 21, 18, 1), id="a time of day"),
        pytest.param("last friday at 9pm", day(2026, 11, 20, 21), day(2026, 11, 20, 21, 1), id="of twelve hours"),
        pytest.param("2024-02-29", day(2024, 2, 29), day(2024, 3, 1), id="a leap day"),
    ],
)  # fmt: skip
def test_a_date_is_the_span_that_its_words_mean(said: str, start: dt.datetime, end: dt.datetime) -> None:
    found = span(said, now=NOW)
    assert (found.start, found.end) == (utc(start), utc(end))


@pytest.mark.parametrize("said", ["7d", "past 7 days", "last 7 days", "1w", "a week"])
def test_so_many_days_reach_until_now(said: str) -> None:
    assert moment(said, now=NOW) == utc(day(2026, 11, 15))
    assert span(said, now=NOW).end > utc(NOW)


@pytest.mark.parametrize(
    "said",
    ["", "'", "last", "gibberish", "2025-13", "31.2.2025", "29 february 2025", "99999 days ago", "25:00", "0000"],
)
def test_a_date_that_is_none_is_said_to_be_none(said: str) -> None:
    with pytest.raises(UnknownDate, match="is not understood") as caught:
        span(said, now=NOW)
    assert caught.value.hint


def test_a_date_with_a_zone_is_taken_at_its_word() -> None:
    assert moment("2025-06-01T18:00:00+02:00") == dt.datetime(2025, 6, 1, 16, tzinfo=dt.UTC)


@settings(max_examples=150, deadline=None)
@given(
    st.text(max_size=30) | st.from_regex(r"(last|next|\d+) ?(day|week|june|tue)s?( ago)?( \d+:\d+)?", fullmatch=True)
)
def test_no_words_are_more_than_a_span_or_an_error(said: str) -> None:
    try:
        found = span(said, now=NOW)
    except UnknownDate:
        return
    assert found.start <= found.end
    assert found.start.tzinfo is dt.UTC
