"""What is taken from the standard library at less cost says what that says."""

import datetime as dt
from email.utils import format_datetime
from importlib.metadata import PackageNotFoundError, version
from xml.sax import saxutils

import pytest

from ple.portfolio import metadata
from ple.portfolio.makers import version_of


def test_versions_are_those_that_the_libraries_say() -> None:
    for name in ("comrak", "minijinja", "nh3", "pygments", "latex2mathml", "Pillow"):
        assert version_of(name) == version(name)
    with pytest.raises(PackageNotFoundError):
        version_of("no-such-library")


@pytest.mark.parametrize("words", ["", "a & b < c > d", '"double"', "it's", "both \" and '", "line\none\r\ttab", "é"])
def test_words_are_escaped_for_xml(words: str) -> None:
    assert metadata.escape(words) == saxutils.escape(words)
    assert metadata.quoted(words) == saxutils.quoteattr(words)


@pytest.mark.parametrize("month", range(1, 13))
def test_times_are_those_of_mail(month: int) -> None:
    when = dt.datetime(1987 + month, month, month, 3, 4, 5, 678, tzinfo=dt.UTC)
    assert metadata.mail_time(when) == format_datetime(when)
