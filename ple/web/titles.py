"""Which part of a title is the thing's, and which the name of the site it is on."""

import re

from ple.web import addresses

_SEPARATOR = re.compile(r"\s+(?:[|\-–—·•»«:/\\]|::)\s+|\s*[|»]\s*")
_TAIL = "|-–—·•»«:/\\ \t\r\n\f\v\xa0"


def without_site(title: str, site: str, heads: list[str], url: str) -> str:
    """Return a title less the name of its site, where the page itself shows which part of it that is.

    That is the part that is the site's name as the page says it, or as its address has it, or what is left beside a
    heading that is the rest of the title.
    """
    parts = _SEPARATOR.split(title)
    if len(parts) < 2:
        return title
    names = {site.casefold()} if site else set()
    longest = max(parts, key=len).casefold()
    for head in sorted(heads, key=len, reverse=True):
        folded = head.casefold()
        if len(head) > 3 and folded not in names and folded in (longest, parts[0].casefold()) and head in title:
            return head
    if parts[-1].casefold() in names or _in_host(parts[-1], url):
        at = title.rfind(parts[-1])
        return title[:at].rstrip(_TAIL) or title
    return title


def without_tail(title: str, given: str, heads: list[str]) -> str:
    """Return a title that only ``<title>`` says, less its last part, if that is short and some words remain.

    There it is nearly always the name of the site or of its author; a title that a heading repeats is left whole.
    """
    parts = _SEPARATOR.split(title)
    if title != given or len(parts) < 2 or given in heads:
        return title
    rest = title[: title.rfind(parts[-1])].rstrip(_TAIL)
    short = len(parts[-1].split()) <= 4 and len(parts[-1]) < len(rest)
    return rest if short and len(rest.split()) >= 3 else title


def _in_host(name: str, url: str) -> bool:
    """Return whether a name is in an address: ``Python Docs`` in ``docs.python-docs.example``."""
    squeezed = re.sub(r"[\W_]", "", name.casefold())
    host = re.sub(r"[\W_]", "", addresses.host(url) or "")
    return len(squeezed) > 3 and squeezed in host
