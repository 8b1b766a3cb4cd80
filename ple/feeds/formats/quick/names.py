"""What feedparser calls the elements and attributes of a feed, and which of them it is better asked about."""

import re
from functools import lru_cache
from typing import Any


def _words(text: str) -> list[str]:
    return re.findall(r"\S+", text)


ATOM = "{http://www.w3.org/2005/Atom}"
_XML = "{http://www.w3.org/XML/1998/namespace}"
_PREFIXES = {
    "": "", "http://purl.org/rss/1.0/": "", "http://my.netscape.com/rdf/simple/0.9/": "",
    "http://purl.org/atom/ns#": "", "http://example.com/newformat#": "", "http://example.com/necho": "",
    "http://purl.org/echo/": "", "uri/of/echo/namespace#": "", "http://purl.org/pie/": "",
    "http://purl.org/rss/1.0/modules/rss091#": "",
    "http://blogs.law.harvard.edu/tech/rss": "", "http://www.w3.org/2005/atom": "",
    "http://webns.net/mvcb/": "admin", "http://purl.org/rss/1.0/modules/content/": "content",
    "http://backend.userland.com/creativecommonsrssmodule": "creativecommons",
    "http://cyber.law.harvard.edu/rss/creativecommonsrssmodule.html": "creativecommons",
    "http://purl.org/dc/elements/1.1/": "dc", "http://purl.org/dc/terms/": "dcterms",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner", "http://www.georss.org/georss": "georss",
    "http://www.opengis.net/gml": "gml", "http://www.w3.org/2003/01/geo/wgs84_pos#": "geo",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes", "http://search.yahoo.com/mrss": "media",
    "http://search.yahoo.com/mrss/": "media", "http://podlove.org/simple-chapters": "psc",
    "http://purl.org/rss/1.0/modules/slash/": "slash", "http://purl.org/rss/1.0/modules/syndication/": "sy",
    "http://purl.org/rss/1.0/modules/threading/": "thr", "http://wellformedweb.org/commentapi/": "wfw",
    "http://madskills.com/public/xml/rss/module/trackback/": "trackback",
}  # fmt: skip
_OTHERS = frozenset(  # prefixes that mean something of their own to feedparser, whatever they are bound to
    "admin cc content creativecommons dc dcterms feedburner geo georss gml itunes media psc rdf xhtml".split()  # noqa: SIM905
)
NOT_OURS = frozenset(
    _words(
        """
        rss feed channel item entry body fullitem abstract info newlocation homepage uri url href keywords tags
        tagline date date_parsed issued_parsed modified_parsed items guid_parsed entries links link_parsed authors
        title_detail summary_detail subtitle_detail content_detail published_parsed updated_parsed created_parsed
        author_detail dcterms_valid media_keywords svg math div xhtml_div lastmod
        """
    )
)
SKIPPED = frozenset(  # with all that is in them: they say nothing that we keep
    _words(
        """
        rights copyright generator cloud webmaster expirationdate contributor dc_rights dc_publisher dc_contributor
        admin_generatoragent admin_errorreportsto media_rating media_credit media_restriction media_license
        media_player media_thumbnail itunes_explicit itunes_block feedburner_browserfriendly
        """
    )
)
OLD_FORMATS = ("http://purl.org/rss/1.0/", "http://my.netscape.com/rdf/simple/0.9/")


class NotForUs(Exception):
    """Something that is feedparser's to judge."""


def name_of(element: Any) -> str:
    """Return what feedparser calls an element: ``title``, ``dc_creator``."""
    return _called(element.tag, element.prefix)


@lru_cache(maxsize=1000)
def _called(tag: str, prefix: str | None) -> str:
    uri, brace, local = tag[1:].rpartition("}") if tag.startswith("{") else ("", "", tag)
    known = "" if "backend.userland.com/rss" in uri.lower() else _PREFIXES.get(uri.lower())
    if known is None:
        known = (prefix or "").lower()
        if known in _OTHERS:
            raise NotForUs
    elif not brace and ":" in local:
        raise NotForUs
    return f"{known}_{local.lower()}" if known else local.lower()


def attributes_of(element: Any) -> dict[str, str]:
    """Return the attributes of an element by the names that feedparser gives them."""
    found: dict[str, str] = {}
    for name, value in element.attrib.items():
        key = f"xml:{name[len(_XML) :]}" if name.startswith(_XML) else name.rpartition("}")[2]
        key = key.lower()
        found[key] = value.lower() if key in ("rel", "type") else value
    return found


def enforce_href(attributes: dict[str, str]) -> None:
    """Let the address be ``href``, whatever it was called."""
    href = attributes.get("url", attributes.get("uri", attributes.get("href")))
    if href:
        attributes.pop("url", None)
        attributes.pop("uri", None)
        attributes["href"] = href
