"""References as styles want them, from works in the shape of CSL-JSON: APA 7, MLA 9, Chicago 17, IEEE, Harvard.

Five short formatters for the types that a learner cites (pages, articles, papers, books, chapters, theses, videos).
Nothing is invented: a work without a date is "n.d.", one without an author begins with its title, and the day that a
page was saved is when it was accessed, never when it appeared. Pure.
"""

import re
from collections.abc import Callable, Iterable

from ple.bookmarks.cited import (
    ET_AL,
    IEEE_MONTHS,
    MONTHS,
    SHORT_MONTHS,
    Item,
    Work,
    american,
    british,
    close_initials,
    family,
    given,
    in_ascii,
    initials,
    ordinal,
    whole_name,
)


def reference(item: Item, style: str, *, markdown: bool = False) -> str:
    """Return one entry of a list of references; ``markdown`` marks what the style sets in italics."""
    said = _tidy(STYLES[style](Work(item)))
    return said.replace("\x02", "*").replace("\x03", "*") if markdown else re.sub("[\x02\x03]", "", said)


def bibliography(items: Iterable[Item], style: str, *, markdown: bool = False) -> list[str]:
    """Return the entries of a list of references in the order of the style: by author and year, or as given (IEEE)."""
    works = list(items)
    if style == "ieee":
        return [f"[{number}] {reference(item, style, markdown=markdown)}" for number, item in enumerate(works, 1)]
    demoted = style == "chicago"
    return [reference(item, style, markdown=markdown) for item in sorted(works, key=lambda item: _order(item, demoted))]


def key_of(item: Item, taken: Iterable[str] = ()) -> str:
    """Return a key to cite a work by (``noether1918invariante``) that is not in ``taken``."""
    work = Work(item)
    who = str(work.people[0].get("family") or work.people[0].get("literal") or "") if work.people else ""
    words = re.findall(r"[a-z0-9]+", in_ascii(work.title))
    word = next((word for word in words if len(word) > 3), "".join(words[:1]))[:60]
    family = "".join(re.findall(r"[a-z]+", in_ascii(who)))[:30]
    base = f"{family}{work.year or ('' if family else 'nd')}{word}" or "untitled"
    used = set(taken)
    after = ["", *(chr(number) for number in range(ord("a"), ord("z") + 1))]
    free = next((base + letter for letter in after if base + letter not in used), None)
    return free or next(f"{base}{number}" for number in range(2, 10**6) if f"{base}{number}" not in used)


def _apa(work: Work) -> str:
    who = _apa_names(work.people)
    when = work.year or "n.d."
    if work.issued[1:] and work.type != "article-journal" and not work.whole and not work.in_book:
        when += f", {MONTHS[work.issued[1] - 1]}" + (f" {work.issued[2]}" if work.issued[2:] else "")
    title, home = work.title, ""
    link = work.url
    if work.in_periodical:
        numbers = f"\x02{work.volume}\x03" + (f"({work.issue})" if work.issue else "") if work.volume else ""
        home = ", ".join(filter(None, (f"\x02{work.container}\x03", numbers, work.pages)))
    elif work.in_book:
        editors = _and([f"{initials(one)} {family(one)}".strip() for one in work.editors], "&")
        edited = f"{editors} ({'Ed.' if len(work.editors) == 1 else 'Eds.'}), " if editors else ""
        pages = f" (pp. {work.pages})" if work.pages else ""
        home = f"In {edited}\x02{work.container}\x03{pages}. {work.publisher}"
    elif work.whole:
        title = f"\x02{title}\x03" + (f" ({ordinal(work.edition)} ed.)" if work.edition else "")
        home = work.publisher or work.container
        if work.type == "thesis":
            title, home = f"{title} [{', '.join(filter(None, ('Thesis', home)))}]", ""
        title += {"motion_picture": " [Video]", "dataset": " [Data set]"}.get(work.type, "")
    else:
        title = f"\x02{title}\x03" + (" [Video]" if work.type == "motion_picture" else "")
        home = work.container
        if not work.issued and work.accessed and link:
            link = f"Retrieved {american(work.accessed)}, from {link}"
    start = f"{_stop(who)} ({when}). {_stop(title)}" if who else f"{_stop(title)} ({when})."
    return " ".join(filter(None, (start, _stop(home), link)))


def _mla(work: Work) -> str:
    who = _inverted_first(work.people, most=2)
    name = work.headline(work.title)
    title = f"\x02{name}\x03" if work.whole else f"“{_stop(name)}”"
    home = work.headline(work.container) if work.in_periodical or work.in_book else work.container
    parts = [f"\x02{home}\x03" if home else ""]
    if work.in_book and work.editors:
        parts.append("edited by " + _and([whole_name(one) for one in work.editors], "and"))
    if work.edition and work.whole:
        parts.append(f"{ordinal(work.edition)} ed.")
    parts += [f"vol. {work.volume}" if work.volume else "", f"no. {work.issue}" if work.issue else ""]
    if (work.whole or work.in_book) and work.publisher:
        parts.append(work.publisher)
    issued = work.issued[:2] if work.type == "article-journal" else work.issued
    when = work.year if work.whole or work.in_book else british(issued, SHORT_MONTHS)
    several = "–" in work.pages or "," in work.pages
    parts += [when, f"{'pp.' if several else 'p.'} {work.short_pages}" if work.pages else "", work.url]
    unsure = work.url and not work.doi and not work.issued
    seen = f"Accessed {british(work.accessed, SHORT_MONTHS)}." if work.accessed and unsure else ""
    title = _stop(title) if work.whole else title
    return " ".join(filter(None, (_stop(who), title, _stop(", ".join(filter(None, parts))), seen)))


def _chicago(work: Work) -> str:
    who = _inverted_first(work.people, most=10, demoted=True)
    name = work.headline(work.title)
    title = _stop(f"\x02{name}\x03") if work.whole and work.type != "thesis" else f"“{_stop(name)}”"
    container = work.headline(work.container) if work.in_periodical or work.in_book else work.container
    if work.in_periodical:
        numbers = " ".join(filter(None, (f"\x02{container}\x03", work.volume)))
        numbers += f", no. {work.issue}" if work.issue else ""
        when = american(work.issued[:2] if work.type == "article-journal" else work.issued)
        if work.type == "article-journal":
            numbers += f" ({when})" if when else ""
        else:
            numbers += f", {when}" if when else ""
        home = numbers + (f": {work.short_pages}" if work.pages else "")
    elif work.in_book:
        edited = ", edited by " + _and([whole_name(one) for one in work.editors], "and") if work.editors else ""
        home = f"In \x02{container}\x03{edited}" + (f", {work.short_pages}" if work.pages else "")
        home = _stop(home) + " " + ", ".join(filter(None, (work.publisher, work.year or "n.d.")))
    elif work.whole:
        edition = f"{ordinal(work.edition)} ed." if work.edition else ""
        home = " ".join(filter(None, (edition, ", ".join(filter(None, (work.publisher, work.year or "n.d."))))))
    else:
        seen = f"Accessed {american(work.accessed)}" if work.accessed and not work.issued else ""
        home = " ".join(filter(None, (_stop(container), american(work.issued) or seen)))
    return " ".join(filter(None, (_stop(who), title, _stop(home), _stop(work.url) if work.url else "")))


def _ieee(work: Work) -> str:
    names = [f"{initials(one)} {family(one)}".strip() for one in work.people]
    who = f"{names[0]} \x02et al.\x03" if len(names) > 6 else _and(names, "and")
    who = f"{who}, " if who else ""
    month = f"{IEEE_MONTHS[work.issued[1] - 1]} " if work.issued[1:] else ""
    if work.issued[2:] and work.type in ("article-newspaper", "article-magazine"):
        month += f"{work.issued[2]:02}, "
    when = f"{month}{work.year}" if work.year else ""
    pages = f"{'pp.' if '–' in work.pages else 'p.'} {work.pages}" if work.pages else ""
    numbers = [f"vol. {work.volume}" if work.volume else "", f"no. {work.issue}" if work.issue else "", pages, when]
    doi = f"doi: {work.doi}" if work.doi else ""
    if work.in_periodical or work.in_book:
        home = f"\x02{work.container}\x03" if work.in_periodical else f"in \x02{work.container}\x03"
        if work.in_book:
            edited = _and([f"{initials(one)} {family(one)}".strip() for one in work.editors], "and")
            edited += (", Ed." if len(work.editors) == 1 else ", Eds.") if edited else ""
            numbers = [numbers[0], edited, work.publisher, when, pages]
        rest = ", ".join(filter(None, (home, *numbers, doi)))
        return f"{who}“{work.title},” {_stop(rest)}" + ("" if doi else _available(work))
    if work.unprinted:
        said = f"{who}“{work.title},” {_stop(', '.join(filter(None, (work.publisher, when))))}"
        return f"{said} {_stop(doi)}" if doi else said + _available(work)
    if work.whole:
        edition = f", {ordinal(work.edition)} ed" if work.edition else ""
        rest = ", ".join(filter(None, (work.publisher, work.year, doi)))
        return _stop(f"{who}\x02{work.title}\x03{edition}. {rest}") + ("" if doi else _available(work))
    title = f"“{work.title},” {_stop(work.container)}" if work.container else f"“{_stop(work.title)}”"
    return f"{who}{title}" + (f" {_stop(doi)}" if doi else _available(work))


def _harvard(work: Work) -> str:
    names = [f"{family(one)}, {close_initials(one)}".rstrip(", ") for one in work.people]
    who = f"{names[0]} \x02et al.\x03" if len(names) > 3 else _and(names, "and", comma="")
    when = f"({work.year or 'no date'})"
    seen = f" (Accessed: {british(work.accessed, MONTHS)})" if work.accessed else ""
    link = f"Available at: {work.url}{'' if work.doi else seen}" if work.url else ""
    pages = f"{'pp.' if '–' in work.pages else 'p.'} {work.pages}" if work.pages else ""
    if work.in_periodical:
        numbers = work.volume + (f"({work.issue})" if work.issue else "")
        day = british(work.issued, MONTHS).removesuffix(work.year).strip() if work.type != "article-journal" else ""
        rest = ", ".join(filter(None, (f"‘{work.title}’", f"\x02{work.container}\x03", numbers, day, pages)))
    elif work.in_book:
        editors = _and([f"{close_initials(one)} {family(one)}".strip() for one in work.editors], "and", comma="")
        edited = f"{editors} ({'ed.' if len(work.editors) == 1 else 'eds'}) " if editors else ""
        inside = "" if work.type == "paper-conference" else "in "
        home = f"‘{work.title}’, {inside}{edited}\x02{work.container}\x03. {work.publisher}"
        rest = ", ".join(filter(None, (home, pages)))
    elif work.whole:
        edition = f" {ordinal(work.edition)} edn." if work.edition else ""
        rest = " ".join(filter(None, (f"\x02{work.title}\x03.{edition}", work.publisher)))
    else:
        home = f"\x02{work.container}\x03" if work.container else ""
        rest = ", ".join(filter(None, (f"\x02{work.title}\x03", home)))
    if not who and not work.in_periodical and not work.in_book:
        rest = f"\x02{work.title}\x03 {when} {work.publisher if work.whole else work.container}"
        return " ".join(filter(None, (_stop(rest), _stop(link))))
    start = f"{who} {when} {rest}" if who else f"{rest} {when}"
    return " ".join(filter(None, (_stop(start), _stop(link))))


STYLES: dict[str, Callable[[Work], str]] = {
    "apa": _apa,
    "mla": _mla,
    "chicago": _chicago,
    "ieee": _ieee,
    "harvard": _harvard,
}


def _available(work: Work) -> str:
    if not work.url:
        return ""
    seen = (
        f" Accessed: {IEEE_MONTHS[work.accessed[1] - 1]} {work.accessed[2]:02}, {work.accessed[0]}."
        if work.accessed[2:]
        else ""
    )
    return f"{seen} [Online]. Available: {work.url}"


def _apa_names(people: list[Item]) -> str:
    names = [", ".join(filter(None, (family(one), initials(one)))) for one in people]
    if names[-1:] == [ET_AL]:
        return ", ".join(names)
    if len(names) > 20:
        return ", ".join(names[:19]) + f", … {names[-1]}"
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + f", & {names[-1]}" if names else ""


def _inverted_first(people: list[Item], *, most: int, demoted: bool = False) -> str:
    """Return names as MLA and Chicago have them: the first turned round (``demoted``: Beauvoir, Simone de)."""
    if not people:
        return ""
    particle = str(people[0].get("non-dropping-particle") or "") if demoted and not people[0].get("literal") else ""
    name = family(people[0]).removeprefix(particle).strip()
    first = ", ".join(filter(None, (name, f"{given(people[0])} {particle}".strip())))
    more = family(people[-1]) == ET_AL
    if more or len(people) > most:
        several = people[1:-1] if more and len(people) <= most else people[1:7]
        shown = [first, *(whole_name(one) for one in several)] if most > 3 else [first]
        return ", ".join(shown) + ", et al."
    others = [whole_name(one) for one in people[1:]]
    if not others:
        return first
    return ", ".join([first, *others[:-1]]) + f", and {others[-1]}"


def _and(names: list[str], word: str, comma: str = ",") -> str:
    if names[-1:] == [ET_AL]:
        return ", ".join(names[:-1]) + (comma if len(names) > 2 else "") + f" \x02{ET_AL}\x03"
    if len(names) < 3:
        return f" {word} ".join(names)
    return ", ".join(names[:-1]) + f"{comma} {word} {names[-1]}"


def _stop(text: str) -> str:
    """Return a part with a full stop at its end, unless it has one or needs none."""
    text = text.strip()
    bare = text.rstrip("\x03”’")
    return text if not text or bare[-1:] in ".?!…" else f"{text}."


def _tidy(text: str) -> str:
    return re.sub(r"([.?!…])([\x02\x03]*[”’]?[\x02\x03]*)\.(?!\.)", r"\1\2", " ".join(text.split()).replace(" ,", ","))


def _order(item: Item, demoted: bool = False) -> tuple[str, str, str]:
    work = Work(item)
    people = [{**one, "non-dropping-particle": ""} if demoted else one for one in work.people]
    who = " ".join(f"{family(one)} {given(one)}" for one in people)
    title = re.sub(r"^(?:the|an?)\s+", "", work.title, flags=re.IGNORECASE)
    return in_ascii(who or title), work.year or "9999", in_ascii(title)
