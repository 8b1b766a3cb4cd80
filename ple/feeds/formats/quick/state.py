"""What feedparser remembers while it goes through a feed, and where it puts what it finds."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from ple.feeds.formats.quick.names import NotForUs
from ple.feeds.formats.quick.words import joined, looks_like_html, mended

TYPES = {"text": "text/plain", "plain": "text/plain", "html": "text/html", "xhtml": "application/xhtml+xml"}


MAIL = re.compile(
    r"(([a-zA-Z0-9\_\-\.\+]+)@((\[[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.)|(([a-zA-Z0-9\-]+\.)+))"
    r"([a-zA-Z]{2,4}|[0-9]{1,3})(\]?))(\?subject=\S+)?"
)


class State:
    """The feed so far, the entry that is being read, and what was said of it."""

    def __init__(self, date: Callable[[str], Any]) -> None:
        self.date = date
        self.feed: dict[str, Any] = {}
        self.entries: list[dict[str, Any]] = []
        self.context = self.feed
        self.depths: dict[str, int] = {}
        self.in_entry = self.in_author = self.in_publisher = False
        self.has_content = self.guid_is_link = False
        self.title_depth = -1
        self.atom = False

    @staticmethod
    def place(attributes: Mapping[str, str], base: str, lang: str | None) -> tuple[str, str | None]:
        """Return what addresses within an element are relative to, and its language."""
        given = attributes.get("xml:base", attributes.get("base"))
        if given:
            base = joined(base, given)
            if not base.startswith(("http://", "https://")):
                raise NotForUs
        said = attributes.get("xml:lang", attributes.get("lang"))
        return base, (lang if said is None else said or None)

    def store(self, name: str, value: Any, depth: int) -> None:
        """Keep what an element says; not if one further out said it."""
        if self.in_entry:
            before = self.depths.get(name)
            if before is not None and depth > before:
                return
            self.depths[name] = depth
        self.context[name] = value

    def marked(
        self, element: Any, attributes: dict[str, str], default: str, base: str, lang: str | None
    ) -> dict[str, Any]:
        """Return the text of an element that may hold markup, with what is known of it."""
        if len(element) or "mode" in attributes:
            raise NotForUs
        kind = attributes.get("type", default).lower()
        kind = TYPES.get(kind, kind)
        if kind not in ("text/plain", "text/html"):
            raise NotForUs
        value = (element.text or "").strip()
        if kind == "text/plain" and not self.atom and looks_like_html(value):
            kind = "text/html"
        return {
            "type": kind, "language": lang.replace("_", "-") if lang else lang, "base": base, "value": mended(value)
        }  # fmt: skip

    def add_tag(self, term: str | None, scheme: str | None, label: str | None) -> None:
        """Keep a category."""
        tags = self.context.setdefault("tags", [])
        if term or scheme or label:
            tag = {"term": term, "scheme": scheme, "label": label}
            if tag not in tags:
                tags.append(tag)

    def sync_author(self) -> None:
        """Let the author's line and the author's name and address say the same."""
        detail = self.context.get("authors", [{}])[-1]
        if detail:
            name, mail = detail.get("name"), detail.get("email")
            if name and mail:
                self.context["author"] = f"{name} ({mail})"
            elif name or mail:
                self.context["author"] = name or mail
            return
        author = self.context.get("author")
        if not author:
            return
        if found := MAIL.search(author):
            detail["email"] = found[0]
            author = author.replace(found[0], "").replace("()", "").replace("<>", "").replace("&lt;&gt;", "").strip()
            author = author[1:] if author.startswith("(") else author
            author = (author[:-1] if author.endswith(")") else author).strip()
        if author:
            detail["name"] = author

    def save_author(self, name: str, value: str) -> None:
        """Keep the name or address of the author who is being read."""
        self.sync_author()
        self.context.setdefault("authors", [{}])
        self.context["authors"][-1][name] = value

    @staticmethod
    def leaf(element: Any) -> str:
        """Return the text of an element that has nothing but text."""
        if len(element):
            raise NotForUs
        return (element.text or "").strip()


def own_text(element: Any) -> str:
    """Return the text of an element without that of the elements in it."""
    return (element.text or "") + "".join(child.tail or "" for child in element)
