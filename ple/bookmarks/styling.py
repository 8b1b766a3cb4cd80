"""References as a style file wants them, by citeproc-py; imported only when one is asked for.

citeproc-py (0.11) leaves some of the specification out that learners would see at once; what is missing stands here, as
elements of its own kind that its parser is given: names that a style does not want shortened, what was put in place of
an author and is then not said again, labels with a capital, and punctuation at quotes.
"""

import re
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from citeproc import DATES, NAMES, VARIABLES, Citation, CitationItem, CitationStylesBibliography
from citeproc.model import CitationStylesElement, Date_Part, Label, Name, Name_Part, Names, Substitute, Text
from citeproc.source import VariableError
from citeproc.source.json import CiteProcJSON
from citeproc.string import String
from lxml import etree

from ple.bookmarks.cited import plain_work
from ple.bookmarks.styles import NAMESPACE, StyleFile

_TO_QUOTES = re.compile(r"([\x03\x05]*”)([.,])")
_TWICE = re.compile(r"([.?!…])([\x03\x05]*[”’»]?[\x03\x05]*)\.(?!\.)")
_NUMBER = re.compile(r"^([\[(]?\d+[\]).]*)\s*")
_PARTS = frozenset({"family", "given", "dropping-particle", "non-dropping-particle", "suffix"})


def bibliography(items: Sequence[dict[str, Any]], style: StyleFile, *, language: str | None = None) -> list[str]:
    """Return the entries of a list of references, in the order of the style.

    Italics stand between the characters 2 and 3, bold between 4 and 5.

    Raises:
        ValueError: the style makes no sense to citeproc-py.
    """
    try:
        made = _Style(style.source, language or style.locale or "en-US")
        source = CiteProcJSON([_item(item, number) for number, item in enumerate(items)])
        works = CitationStylesBibliography(made, source, _FORMATTER)
        works.register(Citation([CitationItem(f"w{number}") for number in range(len(items))]))
        works.sort()
        said = ["".join(map(str, entry)) for entry in works.bibliography()]
    except Exception as error:  # whatever it trips over: the style is what its author made of it
        raise ValueError(f"{type(error).__name__}: {error}") from error
    return [made.tidy(entry) for entry in said]


def _marked(before: str, after: str) -> Any:
    return lambda text: f"{before}{text}{after}" if str(text) else ""


def _bare(text: Any) -> str:
    return re.sub("[\x02-\x05]", "", str(text))


_FORMATTER = SimpleNamespace(
    preformat=_bare,
    Italic=_marked("\x02", "\x03"),
    Oblique=_marked("\x02", "\x03"),
    Bold=_marked("\x04", "\x05"),
    Light=str,
    Underline=str,
    Superscript=str,
    Subscript=str,
    SmallCaps=str,
)


def _item(item: dict[str, Any], number: int) -> dict[str, Any]:
    """Return a work as citeproc-py takes it: what it knows of, in the shape that it wants."""
    plain = plain_work(item)
    made: dict[str, Any] = {"id": f"w{number}", "type": plain.pop("type")}
    for name, value in plain.items():
        known = name.replace("-", "_")
        if (known in NAMES or known in DATES) and not isinstance(value, list):
            continue
        if known in NAMES:
            made[name] = [{part: one[part] for part in (_PARTS if "literal" not in one else {"literal"}) & one.keys()}
                          for one in value]  # fmt: skip
        elif known in DATES:
            made[name] = {"date-parts": [value]}
        elif known in VARIABLES or name == "language":
            made[name] = _bare(value)
    return made


class _Style:
    """A style as citeproc-py's bibliography wants it, read with our elements among its own."""

    def __init__(self, source: bytes, locale: str) -> None:
        elements = {one.__name__.replace("_", "-").lower(): one for one in CitationStylesElement.__subclasses__()}
        lookup = etree.ElementNamespaceClassLookup()
        namespace = lookup.get_namespace(NAMESPACE[1:-1])
        namespace[None] = CitationStylesElement
        namespace.update(elements | _OURS)
        parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
        parser.set_element_class_lookup(lookup)
        self.root = etree.fromstring(source, parser)
        self.root.known = {}
        self.root.set_locale_list(locale, validate=False)
        self._numbered = self.root.bibliography.get("second-field-align") is not None
        self._to_quotes = str(self.root.get_locale_option("punctuation-in-quote")).lower() == "true"

    def sort_bibliography(self, items: Any) -> Any:
        return self.root.bibliography.sort(items)

    def render_bibliography(self, items: Any) -> Any:
        return self.root.bibliography.render(items)

    def tidy(self, entry: str) -> str:
        """Return an entry with what stands between its parts in order."""
        said = _TWICE.sub(r"\1\2", " ".join(entry.split()))
        if self._to_quotes:
            said = _TO_QUOTES.sub(r"\2\1", said)
        return _NUMBER.sub(r"\1 ", said) if self._numbered else said


class _Text(Text):  # type: ignore[misc]
    def calls_variable(self) -> bool:
        """Return whether it says something of the work; of a macro it is found out once (all its branches count)."""
        name = self.get("macro")
        if name is None:
            return bool(super().calls_variable())
        known = self.get_root().known
        if name not in known:
            known[name] = super().calls_variable()
        return bool(known[name])

    def case(self, text: Any, language: str | None = None) -> Any:
        return super().case(_cased(text), language)

    def _variable(self, item: Any, context: Any) -> Any:
        noted, name = context.get_layout().repressed, self.get("variable")
        if name in noted.get("replaced", ()):
            return None
        found = super()._variable(item, context)
        noted.setdefault("said", set()).add(name)
        return String(found) if isinstance(found, int) else found


class _Names(Names):  # type: ignore[misc]
    def process(self, item: Any, names_context: Any = None, context: Any = None, **more: Any) -> Any:
        noted = (self if context is None else context).get_layout().repressed
        roles = set(self.get("variable").split())
        if roles <= noted.get("replaced", set()):
            raise VariableError
        found = super().process(item, names_context=names_context, context=context, **more)
        if found:
            noted.setdefault("said", set()).update(role for role in roles if role in item.reference)
        return found


class _Substitute(Substitute):  # type: ignore[misc]
    def render(self, item: Any, context: Any = None, **more: Any) -> Any:
        noted = context.get_layout().repressed
        before, noted["said"] = noted.get("said", set()), set()
        found = super().render(item, context=context, **more)
        if found:
            noted.setdefault("replaced", set()).update(noted["said"])
        noted["said"] |= before
        return found


class _Name(Name):  # type: ignore[misc]
    def get_option(self, name: str, context: Any = None, sort_options: Any = None) -> Any:
        value = super().get_option(name, context, sort_options)
        if name == "initialize-with" and value is not None:
            of_list = self.get_root().find(f"{NAMESPACE}bibliography")
            said = (one.get("initialize") for one in (self, of_list, self.get_root()))
            if next((one for one in said if one is not None), "true") == "false":
                return None
        return value


class _Label(Label):  # type: ignore[misc]
    def case(self, text: Any, language: str | None = None) -> Any:
        return super().case(_cased(text), language or "en")


class _NamePart(Name_Part):  # type: ignore[misc]
    def case(self, text: Any, language: str | None = None) -> Any:
        return super().case(_cased(text), language)

    def format_part(self, given: Any, family: Any) -> Any:
        return tuple(part if part is None else str(part) for part in super().format_part(given, family))


class _DatePart(Date_Part):  # type: ignore[misc]
    def case(self, text: Any, language: str | None = None) -> Any:
        return super().case(_cased(text), language)


def _cased(text: Any) -> Any:
    """Return what citeproc-py can put into capitals: its own kind of text, which it loses on the way."""
    return String(text) if isinstance(text, str) and not isinstance(text, String) else text


_OURS = {
    "text": _Text,
    "names": _Names,
    "substitute": _Substitute,
    "name": _Name,
    "label": _Label,
    "name-part": _NamePart,
    "date-part": _DatePart,
}
