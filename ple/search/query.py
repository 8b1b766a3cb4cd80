"""What was typed into the search, as a tree. Knows no index and no library.

The language is Whoosh's: words, ``"phrases"``, ``field:value``, ``AND OR NOT``, ``-word``, ``( )``, ``wild*card?s``,
``fuzzy~``, ``near~`` phrases, dates in words. Whoosh's parser reads it; the tree that leaves here is ours, so that
nothing else depends on Whoosh, and rules and saved searches may use the same language.
"""

import datetime as dt
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from ple.library.errors import InvalidInput
from ple.search.dates import MOMENT, UnknownDate, span

LONGEST = 1_000
"""How many characters of a query are read; more is no question that a person asked."""


class QueryError(InvalidInput):
    """A query that cannot be understood, where guessing would find the wrong things."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word, in any of its forms. ``field`` is None (anywhere), ``title``, ``text`` or ``author``."""

    text: str
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in this order, exactly as they are; with a ``slop``, that near to one another in any order."""

    text: str
    field: str | None = None
    slop: int = 0


@dataclass(frozen=True, slots=True)
class Prefix:
    """A word that begins like this."""

    text: str
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Wildcard:
    """A word with ``*`` for any letters and ``?`` for one."""

    text: str
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Fuzzy:
    """A word that is at most ``distance`` edits away."""

    text: str
    field: str | None = None
    distance: int = 1


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that is so or not: ``kind``, ``tag``, ``url``, ``site``, ``in``, ``is``, ``lang``, ``id``.

    ``value`` may hold ``*`` and ``?`` as wildcards.
    """

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class During:
    """It happened from ``start`` up to, not including, ``end``; both in UTC, None for open."""

    start: dt.datetime | None
    end: dt.datetime | None


@dataclass(frozen=True, slots=True)
class And:
    """All of these."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of these."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Not this."""

    part: "Node"


@dataclass(frozen=True, slots=True)
class Everything:
    """No condition."""


Node = Word | Phrase | Prefix | Wildcard | Fuzzy | Fact | During | And | Or | Not | Everything
TEXT_FIELDS = frozenset({None, "title", "text", "author"})

_ALIASES = {
    "title": "title", "intitle": "title", "name": "title",
    "text": "text", "body": "text", "author": "author", "by": "author",
    "kind": "kind", "type": "kind", "tag": "tag", "tags": "tag",
    "url": "url", "link": "url", "address": "url", "site": "site", "host": "site", "domain": "site",
    "in": "in", "feed": "in", "course": "in", "from": "in",
    "is": "is", "lang": "lang", "language": "lang", "id": "id",
}  # fmt: skip
_DATE_FIELDS = ("created", "date", "when", "published", "written", "since", "after", "before", "until", "on")
_WORDS = re.compile(r"\w+(?: \w+)*\*?")
_OPERATORS = frozenset({"AND", "OR", "NOT", "ANDNOT", "ANDMAYBE", "REQUIRE"})
_HINT = 'Quote what is meant literally: "like this". `ple search --help` shows the language.'


def parse(text: str, *, now: dt.datetime | None = None) -> Node:
    """Return the tree of ``text``; blank text is :class:`Everything`. ``now`` is naive local time.

    Raises:
        UnknownDate: a date that we do not understand.
        QueryError: a query that is too long or too deep.
    """
    if len(text) > LONGEST:
        raise QueryError(
            f"a search of {len(text)} characters is too long (at most {LONGEST})", hint="Search for a few words of it."
        )
    cleaned = " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\u200b\ud800-\udfff]", " ", text).split())
    cleaned = re.sub(
        r"^(?:(?:AND|OR)\s+)+|(?:\s+(?:AND|OR|NOT|ANDNOT))+$", "", cleaned
    )  # half a question is asked as is
    if not cleaned:
        return Everything()
    if _WORDS.fullmatch(cleaned) and not _OPERATORS & set(cleaned.split()):
        # most are no more than words, and Whoosh's parser takes 50 ms to import
        return _simple(And(tuple(Prefix(word[:-1]) if word[-1] == "*" else Word(word) for word in cleaned.split())))
    try:
        tree = _parser(now).parse(cleaned, normalize=False)
        return _simple(_node(tree))
    except RecursionError as error:
        raise QueryError("this search has too many brackets", hint=_HINT) from error
    except (IndexError, AttributeError, TypeError, ValueError, KeyError, AssertionError) as error:
        # whoosh's parser falls over a NOT with nothing after it, and has no errors of its own
        raise QueryError("an operator in this search has nothing to work on", hint=_HINT) from error


def words(node: Node) -> list[str]:
    """Return the words that were asked for as such, in the order in which they were typed."""
    match node:
        case Word(text):
            return [text]
        case And(parts) | Or(parts):
            return [word for part in parts for word in words(part)]
        case _:
            return []


def live(text: str) -> str:
    """Return ``text`` as a query while it is being typed: its last word may go on."""
    if text.count('"') % 2:
        return text + '"'
    if re.search(r"(?:^|[\s(])(?:(?:title:|text:|author:)?-?\w{2,}|tag:-?\w+)$", text) and not re.search(
        r"\b(AND|OR|NOT)$", text
    ):
        return text + "*"
    return text


def _simple(node: Node) -> Node:
    """Flatten ``And`` in ``And`` and drop what says nothing."""
    match node:
        case And(parts) | Or(parts):
            kind = type(node)
            flat: list[Node] = []
            for part in map(_simple, parts):
                if isinstance(part, kind):
                    flat += part.parts
                elif not (isinstance(part, Everything) and kind is And):
                    flat.append(part)
            flat = list(dict.fromkeys(flat))
            if len(flat) == 1:
                return flat[0]
            return kind(tuple(flat)) if flat else Everything()
        case Not(part):
            inner = _simple(part)
            return inner.part if isinstance(inner, Not) else Not(inner)
        case _:
            return node


def _node(q: Any) -> Node:
    """Return our tree for one of Whoosh's."""
    from whoosh import query as w

    if q is None or q is w.NullQuery or isinstance(q, w.Every):
        return Everything()
    if isinstance(q, w.Or):
        return Or(tuple(map(_node, q.subqueries)))
    if isinstance(q, w.And):
        return And(tuple(map(_node, q.subqueries)))
    if isinstance(q, w.Not):
        return Not(_node(q.query))
    if isinstance(q, w.AndNot):
        return And((_node(q.a), Not(_node(q.b))))
    if isinstance(q, w.AndMaybe):
        return _node(q.a)
    if isinstance(q, w.Require):
        return And((_node(q.a), _node(q.b)))
    if isinstance(q, w.Phrase):
        return _leaf(q.fieldname, " ".join(q.words), lambda f, t: Phrase(t, f, q.slop if q.slop > 1 else 0))
    if isinstance(q, w.FuzzyTerm):
        distance = min(max(int(q.maxdist), 1), 2)
        return _leaf(q.fieldname, q.text, lambda f, t: Fuzzy(t, f, distance))
    if isinstance(q, w.Prefix):
        return _leaf(q.fieldname, q.text + "*", lambda f, t: Prefix(t[:-1], f))
    if isinstance(q, w.Wildcard):
        return _leaf(q.fieldname, q.text, _wild)
    if isinstance(q, w.Term):
        if isinstance(q.text, During):
            return q.text
        return _leaf(q.fieldname, q.text, lambda f, t: Word(t, f))
    return Everything()


def _wild(field: str | None, text: str) -> Node:
    if not text.strip("*"):
        return Everything()
    if not set("*?") & set(text.rstrip("?")):
        return Word(text, field)  # "what is new?"
    if text.endswith("*") and not set("*?") & set(text[:-1]):
        return Prefix(text[:-1], field)
    return Wildcard(text, field)


def _leaf(field: str | None, text: str, make: Any) -> Node:
    field = None if field is None else _ALIASES.get(field.lower(), field.lower())
    if field in TEXT_FIELDS:
        made: Node = make(field, text)
        return made
    values = [part for value in text.split(",") if (part := value.strip())] if field != "url" else [text]
    facts = tuple(Fact(field or "", value) for value in values)
    return Or(facts) if len(facts) > 1 else facts[0] if facts else Everything()


def _during(field: str, relation: str, said: str, now: dt.datetime | None) -> During:
    """Return what ``field``, ``<``/``>=``/… and the date or range ``said`` mean together."""
    ends = re.fullmatch(r"([\[{])\s*(.*?)\s*\bto\b\s*(.*?)\s*([\]}])", said, re.IGNORECASE | re.DOTALL)
    if ends:
        opening, first, last, closing = ends.groups()
        start = span(first.strip("'\""), now=now) if first.strip("'\"") else None
        end = span(last.strip("'\""), now=now) if last.strip("'\"") else None
        return During(
            None if start is None else start.end if opening == "{" else start.start,
            None if end is None else end.start if closing == "}" else end.end,
        )
    found = span(said.strip("'\"[]{}"), now=now)
    relation = relation.replace("=>", ">=").replace("=<", "<=") or {
        "since": ">=", "after": ">", "before": "<", "until": "<="
    }.get(field, "")  # fmt: skip
    match relation:
        case ">":
            return During(found.end, None)
        case ">=":
            return During(found.start, None)
        case "<":
            return During(None, found.start)
        case "<=":
            return During(None, found.end)
        case _:
            return During(found.start, max(found.end, found.start + MOMENT))


@cache
def _plugins() -> tuple[list[Any], Any, Any]:
    """Return our configuration of Whoosh's parser, made once: plugins, schema, and the plugin that is told ``now``."""
    # 60-120 ms, for the first search only
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # whoosh 2.7.4 has invalid escapes in its sources
        from whoosh import fields, query
        from whoosh.qparser import FuzzyTermPlugin, plugins, syntax
        from whoosh.qparser.taggers import RegexTagger

    names = "|".join(sorted(_ALIASES, key=len, reverse=True))
    dates = "|".join(_DATE_FIELDS)

    class Fields(plugins.FieldsPlugin):  # type: ignore[misc]
        """``field:`` for the fields that there are, in any case, at the beginning of a word."""

        class FieldnameTagger(RegexTagger):  # type: ignore[misc]
            def create(self, _parser: Any, match: re.Match[str]) -> Any:
                return syntax.FieldnameNode(match["text"].lower(), match[0])

        def __init__(self) -> None:
            super().__init__(rf"(?<![\w:/.])(?P<text>(?i:{names})):(?=[^\s:)])", remove_unknown=False)

    class DateNode(syntax.SyntaxNode):  # type: ignore[misc]
        def __init__(self, during: During) -> None:
            self.during = during

        def r(self) -> str:
            return repr(self.during)

        def query(self, _parser: Any) -> Any:
            return query.Term("created", self.during)

    class Dates(plugins.TaggingPlugin):  # type: ignore[misc]
        """Dates: quoted, in brackets, or as bare words that can only be a date."""

        def __init__(self, now: dt.datetime | None) -> None:
            self.now = now
            super().__init__(
                rf"(?<![\w:/.])(?P<field>(?i:{dates})):(?P<relation>[<>]=?|=[<>])?\s?"
                r"(?P<said>'[^']*'|\"[^\"]*\"|[\[{][^\]}]*[\]}]"
                r"|(?i:(?:this|last|past|previous|next)\s+(?:\d+\s+)?[a-z]+|\d+\s+[a-z]+\s+ago)|[^\s()]+)"
            )

        def taggers(self, _parser: Any) -> Any:
            return [(self, -10)]

        def create(self, _parser: Any, match: re.Match[str]) -> Any:
            return DateNode(_during(match["field"].lower(), match["relation"] or "", match["said"], self.now))

    class AddressNode(syntax.TextNode):  # type: ignore[misc]
        qclass = query.Term
        tokenize = False

    class Addresses(plugins.TaggingPlugin):  # type: ignore[misc]
        """``url:…`` to the next space, and a whole http address by itself: ``:?*~()`` in it mean nothing."""

        def __init__(self) -> None:
            super().__init__(r"(?<![\w:/.])(?:(?i:url|link|address):(?P<named>[^\s\"()]+)|(?P<bare>https?://[^\s\"]+))")

        def taggers(self, _parser: Any) -> Any:
            return [(self, -9)]

        def create(self, _parser: Any, match: re.Match[str]) -> Any:
            node = AddressNode(match["named"] or match["bare"])
            node.fieldname = "url"
            return node

    negation = r"(^|(?<=(\s|[()])))(NOT(?=\s)|-(?=[^\s)]))"  # -word only at a word's beginning: e-mail, 2025-06-01
    schema = fields.Schema(**{name: fields.ID() for name in {*_ALIASES, "created"}})
    return (
        [
            plugins.WhitespacePlugin(),
            Addresses(),
            plugins.SingleQuotePlugin(),
            Fields(),
            plugins.WildcardPlugin(),
            plugins.PhrasePlugin(),
            plugins.GroupPlugin(),
            plugins.OperatorsPlugin(Not=negation, Require=None, AndMaybe=None),
            plugins.BoostPlugin(),
            FuzzyTermPlugin(),
        ],
        schema,
        Dates,
    )


def _parser(now: dt.datetime | None) -> Any:
    from whoosh.qparser import QueryParser

    plugins, schema, dates = _plugins()
    return QueryParser(None, schema, plugins=[*plugins, dates(now)])


__all__ = [
    "And", "During", "Everything", "Fact", "Fuzzy", "Node", "Not", "Or", "Phrase", "Prefix", "QueryError",
    "UnknownDate", "Wildcard", "Word", "live", "parse", "words",
]  # fmt: skip
