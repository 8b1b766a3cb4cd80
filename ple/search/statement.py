"""From the tree of a query to SQL over the index.

Three rules, each worth a factor of ten (measured on 100,000 documents): the full-text index is the outer loop, by
``CROSS JOIN``; ``bm25()`` is asked for where SQL filters, because ``rank`` would rank what is filtered out; a tag is
asked for inside ``MATCH`` as well. The learner's words are always quoted, so that FTS5's own syntax is never met.
"""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from ple.library.errors import PleError
from ple.library.identity import fold_tag
from ple.search.lexicon import Lexicon, language
from ple.search.query import (
    TEXT_FIELDS,
    And,
    During,
    Everything,
    Fact,
    Fuzzy,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    QueryError,
    Wildcard,
    Word,
)  # fmt: skip
from ple.search.words import has_word, indexed

WEIGHTS = "4.0, 1.0, 2.0, 2.0"
"""How much more a word counts in the title, the text, the tags and the author."""

KIND_NAMES: Mapping[str, str] = {
    "item": "entry", "post": "entry", "article": "entry", "subscription": "feed",
    "link": "bookmark", "page": "bookmark", "saved": "bookmark", "note": "journal", "diary": "journal",
    "reflection": "journal", "quote": "highlight", "quotation": "highlight", "annotation": "highlight",
    "artefact": "artifact", "task": "assignment", "submission": "receipt",
}  # fmt: skip


STATES = (
    "unread", "read", "starred", "archived", "pinned", "private", "unlisted", "public", "open", "handed-in",
    "doubtful", "orphaned", "yellow", "green", "blue", "pink", "orange", "purple", "red", "grey",
)  # fmt: skip
"""What things are said to be by whoever speaks for them (:attr:`ple.library.Document.flags`)."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What to ask the index: ``match`` in FTS5's language (None for no words), ``where`` in SQL, with its values."""

    match: str | None
    where: str
    values: tuple[object, ...]

    @property
    def source(self) -> str:
        """The ``FROM … WHERE …`` of the statement."""
        if self.match is None:
            return f"FROM doc d WHERE {self.where}"
        return f"FROM fts CROSS JOIN doc d ON d.id = fts.rowid WHERE fts MATCH ? AND {self.where}"

    @property
    def bound(self) -> tuple[object, ...]:
        """The values of :attr:`source`."""
        return self.values if self.match is None else (self.match, *self.values)

    @property
    def filtered(self) -> bool:
        """Whether SQL leaves out some of what the words match."""
        return self.where != "1"


def kind_named(name: str, kinds: Collection[str]) -> str:
    """Return the kind that a learner calls ``name``: singular or plural, or another word for it.

    Raises:
        QueryError: there is no such kind.
    """
    said = name.strip().lower()
    for form in (said, said.removesuffix("s"), said.removesuffix("ies") + "y", said.removesuffix("es")):
        if form in kinds:
            return form
        if KIND_NAMES.get(form) in kinds:
            return KIND_NAMES[form]
    raise QueryError(f"there is no kind “{name}”", hint=f"Kinds are {', '.join(sorted(kinds))}.")


def compile_query(node: Node, lexicon: Lexicon, kinds: Collection[str]) -> Statement:
    """Return what to ask the index for ``node``.

    Raises:
        QueryError: ``node`` names a kind or a state that there is not.
    """
    return _Compiler(lexicon, kinds).statement(node)


@dataclass(slots=True)
class _Compiler:
    lexicon: Lexicon
    kinds: Collection[str]
    values: list[object] = field(default_factory=list)
    few: bool = False
    """Whether words leave few things to look at: then each is asked, else a list of all is made first."""

    def statement(self, node: Node) -> Statement:
        parts = list(node.parts) if isinstance(node, And) else [node]
        wanted: list[str] = []
        unwanted: list[str] = []
        rest: list[Node] = []
        for part in parts:
            inner = part.part if isinstance(part, Not) else part
            text = self.text(inner)
            if text is None:
                rest.append(part)
            elif text:
                (unwanted if isinstance(part, Not) else wanted).append(text)
        silent = bool(parts) and not wanted and not unwanted and not rest and not isinstance(node, Everything)
        if silent:  # nothing but punctuation
            return Statement(None, "0", ())
        self.few = bool(wanted)
        conditions = [self.sql(part) for part in rest]
        if not wanted:
            conditions += [f"NOT {self._matching(text)}" for text in unwanted]
            return Statement(None, " AND ".join(conditions) or "1", tuple(self.values))
        for part in rest:
            if (
                isinstance(part, Fact)
                and part.field == "tag"
                and not set("*?") & set(part.value)
                and has_word(part.value)
            ):
                wanted.append(f"tags : {_quoted(fold_tag(part.value))}")
        match = " AND ".join(wanted)
        for text in unwanted:
            match = f"({match}) NOT {text}"
        return Statement(match, " AND ".join(conditions) or "1", tuple(self.values))

    def text(self, node: Node) -> str | None:
        """Return ``node`` in FTS5's language, empty if it has no word; None if it is not about words alone."""
        match node:
            case Word(said, column) if column in TEXT_FIELDS:
                return _column(column, [_quoted(form) for form in self.lexicon.forms(said)]) if has_word(said) else ""
            case Phrase(said, column, slop) if column in TEXT_FIELDS:
                near = [_quoted(word) for word in said.split() if has_word(word)]
                if slop and len(near) > 1:
                    return _column(column, [f"NEAR({' '.join(near)}, {min(slop, 1000)})"])
                return _column(column, [_quoted(said)]) if near else ""
            case Prefix(said, column) if column in TEXT_FIELDS:
                return _column(column, [f"{_quoted(said)} *"]) if has_word(said) else ""
            case Wildcard(said, column) if column in TEXT_FIELDS:
                fitting = self.lexicon.fitting(said) or [said]
                return _column(column, [_quoted(term) for term in fitting]) if has_word(said) else ""
            case Fuzzy(said, column, distance) if column in TEXT_FIELDS:
                near = self.lexicon.near(said, distance) if has_word(said) else []
                return (
                    _column(column, [_quoted(term) for term in dict.fromkeys([said, *near])]) if has_word(said) else ""
                )
            case And(parts):
                yes = [self.text(part) for part in parts if not isinstance(part, Not)]
                no = [self.text(part.part) for part in parts if isinstance(part, Not)]
                if None in yes or None in no or not any(yes):
                    return None if None in yes or None in no or any(no) else ""
                made = " AND ".join(text for text in yes if text)
                for text in no:
                    made = f"({made}) NOT {text}" if text else made
                return f"({made})"
            case Or(parts):
                texts = [self.text(part) for part in parts]
                if None in texts:
                    return None
                return f"({' OR '.join(some)})" if (some := [text for text in texts if text]) else ""
            case _:
                return None

    def sql(self, node: Node) -> str:
        """Return ``node`` as a condition on ``d``; its values are added to ``values`` in the same order."""
        text = self.text(node)
        if text is not None:
            return self._matching(text) if text else "1"
        match node:
            case And(parts) | Or(parts):
                word = " AND " if isinstance(node, And) else " OR "
                return f"({word.join(self.sql(part) for part in parts)})"
            case Not(part):
                return f"NOT {self.sql(part)}"
            case During(start, end):
                found = []
                for sign, at in ((">=", start), ("<", end)):
                    if at is not None:
                        found.append(f"d.occurred {sign} ?")
                        self.values.append(microseconds(at))
                return f"({' AND '.join(found)})" if found else "1"
            case Fact(name, value):
                return self._fact(name, value)
            case _:
                return "1"

    def _matching(self, text: str) -> str:
        self.values.append(text)
        return "d.id IN (SELECT rowid FROM fts WHERE fts MATCH ?)"

    def _fact(self, name: str, value: str) -> str:
        match name:
            case "kind":
                return self._is("d.kind", kind_named(value, self.kinds))
            case "is":
                return self._state(value.lower())
            case "tag" if _wild(value):
                tag = "/".join(fold_tag(part.replace("[", "[[]")) or "*" for part in value.split("/"))
                self.values.append(tag)
                return self._among("doc_tag", "doc_id", "tag GLOB ?")
            case "tag":
                tag = fold_tag(value)
                self.values += [tag, tag + "/", tag + "0"]  # "0" comes after "/": all that is nested below it
                return self._among("doc_tag", "doc_id", "(tag = ? OR (tag > ? AND tag < ?))")
            case "in":
                self.values.append(_like(value.casefold(), around="%"))
                return "d.container IN (SELECT id FROM container WHERE folded LIKE ? ESCAPE '\\')"
            case "lang":
                return self._is("d.language", language(value) or value.lower())
            case "site":
                host = value.lower().split("//")[-1].split("/")[0].removeprefix("www.")
                self.values += [_like(host), "%." + _like(host)]
                return "(d.site LIKE ? ESCAPE '\\' OR d.site LIKE ? ESCAPE '\\')"
            case "url":
                return self._address(value)
            case "id":
                number = value.lstrip("#")
                return self._is("d.id", int(number) if number.isdecimal() and len(number) < 18 else -1)
            case _:
                return "0"

    def _state(self, state: str) -> str:
        if state == "read":  # only unread things carry a flag
            unread = self._among("doc_flag", "doc_id", "flag = 'unread'")
            return f"(d.kind = 'entry' AND NOT {unread})"
        if state in STATES:
            self.values.append(state)
            return self._among("doc_flag", "doc_id", "flag = ?")
        try:
            return self._is("d.kind", kind_named(state, self.kinds))
        except QueryError:
            hint = f"States are {', '.join(STATES)}; a kind is one, too."
            raise QueryError(f"there is no state “{state}”", hint=hint) from None

    def _address(self, value: str) -> str:
        part = self._among("doc_text", "id", "url LIKE ? ESCAPE '\\'")
        exact = address_key(value) if "://" in value else None
        if exact is None:
            self.values.append(_like(value, around="%"))
            return part
        self.values += [exact, _like(value, around="%")]
        return f"({self._among('doc_text', 'id', 'url_key = ?')} OR {part})"

    def _among(self, table: str, column: str, condition: str) -> str:
        if self.few:
            return f"EXISTS (SELECT 1 FROM {table} WHERE {column} = d.id AND {condition})"
        return f"d.id IN (SELECT {column} FROM {table} WHERE {condition})"

    def _is(self, column: str, value: object) -> str:
        self.values.append(value)
        return f"{column} = ?"


def address_key(url: str) -> str | None:
    """Return the key under which an address is known, or None if it is none."""
    from ple.web.addresses import key

    try:
        return key(url)
    except PleError:
        return None


def named_address(text: str) -> str | None:
    """Return the key of an address as a learner types it, perhaps without ``https://``; None if it is none."""
    from ple.web.addresses import clean

    try:
        return address_key(clean(text))
    except PleError:
        return None


def microseconds(at: dt.datetime) -> int:
    """Return ``at`` as microseconds since 1970, exactly."""
    return (at - EPOCH) // dt.timedelta(microseconds=1)


EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def _quoted(text: str) -> str:
    return '"' + indexed(text).replace('"', '""') + '"'


def _column(name: str | None, alternatives: list[str]) -> str:
    either = alternatives[0] if len(alternatives) == 1 else f"({' OR '.join(alternatives)})"
    return f"{name} : {either}" if name else either


def _wild(value: str) -> bool:
    return "*" in value or "?" in value


def _like(value: str, around: str = "") -> str:
    escaped = value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return around + escaped.replace("*", "%").replace("?", "_") + around
