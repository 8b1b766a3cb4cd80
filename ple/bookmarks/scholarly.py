"""Which work a page is: what its ``citation_*``, Dublin Core, JSON-LD and OpenGraph say, as an item of CSL-JSON.

What is made for citing goes first. Nothing is guessed: what no place says stays unknown, and the learner can say it.
"""

import datetime as dt
import json
import re
from collections.abc import Iterator
from typing import Any

from ple.web.pages import Page
from ple.web.text import line

Item = dict[str, Any]

_DOI = re.compile(r"\b10\.\d{4,9}/[^\s\"'<>?#&]+")
_ARXIV = re.compile(r"(?:arxiv\.org/(?:abs|pdf|html)/|arxiv:\s*)(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})", re.I)
_PMID = re.compile(r"(?:pubmed\.ncbi\.nlm\.nih\.gov/|ncbi\.nlm\.nih\.gov/pubmed/|pmid:\s*)(\d{1,9})", re.I)
_TYPES = {
    "scholarlyarticle": "article-journal", "medicalscholarlyarticle": "article-journal", "newsarticle":
    "article-newspaper", "reportagenewsarticle": "article-newspaper", "blogposting": "post-weblog", "book": "book",
    "thesis": "thesis", "report": "report", "techarticle": "webpage", "videoobject": "motion_picture",
    "dataset": "dataset", "chapter": "chapter",
}  # fmt: skip
_PARTICLES = frozenset("van von de den der del della di da du la le ten ter zu zum af av al bin ibn".split())  # noqa: SIM905
_BODY = re.compile(
    r"\b(?:inc|ltd|gmbh|university|institute|organi[sz]ation|society|team|staff|editors?|press|news)\b", re.I
)


def work_of(page: Page, url: str, author: str | None = None, published_at: dt.datetime | None = None) -> str:
    """Return the work that a page says it is, as JSON; ``author`` and ``published_at`` where it does not say itself."""
    return json.dumps(item_of(page, url, author, published_at), ensure_ascii=False)


def item_of(page: Page, url: str, author: str | None = None, published_at: dt.datetime | None = None) -> Item:
    """Return the work that a page says it is, as an item of CSL-JSON. Never raises."""
    said = _Said(page)
    found: Item = {"type": said.type(), "title": page.title, "URL": page.canonical or url}
    found["author"] = said.people("citation_author") or said.creators() or [person(one) for one in _split(author)]
    found["issued"] = said.date(published_at)
    found["container-title"] = said.first(
        "citation_journal_title", "citation_conference_title", "citation_inbook_title", "citation_book_title",
        "prism.publicationname", "dcterms.ispartof", "dc.source",
    ) or page.site_name or ""  # fmt: skip
    found["publisher"] = said.first(
        "citation_publisher", "citation_dissertation_institution", "citation_technical_report_institution",
        "dc.publisher", "dcterms.publisher",
    )  # fmt: skip
    found["volume"] = said.first("citation_volume", "prism.volume")
    found["issue"] = said.first("citation_issue", "prism.number", "prism.issue")
    pages = [said.first(f"citation_{end}page", f"prism.{prism}page") for end, prism in _ENDS]
    found["page"] = "-".join(dict.fromkeys(filter(None, pages)))
    found["ISSN"] = said.first("citation_issn", "prism.issn")
    found["language"] = page.language or ""
    found |= identifiers(url, *said.named(), *filter(None, (page.canonical,)))
    isbn = said.first("citation_isbn", "book:isbn", "books:isbn", "og:isbn") or said.linked("isbn")
    if valid_isbn(isbn):
        found["ISBN"] = re.sub(r"[^0-9Xx]", "", isbn).upper()
    if not found.get("DOI"):
        found |= {name: value for name, value in _arxiv(said.first("citation_arxiv_id")).items() if value}
    if pmid := said.first("citation_pmid"):
        found["PMID"] = pmid
    if found.get("number", "").startswith("arXiv:") and found["type"] == "webpage":
        found |= {"type": "article", "container-title": "arXiv"}
    return {name: value for name, value in found.items() if value}


def identifiers(*texts: str) -> Item:
    """Return the DOI, arXiv number and PubMed number that are named in addresses or identifiers."""
    found: Item = {}
    for text in texts:
        if doi := _DOI.search(text):
            found.setdefault("DOI", doi[0].rstrip(".,;)").removesuffix(".pdf"))
        if arxiv := _ARXIV.search(text):
            found.setdefault("number", f"arXiv:{arxiv[1]}")
        if pmid := _PMID.search(text):
            found.setdefault("PMID", pmid[1])
    return found


def valid_isbn(said: str) -> bool:
    """Return whether this is an ISBN whose check digit is right."""
    digits = re.sub(r"[\s-]", "", said).upper()
    if re.fullmatch(r"\d{9}[\dX]", digits):
        return sum((10 - at) * (10 if c == "X" else int(c)) for at, c in enumerate(digits)) % 11 == 0
    if re.fullmatch(r"97[89]\d{10}", digits):
        return sum((3 if at % 2 else 1) * int(c) for at, c in enumerate(digits)) % 10 == 0
    return False


def person(name: str) -> Item:
    """Return a name as CSL has it: in its parts, or whole where it is that of a body."""
    name = line(name)[:200]
    family, comma, given = name.partition(",")
    if comma and given.strip():
        return {"family": family.strip(), "given": given.strip()}
    words = name.split()
    if len(words) < 2 or len(words) > 5 or _BODY.search(name):
        return {"literal": name}
    at = next((n for n, word in enumerate(words[:-1]) if n and word.lower() in _PARTICLES), len(words) - 1)
    parts = {"given": " ".join(words[:at]), "family": words[-1]}
    return {**parts, "non-dropping-particle": " ".join(words[at:-1])} if words[at:-1] else parts


_ENDS = (("first", "starting"), ("last", "ending"))


class _Said:
    def __init__(self, page: Page) -> None:
        self.meta, self.data = page.meta, page.data

    def first(self, *names: str) -> str:
        for name in names:
            for content in self.meta.get(name, ()):
                if said := line(content)[:500]:
                    return said
        return ""

    def linked(self, name: str) -> str:
        return next((line(str(one[name])) for one in self.data if isinstance(one.get(name), str | int)), "")

    def type(self) -> str:
        for meta, type in (
            ("citation_journal_title", "article-journal"), ("citation_conference_title", "paper-conference"),
            ("citation_inbook_title", "chapter"), ("citation_dissertation_institution", "thesis"),
            ("citation_technical_report_institution", "report"), ("citation_isbn", "book"),
        ):  # fmt: skip
            if self.first(meta):
                return type
        for thing in self.data:
            kinds = thing.get("@type")
            for kind in kinds if isinstance(kinds, list) else [kinds]:
                meant = _TYPES.get(str(kind).lower().rpartition("/")[2], "webpage")
                if meant != "webpage":
                    return meant
        kind = self.first("og:type").lower()
        return {"book": "book", "books.book": "book", "video.other": "motion_picture"}.get(kind, "webpage")

    def people(self, meta: str) -> list[Item]:
        names: list[str] = []
        for content in self.meta.get(meta, ()):
            names += content.split(";") if ";" in content else [content]
        return [person(name) for name in dict.fromkeys(map(line, names)) if name][:100]

    def creators(self) -> list[Item]:
        if found := self.people("dc.creator") or self.people("dcterms.creator"):
            return found
        for thing in self.data:
            found = list(_authors(thing.get("author")))
            if found:
                return found[:100]
        return []

    def date(self, otherwise: dt.datetime | None) -> Item | None:
        """Return when it appeared, as precisely as it says and no more."""
        texts = [
            self.first("citation_publication_date", "citation_online_date", "citation_date", "citation_year",
                       "prism.publicationdate", "dcterms.issued", "dc.date.issued", "dc.date"),
            self.linked("datePublished"),
            self.first("article:published_time"),
        ]  # fmt: skip
        for text in texts:
            match = re.match(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?(?!\d)", text)
            if match and match[1] and 1000 <= int(match[1]) <= dt.datetime.now(dt.UTC).year + 1:
                parts = [int(part) for part in match.groups() if part]
                if all(1 <= part <= most for part, most in zip(parts[1:], (12, 31), strict=False)):
                    return {"date-parts": [parts]}
        return {"date-parts": [[otherwise.year, otherwise.month, otherwise.day]]} if otherwise else None

    def named(self) -> Iterator[str]:
        for meta in ("citation_doi", "dc.identifier", "dcterms.identifier", "prism.doi", "bepress_citation_doi", "doi"):
            yield from self.meta.get(meta, ())
        for thing in self.data:
            for name in ("identifier", "sameAs", "@id", "doi"):
                said = thing.get(name)
                for one in said if isinstance(said, list) else [said]:
                    value = one.get("value") if isinstance(one, dict) else one
                    if isinstance(value, str):
                        yield value


def _authors(said: Any) -> Iterator[Item]:
    for one in said if isinstance(said, list) else [said]:
        kind = str(one.get("@type", "")) if isinstance(one, dict) else ""
        name = one.get("name") if isinstance(one, dict) else one
        if not isinstance(name, str) or not line(name) or "://" in name:
            continue
        if isinstance(one, dict) and isinstance(one.get("familyName"), str) and isinstance(one.get("givenName"), str):
            yield {"family": line(one["familyName"]), "given": line(one["givenName"])}
        else:
            yield {"literal": line(name)} if "Organization" in kind else person(name)


def _arxiv(said: str) -> Item:
    found = re.fullmatch(r"(?:arxiv:)?\s*(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?", said.strip(), re.I)
    return {"number": f"arXiv:{found[1]}"} if found else {}


def _split(author: str | None) -> list[str]:
    """Return the names of a line of them: ``Ada Lovelace, Charles Babbage``."""
    parts = [part.strip() for part in re.split(r"[,;]|\s+and\s+|\s+&\s+", author or "") if part.strip()]
    return parts[:100]


def doi_of_arxiv(number: str) -> str:
    """Return the DOI that arXiv gives to ``arXiv:2101.00001`` (DataCite, since 2022); empty for other numbers."""
    return f"10.48550/arXiv.{number.removeprefix('arXiv:')}" if number.startswith("arXiv:") else ""
