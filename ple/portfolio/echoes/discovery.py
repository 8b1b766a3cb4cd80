"""Finding who receives Webmentions for a page, after https://www.w3.org/TR/webmention/, section 3.1.2. Pure."""

import re

from lxml import etree, html

from ple.web import addresses

_LONGEST = 900
_LINK = re.compile(r"<([^>]*)>([^<]*)")
_REL = re.compile(r""";\s*rel\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s;,"']+))""", re.IGNORECASE)


def endpoint_in_header(header: str, base: str) -> str | None:
    """Return the receiver that a ``Link`` header names; the first wins."""
    return named_in_header("webmention", header, base)


def endpoint_in_page(page: str, base: str) -> str | None:
    """Return the receiver that a page names in its first ``link`` or ``a`` that does; an empty one is the page."""
    return named_in_page("webmention", page, base)


def named_in_header(relation: str, header: str, base: str) -> str | None:
    """Return the first address that a ``Link`` header gives for a relation."""
    for address, rest in _LINK.findall(header):
        match = _REL.search(rest)
        if match and relation in next(filter(None, match.groups()), "").lower().split():
            return addresses.resolve(base, address.strip())
    return None


def named_in_page(relation: str, page: str, base: str) -> str | None:
    """Return the first address that a page gives for a relation."""
    for element in _elements(page, "link", "a"):
        rel, href = element.get("rel"), element.get("href")
        if rel is not None and href is not None and relation in str(rel).lower().split():
            return addresses.resolve(base, str(href).strip()) if str(href).strip() else base
    return None


def links_of(page: str, own: str) -> list[str]:
    """Return what a work's page links to on the web, in its order: the work's own links, not the site's.

    ``own`` is the site's address: links within it are none of anybody's business.
    """
    found: dict[str, None] = {}
    root = _parsed(page)
    entries = (
        [] if root is None else [one for one in root.iter("article") if "h-entry" in str(one.get("class")).split()]
    )
    for entry in entries:
        for link in entry.iter("a"):
            href = str(link.get("href") or "")
            rel = str(link.get("rel") or "").lower().split()
            if (
                not href.startswith(("http://", "https://"))
                or len(href) > _LONGEST
                or href.startswith(own)
                or {"license", "nofollow"} & {*rel}
            ):
                continue
            if any("h-cite" in str(one.get("class")).split() and "response" in str(one.get("class")).split()
                   for one in link.iterancestors()):  # fmt: skip
                continue  # it came as a Webmention; sending one back would go on for ever
            found[href.partition("#")[0]] = None
    return list(found)


def words_of(page: str) -> str:
    """Return what a work's page says, without what others said of it: when this differs, the page changed."""
    root = _parsed(page)
    said = []
    for entry in () if root is None else [e for e in root.iter("article") if "h-entry" in str(e.get("class")).split()]:
        for part in list(entry.iter("section", "footer")):
            if part.tag == "footer" or "responses" in str(part.get("class")).split():
                part.drop_tree()
        said.append(" ".join(entry.text_content().split()))
    return "\n".join([*said, *links_of(page, "\0")])


def _parsed(page: str) -> html.HtmlElement | None:
    try:
        root: html.HtmlElement = html.document_fromstring(page)
    except (etree.ParserError, ValueError):
        return None
    return root


def _elements(page: str, *tags: str) -> list[html.HtmlElement]:
    root = _parsed(page)
    return [] if root is None else list(root.iter(*tags))
