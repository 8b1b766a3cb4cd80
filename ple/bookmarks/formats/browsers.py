"""What browsers keep themselves: trees of bookmarks as JSON (Firefox, Chrome and its kin), and Firefox's database.

A profile's own files may be given as they lie there: ``Bookmarks`` of Chrome, Edge, Brave, Vivaldi; a backup of
Firefox, packed (``.jsonlz4``) or not; ``places.sqlite``.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from ple.bookmarks.formats.record import Record, parse_when

_DESCRIPTION = "bookmarkProperties/description"
_LONGEST = 200_000_000  # bytes that a packed backup may hold
_PLACES = """
    SELECT b.id, b.type, b.parent, b.title, b.dateAdded, b.guid, p.url FROM moz_bookmarks b
    LEFT JOIN moz_places p ON p.id = b.fk ORDER BY b.parent, b.position
"""
_ROOT_GUIDS = frozenset({"root________", "menu________", "toolbar_____", "unfiled_____", "mobile______"})


def is_firefox(value: Any) -> bool:
    """Return whether this is a backup of Firefox, or of one of its tools that write the same tree."""
    return isinstance(value, dict) and str(value.get("type", "")).startswith("text/x-moz-place")


def is_chrome(value: Any) -> bool:
    """Return whether this is the file ``Bookmarks`` of Chrome or a browser made of it."""
    return isinstance(value, dict) and isinstance(value.get("roots"), dict)


def is_bookmarkie(value: Any) -> bool:
    """Return whether this is a tree of bookmarks-converter."""
    return isinstance(value, dict) and value.get("special_folder") == "root" and "children" in value


def read_firefox(value: Any) -> Iterator[Record]:
    """Yield the bookmarks of a backup; tags that an old one keeps in folders of their own are given back."""
    tags: dict[str, list[str]] = defaultdict(list)
    for root in _children(value):
        if root.get("root") == "tagsFolder":
            for folder in _children(root):
                for node in _children(folder):
                    tags[_text(node.get("uri"))].append(_text(folder.get("title")))
    for node, path in _leaves(value, "title", lambda node: "root" in node, lambda n: n.get("root") == "tagsFolder"):
        url = _text(node.get("uri"))
        if not url:
            continue  # a separator
        notes = [
            _text(anno.get("value"))
            for anno in node.get("annos") or ()
            if isinstance(anno, dict) and anno.get("name") == _DESCRIPTION
        ]
        said = [tag.strip() for tag in _text(node.get("tags")).split(",")]
        yield Record(
            url,
            _text(node.get("title")),
            tuple(dict.fromkeys(filter(None, [*said, *tags.get(url, ())]))),
            "\n\n".join(notes),
            path,
            parse_when(str(node.get("dateAdded", ""))),
        )


def read_chrome(value: Any) -> Iterator[Record]:
    """Yield the bookmarks of a profile; its own names for the bar and the menu are no folders of the learner's."""
    for root in value["roots"].values():
        if isinstance(root, dict):
            for node, path in _leaves(root, "name", lambda _node: False):
                if node.get("type") == "url" or "url" in node:
                    yield Record(
                        _text(node.get("url")),
                        _text(node.get("name")),
                        folder=path,
                        saved_at=parse_when(str(node.get("date_added", ""))),
                    )


def read_bookmarkie(value: Any) -> Iterator[Record]:
    """Yield the bookmarks of a tree of bookmarks-converter."""
    for node, path in _leaves(value, "title", lambda node: "special_folder" in node):
        if "url" in node:
            tags = tuple(filter(None, (tag.strip() for tag in _text(node.get("tags")).split(","))))
            when = parse_when(str(node.get("date_added", "")))
            yield Record(_text(node["url"]), _text(node.get("title")), tags, folder=path, saved_at=when)


def read_database(data: bytes) -> Iterator[Record]:
    """Yield the bookmarks of ``places.sqlite``, or of a database of bookmarks-converter.

    Raises:
        ValueError: it is another database, or damaged.

    """
    connection = sqlite3.connect(":memory:")
    try:
        # The file of a running browser is in WAL mode, which a database in memory cannot be.
        connection.deserialize(data[:18] + b"\x01\x01" + data[20:])
        # not a view: that could be a question without end
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if {"moz_bookmarks", "moz_places"} <= names:
            yield from _of_places(connection)
        elif "bookmark" in names:
            yield from _of_bookmarkie(connection)
        else:
            raise ValueError("a database, but none of Firefox")
    except sqlite3.Error as error:
        raise ValueError("a damaged database") from error
    finally:
        connection.close()


def unpack(data: bytes) -> bytes:
    """Return what a ``.jsonlz4`` file of Firefox holds: one block of LZ4 behind a name and a size.

    Raises:
        ValueError: it is damaged, or larger than any backup.

    """
    size = int.from_bytes(data[8:12], "little")
    if size > _LONGEST or size > 255 * len(data) + 64:
        raise ValueError("it claims to be larger than it can be")
    out = bytearray()
    at, end = 12, len(data)
    while at < end:
        token = data[at]
        at += 1
        length, at = _length(data, token >> 4, at)
        out += data[at : at + length]
        at += length
        if at >= end:
            break
        offset = data[at] | data[at + 1] << 8 if at + 1 < end else 0
        length, at = _length(data, token & 15, at + 2)
        begin = len(out) - offset
        if offset == 0 or begin < 0 or len(out) + length + 4 > size:
            raise ValueError("a damaged block")
        length += 4
        if offset >= length:
            out += out[begin : begin + length]
        else:
            out += (out[begin:] * (length // offset + 1))[:length]
    if len(out) != size:
        raise ValueError("cut short")
    return bytes(out)


def _length(data: bytes, length: int, at: int) -> tuple[int, int]:
    if length == 15:
        while at < len(data):
            more = data[at]
            at += 1
            length += more
            if more != 255:
                break
    return length, at


def _of_places(connection: sqlite3.Connection) -> Iterator[Record]:
    rows = connection.execute(_PLACES).fetchall()
    folders = {id: (parent, _text(title), guid) for id, type, parent, title, _added, guid, _url in rows if type == 2}
    tags: dict[str, list[str]] = defaultdict(list)
    for _id, type, parent, _title, _added, _guid, url in rows:
        folder = folders.get(parent)
        if type == 1 and folder and folders.get(folder[0], (0, "", ""))[2] == "tags________":
            tags[url].append(folder[1])
    for _id, type, parent, title, added, _guid, url in rows:
        path: list[str] = []
        seen: set[int] = set()
        while parent in folders and parent not in seen and folders[parent][2] not in _ROOT_GUIDS:
            seen.add(parent)
            path.append("tags________" if folders[parent][2] == "tags________" else folders[parent][1])
            parent = folders[parent][0]
        if type == 1 and url and "tags________" not in path:
            when = parse_when(str(added or ""))
            yield Record(_text(url), _text(title), tuple(tags.get(url, ())), folder="/".join(path[::-1]), saved_at=when)


def _of_bookmarkie(connection: sqlite3.Connection) -> Iterator[Record]:
    rows = connection.execute(
        "SELECT id, parent_id, title, url, date_added, tags, special_folder FROM bookmark ORDER BY parent_id, id"
    ).fetchall()
    folders = {id: (parent, _text(title), special) for id, parent, title, url, _date, _tags, special in rows if not url}
    for _id, parent, title, url, added, tags, _special in rows:
        path: list[str] = []
        while parent in folders and len(path) < 100:
            if not folders[parent][2]:
                path.append(folders[parent][1])
            parent = folders[parent][0]
        if url:
            said = tuple(filter(None, (tag.strip() for tag in _text(tags).split(","))))
            when = parse_when(str(added or ""))
            yield Record(_text(url), _text(title), said, folder="/".join(path[::-1]), saved_at=when)


def _leaves(tree: Any, name: str, is_root: Any, skip: Any = None) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield what is no folder, in order, with the path to it; roots of the browser's own are not in the path."""
    waiting: list[tuple[dict[str, Any], str]] = [(node, "") for node in reversed(_children(tree))]
    while waiting:
        node, path = waiting.pop()
        if skip is not None and skip(node):
            continue
        if isinstance(node.get("children"), list):
            own = "" if is_root(node) else " ".join(_text(node.get(name)).replace("/", " ").split())
            inner = "/".join(filter(None, (path, own)))
            waiting += [(child, inner) for child in reversed(_children(node))]
        else:
            yield node, path


def _children(node: Any) -> list[dict[str, Any]]:
    found = node.get("children") if isinstance(node, dict) else None
    return [child for child in found if isinstance(child, dict)] if isinstance(found, list) else []


def _text(value: Any) -> str:
    return value.replace("\0", "") if isinstance(value, str) else ""
