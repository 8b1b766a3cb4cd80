"""JSON Resume (jsonresume.org, schema 1.0): in, checked and made harmless; out, for a page and as a file."""

import datetime as dt
import json
import re
from typing import Any

from ple.library.errors import InvalidInput
from ple.portfolio.characters import fit

LARGEST = 1_000_000
_SECTIONS: dict[str, tuple[str, str, str]] = {  # heading, and where a row's first and second line are
    "work": ("Work", "position", "name"),
    "volunteer": ("Volunteering", "position", "organization"),
    "education": ("Education", "area", "institution"),
    "projects": ("Projects", "name", "entity"),
    "awards": ("Awards", "title", "awarder"),
    "certificates": ("Certificates", "name", "issuer"),
    "publications": ("Publications", "name", "publisher"),
    "references": ("References", "name", ""),
}
_LISTS = {"skills": ("Skills", "level"), "languages": ("Languages", "fluency"), "interests": ("Interests", "level")}
_KNOWN = {"$schema", "basics", "meta", *_SECTIONS, *_LISTS}


def read_resume(data: bytes) -> dict[str, Any]:
    """Return the résumé in a file.

    Raises:
        InvalidInput: it is no JSON Resume.
    """
    if len(data) > LARGEST:
        raise InvalidInput("the résumé is too large", hint="A JSON Resume has a few kilobytes.")
    try:
        said = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise InvalidInput("the résumé is no JSON", hint="See https://jsonresume.org/schema.") from error
    try:
        resume = clean_resume(said)
    except ValueError as error:
        raise InvalidInput(
            f"the résumé is no JSON Resume: {error}", hint="See https://jsonresume.org/schema."
        ) from None
    if not resume.keys() & {"basics", *_SECTIONS, *_LISTS}:
        raise InvalidInput("the résumé says nothing", hint="See https://jsonresume.org/schema.")
    return resume


def clean_resume(said: Any) -> dict[str, Any]:
    """Return the parts of a JSON Resume that we know, with nothing in them that no page may hold.

    Raises:
        ValueError: a part is not what it should be.
    """
    if not isinstance(said, dict):
        raise ValueError("it is no object")
    resume = {name: _clean(part, 0) for name, part in said.items() if name in _KNOWN}
    for name in (*_SECTIONS, *_LISTS):
        rows = resume.get(name, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise ValueError(f"“{name}” is no list of objects")
    for name in ("basics", "meta"):
        if not isinstance(resume.get(name, {}), dict):
            raise ValueError(f"“{name}” is no object")
    return resume


def as_json(resume: dict[str, Any], *, with_contact: bool = False) -> bytes:
    """Return the résumé as a file; telephone, e-mail and street stay out of what is published."""
    basics = resume.get("basics", {})
    if not with_contact:
        basics = {name: value for name, value in basics.items() if name not in ("email", "phone")}
        if isinstance(basics.get("location"), dict):
            private = ("address", "postalCode")
            basics["location"] = {k: v for k, v in basics["location"].items() if k not in private}
    said = {name: part for name, part in resume.items() if name != "meta"} | ({"basics": basics} if basics else {})
    return (json.dumps(said, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def cv(resume: dict[str, Any], language: str = "en") -> dict[str, Any]:
    """Return what a page shows of the résumé: texts and http addresses only, empty ones where nothing is said.

    ``language`` is that of the page, for its dates.
    """
    basics = resume.get("basics", {})
    place = basics.get("location")
    place = place if isinstance(place, dict) else {}
    where = ", ".join(part for key in ("city", "region", "countryCode") if (part := _text(place, key)))
    profiles = (
        [row for row in basics.get("profiles", []) if isinstance(row, dict)]
        if isinstance(basics.get("profiles"), list)
        else []
    )
    return {
        "name": _text(basics, "name"),
        "label": _text(basics, "label"),
        "summary": _paragraphs(_text(basics, "summary")),
        "place": where,
        "url": _url(basics.get("url")),
        "profiles": [
            {"title": _text(row, "network") or _text(row, "username"), "href": _url(row.get("url"))}
            for row in profiles
            if _url(row.get("url")) and (_text(row, "network") or _text(row, "username"))
        ],
        "sections": [
            {"title": heading, "rows": [_row(row, first, second, language) for row in resume[name]]}
            for name, (heading, first, second) in _SECTIONS.items()
            if resume.get(name)
        ],
        "lists": [
            {
                "title": heading,
                "rows": [
                    {
                        "title": _text(row, "name") or _text(row, "language"),
                        "level": _text(row, level),
                        "words": _texts(row, "keywords"),
                    }
                    for row in resume[name]
                    if _text(row, "name") or _text(row, "language")
                ],
            }
            for name, (heading, level) in _LISTS.items()
            if resume.get(name)
        ],
    }


def _row(row: dict[str, Any], first: str, second: str, language: str) -> dict[str, Any]:
    since = _text(row, "startDate") or _text(row, "date") or _text(row, "releaseDate")
    until = _text(row, "endDate")
    study = _text(row, "studyType")
    title = _text(row, first) or _text(row, second)
    where = [_text(row, second) if _text(row, first) else "", _text(row, "location"), *_texts(row, "roles")]
    said = [text for name in ("description", "summary", "reference") for text in _paragraphs(_text(row, name))]
    score, words = _text(row, "score"), _texts(row, "keywords")
    return {
        "title": f"{study}, {title}" if study else title,
        "where": ", ".join(filter(None, where)),
        "url": _url(row.get("url")),
        "since": _date(since, language),
        "until": _date(until, language),
        "ongoing": bool(since and not until and "startDate" in row),
        "summary": said + ([f"Score: {score}"] if score else []) + ([", ".join(words)] if words else []),
        "points": [*_texts(row, "highlights"), *_texts(row, "courses")],
    }


def _date(text: str, language: str) -> dict[str, str] | None:
    found = re.fullmatch(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?:T.*)?", text)
    if not found:
        return {"iso": "", "words": text} if text else None
    year, month, day = found.groups()
    try:
        when = dt.date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return {"iso": "", "words": text}
    iso = "-".join(filter(None, found.groups()))
    english = language.lower().split("-")[0] == "en"
    return {"iso": iso, "words": f"{when:%b} {year}" if month and english else iso[:7]}


def _clean(value: Any, depth: int) -> Any:
    if depth > 8:
        raise ValueError("it is nested too deeply")
    match value:
        case str():
            return fit(value)[:20_000]
        case dict():
            return {fit(str(name))[:100]: _clean(one, depth + 1) for name, one in value.items()}
        case list():
            return [_clean(one, depth + 1) for one in value[:500]]
        case bool() | int() | None:
            return value
        case float():
            return value if value == value and abs(value) != float("inf") else None
    raise ValueError("it holds something that is no JSON")


def _text(row: dict[str, Any], name: str) -> str:
    value = row.get(name)
    return value.strip() if isinstance(value, str) else str(value) if isinstance(value, int) else ""


def _texts(row: dict[str, Any], name: str) -> list[str]:
    value = row.get(name)
    return [one.strip() for one in value if isinstance(one, str) and one.strip()] if isinstance(value, list) else []


def _paragraphs(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]


def _url(value: Any) -> str:
    return value if isinstance(value, str) and re.fullmatch(r"https?://[^\s<>\"]{1,500}", value) else ""
