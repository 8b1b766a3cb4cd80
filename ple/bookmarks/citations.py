"""References as styles want them, from works in the shape of CSL-JSON: APA 7, MLA 9, Chicago 17, IEEE, Harvard.

Five short formatters for the types that a learner cites (pages, articles, papers, books, chapters, theses, videos).
Nothing is invented: a work without a date is "n.d.", one without an author begins with its title, and the day that a
page was saved is when it was accessed, never when it appeared. Pure.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import Any

Item = dict[str, Any]

_MONTHS = "January February March April May June July August September October November December".split()  # noqa: SIM905
_SHORT = ["Jan.", "Feb.", "Mar.", "Apr.", "May", "June", "July", "Aug.", "Sept.", "Oct.", "Nov.", "Dec."]
_IN_PERIODICALS = frozenset({"article-journal", "article-magazine", "article-newspaper"})
_IN_BOOKS = frozenset({"chapter", "paper-conference", "entry-encyclopedia"})
_WHOLE = frozenset({"book", "thesis", "report", "motion_picture", "dataset", "software"})


def reference(item: Item, style: str, *, markdown: bool = False) -> str:
    """Return one entry of a list of references; ``markdown`` marks what the style sets in italics."""
    said = _tidy(STYLES[style](_Work(item)))
    return said.replace("\x02", "*").replace("\x03", "*") if markdown else re.sub("[\x02\x03]", "", said)


def bibliography(items: Iterable[Item], style: str, *, markdown: bool = False) -> list[str]:
    """Return the entries of a list of references in the order of the style: by author and year, or as given (IEEE)."""
    works = list(items)
    if style == "ieee":
        return [f"[{number}] {reference(item, style, markdown=markdown)}" for number, item in enumerate(works, 1)]
    return [reference(item, style, markdown=markdown) for item in sorted(works, key=_order)]


def key_of(item: Item, taken: Iterable[str] = ()) -> str:
    """Return a key to cite a work by (``noether1918invariante``) that is not in ``taken``."""
    work = _Work(item)
    who = work.people[0].get("family") or work.people[0].get("literal", "") if work.people else ""
    words = re.findall(r"[a-z0-9]+", _ascii(work.title))
    word = next((word for word in words if len(word) > 3), "".join(words[:1]))
    family = "".join(re.findall(r"[a-z]+", _ascii(who)))[:30]
    base = f"{family}{work.year or ('' if family else 'nd')}{word}" or "untitled"
    used = set(taken)
    after = ["", *(chr(number) for number in range(ord("a"), ord("z") + 1))]
    free = next((base + letter for letter in after if base + letter not in used), None)
    return free or next(f"{base}{number}" for number in range(2, 10**6) if f"{base}{number}" not in used)


class _Work:
    """A work as the styles ask for it."""

    def __init__(self, item: Item) -> None:
        self.type = str(item.get("type") or "webpage")
        self.title = _said(item, "title") or "Untitled"
        self.container = _said(item, "container-title")
        self.publisher = _said(item, "publisher")
        self.volume, self.issue = _said(item, "volume"), _said(item, "issue")
        self.edition = _said(item, "edition")
        self.pages = re.sub(r"\s*(?:--?|–|—)\s*", "–", _said(item, "page"))
        self.doi = re.sub(r"^(?:https?://(?:dx\.)?doi\.org/|doi:\s*)", "", _said(item, "DOI"), flags=re.IGNORECASE)
        self.url = f"https://doi.org/{self.doi}" if self.doi else _said(item, "URL")
        self.people = _people(item.get("author")) or _people(item.get("director"))
        self.editors = _people(item.get("editor"))
        self.issued, self.accessed = _date(item, "issued"), _date(item, "accessed")
        if self.container.casefold() in {_whole(one).casefold() for one in self.people}:
            self.container = ""  # APA 7, 9.23: a site that is its own author is named once

    @property
    def year(self) -> str:
        return str(self.issued[0]) if self.issued else ""

    @property
    def in_periodical(self) -> bool:
        return self.type in _IN_PERIODICALS and bool(self.container)

    @property
    def in_book(self) -> bool:
        return self.type in _IN_BOOKS and bool(self.container)

    @property
    def whole(self) -> bool:
        return self.type in _WHOLE


def _apa(work: _Work) -> str:
    who = _apa_names(work.people)
    when = work.year or "n.d."
    if work.issued[1:] and work.type != "article-journal" and not work.whole and not work.in_book:
        when += f", {_MONTHS[work.issued[1] - 1]}" + (f" {work.issued[2]}" if work.issued[2:] else "")
    title, home = work.title, ""
    link = work.url
    if work.in_periodical:
        numbers = f"\x02{work.volume}\x03" + (f"({work.issue})" if work.issue else "") if work.volume else ""
        home = ", ".join(filter(None, (f"\x02{work.container}\x03", numbers, work.pages)))
    elif work.in_book:
        editors = _and([f"{_initials(one)} {_family(one)}".strip() for one in work.editors], "&")
        edited = f"{editors} ({'Ed.' if len(work.editors) == 1 else 'Eds.'}), " if editors else ""
        pages = f" (pp. {work.pages})" if work.pages else ""
        home = f"In {edited}\x02{work.container}\x03{pages}. {work.publisher}"
    elif work.whole:
        title = f"\x02{title}\x03" + (f" ({_ordinal(work.edition)} ed.)" if work.edition else "")
        title += {"motion_picture": " [Video]", "thesis": " [Thesis]", "dataset": " [Data set]"}.get(work.type, "")
        home = work.publisher or work.container
    else:
        title, home = f"\x02{title}\x03", work.container
        if not work.issued and work.accessed and link:
            link = f"Retrieved {_us(work.accessed)}, from {link}"
    start = f"{_stop(who)} ({when}). {_stop(title)}" if who else f"{_stop(title)} ({when})."
    return " ".join(filter(None, (start, _stop(home), link)))


def _mla(work: _Work) -> str:
    who = _inverted_first(work.people, most=2)
    title = f"\x02{work.title}\x03" if work.whole else f"“{_stop(work.title)}”"
    parts = [f"\x02{work.container}\x03" if work.container else ""]
    if work.in_book and work.editors:
        parts.append("edited by " + _and([_whole(one) for one in work.editors], "and"))
    if work.edition and work.whole:
        parts.append(f"{_ordinal(work.edition)} ed.")
    parts += [f"vol. {work.volume}" if work.volume else "", f"no. {work.issue}" if work.issue else ""]
    if (work.whole or work.in_book) and work.publisher:
        parts.append(work.publisher)
    when = work.year if work.whole or work.in_book else _british(work.issued, _SHORT)
    several = "–" in work.pages or "," in work.pages
    parts += [when, f"{'pp.' if several else 'p.'} {work.pages}" if work.pages else "", work.url]
    seen = f"Accessed {_british(work.accessed, _SHORT)}." if work.accessed and work.url and not work.doi else ""
    title = _stop(title) if work.whole else title
    return " ".join(filter(None, (_stop(who), title, _stop(", ".join(filter(None, parts))), seen)))


def _chicago(work: _Work) -> str:
    who = _inverted_first(work.people, most=10, comma_before_and=True)
    title = f"\x02{work.title}\x03." if work.whole else f"“{_stop(work.title)}”"
    if work.in_periodical:
        numbers = " ".join(filter(None, (f"\x02{work.container}\x03", work.volume)))
        numbers += f", no. {work.issue}" if work.issue else ""
        when = work.year if work.type == "article-journal" else _us(work.issued)
        if work.type == "article-journal":
            numbers += f" ({when})" if when else ""
        else:
            numbers += f", {when}" if when else ""
        home = numbers + (f": {work.pages}" if work.pages else "")
    elif work.in_book:
        edited = ", edited by " + _and([_whole(one) for one in work.editors], "and") if work.editors else ""
        home = f"In \x02{work.container}\x03{edited}" + (f", {work.pages}" if work.pages else "")
        home = _stop(home) + " " + ", ".join(filter(None, (work.publisher, work.year or "n.d.")))
    elif work.whole:
        edition = f"{_ordinal(work.edition)} ed." if work.edition else ""
        home = " ".join(filter(None, (edition, ", ".join(filter(None, (work.publisher, work.year or "n.d."))))))
    else:
        seen = f"Accessed {_us(work.accessed)}" if work.accessed and not work.issued else ""
        home = " ".join(filter(None, (_stop(work.container), _us(work.issued) or seen)))
    return " ".join(filter(None, (_stop(who), title, _stop(home), _stop(work.url) if work.url else "")))


def _ieee(work: _Work) -> str:
    names = [f"{_initials(one)} {_family(one)}".strip() for one in work.people]
    who = f"{names[0]} \x02et al.\x03" if len(names) > 6 else _and(names, "and")
    who = f"{who}, " if who else ""
    month = f"{_SHORT[work.issued[1] - 1]} " if work.issued[1:] else ""
    when = f"{month}{work.year}" if work.year else ""
    pages = f"{'pp.' if '–' in work.pages else 'p.'} {work.pages}" if work.pages else ""
    numbers = [f"vol. {work.volume}" if work.volume else "", f"no. {work.issue}" if work.issue else "", pages, when]
    doi = f"doi: {work.doi}" if work.doi else ""
    if work.in_periodical or work.in_book:
        home = f"\x02{work.container}\x03" if work.in_periodical else f"in \x02{work.container}\x03"
        published = work.publisher if work.in_book else ""
        rest = ", ".join(filter(None, (home, published, *numbers, doi)))
        return f"{who}“{work.title},” {_stop(rest)}" + ("" if doi else _available(work))
    if work.whole:
        edition = f", {_ordinal(work.edition)} ed" if work.edition else ""
        rest = ", ".join(filter(None, (work.publisher, work.year, doi)))
        return _stop(f"{who}\x02{work.title}\x03{edition}. {rest}") + ("" if doi else _available(work))
    rest = f" {_stop(work.container)}" if work.container else ""
    return f"{who}“{work.title},”{rest}" + (f" {_stop(doi)}" if doi else _available(work))


def _harvard(work: _Work) -> str:
    names = [f"{_family(one)}, {_initials(one)}".rstrip(", ") for one in work.people]
    who = f"{names[0]} \x02et al.\x03" if len(names) > 3 else _and(names, "and")
    when = f"({work.year or 'no date'})"
    seen = f" (Accessed: {_british(work.accessed, _MONTHS)})" if work.accessed else ""
    link = f"doi:{work.doi}" if work.doi else f"Available at: {work.url}{seen}" if work.url else ""
    pages = f"{'pp.' if '–' in work.pages else 'p.'} {work.pages}" if work.pages else ""
    if work.in_periodical:
        numbers = work.volume + (f"({work.issue})" if work.issue else "")
        rest = ", ".join(filter(None, (f"‘{work.title}’", f"\x02{work.container}\x03", numbers, pages)))
    elif work.in_book:
        editors = _and([f"{_family(one)}, {_initials(one)}".rstrip(", ") for one in work.editors], "and")
        edited = f"{editors} ({'ed.' if len(work.editors) == 1 else 'eds'}) " if editors else ""
        rest = ", ".join(
            filter(None, (f"‘{work.title}’, in {edited}\x02{work.container}\x03. {work.publisher}", pages))
        )
    elif work.whole:
        edition = f" {_ordinal(work.edition)} edn." if work.edition else ""
        rest = " ".join(filter(None, (f"\x02{work.title}\x03.{edition}", work.publisher)))
    else:
        rest = ", ".join(filter(None, (f"\x02{work.title}\x03", work.container)))
    if not who and not work.in_periodical and not work.in_book:
        rest = f"\x02{work.title}\x03 {when} {work.publisher if work.whole else work.container}"
        return " ".join(filter(None, (_stop(rest), _stop(link))))
    start = f"{who} {when} {rest}" if who else f"{rest} {when}"
    return " ".join(filter(None, (_stop(start), _stop(link))))


STYLES: dict[str, Callable[[_Work], str]] = {
    "apa": _apa,
    "mla": _mla,
    "chicago": _chicago,
    "ieee": _ieee,
    "harvard": _harvard,
}


def _available(work: _Work) -> str:
    if not work.url:
        return ""
    seen = (
        f" Accessed: {_SHORT[work.accessed[1] - 1]} {work.accessed[2]}, {work.accessed[0]}."
        if work.accessed[2:]
        else ""
    )
    return f"{seen} [Online]. Available: {work.url}"


def _apa_names(people: list[Item]) -> str:
    names = [", ".join(filter(None, (_family(one), _initials(one)))) for one in people]
    if len(names) > 20:
        return ", ".join(names[:19]) + f", … {names[-1]}"
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + f", & {names[-1]}" if names else ""


def _inverted_first(people: list[Item], *, most: int, comma_before_and: bool = False) -> str:
    """Return names as MLA and Chicago have them: the first turned round, the others not."""
    if not people:
        return ""
    first = ", ".join(filter(None, (_family(people[0]), _given(people[0]))))
    if len(people) > most:
        shown = [first, *(_whole(one) for one in people[1:7])] if most > 3 else [first]
        return ", ".join(shown) + ", et al."
    others = [_whole(one) for one in people[1:]]
    if not others:
        return first
    return ", ".join([first, *others[:-1]]) + f", and {others[-1]}"


def _and(names: list[str], word: str) -> str:
    if len(names) < 3:
        return f" {word} ".join(names)
    return ", ".join(names[:-1]) + f", {word} {names[-1]}"


def _people(said: Any) -> list[Item]:
    return [one for one in said if isinstance(one, dict) and (_family(one))] if isinstance(said, list) else []


def _family(one: Item) -> str:
    whole = str(one.get("literal") or "")
    return whole or " ".join(str(one[name]) for name in ("non-dropping-particle", "family") if one.get(name))


def _given(one: Item) -> str:
    if one.get("literal"):
        return ""
    return " ".join(str(one[name]) for name in ("given", "dropping-particle", "suffix") if one.get(name))


def _whole(one: Item) -> str:
    return " ".join(filter(None, (_given(one), _family(one))))


def _initials(one: Item) -> str:
    """Return ``J.-P.`` for Jean-Paul, ``A. M.`` for Alan M."""
    given = _given(one)
    parts = [[piece for piece in part.split("-") if piece] for part in re.split(r"[\s.]+", given) if part.strip("-")]
    return " ".join("-".join(f"{piece[0].upper()}." for piece in part) for part in parts)


def _date(item: Item, name: str) -> list[int]:
    said = item.get(name)
    parts = said.get("date-parts") if isinstance(said, dict) else None
    first = parts[0] if isinstance(parts, list) and parts and isinstance(parts[0], list) else []
    found: list[int] = []
    for part, most in zip(first, (9999, 12, 31), strict=False):
        if not str(part).strip().isdigit() or not 1 <= int(part) <= most:
            break
        found.append(int(part))
    return found


def _us(date: list[int]) -> str:
    if not date[1:]:
        return str(date[0]) if date else ""
    return f"{_MONTHS[date[1] - 1]} " + (f"{date[2]}, " if date[2:] else "") + str(date[0])


def _british(date: list[int], months: list[str]) -> str:
    if not date[1:]:
        return str(date[0]) if date else ""
    return (f"{date[2]} " if date[2:] else "") + f"{months[date[1] - 1]} {date[0]}"


def _ordinal(edition: str) -> str:
    if not edition.isdigit():
        return re.sub(r"\s*(?:ed\.?|edition)$", "", edition, flags=re.IGNORECASE)
    number = int(edition)
    last = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th") if number % 100 not in (11, 12, 13) else "th"
    return f"{number}{last}"


def _stop(text: str) -> str:
    """Return a part with a full stop at its end, unless it has one or needs none."""
    text = text.strip()
    bare = text.rstrip("\x03”’")
    return text if not text or bare[-1:] in ".?!…" else f"{text}."


def _tidy(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace(" ,", ",").strip()


def _said(item: Item, name: str) -> str:
    value = item.get(name)
    value = value[0] if isinstance(value, list) and value else value
    return " ".join(str(value).split()) if isinstance(value, str | int) else ""


def _ascii(text: str) -> str:
    folded = text.replace("ß", "ss").replace("ø", "o").replace("ł", "l")
    return unicodedata.normalize("NFKD", folded).encode("ascii", "ignore").decode().lower()


def _order(item: Item) -> tuple[str, str, str]:
    work = _Work(item)
    who = " ".join(f"{_family(one)} {_given(one)}" for one in work.people)
    title = re.sub(r"^(?:the|an?)\s+", "", work.title, flags=re.IGNORECASE)
    return _ascii(who or title), work.year or "9999", _ascii(title)
