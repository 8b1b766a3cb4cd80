"""What other parsers' own cases expect, compared with what we would store: feedparser's, feed-rs's, podcastparser's.

A tenth of them runs here; all of them with PLE_TEST_ALL=1, which is when the scores mean something.
"""

import ast
import calendar
import datetime as dt
import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ple.feeds.errors import FeedError
from ple.feeds.parsing import parse
from ple.feeds.publication import ParsedEntry, ParsedFeed
from ple.web import addresses, text

pytestmark = pytest.mark.real
ALL = bool(os.environ.get("PLE_TEST_ALL"))
EXPECT = re.compile(r"Expect:\s*(.+?)\s*-->", re.S)
HEADER = re.compile(r"Header:\s*([\w-]+):\s*(.+)")


def some(files: list[Path]) -> list[Path]:
    return files if ALL else files[::10]


def letters(said: str) -> str:
    """Return what is read, without white space and markup."""
    return "".join(text.plain(text.safe_html(said)).split())


def same(kind: str, expected: Any, ours: Any) -> bool:
    if kind == "url":
        return ours is not None and addresses.key(str(expected)) == addresses.key(ours)
    if kind == "text":
        wanted = {letters(str(expected)), "".join(str(expected).split())}
        return any("".join(each.split()) in wanted or letters(each) in wanted for each in ours)
    if kind == "date":
        return ours is not None and calendar.timegm(tuple(expected)) == int(ours.timestamp())
    return expected == ours


ENTRY_TEXT = {"title", "title_detail"}
SUMMARY = {"description", "summary", "description_detail", "summary_detail"}


def ours_of(feed: ParsedFeed, path: tuple[Any, ...]) -> tuple[str, Any] | None:
    """Return the kind of a value that feedparser gives at ``path``, and ours; none for what we do not keep."""
    match path:
        case ("version",):
            return "value", feed.format
        case ("feed" | "channel", "title") | ("feed" | "channel", "title_detail", "value"):
            return "text", [feed.title]
        case ("feed" | "channel", "link"):
            return "url", feed.site_url
        case ("feed" | "channel", "description" | "subtitle" | "tagline"):
            return "text", [feed.description]
        case ("feed" | "channel", "description_detail" | "subtitle_detail" | "tagline_detail", "value"):
            return "text", [feed.description]
        case ("feed" | "channel", "author"):
            return "text", [feed.author or ""]
        case ("feed" | "channel", "ttl"):
            return "text", [str(feed.ttl_minutes)]
        case ("entries" | "items", int(n), *rest) if n < len(feed.entries):
            return ours_of_entry(feed.entries[n], tuple(rest))
    return None


def ours_of_entry(entry: ParsedEntry, path: tuple[Any, ...]) -> tuple[str, Any] | None:
    match path:
        case ("title",) | ("title_detail", "value"):
            return "text", [entry.title]
        case ("link",):
            return "url", entry.url
        case ("id" | "guid",):
            return "text", [entry.guid or ""]
        case ("author",):
            return "text", [entry.author or ""]
        case ("description" | "summary",) | ("description_detail" | "summary_detail", "value"):
            return "text", [entry.summary, entry.html, entry.text]
        case ("content", 0, "value"):
            return "text", [entry.html, entry.text]
        case ("comments",):
            return "url", entry.comments_url
        case ("published_parsed" | "issued_parsed",):
            return "date", entry.published_at
        case ("updated_parsed" | "modified_parsed" | "date_parsed",):
            return "date", entry.updated_at
        case ("enclosures", int(n), "href" | "url") if n < len(entry.enclosures):
            return "url", entry.enclosures[n].url
        case ("enclosures", int(n), "type") if n < len(entry.enclosures):
            return "text", [entry.enclosures[n].media_type]
        case ("tags", int(n), "term") if n < len(entry.categories):
            return "text", list(entry.categories)
    return None


def expectations(said: str) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Yield the values that an expectation names, with their paths."""
    tree = ast.parse(said, mode="eval").body
    for part in tree.values if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And) else [tree]:
        if isinstance(part, ast.Compare) and len(part.ops) == 1 and isinstance(part.ops[0], ast.Eq):
            try:
                yield path_of(part.left), ast.literal_eval(part.comparators[0])
            except ValueError:
                continue


def path_of(node: ast.expr) -> tuple[Any, ...]:
    match node:
        case ast.Name(name):
            return (name,)
        case ast.Subscript(value, ast.Constant(key)):
            return (*path_of(value), key)
        case ast.Attribute(value, name):
            return (*path_of(value), name)
    raise ValueError


def test_the_wellformed_cases_of_feedparser_get_what_they_expect(shared_data: Path) -> None:
    folder = shared_data / "feeds" / "kurtmckee__feedparser" / "tests" / "wellformed"
    agreed, against = Counter[str](), []
    for path in some(sorted(folder.rglob("*.xml"))):
        body = path.read_bytes()
        head = body[:4000].decode("utf-8", "replace")
        found = EXPECT.search(head)
        if not found:
            continue
        headers = {name.lower(): value.strip() for name, value in HEADER.findall(head)}
        url = headers.get("content-location", "")
        url = url if url.startswith("http") else "http://127.0.0.1:8097/" + path.name
        try:
            wanted = list(expectations(found[1]))
            feed = parse(url, body, headers.get("content-type"))
        except (SyntaxError, FeedError) as error:
            wanted, feed = [], None
            if isinstance(error, FeedError):
                against.append((path, "unread", str(error)))
        for where, expected in wanted:
            if expected is None or feed is None or (ours := ours_of(feed, where)) is None:
                agreed["not kept"] += 1
            elif ours[0] == "url" and not str(expected).startswith(("http://", "https://")):
                agreed["not kept"] += 1  # we keep web addresses only, and make relative ones absolute
            elif same(ours[0], expected, ours[1]):
                agreed["agreed"] += 1
            else:
                against.append((path.relative_to(folder), where, (expected, ours[1])))
    explained = [next((why for what, why in REASONS.items() if re.search(what, str(each[0]))), "") for each in against]
    kept = agreed["agreed"] + len(against)
    print(
        f"\nfeedparser: {agreed['agreed']:,} of {kept:,} values agree ({agreed['agreed'] / kept:.1%}); "
        f"{agreed['not kept']:,} are not kept"
    )
    for why, number in Counter(explained).items():
        print(f"   {number} not: {why or 'without a reason'}")
    unexplained = [each for each, why in zip(against, explained, strict=True) if not why]
    assert agreed["agreed"] >= 0.99 * (agreed["agreed"] + len(unexplained)), unexplained
    assert agreed["agreed"] >= 0.99 * kept or not ALL


REASONS = {
    "not_a_doctype|xml_declaration_unexpected|nested_cdata": "broken markup is read as browsers read it",
    "author_map_author": "the name of an author is kept, not the address beside it",
    "category_term": "a category is called by its label, which is for people, before its term",
    "entry_id_": "an id that is an address is resolved by that of the feed, which the case has none of",
    "content_location-relative": "the address of a feed is never relative here",
}


def score(name: str, files: list[Path], compare: Any, least: float = 0.98) -> None:
    """Compare what other parsers' results say with ours, field by field, and print the score."""
    agreed, of, against = Counter[str](), Counter[str](), []
    for path in files:
        results = [path.with_suffix(".json"), path.with_suffix(".serde.json")]
        result = next((each for each in results if each.exists()), None)
        if result is None:
            continue
        try:
            feed = parse("https://example.org/feed", path.read_bytes())
        except FeedError:
            of["read"] += 1
            continue
        for field, expected, ours in compare(json.loads(result.read_text(encoding="utf-8")), feed):
            of[field] += 1
            same_again = expected == ours or (bool(expected) and letters(str(expected)) == letters(str(ours)))
            agreed[field] += same_again
            if not same_again:
                against.append(f"{path.name}: {field}: {expected!r}, ours {ours!r}")
    said = ", ".join(f"{field} {agreed[field]}/{of[field]}" for field in of)
    print(f"\n{name}: {agreed.total():,} of {of.total():,} values agree: {said}")
    for each in against:
        print(f"   not: {each}")
    assert agreed.total() >= least * of.total()


def said_by(value: Any) -> str:
    return (value or {}).get("content") or (value or {}).get("body") or ""


def test_the_cases_of_feed_rs_get_what_they_expect(shared_data: Path) -> None:
    def compare(said: Any, feed: ParsedFeed) -> Iterator[tuple[str, Any, Any]]:
        if "entries" not in said:
            return  # the source of a JSON Feed, and no result
        yield "title of the feed", said_by(said["title"]), feed.title
        yield "description of the feed", said_by(said["description"]), feed.description
        yield "language of the feed", (said["language"] or "").lower(), (feed.language or "").lower()
        if site := next((each["href"] for each in said["links"] if each["rel"] in (None, "alternate")), None):
            yield "site of the feed", addresses.key(site), addresses.key(feed.site_url or "")
        if said["ttl"]:
            yield "ttl", said["ttl"], feed.ttl_minutes
        yield "entries", len(said["entries"]), len(feed.entries)
        for theirs, entry in zip(said["entries"], feed.entries, strict=False):
            yield "title", said_by(theirs["title"]), entry.title
            if entry.guid and not re.fullmatch("[0-9a-f]{32}", theirs["id"]):  # of its own making
                yield "id", theirs["id"], entry.guid.removeprefix("https://example.org/")  # ours are addresses
            if theirs["published"]:
                yield "date", dt.datetime.fromisoformat(theirs["published"]).replace(microsecond=0), entry.published_at
            if theirs["links"] and theirs["links"][0]["href"].startswith("http"):
                yield "link", addresses.key(theirs["links"][0]["href"]), addresses.key(entry.url or "")
            if names := [author["name"] for author in theirs["authors"]]:
                yield "author", ", ".join(names).partition(" (mailto:")[0], entry.author or ""
            if words := said_by(theirs["content"]) or said_by(theirs["summary"]):
                yield "words", words, entry.html or entry.text
            for each in theirs["categories"]:
                yield "category", True, bool({each["term"], each["label"]} & set(entry.categories))
            for file in [file for media in theirs["media"] for file in media["content"] if file["url"]]:
                ours = {addresses.key(each.url) for each in entry.enclosures}
                yield "file", True, addresses.key(file["url"]) in ours

    folder = shared_data / "feeds" / "feed-rs__feed-rs"
    files = sorted(each for kind in ("*.xml", "*.json") for each in folder.rglob(kind) if ".serde" not in each.name)
    score("feed-rs", some(files), compare)


def test_the_cases_of_podcastparser_get_what_they_expect(shared_data: Path) -> None:
    def compare(said: Any, feed: ParsedFeed) -> Iterator[tuple[str, Any, Any]]:
        if feed.title:  # it calls one without a title by the name of its file
            yield "title of the feed", said.get("title", ""), feed.title
        for name, ours in (("description", feed.description), ("language", feed.language), ("link", feed.site_url)):
            if said.get(name, "").startswith("http"):
                yield f"{name} of the feed", addresses.key(said[name]), addresses.key(ours or "")
            elif said.get(name) and name != "link":
                yield f"{name} of the feed", said[name], ours or ""
        if (cover := said.get("cover_url", "")).startswith("http"):
            yield "picture of the feed", cover, feed.icon_url
        episodes = {entry.guid or "": entry for entry in feed.entries}
        for theirs in said["episodes"]:
            entry = episodes.get(theirs["guid"])
            if entry is None:  # it takes the address of the file for an id, and leaves out what has no file
                continue
            yield "title", theirs["title"], entry.title
            if theirs["published"]:
                yield "date", theirs["published"], int(entry.published_at.timestamp()) if entry.published_at else None
            for file in theirs["enclosures"][:1]:
                ours = entry.enclosures[0].url if entry.enclosures else ""
                yield "file", addresses.key(file["url"]), addresses.key(ours)
                if file["file_size"] > 0 and entry.enclosures:
                    yield "size", file["file_size"], entry.enclosures[0].size_bytes
            if theirs["total_time"] and entry.enclosures:
                yield "length", theirs["total_time"], entry.enclosures[0].seconds
            if theirs["link"].startswith("http"):
                yield "link", addresses.key(theirs["link"]), addresses.key(entry.url or "")
            if words := theirs.get("description_html") or theirs.get("description"):
                yield "words", words, entry.html or entry.text or entry.summary
            for name, value in (
                ("number", entry.episode), ("season", entry.season), ("chapters_json_url", entry.chapters_url),
                ("transcript_url", entry.transcript_url), ("episode_art_url", entry.image_url),
                ("itunes_author", entry.author),
            ):  # fmt: skip
                if theirs.get(name):
                    yield name, theirs[name], value

    folder = shared_data / "feeds" / "gpodder__podcastparser"
    score("podcastparser", some(sorted(folder.rglob("*.rss"))), compare)
