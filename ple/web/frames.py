"""Frames of others' pages as links: a film or a recording that an article shows from elsewhere can be gone to.

A frame acts, so none is kept. What it shows is often what the article is about, though, and dropping it without a word
loses that; only players and the like are named here, as most other frames are counters, buttons and advertisements.
"""

import html as entities
import re

from ple.web import addresses

_FRAME = re.compile("<iframe\\b((?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*?)(/?)>", re.I)  # none with HTML in an attribute
_END = re.compile("</iframe\\b[^<>]{0,100}>", re.I)
_SOURCE = re.compile("""\\s(?:data-)?src\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s"'>]+))""", re.I)
_TITLE = re.compile("""\\stitle\\s*=\\s*(?:"([^"]*)"|'([^']*)')""", re.I)
_KNOWN = (  # what is shown in a frame, where a person would look at it, and what it is
    (r"https?://(?:www\.)?youtube(?:-nocookie)?\.com/embed/videoseries\?(?:.*&)?(list=[\w-]+).*",
     r"https://www.youtube.com/playlist?\1", "Videos"),
    (r"https?://(?:www\.)?youtube(?:-nocookie)?\.com/embed/([\w-]+).*", r"https://www.youtube.com/watch?v=\1", "Video"),
    (r"https?://player\.vimeo\.com/video/(\d+).*", r"https://vimeo.com/\1", "Video"),
    (r"https?://www\.dailymotion\.com/embed/video/(\w+).*", r"https://www.dailymotion.com/video/\1", "Video"),
    (r"https?://embed\.ted\.com/(talks/[\w-]+).*", r"https://www.ted.com/\1", "Talk"),
    (r"(https?://[\w.-]+)/videos/embed/([\w-]+).*", r"\1/videos/watch/\2", "Video"),  # PeerTube
    (r"https?://open\.spotify\.com/embed/(\w+/\w+).*", r"https://open.spotify.com/\1", "Sound"),
    (r"(https?://(?:w\.soundcloud\.com/player|bandcamp\.com/EmbeddedPlayer|embed\.podcasts\.apple\.com)/.*)", r"\1",
     "Sound"),
    (r"https?://archive\.org/embed/([\w.-]+).*", r"https://archive.org/details/\1", "Shown here"),
    (r"(https?://(?:codepen\.io|jsfiddle\.net|www\.slideshare\.net|speakerdeck\.com/player|docs\.google\.com|media\.ccc\.de"
     r"|scratch\.mit\.edu|www\.geogebra\.org|phet\.colorado\.edu|upload\.wikimedia\.org)/.*)", r"\1", "Shown here"),
)  # fmt: skip
_SHOWN = tuple((re.compile(frame), page, what) for frame, page, what in _KNOWN)


def as_links(html: str, base_url: str | None = None) -> str:
    """Return ``html`` with no frames: a link in place of a known player, else what a frame says to who sees none.

    A frame that ends as in XML (``<iframe … />``) is at its end there, where a browser takes all that follows for a
    part of it: feeds are XML, and the rest of the article is worth more than the letter of HTML.
    """
    parts: list[str] = []
    at = 0
    ends = True  # as far as is known: looking for one again and again takes quadratic time
    while frame := _FRAME.search(html, at):
        parts.append(html[at : frame.start()])
        at = frame.end()
        within = ""
        end = _END.search(html, at) if ends and not frame[2] else None
        if end:
            within, at = html[at : end.start()], end.end()
        elif not frame[2]:
            ends = False
        parts.append(_link(frame[1], base_url) or within)
    return "".join([*parts, html[at:]])


def _link(attributes: str, base_url: str | None) -> str:
    """Return the link that stands for a frame with these attributes; empty if it shows nothing that one goes to."""
    source = _SOURCE.search(attributes)
    written = entities.unescape(source[1] or source[2] or source[3] or "").strip() if source else ""
    if written.startswith("//"):
        written = f"https:{written}"
    url = addresses.resolve(base_url, written) if base_url else written
    for shown, where, what in _SHOWN:
        if url and shown.fullmatch(url):
            url = shown.sub(where, url)
            title = _TITLE.search(attributes)
            named = " ".join(entities.unescape(title[1] or title[2] or "").split()) if title else ""
            said = f"{named or what} ({addresses.host(url).removeprefix('www.')})"
            return f'<p><a href="{entities.escape(url)}">{entities.escape(said)}</a></p>'
    return ""
