"""The elements of a feed, each as feedparser takes it."""

# ruff: noqa: D102 - a method is called as its element is

import re
from collections.abc import Callable
from typing import Any

from ple.feeds.formats.quick.names import (
    ATOM,
    NOT_OURS,
    OLD_FORMATS,
    SKIPPED,
    NotForUs,
    attributes_of,
    enforce_href,
    name_of,
)
from ple.feeds.formats.quick.state import TYPES, State, own_text
from ple.feeds.formats.quick.words import joined, mended, moment

CALLED_ENTITY = re.compile(r"&([A-Za-z0-9_]+);")


class Elements(State):
    """Goes through a feed from top to bottom, as feedparser does."""

    def document(self, root: Any, url: str) -> dict[str, Any]:
        if any(uri.lower() in OLD_FORMATS for uri in root.nsmap.values()):
            raise NotForUs
        attributes = attributes_of(root)
        base, lang = self.place(attributes, url, None)
        if root.tag == f"{ATOM}feed":
            version, self.atom, inside, depth = "atom10", True, root, 1
        elif root.tag == "rss":
            said = attributes.get("version", "")
            old = {"0.91": "rss091u", "0.92": "rss092", "0.93": "rss093", "0.94": "rss094"}
            version = old.get(said) or ("rss20" if said.startswith("2.") else "rss")
            if len(root) != 1 or name_of(root[0]) != "channel" or root[0].attrib:
                raise NotForUs
            inside, depth = root[0], 2
        else:
            raise NotForUs
        if lang:
            self.feed["language"] = lang.replace("_", "-")
        self.walk(inside, depth, base, lang)
        return {"feed": self.feed, "entries": self.entries, "version": version, "bozo": False}

    def walk(self, element: Any, depth: int, base: str, lang: str | None) -> None:
        for child in element:
            self.element(child, depth + 1, base, lang)

    def element(self, element: Any, depth: int, base: str, lang: str | None) -> None:
        name = name_of(element)
        attributes = attributes_of(element) if element.attrib else {}
        if attributes:
            base, lang = self.place(attributes, base, lang)
        handler = _HANDLERS.get(name)
        if handler is not None:
            handler(self, element, attributes, depth, base, lang)
        elif name in SKIPPED or name.startswith(("georss_", "gml_", "geo_", "psc_")):
            if name in ("rights", "copyright", "dc_rights") and len(element):
                raise NotForUs
        elif name in NOT_OURS:
            raise NotForUs
        elif attributes:
            self.context[name] = attributes
            self.walk(element, depth, base, lang)
        else:
            self.walk(element, depth, base, lang)
            self.store(name, mended(own_text(element).strip()), depth)

    def item(self, element: Any, attributes: dict[str, str], depth: int, base: str, lang: str | None) -> None:
        if self.in_entry or {"href", "lastmod", "about", "rdf:about"} & attributes.keys():
            raise NotForUs
        entry: dict[str, Any] = {}
        self.entries.append(entry)
        self.context, self.in_entry, self.depths = entry, True, {}
        self.guid_is_link, self.title_depth = False, -1
        self.walk(element, depth, base, lang)
        self.context, self.in_entry, self.has_content = self.feed, False, False

    def title(self, element: Any, attributes: dict[str, str], depth: int, base: str, lang: str | None) -> None:
        detail = self.marked(element, attributes, "text/plain", base, lang)
        if not -1 < self.title_depth <= depth:
            self.store("title", detail["value"], depth)
            self.context["title_detail"] = detail
        if detail["value"]:
            self.title_depth = depth

    def media_title(self, element: Any, attributes: dict[str, str], depth: int, base: str, lang: str | None) -> None:
        before = self.title_depth
        self.title(element, attributes, depth, base, lang)
        self.title_depth = before

    def description(self, element: Any, attributes: dict[str, str], depth: int, base: str, lang: str | None) -> None:
        self._said(element, attributes, depth, base, lang, "summary" if self.in_entry else "subtitle", "text/html")

    def summary(self, element: Any, attributes: dict[str, str], depth: int, base: str, lang: str | None) -> None:
        self._said(element, attributes, depth, base, lang, "summary", "text/plain")

    def _said(
        self, element: Any, attributes: dict[str, str], depth: int, base: str, lang: str | None, name: str, kind: str
    ) -> None:
        if "summary" in self.context and not self.has_content:
            if not self.in_entry:
                raise NotForUs
            self.content(element, attributes, depth, base, lang)
            return
        detail = self.marked(element, attributes, kind, base, lang)
        self.store(name, detail["value"], depth)
        self.context[f"{name}_detail"] = detail

    def subtitle(self, element: Any, attributes: dict[str, str], depth: int, base: str, lang: str | None) -> None:
        detail = self.marked(element, attributes, "text/plain", base, lang)
        self.store("subtitle", detail["value"], depth)
        self.context["subtitle_detail"] = detail

    def content(self, element: Any, attributes: dict[str, str], depth: int, base: str, lang: str | None) -> None:
        self._content(element, attributes, base, lang, "text/plain")

    def encoded(self, element: Any, attributes: dict[str, str], depth: int, base: str, lang: str | None) -> None:
        self._content(element, attributes, base, lang, "text/html")

    def _content(self, element: Any, attributes: dict[str, str], base: str, lang: str | None, kind: str) -> None:
        if not self.in_entry:
            raise NotForUs
        self.has_content = True
        detail = self.marked(element, attributes, kind, base, lang)
        self.context.setdefault("content", []).append(detail)
        self.context.setdefault("summary", detail["value"])

    def link(self, element: Any, attributes: dict[str, str], depth: int, base: str, lang: str | None) -> None:
        attributes.setdefault("rel", "alternate")
        attributes.setdefault("type", "application/atom+xml" if attributes["rel"] == "self" else "text/html")
        enforce_href(attributes)
        links = self.context.setdefault("links", [])
        if "href" in attributes:
            attributes["href"] = joined(base, attributes["href"])
            links.append(attributes)
            kind = TYPES.get(attributes["type"].lower(), attributes["type"].lower())
            if attributes["rel"] == "alternate" and kind in ("text/html", "application/xhtml+xml"):
                self.context["link"] = attributes["href"]
            self.walk(element, depth, base, lang)
            return
        links.append(attributes)
        found = self.leaf(element)
        found = mended(joined(base, found) if found else "")
        if self.in_entry:
            found = CALLED_ENTITY.sub(r"&\g<1>", found.replace("&amp;", "&"))
            if found:
                attributes["href"] = found
        else:
            found = CALLED_ENTITY.sub(r"&\g<1>", found)
            attributes["href"] = found
        self.context["link"] = found

    def guid(self, element: Any, attributes: dict[str, str], depth: int, base: str, lang: str | None) -> None:
        self.guid_is_link = attributes.get("ispermalink", "true") == "true"
        found = self.leaf(element)
        found = mended(joined(base, found) if found and self.guid_is_link else found)
        self.store("id", found, depth)
        if self.guid_is_link:
            self.context.setdefault("link", found)

    def published(self, element: Any, attributes: dict[str, str], depth: int, base: str, lang: str | None) -> None:
        self._time("published", element, depth)

    def updated(self, element: Any, attributes: dict[str, str], depth: int, base: str, lang: str | None) -> None:
        self._time("updated", element, depth)

    def created(self, element: Any, attributes: dict[str, str], depth: int, base: str, lang: str | None) -> None:
        self._time("created", element, depth)

    def _time(self, name: str, element: Any, depth: int) -> None:
        said = mended(self.leaf(element))
        self.store(name, said, depth)
        self.context[f"{name}_parsed"] = moment(said) or (self.date(said) if said else None)

    def category(self, element: Any, attributes: dict[str, str], depth: int, base: str, lang: str | None) -> None:
        self._category(element, attributes.get("term"), attributes.get("scheme", attributes.get("domain")), attributes)

    def media_category(self, element: Any, attributes: dict[str, str], depth: int, base: str, lang: str | None) -> None:
        scheme = attributes.get("scheme", "http://search.yahoo.com/mrss/category_schema")
        self._category(element, attributes.get("term"), scheme, attributes)

    def itunes_category(
        self, element: Any, attributes: dict[str, str], depth: int, base: str, lang: str | None
    ) -> None:
        if len(element) and self.in_entry:
            raise NotForUs
        if not self.in_entry:
            return
        self._category(element, attributes.get("text"), "http://www.itunes.com/", {})

    def _category(self, element: Any, term: str | None, scheme: str | None, attributes: dict[str, str]) -> None:
        self.add_tag(term, scheme, attributes.get("label"))
        said = mended(self.leaf(element))
        if not said:
            return
        tags = self.context["tags"]
        if tags and not tags[-1]["term"]:
            tags[-1]["term"] = said
        else:
            self.add_tag(said, None, None)

    def keywords(self, element: Any, attributes: dict[str, str], depth: int, base: str, lang: str | None) -> None:
        if attributes:
            raise NotForUs
        for term in mended(self.leaf(element)).split(","):
            if term.strip():
                self.add_tag(term.strip(), "http://www.itunes.com/", None)

    def author(self, element: Any, attributes: dict[str, str], depth: int, base: str, lang: str | None) -> None:
        self.in_author = True
        self.context.setdefault("authors", []).append({})
        for child in element:
            name = name_of(child)
            if name in ("uri", "url", "homepage"):
                if child.attrib:
                    raise NotForUs
                self.save_author("href", self.leaf(child))
            elif name in ("name", "email", "itunes_name", "itunes_email") and not child.attrib:
                self.named(child, {}, depth + 1, base, lang)
            elif name in _HANDLERS or name in NOT_OURS or self.leaf(child):
                raise NotForUs
        self.store("author", mended(own_text(element).strip()), depth)
        self.in_author = False
        self.sync_author()

    def owner(self, element: Any, attributes: dict[str, str], depth: int, base: str, lang: str | None) -> None:
        self.in_publisher = True
        self.walk(element, depth, base, lang)
        self.in_publisher = False

    def named(self, element: Any, attributes: dict[str, str], depth: int, base: str, lang: str | None) -> None:
        said = self.leaf(element)
        if self.in_publisher or self.in_author:
            self.save_author("email" if name_of(element).endswith("email") else "name", said)

    def image(self, element: Any, attributes: dict[str, str], depth: int, base: str, lang: str | None) -> None:
        if self.in_entry:
            self.leaf(element)
            self.title_depth = -1
            return
        image = self.feed.setdefault("image", {})
        self._inner_title(element, ("title", "link", "description", "url", "width", "height"), depth)
        for child in element:
            if name_of(child) == "url":
                said = self.leaf(child)
                image["href"] = mended(joined(base, said) if said else "")

    def text_input(self, element: Any, attributes: dict[str, str], depth: int, base: str, lang: str | None) -> None:
        self._inner_title(element, ("title", "link", "description", "name"), depth)

    def source(self, element: Any, attributes: dict[str, str], depth: int, base: str, lang: str | None) -> None:
        if not self.in_entry:
            raise NotForUs
        allowed = ("id", "title", "link", "updated", "icon", "logo", "subtitle", "rights", "generator", "category")
        self._inner_title(element, (*allowed, "author"), depth)

    def _inner_title(self, element: Any, allowed: tuple[str, ...], depth: int) -> None:
        self.title_depth = -1
        for child in element:
            if (name := name_of(child)) not in allowed or (len(child) and name != "author"):
                raise NotForUs
            if name == "title" and (child.text or "").strip():
                self.title_depth = depth + 1

    def enclosure(self, element: Any, attributes: dict[str, str], depth: int, base: str, lang: str | None) -> None:
        enforce_href(attributes)
        attributes["rel"] = "enclosure"
        self.context.setdefault("links", []).append(attributes)
        self.walk(element, depth, base, lang)

    def media_content(self, element: Any, attributes: dict[str, str], depth: int, base: str, lang: str | None) -> None:
        self.context.setdefault("media_content", []).append(attributes)
        self.walk(element, depth, base, lang)

    def media_group(self, element: Any, attributes: dict[str, str], depth: int, base: str, lang: str | None) -> None:
        self.walk(element, depth, base, lang)

    def itunes_image(self, element: Any, attributes: dict[str, str], depth: int, base: str, lang: str | None) -> None:
        if href := attributes.get("href") or attributes.get("url"):
            self.context["image"] = {"href": href}

    def license(self, element: Any, attributes: dict[str, str], depth: int, base: str, lang: str | None) -> None:
        link = {"rel": "license"}
        if said := mended(self.leaf(element)):
            link["href"] = said
        self.context.setdefault("links", []).append(link)

    def relative(self, element: Any, attributes: dict[str, str], depth: int, base: str, lang: str | None) -> None:
        """Store an address: of the comments, or the icon."""
        if attributes:
            raise NotForUs
        said = self.leaf(element)
        self.store(name_of(element), mended(joined(base, said) if said else ""), depth)

    def language(self, element: Any, attributes: dict[str, str], depth: int, base: str, lang: str | None) -> None:
        self.store("language", mended(self.leaf(element)), depth)


_Handler = Callable[[Elements, Any, dict[str, str], int, str, str | None], None]
_E = Elements
_HANDLERS: dict[str, _Handler] = {
    "item": _E.item, "entry": _E.item, "title": _E.title, "dc_title": _E.title,
    "media_title": _E.media_title, "description": _E.description, "dc_description": _E.description,
    "media_description": _E.description, "summary": _E.summary, "itunes_summary": _E.summary,
    "subtitle": _E.subtitle, "itunes_subtitle": _E.subtitle, "content": _E.content,
    "content_encoded": _E.encoded, "link": _E.link, "guid": _E.guid, "id": _E.guid,
    "pubdate": _E.published, "published": _E.published, "issued": _E.published,
    "dcterms_issued": _E.published, "updated": _E.updated, "modified": _E.updated,
    "lastbuilddate": _E.updated, "dc_date": _E.updated, "dcterms_modified": _E.updated,
    "created": _E.created, "dcterms_created": _E.created, "category": _E.category,
    "dc_subject": _E.category, "media_category": _E.media_category,
    "itunes_category": _E.itunes_category, "itunes_keywords": _E.keywords, "author": _E.author,
    "managingeditor": _E.author, "dc_creator": _E.author, "dc_author": _E.author,
    "itunes_author": _E.author, "itunes_owner": _E.owner, "name": _E.named, "email": _E.named,
    "itunes_name": _E.named, "itunes_email": _E.named, "image": _E.image,
    "textinput": _E.text_input, "source": _E.source, "enclosure": _E.enclosure,
    "media_content": _E.media_content, "media_group": _E.media_group, "itunes_image": _E.itunes_image,
    "itunes_link": _E.itunes_image, "creativecommons_license": _E.license, "comments": _E.relative,
    "icon": _E.relative, "logo": _E.relative, "language": _E.language, "dc_language": _E.language,
}  # fmt: skip
