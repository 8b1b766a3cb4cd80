"""Leap2A (2010-07), the form in which Mahara and others take a portfolio in: an Atom feed in a zip. Pure.

What Leap2A has words for goes: works with their texts, what others wrote as resources with their addresses, skills as
abilities with their evidence, collections as selections, the author. The rest stays in our own zip.
"""

import datetime as dt
import io
import uuid
import zipfile
from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import Element, SubElement, indent, register_namespace, tostring

from ple.library import Document
from ple.portfolio.characters import fit
from ple.portfolio.models import Artifact, Settings
from ple.portfolio.work import OWN_WORK
from ple.web.text import markdown_html

_ATOM, _RDF = "http://www.w3.org/2005/Atom", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_LEAP = "http://terms.leapspecs.org/"
_MADE_AT = (1980, 1, 1, 0, 0, 0)
for _prefix, _space in (("", _ATOM), ("rdf", _RDF), ("leap2", _LEAP)):
    register_namespace(_prefix, _space)


def leap2a(settings: Settings, works: Iterable[tuple[Artifact, Document | None]]) -> bytes:
    """Return the portfolio as a zip with ``leap2a.xml`` in it."""
    shown = [(artifact, document) for artifact, document in works if document is not None]
    newest = max((artifact.created_at for artifact, _ in shown), default=dt.datetime(1980, 1, 1, tzinfo=dt.UTC))
    feed = Element(f"{{{_ATOM}}}feed")
    SubElement(feed, f"{{{_LEAP}}}version").text = "http://www.leapspecs.org/2010-07/2A/"
    _words(feed, "id", f"urn:uuid:{settings.uid}")
    _words(feed, "title", settings.title)
    _words(feed, "updated", _instant(newest))
    author = SubElement(feed, f"{{{_ATOM}}}author")
    _words(author, "name", settings.author or "Unknown")
    if settings.url:
        _words(author, "uri", settings.url)
    SubElement(feed, f"{{{_ATOM}}}generator", uri="https://pypi.org/project/ple/").text = "ple"
    person = _entry(feed, _id(settings.uid, "person"), settings.author or "Unknown", newest, "person")
    SubElement(person, f"{{{_ATOM}}}content", type="html").text = markdown_html(fit(settings.about))
    skills = _named(name for artifact, _ in shown for name in artifact.skills)
    pages = _named(artifact.page for artifact, _ in shown if artifact.page)
    for artifact, document in shown:
        _work(feed, settings, artifact, document)
    for name in skills:
        entry = _entry(feed, _id(settings.uid, f"skill {name}"), name, newest, "ability")
        SubElement(entry, f"{{{_ATOM}}}content", type="text").text = name
        _links(entry, "has_evidence", [one for one, _ in shown if name in one.skills])
    for name in pages:
        entry = _entry(feed, _id(settings.uid, f"page {name}"), name, newest, "selection")
        SubElement(entry, f"{{{_ATOM}}}content", type="text").text = name
        _links(entry, "has_part", [one for one, _ in shown if one.page == name])
        scheme = "http://wiki.leapspecs.org/2A/categories/selection_type#"
        SubElement(entry, f"{{{_ATOM}}}category", term="Webpage", scheme=scheme)
    indent(feed, "")
    said = b'<?xml version="1.0" encoding="utf-8"?>\n' + tostring(feed, encoding="utf-8") + b"\n"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("leap2a.xml", _MADE_AT), said, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _work(feed: Element, settings: Settings, artifact: Artifact, document: Document) -> None:
    own = document.kind in OWN_WORK
    entry = _entry(
        feed, f"urn:uuid:{artifact.uid}", artifact.title, document.occurred_at, "entry" if own else "resource"
    )
    if artifact.why:
        SubElement(entry, f"{{{_ATOM}}}summary", type="text").text = fit(artifact.why)
    parts = [fit(document.markdown or "") if own else f"> {fit(artifact.quote)}" if artifact.quote else ""]
    parts += [
        f"## {heading}\n\n{fit(text)}"
        for heading, text in (
            ("Reflection", artifact.reflection), ("Sources", artifact.sources), ("Feedback", artifact.feedback),
        )
        if text
    ]  # fmt: skip
    body = "\n\n".join(part for part in parts if part)
    SubElement(entry, f"{{{_ATOM}}}content", type="html").text = markdown_html(body)
    if document.url and document.url.startswith(("http://", "https://")):
        SubElement(entry, f"{{{_ATOM}}}link", rel="alternate" if own else "related", href=document.url)
    if artifact.url:
        SubElement(entry, f"{{{_ATOM}}}link", rel="alternate", href=artifact.url)
    for name in artifact.skills:
        SubElement(entry, f"{{{_ATOM}}}link", rel="leap2:is_evidence_of", href=_id(settings.uid, f"skill {name}"))
    if artifact.page:
        SubElement(entry, f"{{{_ATOM}}}link", rel="leap2:is_part_of", href=_id(settings.uid, f"page {artifact.page}"))
    for tag in sorted(artifact.tags):
        SubElement(entry, f"{{{_ATOM}}}category", term=fit(tag))


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


def _words(parent: Element, name: str, text: str) -> None:
    SubElement(parent, f"{{{_ATOM}}}{name}").text = fit(text)


def _named(names: Iterable[str]) -> list[str]:
    return sorted(set(names))


def _id(site: uuid.UUID, what: str) -> str:
    return f"urn:uuid:{uuid.uuid5(site, what)}"


def _instant(when: dt.datetime) -> str:
    return when.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
