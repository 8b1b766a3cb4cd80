"""One entry, one Markdown file, with front matter that Obsidian, Hugo and Jekyll understand.

We write a small part of YAML: scalars, JSON strings, and lists in brackets. We read that, lists of lines that begin
with ``-``, and quoted strings of either kind. Front matter that is anything else is not lost: it stays in the text.
"""

import datetime as dt
import json
import re
import unicodedata
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

_FRONT = re.compile(r"\A\ufeff?---[ \t]*\n(.*?)(?:^)(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_KEY = re.compile(r"([A-Za-z_][\w -]{0,60}):(?:[ \t]+(.*)|[ \t]*)")
_PLAIN = re.compile(r"[A-Za-z\u00c0-\uffff][\w \u00c0-\uffff/().-]*")
_RESERVED = {"true", "false", "yes", "no", "on", "off", "null", "none", "y", "n"}

Value = str | list[str]


@dataclass(frozen=True, slots=True)
class MarkdownEntry:
    """An entry as a file says it. ``date`` is the learner's own time, with its offset where the file has one."""

    text: str
    title: str | None = None
    date: dt.datetime | None = None
    tags: tuple[str, ...] = ()
    uid: uuid.UUID | None = None
    prompt: str | None = None
    public: bool = False
    extra: dict[str, Value] = field(default_factory=dict)


def read(text: str, name: str = "") -> MarkdownEntry:
    """Return the entry that a file says; ``name`` may say its day, as daily notes do."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    said: dict[str, Value] | None = {}
    match = _FRONT.match(text)
    if match:
        said = _front_matter(match[1])
        if said is not None:
            text = text[match.end() :].removeprefix("\n")
    facts = said or {}
    date = _one(_date(_word(facts.pop(key, ""))) for key in ("date", "created", "created_at") if key in facts)
    uid = _uid(_word(facts.pop("uid", "")))
    title = _word(facts.pop("title", "")) or None
    tags = facts.pop("tags", [])
    prompt = _word(facts.pop("prompt", "")) or None
    public = _word(facts.pop("public", "")) == "true"  # nothing else is yes: what is private by mistake harms nobody
    listed = tags if isinstance(tags, list) else re.split(r"[,\s]+", tags)
    return MarkdownEntry(
        text.removeprefix("\ufeff"),
        title,
        date or _day_of(name),
        tuple(tag.lstrip("#") for tag in listed if tag.strip("# ")),
        uid,
        prompt,
        public,
        facts,
    )


def write(entry: MarkdownEntry) -> str:
    """Return ``entry`` as the text of a file; :func:`read` gives the same entry again."""
    lines: list[str] = []
    if entry.title is not None:
        lines.append(f"title: {_scalar(entry.title)}")
    if entry.date is not None:
        lines.append(f"date: {entry.date.isoformat()}")
    if entry.tags:
        lines.append(f"tags: {_list(entry.tags)}")
    if entry.uid is not None:
        lines.append(f"uid: {entry.uid}")
    if entry.prompt is not None:
        lines.append(f"prompt: {_scalar(entry.prompt)}")
    if entry.public:
        lines.append("public: true")
    for key, value in entry.extra.items():
        lines.append(f"{key}: {_list(value) if isinstance(value, list) else _scalar(value)}")
    front = "".join(f"{line}\n" for line in lines)
    return f"---\n{front}---\n\n{entry.text}\n" if front or entry.text.startswith("---") else f"{entry.text}\n"


def file_name(day: dt.date, title: str, uid: uuid.UUID) -> str:
    """Return the name of an entry's file: its day, its title, and what tells it from others of that title and day."""
    plain = unicodedata.normalize("NFKD", title.casefold())
    slug = (
        re.sub(r"[^\w]+", "-", "".join(c for c in plain if not unicodedata.combining(c))).strip("-_")[:50].strip("-_")
    )
    while len(slug.encode()) > 120:
        slug = slug[:-1]
    return f"{day.isoformat()}-{slug or 'entry'}-{uid.hex[-8:]}.md"


def _front_matter(block: str) -> dict[str, Value] | None:
    """Return what the front matter says; None if it is not as we know it."""
    found: dict[str, Value] = {}
    last = ""
    for line in block.split("\n"):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        item = re.fullmatch(r"\s*-\s+(.*)", line)
        if item and last and (found[last] == "" or isinstance(found[last], list)):
            values = found[last]
            found[last] = [*(values if isinstance(values, list) else []), _unquoted(item[1].strip())]
            continue
        match = _KEY.fullmatch(line.rstrip())
        if not match or line[0].isspace():
            return None
        last = match[1].strip().lower() if match[1].strip().lower() in _KNOWN else match[1].strip()
        value = (match[2] or "").strip()
        found[last] = _listed(value) if value.startswith("[") and value.endswith("]") else _unquoted(value)
    return found


_KNOWN = {"title", "date", "created", "created_at", "tags", "uid", "prompt", "public"}


def _listed(value: str) -> Value:
    try:
        items = json.loads(value)
        if all(isinstance(item, str) for item in items):
            return list(items)
    except (ValueError, RecursionError):
        pass
    pieces = re.findall(r'\s*("(?:[^"\\]|\\.)*"|\'(?:[^\']|\'\')*\'|[^,]*?)\s*(?:,|$)', value[1:-1])
    return [_unquoted(piece) for piece in pieces if piece]


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] == '"':
        try:
            return str(json.loads(value, strict=False))
        except ValueError:
            return value[1:-1]
    if len(value) > 1 and value[0] == value[-1] == "'":
        return value[1:-1].replace("''", "'")
    return value


def _scalar(value: str) -> str:
    if _PLAIN.fullmatch(value) and value == value.strip() and value.casefold() not in _RESERVED:
        return value
    return json.dumps(value, ensure_ascii=True)


def _list(values: tuple[str, ...] | list[str]) -> str:
    return "[" + ", ".join(json.dumps(value) for value in values) + "]"


def _word(value: Value) -> str:
    return value if isinstance(value, str) else " ".join(value)


def _uid(value: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(value.removeprefix("urn:uuid:")) if value else None
    except ValueError:
        return None


def _date(value: str) -> dt.datetime | None:
    said = re.sub(r"\s+(?=[+-]\d\d:?\d\d$)", "", value.strip())
    try:
        return dt.datetime.fromisoformat(said)
    except ValueError:
        return None


def _day_of(name: str) -> dt.datetime | None:
    match = re.search(r"(?<!\d)(\d{4})[-_.]?(\d{2})[-_.]?(\d{2})(?!\d)", name)
    return _date("-".join(match.groups())) if match else None


def _one(dates: Iterable[dt.datetime | None]) -> dt.datetime | None:
    return next((date for date in dates if date is not None), None)
