"""The CV page: all that a JSON Resume says stands on it, and nothing is empty where it says little."""

from typing import Any

import lxml.html
import pytest

from ple.portfolio import Portfolio
from ple.portfolio.formats.resume import cv
from ple.portfolio.metadata import direction

WHOLE: dict[str, Any] = {
    "basics": {"name": "Noor Vance", "label": "Learner", "summary": "One.", "phone": "SECRET", "email": "SECRET"},
    "work": [
        {
            "name": "A library", "position": "Desk", "location": "Graz", "description": "A reading room.",
            "summary": "Evenings.", "highlights": ["900 questions"], "startDate": "2024-02-03",
        }
    ],
    "education": [
        {
            "institution": "School", "area": "Statistics", "studyType": "Diploma", "score": "1.2",
            "courses": ["Sampling"], "startDate": "2019", "endDate": "2021-06",
        }
    ],
    "projects": [
        {"name": "Counting", "entity": "Club", "roles": ["Lead"], "keywords": ["birds"], "description": "We counted."}
    ],
    "references": [{"name": "N. N.", "reference": "Asks good questions."}],
    "interests": [{"name": "Owls"}],
}  # fmt: skip


def page(portfolio: Portfolio, resume: dict[str, Any], **settings: Any) -> lxml.html.HtmlElement:
    portfolio.init(resume=resume, **settings)
    portfolio.build()
    return lxml.html.document_fromstring((portfolio.folder / "cv/index.html").read_bytes())


def test_all_that_it_says_stands_on_the_page(portfolio: Portfolio) -> None:
    said = " ".join(page(portfolio, WHOLE).text_content().split())
    for words in (
        "Desk A library, Graz", "A reading room.", "Evenings.", "900 questions", "Feb 2024 – today",
        "Diploma, Statistics", "Score: 1.2", "Sampling", "2019 – Jun 2021", "Club, Lead", "birds", "We counted.",
        "References", "N. N. Asks good questions.", "Owls",
    ):  # fmt: skip
        assert words in said
    assert "SECRET" not in said


@pytest.mark.parametrize(
    "resume",
    [
        {"references": [{"reference": "Good."}]},
        {"work": [{"startDate": "2020"}, {"url": "https://example.org/"}]},
        {"skills": [{"name": "Python"}, {"level": "some"}]},
    ],
)
def test_what_says_little_has_no_empty_heading(portfolio: Portfolio, resume: dict[str, Any]) -> None:
    headings = page(portfolio, resume).cssselect("main h1, main h2, main h3")
    assert all(one.text_content().strip() for one in headings)


def test_months_have_english_names_on_english_pages_alone() -> None:
    assert cv(WHOLE, "de-AT")["sections"][0]["rows"][0]["since"]["words"] == "2024-02"
    assert cv(WHOLE, "en-GB")["sections"][0]["rows"][0]["since"]["words"] == "Feb 2024"


def test_a_site_in_a_language_from_right_to_left_is_laid_out_so(portfolio: Portfolio) -> None:
    assert page(portfolio, WHOLE).get("dir") is None
    assert page(portfolio, WHOLE, language="ar-EG").get("dir") == "rtl"
    assert [direction(one) for one in ("he", "az-Arab", "ur-Latn", "de", "fa-IR", "arn")] == [
        "rtl", "rtl", "ltr", "ltr", "rtl", "ltr",
    ]  # fmt: skip
