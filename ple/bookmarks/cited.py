"""A work as it is cited: its names, dates, titles and pages in the shapes that styles want. Pure."""

import re
import unicodedata
from typing import Any

Item = dict[str, Any]

MONTHS = "January February March April May June July August September October November December".split()  # noqa: SIM905
IEEE_MONTHS = "Jan. Feb. Mar. Apr. May Jun. Jul. Aug. Sep. Oct. Nov. Dec.".split()  # noqa: SIM905
SHORT_MONTHS = ["Jan.", "Feb.", "Mar.", "Apr.", "May", "June", "July", "Aug.", "Sept.", "Oct.", "Nov.", "Dec."]
_IN_PERIODICALS = frozenset({"article-journal", "article-magazine", "article-newspaper"})
_IN_BOOKS = frozenset({"chapter", "paper-conference", "entry-encyclopedia"})
_WHOLE = frozenset({"book", "thesis", "report", "motion_picture", "dataset", "software"})
_SMALL = frozenset(
    "a an and as at but by down for from in into nor of on onto or over so the till to up via with yet".split()  # noqa: SIM905
)
"""Words that stay small in a title in English: those of the CSL specification."""
_NOT_ENGLISH = frozenset(
    "der die das und ein eine von für mit le la les des du et un une el los las y una il lo gli di della het een van "  # noqa: SIM905
    "och att ett og de da do em os dos".split()
)


ET_AL = "et al."
OTHERS = frozenset({"others", "et al", "et al."})
"""How files of references say in the place of a name that there are more (BibTeX: "and others")."""


class Work:
    """A work as the styles ask for it."""

    def __init__(self, item: Item) -> None:
        self.type = str(item.get("type") or "webpage")
        self.title = said_of(item, "title") or "Untitled"
        self.container = said_of(item, "container-title")
        self.publisher = said_of(item, "publisher")
        self.volume, self.issue = said_of(item, "volume"), said_of(item, "issue")
        self.edition = said_of(item, "edition")
        self.language = said_of(item, "language").casefold()
        self.pages = re.sub(r"\s*(?:--?|–|—)\s*", "–", said_of(item, "page"))
        self.doi = re.sub(r"^(?:https?://(?:dx\.)?doi\.org/|doi:\s*)", "", said_of(item, "DOI"), flags=re.IGNORECASE)
        self.url = f"https://doi.org/{self.doi}" if self.doi else said_of(item, "URL")
        self.people = _or_others(people_of(item.get("author")) or people_of(item.get("director")))
        self.editors = _or_others(people_of(item.get("editor")))
        self.issued, self.accessed = date_of(item, "issued"), date_of(item, "accessed")
        if self.container.casefold() in {whole_name(one).casefold() for one in self.people}:
            self.container = ""  # APA 7, 9.23: a site that is its own author is named once

    @property
    def year(self) -> str:
        """The year when it appeared, or nothing."""
        return str(self.issued[0]) if self.issued else ""

    @property
    def in_periodical(self) -> bool:
        """Whether it is a part of a journal, magazine or newspaper that is known."""
        return self.type in _IN_PERIODICALS and bool(self.container)

    @property
    def in_book(self) -> bool:
        """Whether it is a part of a book or of proceedings that are known."""
        return self.type in _IN_BOOKS and bool(self.container)

    @property
    def whole(self) -> bool:
        """Whether it stands for itself; a video on a site is a part of that site."""
        return self.type in _WHOLE and not (self.type == "motion_picture" and self.container)

    @property
    def unprinted(self) -> bool:
        """Whether it is whole, but no book: IEEE puts its title in quotes."""
        return self.type in ("thesis", "report")

    def headline(self, text: str) -> str:
        """Return a title of the work with capitals, if it is in English."""
        words = text.split()
        if not self.language.startswith("en") and (
            self.language or not text.isascii() or _NOT_ENGLISH & {word.casefold() for word in words}
        ):
            return text
        shown = []
        for number, word in enumerate(words):
            edge = number in (0, len(words) - 1) or words[number - 1][-1] in ":.?!"
            shown.append(word if word in _SMALL and not edge else "-".join(_capital(part) for part in word.split("-")))
        return " ".join(shown)

    @property
    def short_pages(self) -> str:
        """The pages with as many digits of the last as MLA and Chicago want: 436–44, 101–8, 100–104."""
        found = re.fullmatch(r"(\d+)–(\d+)", self.pages)
        if not found or len(found[1]) != len(found[2]) or len(found[1]) < 3 or int(found[1]) % 100 == 0:
            return self.pages
        first, last = found[1], found[2]
        same = next((at for at, (one, other) in enumerate(zip(first, last, strict=True)) if one != other), len(first))
        least = 1 if int(first) % 100 < 10 else 2
        return f"{first}–{last[min(same, len(last) - least) :]}"


def plain_work(item: Item) -> Item:
    """Return what a work says as plain values: words on one line, names as ``{part: text}``, dates as ``[1918, 7]``.

    What is no value of its kind is left out; a site that is its own author is named once.
    """
    work = Work(item)
    made: Item = {}
    for name, value in item.items():
        if isinstance(value, dict):
            said: Any = date_of(item, name)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            said = [{part: str(text) for part, text in one.items() if text} for one in people_of(value)]
        else:
            said = said_of(item, name)
        if said:
            made[name] = said
    made |= {"type": work.type, "title": work.title, "container-title": work.container, "DOI": work.doi}
    made["page"] = work.pages.replace("–", "-")
    return {name: value for name, value in made.items() if value}


def people_of(said: Any) -> list[Item]:
    """Return the names of CSL-JSON that are names."""
    return [one for one in said if isinstance(one, dict) and (family(one))] if isinstance(said, list) else []


def _or_others(people: list[Item]) -> list[Item]:
    """Return names with :data:`ET_AL` at the end, where a bibliography leaves off so."""
    if len(people) > 1 and family(people[-1]).casefold() in OTHERS:
        return [*people[:-1], {"literal": ET_AL}]
    return people


def family(one: Item) -> str:
    """Return what a person is filed under, or the name of a body."""
    whole = str(one.get("literal") or "")
    return whole or " ".join(str(one[name]) for name in ("non-dropping-particle", "family") if one.get(name))


def given(one: Item) -> str:
    """Return the other names of a person."""
    if one.get("literal"):
        return ""
    return " ".join(str(one[name]) for name in ("given", "dropping-particle", "suffix") if one.get(name))


def whole_name(one: Item) -> str:
    """Return a name as it is spoken."""
    return " ".join(filter(None, (given(one), family(one))))


def initials(one: Item) -> str:
    """Return ``J.-P.`` for Jean-Paul, ``A. M.`` for Alan M."""
    parts = [
        [piece for piece in part.split("-") if piece] for part in re.split(r"[\s.]+", given(one)) if part.strip("-")
    ]
    return " ".join("-".join(f"{piece[0].upper()}." for piece in part) for part in parts)


def close_initials(one: Item) -> str:
    """Return ``G.E.`` for Geoffrey Everest, as Harvard writes it."""
    return initials(one).replace(". ", ".")


def _capital(word: str) -> str:
    """Return a word with a capital; one that has a shape of its own (iPhone, example.com) as it is."""
    at = next((at for at, letter in enumerate(word) if letter.isalnum()), 0)
    plain = word.islower() and "." not in word[:-1] and "/" not in word and not any(map(str.isdigit, word))
    return word[:at] + word[at].upper() + word[at + 1 :] if word and plain else word


def date_of(item: Item, name: str) -> list[int]:
    """Return year, month and day, as far as they are said and can be."""
    said = item.get(name)
    parts = said.get("date-parts") if isinstance(said, dict) else None
    first = parts[0] if isinstance(parts, list) and parts and isinstance(parts[0], list) else []
    found: list[int] = []
    for part, most in zip(first, (9999, 12, 31), strict=False):
        if not str(part).strip().isdecimal() or not 1 <= int(part) <= most:
            break
        found.append(int(part))
    return found


def american(date: list[int]) -> str:
    """Return ``June 3, 2024``."""
    if not date[1:]:
        return str(date[0]) if date else ""
    return f"{MONTHS[date[1] - 1]} " + (f"{date[2]}, " if date[2:] else "") + str(date[0])


def british(date: list[int], months: list[str]) -> str:
    """Return ``3 June 2024``."""
    if not date[1:]:
        return str(date[0]) if date else ""
    return (f"{date[2]} " if date[2:] else "") + f"{months[date[1] - 1]} {date[0]}"


def ordinal(edition: str) -> str:
    """Return ``2nd``; of words what they say, without “edition”."""
    if not edition.isdigit():
        return re.sub(r"\s*(?:ed\.?|edition)$", "", edition, flags=re.IGNORECASE)
    number = int(edition)
    last = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th") if number % 100 not in (11, 12, 13) else "th"
    return f"{number}{last}"


def said_of(item: Item, name: str) -> str:
    """Return what a work says under a name, on one line."""
    value = item.get(name)
    value = value[0] if isinstance(value, list) and value else value
    return " ".join(str(value).split()) if isinstance(value, str | int) else ""


def in_ascii(text: str) -> str:
    """Return a text in small ASCII letters, to sort and make keys by."""
    folded = text.replace("ß", "ss").replace("ø", "o").replace("ł", "l")
    return unicodedata.normalize("NFKD", folded).encode("ascii", "ignore").decode().lower()
