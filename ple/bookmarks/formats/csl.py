"""CSL-JSON: works as citation programs exchange them, and what they have in common with bookmarks.

The shape between all bibliographic formats: BibTeX and RIS are read into it and written from it.
https://docs.citationstyles.org/en/stable/specification.html
"""

import datetime as dt
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from ple.bookmarks.cited import date_of
from ple.bookmarks.formats.record import Record, is_plausible, parse_when

NAME = "csl-json"

Item = dict[str, Any]

_PARTICLES = frozenset(re.findall(r"\w+", "van von de der den del della di da du la le ten ter zu zum af av"))
_DATES = frozenset({"issued", "accessed", "submitted", "original-date", "event-date", "available-date"})
_DOI = re.compile(r"\b(10\.\d{4,9}/\S+)")
_ARXIV = re.compile(r"(?:arxiv[:./\s]*|abs/)(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})", re.IGNORECASE)


def recognises(value: Any) -> bool:
    """Return whether this is a list of works, or one."""
    items = value if isinstance(value, list) else [value]
    return bool(items) and all(isinstance(item, dict) for item in items) and all(_is_item(item) for item in items[:20])


def read(value: Any) -> Iterator[Record]:
    """Yield the works."""
    for number, item in enumerate(value if isinstance(value, list) else [value], 1):
        yield record(item, number)


def write(records: Iterable[Record]) -> str:
    """Return the works as a list. The learner's notes are private and not in it."""
    return json.dumps([item(record) for record in records], ensure_ascii=False, indent=1) + "\n"


def record(item: Item, line: int = 0) -> Record:
    """Return a work as a bookmark; the item is kept whole, but for dates and names that are none."""
    item = _sound(item)
    accessed = _date(item.get("accessed"))
    tags = item.get("keyword", "")
    return Record(
        _text(item.get("URL")).strip(),
        " ".join(_text(item.get("title")).split()),
        tuple(filter(None, (tag.strip() for tag in re.split(r"[,;]", tags)))) if isinstance(tags, str) else (),
        description=_text(item.get("abstract")),
        author="; ".join(map(shown_name, _dicts(item.get("author")))) or None,
        published_at=_date(item.get("issued")),
        language=_text(item.get("language")) or None,
        saved_at=accessed if accessed and is_plausible(accessed) else None,
        site_name=_text(item.get("container-title")) or None,
        csl=item,
        line=line,
        problem="" if item.get("title") or item.get("URL") or item.get("DOI") else "it has no title",
    )


def item(record: Record) -> Item:
    """Return a bookmark as a work: as it was imported, or as the web page that it is."""
    known = _sound(record.csl or {})
    made: Item = {"id": known.get("id") or key(record), "type": known.get("type") or "webpage"}
    made |= known
    made["title"] = record.title
    if record.url.startswith(("http:", "https:")):
        made["URL"] = record.url
    if record.author and not known.get("author"):
        made["author"] = names(record.author)
    if record.published_at and not known.get("issued"):
        made["issued"] = _parts(record.published_at)
    if record.saved_at and not known.get("accessed") and "URL" in made:
        made["accessed"] = _parts(record.saved_at)
    if record.site_name and not known.get("container-title"):
        made["container-title"] = record.site_name
    if record.language:
        made["language"] = record.language
    if record.description and not known.get("abstract"):
        made["abstract"] = record.description
    if record.tags:
        made["keyword"] = ", ".join(record.tags)
    return made


def key(record: Record) -> str:
    """Return a key to cite by: who, when, and the first word that says something."""
    who = names(record.author)[0] if record.author else {}
    name = re.sub(r"\W", "", who.get("family") or who.get("literal") or record.site_name or "")
    year = f"{record.published_at:%Y}" if record.published_at else ""
    word = next((word for word in re.findall(r"\w+", record.title.lower()) if len(word) > 3), "")
    return f"{name.lower()}{year}{word}" or "untitled"


def names(text: str) -> list[Item]:
    """Return people as CSL has them: ``Ada Lovelace and Turing, Alan; The Royal Society``."""
    found = []
    text = re.sub(r",? et al\.?$", " and others", " ".join(text.split()))
    for one in re.split(r" ?; ?| and ", text):
        one = " ".join(one.split()).strip(",")
        if not one:
            continue
        family, comma, given = one.partition(",")
        if comma:
            found.append(
                {"family": family.strip(), "given": given.strip(" ,")} if given.strip(" ,") else {"literal": one}
            )
            continue
        words = one.split()
        if one == "others" and found:
            found.append({"literal": one})
            continue
        at = next((n for n, word in enumerate(words[:-1]) if n and word.lower() in _PARTICLES), len(words) - 1)
        if at == 0:
            found.append({"literal": one})
        else:
            found.append({"given": " ".join(words[:at]), "family": " ".join(words[at:])})
    return found or [{"literal": text.strip()}]


def shown_name(name: Item) -> str:
    """Return a name as people write it."""
    parts = (name.get("given"), name.get("non-dropping-particle"), name.get("family"), name.get("suffix"))
    return _text(name.get("literal")) or " ".join(part for part in parts if isinstance(part, str) and part)


def address(item: Item) -> str:
    """Return where a work is to be found that does not say so itself: by DOI, arXiv or PubMed number, or ISBN."""
    doi = _DOI.search(_text(item.get("DOI")))
    if doi:
        return f"https://doi.org/{doi[1].rstrip('.,;')}"
    arxiv = _ARXIV.search(
        f"{_text(item.get('number'))} {_text(item.get('note'))} {_text(item.get('archive_location'))}"
    )
    if arxiv:
        return f"https://arxiv.org/abs/{arxiv[1]}"
    pmid = re.fullmatch(r"(?:PMID:)?\s*(\d{1,9})", _text(item.get("PMID")).strip())
    if pmid:
        return f"https://pubmed.ncbi.nlm.nih.gov/{pmid[1]}/"
    isbn = re.sub(r"[^0-9Xx]", "", _text(item.get("ISBN")).split(" ")[0]).upper()
    is_part = item.get("type") in ("chapter", "paper-conference", "article-journal")
    return f"urn:isbn:{isbn}" if len(isbn) in (10, 13) and not is_part else ""


def _is_item(item: Item) -> bool:
    if not isinstance(item.get("type"), str) or item["type"] == "Annotation":
        return False
    return bool({"author", "issued", "container-title", "DOI", "citation-key", "URL"} & item.keys()) or (
        "id" in item and "title" in item
    )


def _sound(item: Item) -> Item:
    """Return a work in which dates and names are of the kind that they have to be, or are not there."""
    made = dict(item)
    for name in _DATES & made.keys():
        said = made[name]
        if isinstance(said, str | int):
            year = re.match(r"\s*(\d{4})(?:-(\d\d?))?(?:-(\d\d?))?", str(said))
            said = {"date-parts": [[part for part in year.groups() if part]]} if year else None
        if isinstance(said, dict) and "date-parts" in said:
            parts = date_of({name: said}, name)
            other = said["date-parts"][1:] if isinstance(said["date-parts"], list) else []
            ends = [end for end in (date_of({name: {"date-parts": [end]}}, name) for end in other) if end]
            said = {**said, "date-parts": [parts, *ends]} if parts else {}
        made[name] = said if isinstance(said, dict) else {}
    for name in {"author", "editor"} & made.keys():
        said = made[name]
        made[name] = names(said) if isinstance(said, str) else _dicts(said)
    return {name: value for name, value in made.items() if value or name not in _DATES | {"author", "editor"}}


def _date(said: Any) -> dt.datetime | None:
    if isinstance(said, dict):
        if parts := date_of({"": said}, ""):
            year, month, day = (*parts, 1, 1)[:3]
            try:
                return dt.datetime(year, month, day, tzinfo=dt.UTC)
            except ValueError:  # the 31st of February
                return dt.datetime(year, month, 1, tzinfo=dt.UTC)
        return parse_when(_text(said.get("raw")) or _text(said.get("literal")))
    return None


def _parts(when: dt.datetime) -> Item:
    return {"date-parts": [[when.year, when.month, when.day]]}


def _dicts(value: Any) -> list[Item]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value.replace("\0", "") if isinstance(value, str) else str(value) if isinstance(value, int) else ""
