"""RIS: works as reference managers and publishers exchange them, and the tagged files of Web of Science."""

import re
from collections.abc import Iterable, Iterator

from ple.bookmarks.formats import csl
from ple.bookmarks.formats.record import Record, decode, parse_when

NAME = "ris"

_TAG = re.compile(r"^\s{0,3}([A-Z][A-Z0-9])  -(?: (.*))?$")
_WOS_TAG = re.compile(r"^([A-Z][A-Z0-9])(?: (.*))?$")
_TYPES = {
    "JOUR": "article-journal", "EJOUR": "article-journal", "MGZN": "article-magazine", "NEWS": "article-newspaper",
    "BOOK": "book", "EBOOK": "book", "EDBOOK": "book", "CHAP": "chapter", "ECHAP": "chapter",
    "CONF": "paper-conference", "CPAPER": "paper-conference", "THES": "thesis", "RPRT": "report", "ELEC": "webpage",
    "WEB": "webpage", "BLOG": "post-weblog", "DATA": "dataset", "COMP": "software", "PAT": "patent",
    "UNPB": "manuscript", "VIDEO": "motion_picture", "GEN": "document",
}  # fmt: skip
_KINDS = {kind: tag for tag, kind in reversed(_TYPES.items())}
_FIELDS = {
    "TI": "title", "T1": "title", "CT": "title", "JO": "container-title", "JF": "container-title",
    "T2": "container-title", "JA": "container-title-short", "BT": "container-title", "PB": "publisher",
    "CY": "publisher-place", "VL": "volume", "IS": "issue", "ET": "edition", "T3": "collection-title", "DO": "DOI",
    "UR": "URL", "L2": "URL", "LA": "language", "AB": "abstract", "N2": "abstract", "N1": "note", "ID": "id",
}  # fmt: skip
_WRITTEN = (
    ("title", "TI"), ("container-title", "T2"), ("collection-title", "T3"), ("publisher", "PB"),
    ("publisher-place", "CY"), ("volume", "VL"), ("issue", "IS"), ("edition", "ET"), ("DOI", "DO"), ("ISBN", "SN"),
    ("ISSN", "SN"), ("URL", "UR"), ("language", "LA"), ("abstract", "AB"),
)  # fmt: skip


def recognises(text: str) -> bool:
    """Return whether a text has records, in RIS or as Web of Science writes them."""
    head = text[:20_000]
    return re.search(r"^\ufeff?\s{0,3}TY  -", head, re.MULTILINE) is not None or _is_wos(head)


def read(data: bytes) -> Iterator[Record]:
    """Yield the works; a line that has no tag goes on with the one before."""
    text = decode(data).replace("\ufeff", "")
    if _is_wos(text[:20_000]):
        yield from _read_wos(text)
        return
    fields: dict[str, list[str]] = {}
    last, begun = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        found = _TAG.match(line)
        if found and found[1] == "TY":
            if begun:
                yield csl.record(_item(fields), begun)
            fields, begun, last = {"TY": [(found[2] or "").strip()]}, number, ""
        elif found and found[1] == "ER":
            if begun:
                yield csl.record(_item(fields), begun)
            fields, begun, last = {}, 0, ""
        elif found and begun:
            last = found[1]
            fields.setdefault(last, []).append((found[2] or "").strip())
        elif begun and last and line.strip():
            fields[last][-1] = f"{fields[last][-1]}\n{line.strip()}".strip()
    if begun:
        yield csl.record(_item(fields), begun)


def write(records: Iterable[Record]) -> str:
    """Return the works. The learner's notes are private and not in it."""
    return "\n".join(_lines(csl.item(record)) for record in records)


def _lines(item: csl.Item) -> str:
    lines = [f"TY  - {_KINDS.get(str(item.get('type')), 'GEN')}"]

    def say(tag: str, value: object) -> None:
        text = " ".join(str(value).split())
        if text:
            lines.append(f"{tag}  - {text}")

    say("ID", item.get("id", ""))
    for name in item.get("author") or ():
        if name != {"literal": "others"}:  # of BibTeX; RIS has no word for it
            say("AU", _name(name))
    for name in item.get("editor") or ():
        say("ED", _name(name))
    for field, tag in _WRITTEN:
        if isinstance(item.get(field), str | int):
            say(tag, item[field])
    for field, tag in (("issued", "DA"), ("accessed", "Y2")):
        parts = ((item.get(field) or {}).get("date-parts") or [[]])[0]
        if parts:
            if tag == "DA":
                say("PY", int(parts[0]))
            say(tag, "/".join(f"{int(part):02d}" for part in parts))
    first, _dash, last = str(item.get("page", "")).partition("-")
    say("SP", first)
    say("EP", last)
    for tag in re.split(r"\s*[,;]\s*", str(item.get("keyword", ""))):
        say("KW", tag)
    return "\n".join([*lines, "ER  - ", ""])


def _item(fields: dict[str, list[str]]) -> csl.Item:
    item: csl.Item = {"id": "", "type": _TYPES.get(fields["TY"][0].upper(), "document")}
    for tag, field in _FIELDS.items():
        for value in fields.get(tag, ()):
            if value and not item.get(field):
                item[field] = value
    if "URL" in item:
        item["URL"] = re.split(r"\s*;\s*(?=https?:)|\n", item["URL"])[0]
    people = [name for tag in ("AU", "A1") for name in fields.get(tag, ()) if name]
    if people:
        item["author"] = [_person(name) for name in people]
    editors = [name for tag in ("ED", "A2") for name in fields.get(tag, ()) if name]
    if editors:
        item["editor"] = [_person(name) for name in editors]
    when = next((date for tag in ("DA", "PY", "Y1") for value in fields.get(tag, ()) if (date := _date(value))), None)
    if when:
        item["issued"] = {"date-parts": [when]}
    accessed = next((date for value in fields.get("Y2", ()) if (date := _date(value))), None)
    if accessed:
        item["accessed"] = {"date-parts": [accessed]}
    begin, end = (next(iter(fields.get(tag, ())), "") for tag in ("SP", "EP"))
    if begin or end:
        item["page"] = "-".join(filter(None, (begin, end)))
    serial = " ".join(fields.get("SN", ()))
    digits = re.sub(r"[^0-9Xx]", "", serial)
    if serial:
        item["ISBN" if len(digits) in (10, 13) else "ISSN"] = serial
    keywords = [word.strip() for value in fields.get("KW", ()) for word in re.split(r"[\n,;]", value)]
    if any(keywords):
        item["keyword"] = ", ".join(filter(None, keywords))
    return item


def _person(name: str) -> csl.Item:
    family, comma, given = name.partition(",")
    if comma and given.strip():
        given, _comma, suffix = given.strip(" ,").partition(",")
        parts = {"family": family.strip(), "given": given.strip(), "suffix": suffix.strip()}
        return {part: said for part, said in parts.items() if said}
    return {"literal": name.strip(" ,")}


def _name(name: object) -> str:
    if not isinstance(name, dict):
        return ""
    if name.get("literal") or not name.get("given"):
        return str(name.get("literal") or name.get("family") or "")
    family = " ".join(filter(None, (str(name.get("non-dropping-particle") or ""), str(name.get("family") or ""))))
    return ", ".join(filter(None, (family, str(name["given"]), str(name.get("suffix") or ""))))


def _date(said: str) -> list[int]:
    found = re.match(r"(\d{4})(?:[/-](\d{1,2}))?(?:[/-](\d{1,2}))?", said.strip())
    if found:
        return [int(part) for part in found.groups() if part]
    when = parse_when(said)
    return [when.year, when.month, when.day] if when else []


def _is_wos(head: str) -> bool:
    return (
        re.search(r"^(FN |VR )", head, re.MULTILINE) is not None
        and re.search(r"^PT \w", head, re.MULTILINE) is not None
    )


def _read_wos(text: str) -> Iterator[Record]:
    fields: dict[str, list[str]] = {}
    last, begun = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        found = _WOS_TAG.match(line)
        if found and found[1] == "PT":
            fields, begun, last = {}, number, ""
        elif found and found[1] == "ER":
            if begun:
                yield csl.record(_of_wos(fields), begun)
            begun = 0
        elif found:
            last = found[1]
            fields.setdefault(last, []).append(found[2] or "")
        elif last and line.strip():
            fields[last].append(line.strip())


def _of_wos(fields: dict[str, list[str]]) -> csl.Item:
    year = _date(" ".join(fields.get("PY", ())))
    made: csl.Item = {
        "id": " ".join(fields.get("UT", ())),
        "type": "article-journal",
        "title": " ".join(fields.get("TI", ())),
        "author": [_person(name) for name in fields.get("AF") or fields.get("AU") or ()],
        "container-title": " ".join(fields.get("SO", ())),
        "volume": " ".join(fields.get("VL", ())),
        "issue": " ".join(fields.get("IS", ())),
        "page": "-".join([*fields.get("BP", ()), *fields.get("EP", ())]),
        "DOI": " ".join(fields.get("DI", ())),
        "ISSN": " ".join(fields.get("SN", ())),
        "abstract": " ".join(fields.get("AB", ())),
        "keyword": " ".join(fields.get("DE", ())),
    }
    if year:
        made["issued"] = {"date-parts": [year]}
    return {name: value for name, value in made.items() if value or name in ("id", "type")}
