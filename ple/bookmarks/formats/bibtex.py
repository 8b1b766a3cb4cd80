"""BibTeX and BibLaTeX: works as LaTeX cites them, read into CSL and written from it."""

import logging
import re
from collections.abc import Iterable, Iterator
from typing import Any

from ple.bookmarks.formats import csl
from ple.bookmarks.formats.record import Record, decode, parse_when

NAME = "bibtex"

_ENTRY = re.compile(r"^[ \t]*@[ \t]*([a-zA-Z]+)\s*[{(]", re.MULTILINE)
_TEXT_ENTRY = re.compile(r"^\[[^\]\n]*\]\s*$")
_TEXT_FIELD = re.compile(r"^\s+(\w+)\s*:\s*(.*)$")
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_TYPES = {
    "article": "article-journal", "book": "book", "booklet": "pamphlet", "collection": "book", "dataset": "dataset",
    "inbook": "chapter", "incollection": "chapter", "inproceedings": "paper-conference",
    "conference": "paper-conference", "manual": "report", "mastersthesis": "thesis", "misc": "document",
    "online": "webpage", "electronic": "webpage", "www": "webpage", "patent": "patent", "phdthesis": "thesis",
    "proceedings": "book", "report": "report", "software": "software", "techreport": "report", "thesis": "thesis",
    "unpublished": "manuscript", "video": "motion_picture",
}  # fmt: skip
_KINDS = {
    "article-journal": "article", "article-magazine": "article", "article-newspaper": "article", "book": "book",
    "chapter": "incollection", "dataset": "dataset", "paper-conference": "inproceedings", "pamphlet": "booklet",
    "report": "techreport", "thesis": "phdthesis", "manuscript": "unpublished", "patent": "patent",
    "software": "software", "webpage": "online", "post-weblog": "online", "post": "online",
}  # fmt: skip
_FIELDS = {
    "title": "title", "journal": "container-title", "journaltitle": "container-title", "booktitle": "container-title",
    "publisher": "publisher", "school": "publisher", "institution": "publisher", "organization": "publisher",
    "address": "publisher-place", "location": "publisher-place", "volume": "volume", "number": "issue",
    "issue": "issue", "pages": "page", "edition": "edition", "series": "collection-title", "doi": "DOI",
    "isbn": "ISBN", "issn": "ISSN", "pmid": "PMID", "url": "URL", "abstract": "abstract", "note": "note",
    "annote": "annote", "keywords": "keyword", "langid": "language", "language": "language", "version": "version",
    "eprint": "number", "howpublished": "howpublished", "chapter": "chapter-number",
}  # fmt: skip
_WRITTEN = {
    "container-title": "", "publisher": "publisher", "publisher-place": "address", "volume": "volume",
    "issue": "number", "edition": "edition", "collection-title": "series", "DOI": "doi", "ISBN": "isbn",
    "ISSN": "issn", "URL": "url", "abstract": "abstract", "keyword": "keywords", "language": "langid",
    "version": "version",
}  # fmt: skip
_ESCAPES = {
    "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}",
    "$": r"\$", "&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip
_UNESCAPES = {escaped: plain for plain, escaped in _ESCAPES.items()}
_ESCAPED = re.compile("|".join(map(re.escape, sorted(_UNESCAPES, key=len, reverse=True))))
_TEX = re.compile(r"\\((?:Xe|Lua|pdf|Bib|Con|AMS)?(?:La)?TeX)(?![a-zA-Z])(?:\{\})?")
_VERBATIM = frozenset({"url", "doi"})


def recognises(text: str) -> bool:
    """Return whether a text has entries, in braces or as the plainer Bib.TXT."""
    found = _ENTRY.search(text[:100_000])
    return found is not None or _is_text(text)


def read(data: bytes) -> Iterator[Record]:
    """Yield the works; an entry that is broken is refused and the others are read."""
    text = decode(data)
    if _ENTRY.search(text) is None:
        yield from _read_text(text)
        return
    from bibtexparser.entrypoint import parse_string  # 50 ms

    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)
    library = parse_string(text)
    found = [(entry.start_line or 0, entry) for entry in library.entries]
    for block in library.failed_blocks:
        inner = getattr(block, "ignore_error_block", None)
        if inner is not None and hasattr(inner, "fields") and "uplicate" in type(block).__name__:
            found.append((inner.start_line or 0, inner))  # the same key twice are still two works
        else:
            yield Record("", (block.raw or "")[:60], line=(block.start_line or 0) + 1, problem="its entry is broken")
    for line, entry in sorted(found, key=lambda one: one[0]):
        fields = {one.key.lower(): _plain(str(one.value), one.key.lower()) for one in entry.fields}
        raw = {one.key.lower(): str(one.value) for one in entry.fields}
        yield csl.record(_item(entry.entry_type.lower(), entry.key, fields, raw), line + 1)


def write(records: Iterable[Record]) -> str:
    """Return the works as entries, their keys made different. The learner's notes are private and not in it."""
    used: dict[str, int] = {}
    return "\n".join(_entry(csl.item(record), used) for record in records)


def _entry(item: csl.Item, used: dict[str, int]) -> str:
    base = re.sub(r"[^\w:./+-]", "", str(item.get("id", ""))) or "untitled"
    used[base] = used.get(base, 0) + 1
    key = base if used[base] == 1 else f"{base}-{used[base]}"
    kind = _KINDS.get(str(item.get("type")), "misc")
    lines = [f"@{kind}{{{key},", f"  title = {{{{{_escaped(str(item.get('title', '')))}}}}},"]
    for who in ("author", "editor"):
        if item.get(who):
            lines.append(
                f"  {who} = {{{' and '.join(map(_name, item[who]))}}},".replace(" and {others}}", " and others}")
            )
    parts = (item.get("issued") or {}).get("date-parts") or [[]]
    if parts[0]:
        lines.append(f"  date = {{{'-'.join(f'{int(part):02d}' for part in parts[0])}}},")
        lines.append(f"  year = {{{int(parts[0][0])}}},")
    accessed = (item.get("accessed") or {}).get("date-parts") or [[]]
    if accessed[0]:
        lines.append(f"  urldate = {{{'-'.join(f'{int(part):02d}' for part in accessed[0])}}},")
    for name, field in _WRITTEN.items():
        value = item.get(name)
        field = field or ("journal" if kind == "article" else "organization" if kind == "online" else "booktitle")
        if isinstance(value, str | int) and value != "":
            shown = _percent(str(value)) if field in _VERBATIM else _escaped(str(value))
            lines.append(f"  {field} = {{{shown}}},")
    if item.get("page"):
        pages = re.sub(r"(?<=\w)(?:-|–)(?=\w)", "--", _escaped(str(item["page"])))
        lines.append(f"  pages = {{{pages}}},")
    return "\n".join([*lines, "}", ""])


def _item(kind: str, key: str, fields: dict[str, str], raw: dict[str, str]) -> csl.Item:
    item: csl.Item = {"id": key or "", "type": _TYPES.get(kind, "document")}
    for name, value in fields.items():
        if name in _FIELDS and value and _FIELDS[name] not in item:
            item[_FIELDS[name]] = value
    if kind == "online" and item.get("publisher"):
        item.setdefault("container-title", item["publisher"])
    if "page" in item:
        item["page"] = re.sub(r"\s*(--+|–)\s*", "-", item["page"])
    for name in ("author", "editor"):
        if raw.get(name):
            item[name] = [_person(one) for one in _people(raw[name])]
    if not item.get("URL"):
        link = re.search(r"https?://[^\s{}]+", raw.get("howpublished", "") + " " + raw.get("note", ""))
        if link:
            item["URL"] = link[0]
    if "arxiv" in raw.get("archiveprefix", raw.get("eprinttype", "")).lower() and item.get("number"):
        item["number"] = f"arXiv:{item['number']}"
    when = _date(fields)
    if when:
        item["issued"] = {"date-parts": [when]}
    accessed = parse_when(fields.get("urldate", ""))
    if accessed:
        item["accessed"] = {"date-parts": [[accessed.year, accessed.month, accessed.day]]}
    return item


def _date(fields: dict[str, str]) -> list[int]:
    found = re.match(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", fields.get("date", ""))
    if found:
        return [int(part) for part in found.groups() if part]
    year = re.search(r"\d{4}", fields.get("year", ""))
    if not year:
        return []
    said = fields.get("month", "").strip().lower()
    month = int(said) if said.isdigit() else _MONTHS.index(said[:3]) + 1 if said[:3] in _MONTHS else 0
    return [int(year[0]), month] if 1 <= month <= 12 else [int(year[0])]


def _people(raw: str) -> list[str]:
    """Part names at the word "and" that is in no braces."""
    raw = " ".join(raw.split())
    found, depth, start = [], 0, 0
    for match in re.finditer(r"[{}]| and ", raw, re.IGNORECASE):
        if match[0] in "{}":
            depth += 1 if match[0] == "{" else -1
        elif depth == 0:
            found.append(raw[start : match.start()])
            start = match.end()
    return [one.strip() for one in (*found, raw[start:]) if one.strip()]


def _person(raw: str) -> csl.Item:
    if raw.startswith("{") and raw.endswith("}"):
        return {"literal": _plain(raw[1:-1])}
    parts = [part.strip() for part in raw.split(",")]
    if len(parts) == 3:
        return {"family": _plain(parts[0]), "suffix": _plain(parts[1]), "given": _plain(parts[2])}
    return csl.names(_plain(raw).replace(";", ","))[0]


def _name(name: Any) -> str:
    if not isinstance(name, dict):
        return ""
    family = " ".join(filter(None, (str(name.get("non-dropping-particle") or ""), str(name.get("family") or ""))))
    if not family or name.get("literal"):
        return f"{{{_escaped(str(name.get('literal') or name.get('given') or ''))}}}"
    parts = (family, str(name.get("suffix") or ""), str(name.get("given") or ""))
    return ", ".join(_escaped(part) for part in parts if part)


def _plain(value: str, field: str = "") -> str:
    """Return a value without LaTeX: our own escapes undone, then accents and commands, if there are any."""
    value = value.strip()
    if field in _VERBATIM:
        return value.strip("{}").replace(r"\_", "_").replace(r"\%", "%").replace(r"\&", "&").replace(r"\#", "#")
    value = value.replace("---", "—").replace("--", "–").replace("``", "“").replace("''", "”")
    if "\\" in value or "$" in value:
        value = _TEX.sub(lambda found: found[1], value)
        simple = _ESCAPED.sub("", value)
        if "\\" not in simple and "$" not in simple:
            return " ".join("".join(_unescaped(value)).split())
        from pylatexenc.latex2text import LatexNodes2Text  # 0.1 s

        logging.getLogger("pylatexenc").setLevel(logging.CRITICAL)
        try:
            value = LatexNodes2Text(keep_comments=True).latex_to_text(value.replace("%", r"\%").replace(r"\\%", r"\%"))
        except (ValueError, IndexError, RecursionError, TypeError):
            value = re.sub(r"\\[a-zA-Z]+|[\\$]", "", value)
    return " ".join(value.replace("{", "").replace("}", "").replace("~", "\xa0").split())


def _unescaped(value: str) -> Iterator[str]:
    at = 0
    for found in _ESCAPED.finditer(value):
        yield value[at : found.start()].replace("{", "").replace("}", "")
        yield _UNESCAPES[found[0]]
        at = found.end()
    yield value[at:].replace("{", "").replace("}", "")


def _escaped(text: str) -> str:
    said = "".join(_ESCAPES.get(character, character) for character in " ".join(text.split()))
    return re.sub(r"--|``|''", lambda found: f"{found[0][0]}{{}}{found[0][0]}", re.sub("---", "-{}-{}-", said))


def _percent(url: str) -> str:
    """Return an address in which nothing can end the field that it stands in."""
    return re.sub(r"[{}\\\s]", lambda found: f"%{ord(found[0]):02X}", url)


def _is_text(text: str) -> bool:
    lines = [line for line in text[:5000].splitlines() if line.strip()]
    if not lines or not _TEXT_ENTRY.match(lines[0]):
        return False
    return any(_TEXT_FIELD.match(line) for line in lines[1:])


def _read_text(text: str) -> Iterator[Record]:
    """Read Bib.TXT: a key in brackets, then a field a line."""
    key, at = "", 0
    fields: dict[str, str] = {}

    def done() -> Iterator[Record]:
        if at:
            raw = {**fields, "author": fields.get("author", "")}
            yield csl.record(_item(fields.get("type", "book"), key, fields, raw), at)

    for number, line in enumerate(text.splitlines(), 1):
        if _TEXT_ENTRY.match(line):
            yield from done()
            key, fields, at = line.strip("[] \t"), {}, number
        else:
            field = _TEXT_FIELD.match(line)
            if field:
                fields[field[1].lower()] = field[2].strip()
    yield from done()
