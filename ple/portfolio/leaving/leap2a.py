"""Leap2A (2010-07), the form in which Mahara and others take a portfolio in: an Atom feed in a zip. Pure.

What Leap2A has words for goes: works with their texts and the files that they show (as they stand on the site: of a
picture nothing goes but the picture), what others wrote as resources with their addresses, badges as achievements,
skills as abilities with their evidence, collections as selections, the author. The rest stays in our own zip. Texts
are XHTML, as the specification asks; Mahara takes a selection for a page, so that says in words too what is in it,
and knows the author by an entry that the feed's author points at.

Specification: http://cetis.org.uk/leap2/a/specification, Atom: RFC 4287.
"""

import datetime as dt
import io
import uuid
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from urllib.parse import quote
from xml.etree.ElementTree import Element, SubElement, fromstring, register_namespace, tostring

from ple.library import Document
from ple.portfolio.characters import fit
from ple.portfolio.mentions import HIDDEN, ROOT, Mention, Target
from ple.portfolio.prose import page_html, spoken
from ple.portfolio.values import Artifact, Settings, Visibility
from ple.portfolio.work import COLLECTIONS, OWN_WORK

_ATOM, _RDF = "http://www.w3.org/2005/Atom", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_LEAP, _XHTML = "http://terms.leapspecs.org/", "http://www.w3.org/1999/xhtml"
_CATEGORIES = "http://wiki.leapspecs.org/2A/categories/"
_IN_URIS = ";/?:@&=+$,#[]!*'()~%-._"
_PICTURES = {"jpg": "image/jpeg", "webp": "image/webp"}
"""What the site makes of pictures, whatever they were."""
_MADE_AT = (1980, 1, 1, 0, 0, 0)


def leap2a(
    settings: Settings,
    works: Iterable[tuple[Artifact, Document | None]],
    held: Mapping[int, Sequence[int]] | None = None,
    files: Mapping[int, tuple[str, bytes]] | None = None,
) -> bytes:
    """Return the portfolio as a zip with ``leap2a.xml`` in it.

    ``held`` says which works each collection shows, and ``files`` which file a work shows: its name, and what is in it.
    """
    shown = [(artifact, document) for artifact, document in works if document is not None]
    newest = max((artifact.created_at for artifact, _ in shown), default=dt.datetime(1980, 1, 1, tzinfo=dt.UTC))
    feed = Element(f"{{{_ATOM}}}feed")
    SubElement(feed, f"{{{_LEAP}}}version").text = "http://www.leapspecs.org/2010-07/2A/"
    _words(feed, "id", f"urn:uuid:{settings.uid}")
    _words(feed, "title", settings.title)
    _words(feed, "updated", _instant(newest))
    author = SubElement(feed, f"{{{_ATOM}}}author")
    _words(author, "name", settings.author or "Unknown")
    _words(author, "uri", _id(settings.uid, "person"))
    SubElement(feed, f"{{{_ATOM}}}generator", uri="https://pypi.org/project/ple/").text = "ple"
    texts = _Texts(settings, shown)
    person = _entry(feed, _id(settings.uid, "person"), settings.author or "Unknown", newest, "person")
    _content(person, texts.html(settings.about))
    sites = [settings.url or "", *(one for one in settings.me if not one.startswith("mailto:"))]
    for field, value in (("full_name", settings.author), *(("website", site) for site in sites)):
        if value:
            SubElement(person, f"{{{_LEAP}}}persondata", {f"{{{_LEAP}}}field": field}).text = fit(value)
    _category(person, "Self", "person_type")
    skills = _named(name for artifact, _ in shown for name in artifact.skills)
    pages = _named(artifact.page for artifact, _ in shown if artifact.page)
    by_number = {artifact.id: artifact for artifact, _ in shown}
    inside = {
        artifact.id: [by_number[id] for id in (held or {}).get(artifact.id, ()) if id in by_number]
        for artifact, document in shown
        if document.kind in COLLECTIONS
    }
    around: dict[int, list[str]] = {}
    for number, parts in inside.items():
        for one in parts:
            around.setdefault(one.id, []).append(f"urn:uuid:{by_number[number].uid}")
    for artifact, document in shown:
        entry = _work(feed, settings, texts, artifact, document, inside.get(artifact.id, ()))
        for selection in around.get(artifact.id, ()):
            SubElement(entry, f"{{{_ATOM}}}link", rel="leap2:is_part_of", href=selection)
        if artifact.id in (files or {}):
            SubElement(entry, f"{{{_ATOM}}}link", rel="related", href=_id(settings.uid, f"file {artifact.uid}"))
    inside_zip: dict[str, bytes] = {}
    for artifact, document in shown:
        if (kept := (files or {}).get(artifact.id)) is not None and artifact.file is not None:
            path = f"files/{artifact.id:05}-{kept[0]}"
            inside_zip[path] = kept[1]
            when = document.occurred_at
            entry = _entry(feed, _id(settings.uid, f"file {artifact.uid}"), artifact.file.name, when, "resource")
            if artifact.alt:
                SubElement(entry, f"{{{_ATOM}}}summary", type="text").text = fit(artifact.alt)
            media_type = _PICTURES.get(path.rpartition(".")[2], artifact.file.media_type.partition(";")[0])
            SubElement(entry, f"{{{_ATOM}}}content", type=media_type, src=quote(path))
    for name in skills:
        entry = _entry(feed, _id(settings.uid, f"skill {name}"), name, newest, "ability")
        SubElement(entry, f"{{{_ATOM}}}content", type="text").text = name
        _links(entry, "has_evidence", [one for one, _ in shown if name in one.skills])
    for name in pages:
        entry = _entry(feed, _id(settings.uid, f"page {name}"), name, newest, "selection")
        parts = [one for one, _ in shown if one.page == name]
        _content(entry, _list(parts))
        _links(entry, "has_part", parts)
        _category(entry, "Webpage", "selection_type")
    for element in (feed, *feed):
        for child in element:
            child.tail = "\n"  # a line each; what stands in a text stays as it is
    declared = f' xmlns:categories="{_CATEGORIES}"'.encode()  # nothing but values use it
    for prefix, space in (("", _ATOM), ("rdf", _RDF), ("leap2", _LEAP)):
        register_namespace(prefix, space)  # now: they are those of the whole process, and who makes PDFs has others
    said = b'<?xml version="1.0" encoding="utf-8"?>\n' + tostring(feed, encoding="utf-8") + b"\n"
    said = said.replace(b"<feed", b"<feed" + declared, 1)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for path, content in {"leap2a.xml": said, **inside_zip}.items():
            archive.writestr(zipfile.ZipInfo(path, _MADE_AT), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _work(
    feed: Element,
    settings: Settings,
    texts: "_Texts",
    artifact: Artifact,
    document: Document,
    inside: Sequence[Artifact],
) -> Element:
    own = document.kind in OWN_WORK
    kind = "selection" if document.kind in COLLECTIONS else "achievement" if document.kind == "credential" else ""
    entry = _entry(
        feed, f"urn:uuid:{artifact.uid}", artifact.title, document.occurred_at, kind or ("entry" if own else "resource")
    )
    if artifact.why:
        SubElement(entry, f"{{{_ATOM}}}summary", type="text").text = texts.words(artifact.why)
    parts = [fit(document.markdown or "") if own else f"> {fit(artifact.quote)}" if artifact.quote else ""]
    parts += [
        f"## {heading}\n\n{fit(text)}"
        for heading, text in (
            ("Reflection", artifact.reflection), ("Sources", artifact.sources), ("Feedback", artifact.feedback),
        )
        if text
    ]  # fmt: skip
    body = "\n\n".join(part for part in parts if part)
    _content(entry, texts.html(body) + _list(inside))
    if document.url and document.url.startswith(("http://", "https://")):
        SubElement(entry, f"{{{_ATOM}}}link", rel="related", href=quote(fit(document.url), safe=_IN_URIS))
    if artifact.url:
        SubElement(entry, f"{{{_ATOM}}}link", rel="alternate", href=artifact.url)
    for name in artifact.skills:
        SubElement(entry, f"{{{_ATOM}}}link", rel="leap2:is_evidence_of", href=_id(settings.uid, f"skill {name}"))
    if artifact.page:
        SubElement(entry, f"{{{_ATOM}}}link", rel="leap2:is_part_of", href=_id(settings.uid, f"page {artifact.page}"))
    for tag in sorted(artifact.tags):
        SubElement(entry, f"{{{_ATOM}}}category", term=fit(tag))
    if kind == "selection":
        _links(entry, "has_part", inside)
        _category(entry, "Webpage", "selection_type")
    return entry


def _entry(feed: Element, id: str, title: str, when: dt.datetime, kind: str) -> Element:
    entry = SubElement(feed, f"{{{_ATOM}}}entry")
    _words(entry, "title", title)
    _words(entry, "id", id)
    _words(entry, "updated", _instant(when))
    _words(entry, "published", _instant(when))
    SubElement(entry, f"{{{_RDF}}}type", {f"{{{_RDF}}}resource": f"leap2:{kind}"})
    return entry


def _links(entry: Element, relation: str, artifacts: Sequence[Artifact]) -> None:
    for number, one in enumerate(artifacts, 1):
        SubElement(
            entry, f"{{{_ATOM}}}link",
            {"rel": f"leap2:{relation}", "href": f"urn:uuid:{one.uid}", f"{{{_LEAP}}}display_order": str(number)},
        )  # fmt: skip


class _Texts:
    """Makes HTML of texts in which others are mentioned: only what everybody may see is named, as on the site."""

    def __init__(self, settings: Settings, shown: Iterable[tuple[Artifact, Document]]) -> None:
        self._url = settings.url
        self._by_number: dict[int, Artifact] = {}
        self._by_title: dict[str, Artifact] = {}
        for artifact, document in shown:
            if artifact.visibility is Visibility.PUBLIC:
                for number in (artifact.id, artifact.source_id):
                    self._by_number.setdefault(number or 0, artifact)
                for title in (artifact.title, document.title):
                    self._by_title.setdefault(" ".join(title.split()).casefold(), artifact)

    def html(self, markdown: str) -> str:
        return page_html(
            markdown, self._target, colours=lambda code, _language: escape(code, quote=False),
            formulas=lambda latex, _display: f"<code>{escape(latex, quote=False)}</code>",
        ).replace(ROOT, self._url or "")  # fmt: skip

    def words(self, text: str) -> str:
        return spoken(fit(text), self._target)

    def _target(self, mention: Mention) -> Target:
        if mention.title is None:
            known = self._by_number.get(mention.number or 0)
            return Target(known.title if known else mention.written, self._address(known))
        known = self._by_title.get(" ".join(mention.title.split()).casefold())
        return Target(mention.label or (known.title if known else HIDDEN), self._address(known))

    def _address(self, artifact: Artifact | None) -> str | None:
        return artifact.address if artifact is not None and self._url else None


def _content(entry: Element, html: str) -> None:
    """Say what an entry says, as XHTML."""
    from lxml import etree
    from lxml import html as parser

    content = SubElement(entry, f"{{{_ATOM}}}content", type="xhtml")
    div = parser.fragment_fromstring(html, create_parent="div")
    parser.html_to_xhtml(div)
    for element in div.iter():  # a name with a colon, as formulas and notes have, is another thing in XML
        for name in [name for name in element.attrib if ":" in name and not name.startswith("{")]:
            del element.attrib[name]
    content.append(fromstring(etree.tostring(div, encoding="unicode")))  # noqa: S314 - our own words


def _list(parts: Sequence[Artifact]) -> str:
    """Return what stands in a collection, in words, with where it can be read."""
    rows = [
        f'<li><a href="{escape(one.url)}">{escape(fit(one.title))}</a></li>'
        if one.url
        else f"<li>{escape(fit(one.title))}</li>"
        for one in parts
    ]
    return f"<ol>{''.join(rows)}</ol>" if rows else ""


def _category(entry: Element, term: str, scheme: str) -> None:
    SubElement(entry, f"{{{_ATOM}}}category", term=term, scheme=f"categories:{scheme}#")


def _words(parent: Element, name: str, text: str) -> None:
    SubElement(parent, f"{{{_ATOM}}}{name}").text = fit(text)


def _named(names: Iterable[str]) -> list[str]:
    return sorted(set(names))


def _id(site: uuid.UUID, what: str) -> str:
    return f"urn:uuid:{uuid.uuid5(site, what)}"


def _instant(when: dt.datetime) -> str:
    return when.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
