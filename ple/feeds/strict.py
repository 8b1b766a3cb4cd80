"""feedparser's parser of well-formed feeds by shorter ways, which change nothing of what it says.

Two thirds of its time go to what it does for every element alike: names are matched with namespaces, attributes written
in three forms, dictionaries asked whether they go by an older name, texts translated character by character. What is
the same each time is remembered here, and what is seldom needed is asked for first. What feedparser knows of feeds, its
handlers of elements, stays its own; and whatever is unusual goes the way that it always went.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, NamedTuple
from xml.sax import expatreader

from feedparser import api, encodings, mixin
from feedparser.namespaces import _base
from feedparser.util import FeedParserDict

from ple.feeds.formats import expat
from ple.feeds.formats.quick import words

_RENAMED = frozenset(FeedParserDict.keymap)
_ODD = _RENAMED | {"category", "enclosures", "license", "updated", "updated_parsed"}
"""Keys for which a dictionary of feedparser's has an answer of its own."""
_OF_INPUT = frozenset({"title", "link", "description", "name"})
_OF_IMAGE = frozenset({"title", "link", "description", "url", "href", "width", "height"})
_USERLAND = "http://backend.userland.com/rss"
_SCOPED = frozenset({"base", "lang"})
_ROOTS = frozenset({"feed", "rss"})
_FOREIGN = frozenset({"svg", "math"})
_FROM_WINDOWS = re.compile("[\x80-\x9f]")


class Said(FeedParserDict):  # type: ignore[misc]
    """feedparser's dictionary, which asks for its odd keys first."""

    def __getitem__(self, key: str) -> Any:
        """Return what was said."""
        return FeedParserDict.__getitem__(self, key) if key in _ODD else dict.__getitem__(self, key)

    def __contains__(self, key: object) -> bool:
        """Say whether anything was said."""
        return bool(FeedParserDict.__contains__(self, key) if key in _ODD else dict.__contains__(self, key))

    def get(self, key: str, default: Any = None) -> Any:
        """Return what was said, if it was."""
        return FeedParserDict.get(self, key, default) if key in _ODD else dict.get(self, key, default)

    def setdefault(self, key: str, default: Any) -> Any:
        """Return what was said, or say it."""
        if key in _ODD:
            return FeedParserDict.setdefault(self, key, default)
        return dict.setdefault(self, key, default)

    def __setitem__(self, key: str, value: Any) -> None:
        """Say it."""
        if key in _RENAMED:
            FeedParserDict.__setitem__(self, key, value)
        else:
            dict.__setitem__(self, key, value)

    __hash__ = FeedParserDict.__hash__


class _Kind(dict[str, Any]):
    """What is known of a text while it is read: its type, language and base. None of its keys is odd."""

    def __deepcopy__(self, _memo: object) -> "_Kind":
        return _Kind(self)  # strings and numbers

    def __getattr__(self, key: str) -> Any:
        """Return what was said, by its name as from feedparser's own: others in this process may ask it, too."""
        try:
            return self[key]
        except KeyError as error:
            raise AttributeError(key) from error


class _Words(str):
    """A text that is translated only if anything in it is."""

    __slots__ = ()

    def translate(self, table: Any, /) -> str:
        return str(self) if self.isascii() or not _FROM_WINDOWS.search(self) else str.translate(self, table)


class _Handler(NamedTuple):
    """What is done with an element: feedparser's handler, if it has one, and its name without one."""

    method: Callable[..., Any] | None
    name: str
    ends_input: bool = False
    ends_image: bool = False


_FeedParser: Any = api.StrictFeedParser


class Strict(_FeedParser):  # type: ignore[misc]
    """feedparser's strict parser. :mod:`ple.feeds.formats.expat` drives it by :meth:`begin` and :meth:`end`."""

    baseuri: str
    lang: str | None

    def __init__(self, *args: Any) -> None:
        self._tags: dict[str, str] = {}
        self._starts: dict[str, _Handler] = {}
        self._ends: dict[str, _Handler] = {}
        super().__init__(*args)
        self.contentparams = _Kind()

    # ---- names, which mean the same until a namespace is declared ------------------------------------------------

    def track_namespace(self, prefix: str | None, uri: str) -> None:
        """Note a namespace; names may mean something else now."""
        super().track_namespace(prefix, uri)
        for known in (self._tags, self._starts, self._ends):
            known.clear()

    def _tag(self, name: str) -> str | None:
        """Return what feedparser calls an element; none if only itself can say.

        expat gives the namespace, if there is one, the local name, and the prefix, if there is one.
        """
        parts = name.split()
        if len(parts) > 3:
            return None
        namespace, local = (parts[0], parts[1]) if len(parts) > 1 else ("", name)
        lower = namespace.lower()
        if local.lower() in _FOREIGN or ("backend.userland.com/rss" in lower and lower != _USERLAND):
            return None
        prefix = self._matchnamespaces.get(lower)
        if not prefix and namespace:
            used = self.namespaces_in_use.items()
            prefix = next((each for each, uri in used if each and uri == namespace), None)
            return (f"{prefix}:{local.lower()}" if prefix else local).lower()
        return (f"{prefix.lower()}:{local.lower()}" if prefix else local).lower()

    def _handler(self, tag: str, side: str) -> _Handler:
        """Return what is done at a ``side`` of an element, "_start_" or "_end_"."""
        before, colon, after = tag.partition(":")
        prefix, suffix = (before, after) if colon else ("", tag)
        prefix = self.namespacemap.get(prefix, prefix)
        if prefix:
            prefix += "_"
        method = getattr(type(self), f"{side}{prefix}{suffix}", None)
        return _Handler(
            method, prefix + suffix, not prefix and tag not in _OF_INPUT, not prefix and tag not in _OF_IMAGE
        )

    def at_length(self, name: str, attrs: dict[str, str]) -> None:
        """Begin an element by the way that it comes to feedparser otherwise."""
        # Not by way of our own driver: two that know each other wait for the garbage collector, with a feed on them.
        expatreader.ExpatParser.start_element_ns(SimpleNamespace(_cont_handler=self), name, attrs)  # type: ignore[arg-type]

    def end_at_length(self, name: str) -> None:
        """End one by that way."""
        expatreader.ExpatParser.end_element_ns(SimpleNamespace(_cont_handler=self), name)  # type: ignore[arg-type]

    # ---- elements ------------------------------------------------------------------------------------------------

    def begin(self, name: str, attrs: dict[str, str]) -> None:
        """Begin an element, named by expat."""
        tag = self._tags.get(name)
        if tag is None:
            tag = self._tag(name)
            if tag is None:
                self.at_length(name, attrs)
                return
            self._tags[name] = tag
        if self.decls or self.incontent or tag in _ROOTS or not self.baseuri:
            self.at_length(name, attrs)
            return
        said: dict[str, str] = {}
        if attrs:
            for key, value in attrs.items():
                if " " in key:  # it has a namespace
                    self.at_length(name, attrs)
                    return
                lower = key.lower()
                said[lower] = value.lower() if lower == "rel" or lower == "type" else value
            if not _SCOPED.isdisjoint(said):
                self.at_length(name, attrs)
                return
        self.depth += 1
        self.baseuri = mixin.make_safe_absolute_uri(self.baseuri, self.baseuri) or self.baseuri
        self.basestack.append(self.baseuri)
        self.langstack.append(self.lang)
        handler = self._starts.get(tag)
        if handler is None:
            handler = self._starts[tag] = self._handler(tag, "_start_")
        if handler.ends_input:
            self.intextinput = 0
        if handler.ends_image:
            self.inimage = 0
        if handler.method is not None:
            try:
                handler.method(self, said)
                return
            except AttributeError:  # feedparser then takes it for an element that it does not know
                pass
        if said:
            self._get_context()[handler.name] = said
        else:
            self.push(handler.name, 1)

    def end(self, name: str) -> None:
        """End an element, named by expat."""
        tag = self._tags.get(name)
        if tag is None or self.svgOK:
            self.end_at_length(name)
            return
        handler = self._ends.get(tag)
        if handler is None:
            handler = self._ends[tag] = self._handler(tag, "_end_")
        try:
            if handler.method is None:
                self.pop(handler.name)
            else:
                handler.method(self)
        except AttributeError:
            self.pop(handler.name)
        if self.incontent:
            if not self.contentparams.get("type", "xml").endswith("xml"):
                if tag in ("xhtml:div", "div"):
                    return
                self.contentparams["type"] = "application/xhtml+xml"
            if self.contentparams.get("type") == "application/xhtml+xml":
                self.handle_data(f"</{tag.rpartition(':')[2]}>", escape=0)
        if self.basestack:
            self.basestack.pop()
            if self.basestack and self.basestack[-1]:
                self.baseuri = self.basestack[-1]
        if self.langstack:
            self.langstack.pop()
            if self.langstack:
                self.lang = self.langstack[-1]
        self.depth -= 1

    # ---- texts ---------------------------------------------------------------------------------------------------

    characters = _FeedParser.handle_data

    def resolve_uri(self, uri: str) -> str:
        """Return an address made absolute."""
        return words.joined(self.baseuri or "", uri)

    def pop(self, element: str, strip_whitespace: int = 1) -> Any:
        """End what :meth:`push` began, and return its text."""
        if not self.elementstack or self.contentparams:
            return super().pop(element, strip_whitespace)
        name, expecting_text, pieces = self.elementstack[-1]
        if name != element or (expecting_text and name != "category"):
            return super().pop(element, strip_whitespace)
        # Nothing becomes of it here: it is for whoever asked.
        self.elementstack.pop()
        text = "".join(pieces)
        if strip_whitespace:
            text = text.strip()
        return words.mended(text) if expecting_text else text

    def push_content(self, tag: str, attrs: dict[str, str], kind: str, expecting_text: int) -> None:
        """Begin a text of some kind."""
        super().push_content(tag, attrs, kind, expecting_text)
        self.contentparams = _Kind(self.contentparams)

    @staticmethod
    def decode_entities(_element: str, text: str) -> str:
        """Return the text, of which feedparser now mends the characters; the strict parser has no entities left."""
        return _Words(text)

    @staticmethod
    def looks_like_html(said: str) -> bool:
        """Say whether a text that claims to be plain is none."""
        return ("<" in said or "&" in said) and bool(_FeedParser.looks_like_html(said))


class _Declaration:
    """How an XML declaration is found: at the beginning, and nowhere else is looked."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self.search = pattern.match
        self._pattern = pattern

    def sub(self, by: str, text: str) -> str:
        """Replace it."""
        return self._pattern.sub(by, text, count=1)


def shorten() -> None:
    """Let feedparser go the shorter ways, in all of this process."""
    api.PREFERRED_XML_PARSERS.insert(0, expat.__name__)
    api.StrictFeedParser = Strict
    mixin.FeedParserDict = _base.FeedParserDict = Said
    encodings.RE_XML_DECLARATION = _Declaration(encodings.RE_XML_DECLARATION)
    any_date = _base._parse_date
    _base._parse_date = lambda said: words.moment(said or "") or any_date(said)
    # The address of the feed is resolved against itself for every element.
    mixin.make_safe_absolute_uri = lru_cache(maxsize=64)(mixin.make_safe_absolute_uri)
