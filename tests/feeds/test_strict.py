"""feedparser by shorter ways says what feedparser says: all of it, and not only what we keep."""

import hashlib
import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ple.feeds.parsing import _feedparser

ALL = bool(os.environ.get("PLE_TEST_ALL"))

# What both run; the other does so in a Python of its own, in which nothing was shortened.
SAYING = """
def saying(parse, body):
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": "https://example.org/feed"}
    try:
        said = parse(io.BytesIO(body), response_headers=headers, sanitize_html=False, resolve_relative_uris=False)
    except Exception as error:
        return repr(error)
    trouble = dict(said).pop("bozo_exception", None)
    rest = {name: value for name, value in dict(said).items() if name != "bozo_exception"}
    return f"{rest!r} {type(trouble)} {trouble}"
"""
UNTOUCHED = f"""
import hashlib, io, json, sys
import feedparser
{SAYING}
for line in sys.stdin:
    said = saying(feedparser.parse, bytes.fromhex(line))
    print(hashlib.sha256(said.encode("utf-8", "replace")).hexdigest())
"""
OURS: dict[str, Any] = {"io": io}
exec(SAYING, OURS)
ATOM = (
    b'<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title><entry><id>a</id><title>t</title>'
    b'<content type="html">&lt;p&gt;words&lt;/p&gt;</content></entry></feed>'
)


def both(bodies: list[bytes]) -> list[tuple[str, str]]:
    """Return a digest of what feedparser says of each, by shorter ways and by its own."""
    said = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", UNTOUCHED],
        input="\n".join(body.hex() for body in bodies), capture_output=True, text=True, check=True,
    )  # fmt: skip
    saying: Callable[..., str] = OURS["saying"]
    ours = [hashlib.sha256(saying(_feedparser(), body).encode("utf-8", "replace")).hexdigest() for body in bodies]
    return list(zip(ours, said.stdout.split(), strict=True))


ODD = {
    "elements that go by other names": (
        '<rss version="2.0"><channel><item><guid>a</guid><url>u</url><copyright>c</copyright></item></channel></rss>'
    ),
    "bases, languages, XHTML and pictures in it": (
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="/a/" xml:lang="de"><entry xml:base="b/"><link href="c"/>'
        '<title xml:lang="">t</title><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>x<svg '
        'xmlns="http://www.w3.org/2000/svg"><title>s</title></svg></p></div></content></entry></feed>'
    ),
    "a prefix that means something else in between": (
        '<rss xmlns:a="http://purl.org/dc/elements/1.1/"><channel><item><a:creator>A (a@b.c)</a:creator>'
        '<x:y xmlns:x="http://search.yahoo.com/mrss/" xmlns:a="urn:z"><a:creator>B</a:creator></x:y>'
        "<a:creator>C</a:creator></item></channel></rss>"
    ),
    "another RSS, and letters of Windows": (
        '<rss xmlns="http://backend.userland.com/rss2"><channel><title>t</title><item><title>Tom &amp;amp; '
        "\x92s Ã¼ber</title><description>a &lt;b&gt;b&lt;/b&gt; \x80</description></item></channel></rss>"
    ),
    "what it does not know, and what trips it": (
        '<rss><channel><item><strange one="1" Two="2"/><b:strange xmlns:b="urn:b" b:c="d"/><pubDate>x</pubDate>'
        '<psc:chapters xmlns:psc="http://podlove.org/simple-chapters"><psc:chapter start="1"/></psc:chapters>'
        "</item><textInput><name>n</name></textInput><image><url>u</url><width>x</width></image></channel></rss>"
    ),
    "markup that is not escaped": (
        "<rss><channel><item><title>t</title><description>a<div>b</div><math>c</math></description></item>"
        "</channel></rss>"
    ),
    "ill-formed": "<rss><channel><item><title>t</item></channel></rss>",
}


def test_the_shorter_ways_change_nothing_of_what_is_odd() -> None:
    digests = both([feed.encode() for feed in ODD.values()])
    assert [name for name, (ours, theirs) in zip(ODD, digests, strict=True) if ours != theirs] == []


def test_whoever_else_asks_feedparser_in_this_process_reads_it_as_always() -> None:
    strict_way = _feedparser()
    entry = strict_way(ATOM).entries[0]
    assert (entry.content[0].value, entry.title_detail.type) == ("<p>words</p>", "text/plain")
    with pytest.raises(AttributeError):
        entry.content[0].nothing  # noqa: B018 - asked for what is not there


@pytest.mark.real
def test_the_shorter_ways_change_nothing_of_any_real_feed(shared_data: Path) -> None:
    files = [
        path
        for path in sorted((shared_data / "feeds").rglob("*"))
        if path.suffix in (".xml", ".rss", ".atom", ".rdf") and path.is_file()
    ]
    files = files if ALL else files[::24]
    digests = both([path.read_bytes() for path in files])
    assert [path for path, (ours, theirs) in zip(files, digests, strict=True) if ours != theirs] == []
