"""Telling others of a work, and what they answer: Webmentions, Mastodon, Micropub, WordPress."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ple.library import InvalidInput
from ple.portfolio.echoes.announcing import Announcements
from ple.portfolio.echoes.discovery import endpoint_in_header, endpoint_in_page, links_of
from ple.portfolio.echoes.networks import AnnounceError
from ple.portfolio.echoes.webmentions import Webmentions
from tests.publishing.conftest import Learner
from tests.servers.echoes import Network, network

BASE = "https://webmention.rocks/test/1"


@pytest.fixture
def net() -> Iterator[Network]:
    with network() as it:
        yield it


@pytest.fixture
def told(learner: Learner, net: Network, tmp_path: Path) -> Any:
    """A learner whose published work links to three pages, on a site that is on this machine like they are."""
    learner.portfolio.init(url="http://127.0.0.1:9/site/")
    net.pages["/by-header"] = (200, {"Link": f"<{net.url}/webmention?a=1>; rel=webmention"}, "<p>x</p>")
    net.pages["/by-page"] = (
        200,
        {},
        '<body><!-- <link rel="webmention" href="/no"> --><a rel="x webmention" href="/webmention">w</a>',
    )
    net.pages["/nobody"] = (200, {}, "<p>x</p>")
    links = " ".join(f"[{name}]({net.url}/{name})" for name in ("by-header", "by-page", "nobody"))
    learner.show("Linking", f"See {links} and [mine](http://127.0.0.1:9/site/work/sleep/).")
    return learner


def publish(learner: Learner, folder: Path) -> None:
    if not (folder / "pages.git").exists():
        subprocess.run(["git", "init", "-q", "--bare", folder / "pages.git"], check=True)
    learner.publishing.publish(learner.publishing.keep(str(folder / "pages.git")).name)


def door(learner: Learner) -> Webmentions:
    return Webmentions(learner.shelf._library, learner.portfolio, learner.client, learner.secrets)


def accounts(learner: Learner) -> Announcements:
    return Announcements(learner.shelf._library, learner.portfolio, learner.client, learner.secrets)


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("</wm>; rel=webmention", "https://webmention.rocks/wm"),
        ('<wm?x=1>; rel="webmention somethingelse"', "https://webmention.rocks/test/wm?x=1"),
        ('<https://a.example/other>; rel="other", <https://a.example/wm>; rel="webmention"', "https://a.example/wm"),
        ("</wm>; REL=WebMention", "https://webmention.rocks/wm"),
        ('</wm>; rel="not-webmention"', None),
        ("", None),
    ],
)  # fmt: skip
def test_a_receiver_is_found_in_the_header(header: str, found: str | None) -> None:
    assert endpoint_in_header(header, BASE) == found


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ('<link rel="webmention" href="/wm">', "https://webmention.rocks/wm"),
        ('<a rel="webmention" href="wm?query=yes">x</a>', "https://webmention.rocks/test/wm?query=yes"),
        ('<link rel="webmention" href="">', BASE),
        ('<link rel="webmention"><a href="/wm" rel="webmention">x</a>', "https://webmention.rocks/wm"),
        ('<!-- <a rel="webmention" href="/no"></a> --><a rel="webmention" href="/wm">x</a>', "https://webmention.rocks/wm"),
        ('&lt;a rel="webmention" href="/no"&gt;&lt;/a&gt;', None),
        ('<link rel="not-webmention" href="/no"><a rel="webmention" href="/wm">x</a>', "https://webmention.rocks/wm"),
        ("", None),
    ],
)  # fmt: skip
def test_a_receiver_is_found_in_the_page(page: str, found: str | None) -> None:
    assert endpoint_in_page(page, BASE) == found


def test_only_a_works_own_links_are_told() -> None:
    page = (
        '<nav><a href="https://n.example/">n</a></nav><article class="work h-entry"><a href="https://a.example/x#y">a</a>'
        '<a href="https://me.example/z">own</a><a rel="license" href="https://cc.example/">l</a>'
        '<a href="mailto:a@b">m</a></article>'
    )
    assert links_of(page, "https://me.example/") == ["https://a.example/x"]


def test_pages_are_told_once_and_again_when_something_changed(told: Learner, net: Network, tmp_path: Path) -> None:
    mentions = door(told)
    assert mentions.due() == [], "nothing is published yet"
    publish(told, tmp_path)
    assert net.mentions == [], "nobody is told before it is asked for"
    assert len(mentions.due()) == 3
    done = {one.target.rpartition("/")[2]: one.state for one in mentions.send()}
    assert done == {"by-header": "taken", "by-page": "taken", "nobody": "nobody"}
    source = "http://127.0.0.1:9/site/work/linking/"
    assert net.mentions == [(source, f"{net.url}/by-header"), (source, f"{net.url}/by-page")]
    assert ("POST", "/webmention?a=1") in net.asked
    assert mentions.due() == []

    told.portfolio.init(title="Another title of the site")
    publish(told, tmp_path)
    assert mentions.due() == [], "the work says what it said"
    shown = told.portfolio.artifact(told.ids[-1]).source_id
    assert shown is not None
    document = told.shelf.says[shown]
    from dataclasses import replace

    words = f"Only [one]({net.url}/by-page) now."
    told.shelf.says[shown] = replace(document, text=words, markdown=words)
    told.portfolio.edit(told.ids[-1], why="Changed")
    publish(told, tmp_path)
    due = {one.target.rpartition("/")[2]: one.state for one in mentions.due()}
    assert due == {"by-page": "due", "by-header": "withdraw"}
    assert {one.state for one in mentions.send()} == {"taken", "withdrawn"}
    assert len(net.mentions) == 4
    assert mentions.due() == []


def test_a_public_site_does_not_lead_into_the_learners_network(told: Learner, net: Network, tmp_path: Path) -> None:
    told.portfolio.init(url="https://192.0.2.1/site/")
    publish(told, tmp_path)
    done = list(door(told).send())
    assert {one.state for one in done} == {"failed"}
    assert net.asked == []


def test_what_others_said_is_on_the_page_when_it_is_allowed(learner: Learner, tmp_path: Path) -> None:
    mf2py: Any = pytest.importorskip("mf2py")
    learner.portfolio.build()
    target = "https://ada.example.org/portfolio/work/sleep/"
    rows = [
        {
            "type": "entry", "wm-property": "in-reply-to", "wm-target": target, "url": "https://b.example/1",
            "published": "2026-11-20T10:00:00Z", "author": {"name": "<script>Ben", "url": "javascript:alert(1)"},
            "content": {"text": "I agree <img src=x onerror=alert(1)>\u202e", "html": "<script>alert(1)</script>"},
        },
        {"type": "entry", "wm-property": "like-of", "wm-target": target + "?x=1", "wm-source": "https://c.example/2"},
        {"wm-target": "https://ada.example.org/portfolio/work/none/", "url": "https://d.example/"},
        {"wm-target": target, "url": "javascript:alert(1)"},
        "nonsense",
    ]  # fmt: skip
    mentions = door(learner)
    said = json.dumps({"type": "feed", "children": rows}).encode()
    assert mentions.receive(said) == (2, 0, 3)
    assert mentions.receive(said) == (0, 2, 3)
    learner.portfolio.build()
    page = learner.site["work/sleep/index.html"].decode()
    assert "I agree" not in page
    for one in mentions.responses():
        mentions.allow(one.id)
    learner.portfolio.build()
    page = learner.site["work/sleep/index.html"].decode()
    assert "<script>Ben" not in page
    assert "onerror=alert" not in page.replace("onerror=alert(1)&gt;", "")
    assert "javascript:" not in page
    (entry,) = [one for one in mf2py.parse(doc=page)["items"] if "h-entry" in one["type"]]
    assert entry["properties"]["comment"][0]["properties"]["url"] == ["https://b.example/1"]
    assert entry["properties"]["like"][0]["properties"]["url"] == ["https://c.example/2"]
    mentions.allow(mentions.responses()[0].id, False)
    learner.portfolio.build()
    assert "c.example" not in learner.site["work/sleep/index.html"].decode()
    with pytest.raises(InvalidInput):
        mentions.receive(b"<html>")


@pytest.mark.parametrize("kind", ["mastodon", "micropub", "wordpress"])
def test_a_work_is_announced_once_with_the_text_that_was_seen(learner: Learner, net: Network, kind: str) -> None:
    net.pages["/"] = (200, {}, '<link rel="micropub" href="/micropub">')
    learner.portfolio.edit(learner.ids[0], why="What forgetting looks like, drawn from a week of notes. " * 5)
    learner.portfolio.build()
    door = accounts(learner)
    door.keep(kind, net.url, name="mine", user="ada", secret="secret-token")
    seen = door.preview(learner.ids[0], "mine")
    assert "https://ada.example.org/portfolio/work/spaced-practice/" in seen.text
    if kind == "mastodon":
        assert "#memory" in seen.text
    net.lose = 1 if kind != "micropub" else 0
    if net.lose:
        with pytest.raises(AnnounceError):
            door.announce(learner.ids[0], "mine")
    done = door.announce(learner.ids[0], "mine")
    assert done.text == seen.text
    assert done.url
    assert door.announce(learner.ids[0], "mine").url == done.url
    assert len(net.statuses) + len(net.posts) == 1, "a lost answer is no second announcement"
    if kind == "mastodon":
        assert next(iter(net.statuses.values()))["status"] == seen.text
    learner.portfolio.build()
    page = learner.site["work/spaced-practice/index.html"].decode()
    assert f'class="u-syndication" rel="syndication noopener noreferrer" href="{done.url}"' in page


def test_what_nobody_could_read_is_not_announced(learner: Learner, net: Network) -> None:
    learner.portfolio.build()
    door = accounts(learner)
    door.keep("mastodon", net.url, name="mine", secret="secret-token")
    with pytest.raises(InvalidInput, match="nobody could read it"):
        door.preview(learner.ids[2], "mine")
    with pytest.raises(InvalidInput, match="characters"):
        door.preview(learner.ids[0], "mine", text="x" * 151)
    door.keep("mastodon", net.url, name="mine", secret="wrong")
    with pytest.raises(AnnounceError, match="does not know you"):
        door.announce(learner.ids[0], "mine")
    assert net.statuses == {}


def test_an_announcement_names_nothing_private(learner: Learner) -> None:
    learner.show("Kept back", "Mine", visibility="private")
    id = learner.show("Kept back begins", "[[Kept back]] begins")
    learner.portfolio.edit(id, why="After [[Kept back]] and [[Sleep]].")
    learner.portfolio.build()
    door = accounts(learner)
    door.keep("wordpress", "https://blog.example/", name="mine", user="noor", secret="secret")
    said = door.preview(id, "mine")
    assert "Kept back" not in said.text + said.title
    assert said.text.startswith("a private note begins\n\nAfter a private note and Sleep.")
