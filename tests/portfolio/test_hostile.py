"""What is private is in no file, whatever links to it; what was published answers for ever, whatever becomes of it."""

import os
import random
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from html import unescape
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest

from ple.library import Library, NotFound
from ple.portfolio import Portfolio
from ple.portfolio.serve import serving
from tests.portfolio.conftest import Shelf, all_of, short_lists, tree

EVERYTHING = bool(os.environ.get("PLE_TEST_ALL"))
MANY = 200 if EVERYTHING else 12


@pytest.fixture
def library(sqlite_environment: Any) -> Library:
    """Pages are the same on every database."""
    library: Library = sqlite_environment.library
    return library


def test_of_what_is_private_no_word_is_in_any_file(portfolio: Portfolio, shelf: Shelf) -> None:
    pick = random.Random(5)
    sides = ("private", "unlisted", "public")
    names = {side: [f"{side}canary{n:03}word" for n in range(MANY)] for side in sides}
    sources = {
        name: shelf.put(f"Title {name}", kind=pick.choice(["journal", "bookmark"]), tags=[f"tag{name}"], url=f"https://x.example/{name}")
        for side in sides
        for name in names[side]
    }  # fmt: skip
    for side in sides:
        for name in names[side]:
            to = [pick.choice(names[other]) for other in sides]
            links = " ".join(f"[[Title {other}]] #{sources[other]}" for other in to)
            document = shelf.says[sources[name]]
            said = f"text{name} {links}"
            own = document.kind == "journal"
            shelf.says[sources[name]] = replace(
                document, markdown=said if own else None, text="" if own else f"x{name}"
            )
            portfolio.add(
                sources[name], visibility=side, why=f"why{name} [[Title {to[0]}]]", reflection=links,
                page=f"page{name}", skills=[f"skill{name}"], sources=links, feedback=links, licence=f"licence{name}",
            )  # fmt: skip
    for kind in ("collection", "search"):  # they hold everything, and ask to show it
        side = "unlisted" if kind == "search" else "public"
        portfolio.add(shelf.put(f"Whole {kind}", "All.", kind=kind, tags=["all"]), visibility=side, why="All of it.")
    portfolio.init(about=f"[[Title {names['private'][0]}]] [[Title {names['unlisted'][0]}]]")
    portfolio.build()
    assert [len(one.works) for one in portfolio.collections() if one.id] == [len(names["public"])] * 2
    everything = all_of(portfolio.folder)
    assert "privatecanary" not in everything
    hidden = nothing_hidden_is_named(portfolio)
    assert len(hidden) == MANY + 1
    assert not [finding for finding in portfolio.check() if finding.serious]

    with serving(portfolio.folder) as address:
        assert not [one for one in answers(address, hidden).values() if one.startswith(("status", "leads"))]
        assert answers(address, ["u/", "u/" + "0" * 32 + "/"]) == {
            "u/": "Nothing to see here", f"u/{'0' * 32}/": "status 404"
        }  # fmt: skip

    # what changes sides later: an address that was public may have been seen and is kept, but no word of it is
    by_source = {one.source_id: one for one in portfolio.artifacts()}
    now_private = names["public"][::3] + names["unlisted"][::3]
    for name in now_private:
        portfolio.edit(by_source[sources[name]].id, visibility="private")
    for name in names["private"][::3]:
        portfolio.edit(by_source[sources[name]].id, visibility="unlisted")
    portfolio.build()
    said = "\n".join(content.decode() for content in tree(portfolio.folder).values())
    for name in now_private:
        for word in (f"text{name}", f"why{name}", f"licence{name}", f"Title {name}", f"x{name}", f"skill{name}"):
            assert word not in said
    assert not [name for name in set(names["private"]) - set(names["private"][::3]) if name in said]
    nothing_hidden_is_named(portfolio)
    assert tree(portfolio.folder) == built_anew(portfolio)


def nothing_hidden_is_named(portfolio: Portfolio) -> set[str]:
    """Look at every file: what is unlisted is named on its own page alone; return the addresses of these."""
    unlisted = {one.address: one.title for one in portfolio.artifacts(visibility="unlisted")}
    hidden = {address: title for address, title in unlisted.items() if address and address.startswith("u/")}
    for path, content in tree(portfolio.folder).items():
        folder = path.removesuffix("index.html")
        said = content.decode()
        own = {hidden[folder].removeprefix("Title ")} if folder in hidden else set()
        for word in set(re.findall(r"(?:unlisted|private)canary\d+word", said)) - own:
            assert f"Title {word}" not in hidden.values(), path
        assert not any(address in said for address in hidden if address != folder), path
    return set(hidden)


def built_anew(portfolio: Portfolio) -> dict[str, bytes]:
    """Return the site as it is when it is built with nothing remembered."""
    for cache in portfolio.folder.parent.glob("site.cache*"):
        cache.unlink()
    other = portfolio.folder.with_name("anew")
    portfolio.build(other)
    return tree(other)


def answers(address: str, paths: Iterable[str]) -> dict[str, str]:
    """Ask a real server for pages; return what each says, or that it is not there."""
    host = urlsplit(address)
    connection = HTTPConnection(host.hostname or "", host.port)
    found = {}
    for path in paths:
        connection.request("GET", f"{host.path}{path}")
        answer = connection.getresponse()
        said = answer.read().decode()
        if answer.status != 200:
            found[path] = f"status {answer.status}"
        elif goes := re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', said):
            to = urljoin(f"/{path}", goes[1]).removeprefix("/")
            found[path] = f"leads to {to}"
        else:
            found[path] = unescape(re.findall(r"<h1[^>]*>(.*?)</h1>", said, re.S)[0])
    connection.close()
    return found


def test_every_address_that_was_ever_published_still_answers(
    portfolio: Portfolio, shelf: Shelf, library: Library
) -> None:
    short_lists(portfolio)
    pick = random.Random(11)
    kinds = ["journal"] * 10 + ["collection", "search"]
    sources = [
        shelf.put(f"Work {n}", f"[[Work {pick.randrange(12)}]]", kind=kind, tags=[f"t{n % 4}"])
        for n, kind in enumerate(kinds)
    ]
    ever: set[str] = {""}

    def of(source: int) -> int:
        try:
            return portfolio.artifact(source).id
        except NotFound:  # not yet, or not any more since that was undone
            return portfolio.add(source, visibility="unlisted" if source % 3 else "public").id

    def again(source: int) -> None:
        portfolio.remove([of(source)])
        of(source)

    steps: list[Callable[[int], object]] = [
        lambda source: portfolio.edit(of(source), title=f"Title {pick.randrange(10**6)}"),
        lambda source: portfolio.edit(of(source), tags=pick.sample(["a", "b", "c", "d", "e", f"t {source}"], 2)),
        lambda source: portfolio.edit(of(source), skills=pick.sample(["x", "y", "z"], 1), page=pick.choice("PQRS")),
        lambda source: portfolio.edit(of(source), visibility="public"),
        lambda source: portfolio.edit(of(source), visibility=pick.choice(["private", "unlisted"])),
        lambda source: portfolio.edit(of(source), reflection=f"Words {pick.random()} [[Work {pick.randrange(12)}]]"),
        again,
        lambda _source: library.undo(),
    ]
    count = 500 if EVERYTHING else 40
    portfolio.build()
    with serving(portfolio.folder) as address:
        for step in range(1, count + 1):
            pick.choice(steps[:-1] if step % 17 else steps)(pick.choice(sources))
            if step % (5 if EVERYTHING else 10) == 0:
                portfolio.build()
                ever |= {path.removesuffix("index.html") for path in tree(portfolio.folder) if path.endswith(".html")}
                said = answers(address, sorted(ever))
                assert not {path: one for path, one in said.items() if one.startswith("status")}, step
                for path, one in said.items():
                    if one.startswith("leads to "):
                        assert not said[one.removeprefix("leads to ")].startswith("leads to"), (step, path)
    assert len(ever) > 20
    assert {"Withdrawn", "Nothing stands here now"} <= set(said.values())
    assert any(one.startswith("leads to") for one in said.values()) or not EVERYTHING
