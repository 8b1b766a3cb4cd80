"""Addresses: which of them name the same page, and how they are kept, resolved and shown.

Three things are kept apart. The address *as given* is what is stored and opened; nothing here changes it beyond
trimming. Its *key* says whether two addresses are the same page, and is never opened. What is *shown* is for eyes.

The key may only forget what certainly does not matter: a parameter that is not known to be tracking is never dropped,
and neither http/https, www nor a trailing slash are folded, because on some site each of them matters.
"""

import re
from functools import lru_cache
from ipaddress import ip_address

from ple.web.errors import BadAddress

KEY_VERSION = 1  # raise it whenever key() answers differently for any address; features then recompute their keys

_TRACKING = frozenset(
    re.findall(
        r"\S+",
        """
        pk_campaign pk_kwd _ga _gl gclid gclsrc dclid gbraid wbraid gad_source srsltid fbclid fb_source fb_ref msclkid
        yclid ysclid twclid ttclid li_fat_id igshid igsh mc_cid mc_eid mc_tc mkt_tok _hsenc _hsmi wickedid rb_clickid
        s_cid _openstat spm cmpid ncid at_medium at_campaign
        """,
    )
)
_TRACKING_FAMILIES = ("utm_", "mtm_", "itm_", "hmb_", "ga_", "fb_action_", "__hs", "vero_", "oly_", "ml_subscriber")
_MAY_TRACK = re.compile("utm_|mtm_|itm_|hmb_|ga_|fb_|__hs|vero_|oly_|ml_sub|wt_|" + "|".join(_TRACKING), re.IGNORECASE)

# Parameters that track on one host and mean something on others.
_TRACKING_OF_HOST = {
    "youtube.com": frozenset({"si", "feature", "pp"}),
    "twitter.com": frozenset({"s", "t", "ref_src"}),
    "x.com": frozenset({"s", "t", "ref_src"}),
    "reddit.com": frozenset({"share_id", "rdt"}),
    "instagram.com": frozenset({"igsh"}),
    "spotify.com": frozenset({"si"}),
    "linkedin.com": frozenset({"trk"}),
}
_AMAZON = re.compile(r"(?:^|\.)amazon\.(?:[a-z]{2,3}|com?\.[a-z]{2})$")
_TRACKING_AT_AMAZON = frozenset({"qid", "sr", "ref", "tag", "crid", "dib", "th", "psc"})

_MIRRORS = {  # hosts that serve the very same pages; "m." is not always a mirror, so they are listed
    "m.youtube.com": "www.youtube.com",
    "mobile.twitter.com": "twitter.com",
    "old.reddit.com": "www.reddit.com",
}
_WRAPPERS = {  # pages that only lead on, and the parameter that says where to
    ("www.google.com", "/url"): ("url", "q"),
    ("google.com", "/url"): ("url", "q"),
    ("l.facebook.com", "/l.php"): ("u",),
    ("lm.facebook.com", "/l.php"): ("u",),
    ("www.youtube.com", "/redirect"): ("q",),
}
_AMP = re.compile(r"https?://(?:(?:www\.)?google\.[a-z.]{2,6}/amp|[a-z0-9-]+\.cdn\.ampproject\.org/[acv])/(s/)?(?=.)")

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_MISSPELT = re.compile(r"(?![A-Za-z][A-Za-z0-9+.-]*:)[^/?#]*://")  # "ht!tp://…" would be the name of a host
_PORT_FOLLOWS = re.compile(r"\d{1,5}(?:[/?#]|$)")
_EDGES = "".join(map(chr, range(0x21)))
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f]")
_PARTS = re.compile(
    r"(https?)://(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]*)(:\d+)?([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.DOTALL | re.I
)
_CREDENTIALS = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*:[/\\]*)[^/?#\\]*@")
_ESCAPE = re.compile("%([0-9A-Fa-f]{2})")
_SESSION = re.compile(r";jsessionid=[^/?#;]*", re.IGNORECASE)
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def key(url: str) -> str:
    """Return what two addresses of the same page have in common; an opaque identity, not an address to open.

    Host, port, path and escapes are written in one way (WHATWG URL, RFC 3986 section 6.2.2), the query is sorted by
    name, tracking parameters, session ids, credentials and plain fragments go, wrappers and a few mirrors are undone.
    What is no http(s) address is only trimmed. Never raises, and ``key(key(url)) == key(url)``.
    """
    url = _text(url)
    for _ in range(10):  # a wrapper inside a wrapper; an escape of an escape
        kept, settled = _key(url)
        if settled or kept == url:
            return kept
        url = kept
    return url


def clean(url: str) -> str:
    """Return the address as it is kept: trimmed, and with a scheme where the learner left it out.

    Apart from that it is not touched: some sites answer only to the address exactly as they gave it.

    Raises:
        BadAddress: it is empty, no http(s) address, or none at all.

    """
    given = _text(url)
    if not given:
        raise BadAddress("the address is empty")
    kept = _with_scheme(re.sub("[\0\t\r\n]", "", given))
    if _parsed(kept) is None or _MISSPELT.match(given):
        scheme = _SCHEME.match(given)
        shown = _CONTROLS.sub("", given)[:200]
        if scheme and not given.lower().startswith(("http:", "https:")) and "." not in scheme[0]:
            raise BadAddress(
                f"{shown} is no web address: only http and https can be fetched, not {scheme[0].lower()}", url=shown
            )
        raise BadAddress(f"“{shown}” is no address", url=shown)
    return kept


def resolve(base: str | None, href: str) -> str | None:
    """Return the absolute http(s) address that ``href`` means on the page ``base``, or none if it means none."""
    import ada_url  # 28 ms

    href = _text(href)
    try:
        found: str = ada_url.join_url(base, href) if base else ada_url.normalize_url(href)
    except ValueError:
        return None
    return found if found.startswith(("http://", "https://")) else None


def wire(url: str) -> str:
    """Return the address as a browser would send it, for one that :func:`clean` let through."""
    found = _parsed(url)
    if found is None:
        raise BadAddress(f"“{_CONTROLS.sub('', url)[:200]}” is no address")
    return found


def without_credentials(url: str) -> str:
    """Return the address without a user name and password in it."""
    return _CREDENTIALS.sub(r"\1", url, count=1)


def display(url: str) -> str:
    """Return the address for eyes: no scheme, "www." or lone trailing slash, names in their own script, no passwords.

    A host that mixes scripts, as look-alikes do, stays in ASCII.
    """
    url = without_credentials(_text(url))
    parts = _PARTS.fullmatch(url)
    if not parts:
        return _CONTROLS.sub("", url)
    _scheme, host, port, path, query, fragment = parts.groups()
    host = _in_own_script(host.removeprefix("www."))
    path = "" if path == "/" and not query and not fragment else _readable(path)
    shown = host + (port or "") + path + (f"?{query}" if query else "") + (f"#{fragment}" if fragment else "")
    return _CONTROLS.sub("", shown)


def host(url: str) -> str:
    """Return the host of an http(s) address in lower case and ASCII, without brackets; empty if there is none."""
    parsed = _parsed(url)
    parts = _PARTS.match(parsed) if parsed else None
    return parts[2].strip("[]").rstrip(".") if parts else ""


def is_local_name(name: str) -> bool:
    """Return whether a host is written as one of this machine or its network: localhost, a bare name, an inner IP."""
    name = name.strip("[]").rstrip(".").lower()
    try:
        return not ip_address(name).is_global
    except ValueError:
        return name == "localhost" or name.endswith((".localhost", ".local", ".internal", ".lan"))


def _text(url: str) -> str:
    trimmed = url.strip(_EDGES + "\ufeff\u200b\u2060\xa0")
    if trimmed.isascii():
        return trimmed
    return trimmed.encode("utf-8", "replace").decode("utf-8")  # lone surrogates are no text


def _with_scheme(url: str) -> str:
    if url.startswith("//"):
        return f"https:{url}"
    scheme = _SCHEME.match(url)
    if scheme and not _PORT_FOLLOWS.match(url, scheme.end()):
        return url
    name = re.split(r"[/?#]", url, maxsplit=1)[0]
    bare = name.rpartition(":")[0] if _PORT_FOLLOWS.fullmatch(name.rpartition(":")[2]) else name
    return f"http://{url}" if is_local_name(bare) else f"https://{url}"


@lru_cache(maxsize=1)
def _normalize() -> "object":
    import ada_url  # 28 ms: once, for the first address

    return ada_url.normalize_url


def _parsed(url: str) -> str | None:
    """Return the address as browsers would write it, or none if it is no http(s) address."""
    try:
        found: str = _normalize()(_with_scheme(url))  # type: ignore[operator]
    except ValueError:
        return None
    return found if found.startswith(("http://", "https://")) else None


def _key(url: str) -> tuple[str, bool]:
    parsed = _parsed(url)
    if parsed is None:
        kept = _CONTROLS.sub("", url).strip()
        return kept, kept == url
    amp = _AMP.match(parsed)
    if amp:
        return ("https://" if amp[1] else "http://") + parsed[amp.end() :], False
    parts = _PARTS.fullmatch(parsed)
    assert parts is not None, parsed
    scheme, host, port, path, query, fragment = parts.groups()
    host = host.rstrip(".") or host
    if host.endswith(".m.wikipedia.org"):
        host = host.removesuffix(".m.wikipedia.org") + ".wikipedia.org"
    host = _MIRRORS.get(host, host)
    settled = True
    if host == "youtu.be" and len(path) > 1:
        host, query, path, settled = "www.youtube.com", f"v={path[1:]}&{query or ''}", "/watch", False
    if (host, path) in _WRAPPERS and query:
        inner = _unwrapped(query, _WRAPPERS[host, path])
        if inner:
            return inner, False
    if "%" in path:
        decoded = _unescaped(path)
        path, settled = decoded, settled and decoded == path
    if ";" in path:
        shorter = _SESSION.sub("", path)
        path, settled = shorter, settled and shorter == path
    kept = scheme + "://" + host + (port or "") + path
    if query:
        query = _sorted(query, host)
        if query:
            kept += "?" + query
    if fragment and fragment[0] in "/!":
        kept += "#" + fragment.partition(":~:")[0]
    return kept, settled


def _sorted(query: str, host: str) -> str:
    if "%" in query:
        query = _unescaped(query)
    pairs = [(pair.partition("=")[0], pair) for pair in query.split("&") if pair]
    if _MAY_TRACK.search(query):
        pairs = [pair for pair in pairs if not _tracks(pair[0].lower())]
    site = host if host in _TRACKING_OF_HOST else host.partition(".")[2]
    if site in _TRACKING_OF_HOST:
        pairs = [pair for pair in pairs if pair[0] not in _TRACKING_OF_HOST[site]]
    elif "amazon." in host and _AMAZON.search(host):
        pairs = [
            pair
            for pair in pairs
            if pair[0] not in _TRACKING_AT_AMAZON and not pair[0].startswith(("pd_rd_", "pf_rd_"))
        ]
    if len(pairs) > 1:
        pairs.sort(key=lambda pair: pair[0])  # by name only, so that equal names keep their order
    return "&".join([pair for _name, pair in pairs])


def _tracks(name: str) -> bool:
    return name in _TRACKING or name.startswith(_TRACKING_FAMILIES) or (name.startswith("wt_") and name.endswith("mc"))


def _unescaped(text: str) -> str:
    """Write escapes in upper case and undo those of characters that need none, until nothing is left to undo."""
    while True:
        once = _ESCAPE.sub(_unescape, text)
        if once == text:
            return once
        text = once


def _unescape(escape: re.Match[str]) -> str:
    character = chr(int(escape[1], 16))
    return character if character in _UNRESERVED else escape[0].upper()


def _unwrapped(query: str, names: tuple[str, ...]) -> str | None:
    from urllib.parse import parse_qs

    parameters = parse_qs(query, max_num_fields=100) if query.count("&") < 100 else {}
    for name in names:
        for inner in parameters.get(name, ()):
            if inner.startswith(("http://", "https://")) and _parsed(_text(inner)):
                return _text(inner)
    return None


def _in_own_script(name: str) -> str:
    if "xn--" not in name:
        return name
    import unicodedata

    import ada_url

    shown: str = ada_url.idna_to_unicode(name)
    for label in shown.split("."):
        scripts = {unicodedata.name(character, "?").split()[0] for character in label if character.isalpha()}
        if len(scripts) > 1 and not scripts <= {"CJK", "HIRAGANA", "KATAKANA", "LATIN"}:
            return name
        if scripts and scripts <= {"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"} and name.rpartition(".")[2].isascii():
            tld = name.rpartition(".")[2]
            if not tld.startswith("xn--") and not (set(label) - set("асеорхіјѕԁԛԝүһӏԍьѵաղոսցοαυνκρτι")):
                return name  # a whole label of look-alikes
    return shown


def _readable(path: str) -> str:
    from urllib.parse import unquote

    if "%" not in path:
        return path
    shown = unquote(path, errors="strict") if _is_utf8(path) else path
    return shown if shown.isprintable() and not any(space in shown for space in " \u3000\xa0") else path


def _is_utf8(path: str) -> bool:
    from urllib.parse import unquote_to_bytes

    try:
        unquote_to_bytes(path).decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
