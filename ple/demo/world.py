"""The sample world: three sites with feeds, a room of long reads, and a web space of the learner's own.

One web server on the loopback interface serves it all. What it serves is written in ``sample/``; dates are days before
the present, so that it is never stale. It answers conditional requests as good publishers do.
"""

import datetime as dt
import hashlib
import json
import mimetypes
import threading
import tomllib
from dataclasses import dataclass
from email.utils import format_datetime
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import unquote, urlsplit

SITES = ("memory", "sky", "python")
_FEEDS = {
    "rss": ("feed.xml", "application/rss+xml"),
    "atom": ("feed.atom", "application/atom+xml"),
    "json": ("feed.json", "application/feed+json"),
}


@dataclass(frozen=True, slots=True)
class Post:
    """Something that somebody published."""

    address: str
    title: str
    author: str
    html: str
    tags: tuple[str, ...]
    published_at: dt.datetime
    description: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server says at one address."""

    media_type: str
    body: bytes

    @property
    def etag(self) -> str:
        """The validator of these bytes."""
        return f'"{hashlib.sha256(self.body).hexdigest()[:16]}"'


class World:
    """The sample world while it is served; a context manager. ``webspace`` is the folder behind :attr:`home`."""

    def __init__(self, webspace: Path, now: dt.datetime) -> None:
        self.webspace = webspace
        self._now = now.replace(minute=0, second=0, microsecond=0)
        self._server = _Server(("127.0.0.1", 0), self)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.home = f"{self.url}/~me/"
        self._answers: dict[str, Answer] = {}
        self._said = {name: _sample(name) for name in (*SITES, "room")}
        self.pages = [self._post("room", page) for page in self._said["room"]["pages"]]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        for name in SITES:
            self._publish(name, self._said[name]["entries"])
        for page in self.pages:
            self._answers[page.address] = _page(page, self._said["room"]["title"], f"{self.url}{page.address}")

    def __enter__(self) -> "World":
        """Serve it in a thread of its own."""
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def site(self, name: str) -> str:
        """Return the address of a site's first page, which names its feed."""
        return f"{self.url}/{name}/"

    def folder(self, name: str) -> str:
        """Return the folder that a learner would put a site's feed in."""
        return str(self._said[name]["folder"])

    def publish_later(self) -> str:
        """Let one site publish a new entry; return its title."""
        said = self._said["memory"]
        self._publish("memory", [said["later"], *said["entries"]])
        return str(said["later"]["title"])

    def answer(self, path: str) -> Answer | None:
        """Return what is at ``path``."""
        if path.startswith("/~me/"):
            return self._from_webspace(path.removeprefix("/~me/"))
        return self._answers.get(path)

    def _publish(self, name: str, entries: list[dict[str, Any]]) -> None:
        said = self._said[name]
        posts = [self._post(name, entry) for entry in entries]
        feed, media_type = _FEEDS[said["format"]]
        write = {"rss": self._rss, "atom": self._atom, "json": self._json}[said["format"]]
        for post in posts:
            self._answers[post.address] = _page(post, said["title"], f"{self.url}{post.address}")
        self._answers[f"/{name}/{feed}"] = Answer(media_type, write(name, said, posts).encode())
        items = "".join(f'<li><a href="{post.address}">{escape(post.title)}</a></li>' for post in posts)
        self._answers[f"/{name}/"] = _html(
            said["title"],
            f'<link rel="alternate" type="{media_type}" title="{escape(said["title"])}" href="/{name}/{feed}">',
            f"<h1>{escape(said['title'])}</h1><p>{escape(said['description'])}</p><ul>{items}</ul>",
        )

    def _post(self, name: str, said: dict[str, Any]) -> Post:
        from ple.web.text import markdown_html

        return Post(
            address=f"/{name}/{said['slug']}/",
            title=said["title"],
            author=said.get("author") or self._said[name]["author"],
            html=markdown_html(said["text"]),
            tags=tuple(said["tags"]),
            published_at=self._now - dt.timedelta(days=said["days"], hours=1),
            description=said.get("description", ""),
        )

    def _rss(self, name: str, said: dict[str, Any], posts: list[Post]) -> str:
        items = "".join(
            f"<item><title>{escape(post.title)}</title><link>{self.url}{post.address}</link>"
            f'<guid isPermaLink="true">{self.url}{post.address}</guid><dc:creator>{escape(post.author)}</dc:creator>'
            f"<pubDate>{format_datetime(post.published_at)}</pubDate>"
            + "".join(f"<category>{escape(tag)}</category>" for tag in post.tags)
            + f"<content:encoded>{escape(post.html)}</content:encoded></item>"
            for post in posts
        )
        return (
            '<?xml version="1.0" encoding="utf-8"?>'
            '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
            ' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
            f"<title>{escape(said['title'])}</title><link>{self.site(name)}</link>"
            f"<description>{escape(said['description'])}</description><language>en</language>{items}</channel></rss>"
        )

    def _atom(self, name: str, said: dict[str, Any], posts: list[Post]) -> str:
        entries = "".join(
            f"<entry><title>{escape(post.title)}</title><id>{self.url}{post.address}</id>"
            f'<link href="{self.url}{post.address}"/><updated>{post.published_at.isoformat()}</updated>'
            f"<published>{post.published_at.isoformat()}</published>"
            + "".join(f'<category term="{escape(tag)}"/>' for tag in post.tags)
            + f'<content type="html">{escape(post.html)}</content></entry>'
            for post in posts
        )
        return (
            '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">'
            f"<title>{escape(said['title'])}</title><subtitle>{escape(said['description'])}</subtitle>"
            f'<id>{self.site(name)}</id><link href="{self.site(name)}"/>'
            f'<link rel="self" href="{self.site(name)}feed.atom"/>'
            f"<author><name>{escape(said['author'])}</name></author>"
            f"<updated>{posts[0].published_at.isoformat()}</updated>{entries}</feed>"
        )

    def _json(self, name: str, said: dict[str, Any], posts: list[Post]) -> str:
        items = [
            {
                "id": f"{self.url}{post.address}",
                "url": f"{self.url}{post.address}",
                "title": post.title,
                "content_html": post.html,
                "date_published": post.published_at.isoformat(),
                "tags": list(post.tags),
            }
            for post in posts
        ]
        feed = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": said["title"],
            "description": said["description"],
            "home_page_url": self.site(name),
            "feed_url": f"{self.site(name)}feed.json",
            "authors": [{"name": said["author"]}],
            "language": "en",
            "items": items,
        }
        return json.dumps(feed, indent=1)

    def _from_webspace(self, path: str) -> Answer | None:
        path = unquote(path)
        wanted = (self.webspace / path).resolve()
        if wanted.is_dir():
            wanted /= "index.html"
        inside = wanted.is_relative_to(self.webspace.resolve()) and not any(p.startswith(".") for p in path.split("/"))
        if not inside or not wanted.is_file():
            return None
        return Answer(mimetypes.guess_type(wanted.name)[0] or "application/octet-stream", wanted.read_bytes())


def _sample(name: str) -> dict[str, Any]:
    return tomllib.loads((files("ple.demo") / "sample" / f"{name}.toml").read_text(encoding="utf-8"))


def _page(post: Post, site: str, url: str) -> Answer:
    said = {
        "description": post.description or " ".join(post.html.split("</p>")[0].removeprefix("<p>").split()),
        "author": post.author,
        "keywords": ", ".join(post.tags),
    }
    metas = "".join(f'<meta name="{name}" content="{escape(value)}">' for name, value in said.items())
    head = (
        f'{metas}<link rel="canonical" href="{url}"><meta property="og:site_name" content="{escape(site)}">'
        f'<meta property="og:title" content="{escape(post.title)}">'
        f'<meta property="article:published_time" content="{post.published_at.isoformat()}">'
    )
    body = (
        f'<header><a href="../">{escape(site)}</a></header><main><article><h1>{escape(post.title)}</h1>'
        f'<p class="byline">By {escape(post.author)}, <time datetime="{post.published_at.isoformat()}">'
        f"{post.published_at:%d %B %Y}</time></p>{post.html}</article></main>"
    )
    return _html(post.title, head, body)


def _html(title: str, head: str, body: str) -> Answer:
    page = (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>{head}</head>'
        f"<body>{body}</body></html>"
    )
    return Answer("text/html; charset=utf-8", page.encode())


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], world: World) -> None:
        super().__init__(address, _Handler)
        self.world = world

    def handle_error(self, *_: object) -> None:
        """Readers hang up; that is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "sample-world"
    sys_version = ""
    server: _Server

    def do_GET(self) -> None:
        answer = self.server.world.answer(urlsplit(self.path).path)
        if answer is None:
            self._say(404, Answer("text/plain; charset=utf-8", b"There is nothing here."))
        elif self.headers.get("If-None-Match") == answer.etag:
            self._say(304, answer)
        else:
            self._say(200, answer)

    do_HEAD = do_GET

    def _say(self, status: int, answer: Answer) -> None:
        self.send_response(status)
        self.send_header("ETag", answer.etag)
        if status != 304:
            self.send_header("Content-Type", answer.media_type)
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if status != 304 and self.command != "HEAD":
            self.wfile.write(answer.body)

    def log_message(self, *_: object) -> None:
        pass
