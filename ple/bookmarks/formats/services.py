"""JSON of services that keep bookmarks: one small reader for each.

None of them says what it is, so each is known by the fields that only it has.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from ple.bookmarks.formats import csl
from ple.bookmarks.formats.record import Quotation, Record, parse_when

Rows = list[dict[str, Any]]


def is_pinboard(value: Any) -> bool:
    """Return whether this is a list of Pinboard's, or of its many imitators."""
    return _rows_with(value, "href", "description")


def read_pinboard(value: Any) -> Iterator[Record]:
    """Yield the posts; ``description`` is the title, ``extended`` the note. A tag with a dot in front is private."""
    for post in value:
        tags = post.get("tags", "")
        yield Record(
            _text(post.get("href")),
            _text(post.get("description")),
            tuple(tags.split()) if isinstance(tags, str) else _texts(tags),
            _text(post.get("extended")),
            saved_at=_when(post.get("time")),
            unread=_true(post.get("toread")),
            private=post.get("shared") == "no",
        )


def is_delicious(value: Any) -> bool:
    """Return whether this is an export of the last Delicious."""
    return _rows_with(value, "url", "created", "private")


def read_delicious(value: Any) -> Iterator[Record]:
    """Yield the links; a date is a number in quotes, no tags are one empty tag."""
    for link in value:
        note = _text(link.get("note")) or _text(link.get("comment"))
        yield Record(
            _text(link.get("url")), _text(link.get("title")), _texts(link.get("tags")), note,
            saved_at=_when(link.get("created")), private=_true(link.get("private")),
        )  # fmt: skip


def is_linkding(value: Any) -> bool:
    """Return whether this is an answer of linkding's API."""
    return _rows_with(_inner(value, "results"), "url", "tag_names")


def read_linkding(value: Any) -> Iterator[Record]:
    """Yield the bookmarks; notes in Markdown come after the description."""
    for one in _inner(value, "results") or ():
        yield Record(
            _text(one.get("url")), _text(one.get("title")) or _text(one.get("website_title")),
            _texts(one.get("tag_names")), _joined(one.get("description"), one.get("notes")),
            saved_at=_when(one.get("date_added")), unread=_true(one.get("unread")),
            archived=_true(one.get("is_archived")),
        )  # fmt: skip


def is_wallabag(value: Any) -> bool:
    """Return whether this is an export of wallabag, of any version."""
    rows = _inner(_inner(value, "_embedded"), "items") if isinstance(value, dict) else value
    return _rows_with(rows, "url", "is_archived") or _rows_with(rows, "url", "is_read", "is_fav")


def read_wallabag(value: Any) -> Iterator[Record]:
    """Yield the entries, with the passages that were marked; version 1 writes all values as text."""
    rows = _inner(_inner(value, "_embedded"), "items") if isinstance(value, dict) else value
    for entry in rows or ():
        archived = _true(entry.get("is_archived", entry.get("is_read")))
        quotations = tuple(
            Quotation(_text(one.get("quote")), _text(one.get("text")), created_at=_when(one.get("created_at")))
            for one in entry.get("annotations") or ()
            if isinstance(one, dict)
        )
        yield Record(
            _text(entry.get("url")), _text(entry.get("title")), _labels(entry.get("tags")),
            saved_at=_when(entry.get("created_at")), unread=not archived, archived=archived,
            starred=_true(entry.get("is_starred", entry.get("is_fav"))), language=_text(entry.get("language")) or None,
            author=", ".join(_texts(entry.get("published_by"))) or None, published_at=_when(entry.get("published_at")),
            read_at=_when(entry.get("archived_at")), quotations=quotations,
        )  # fmt: skip


def is_karakeep(value: Any) -> bool:
    """Return whether this is an export of Karakeep (Hoarder)."""
    return _rows_with(_inner(value, "bookmarks"), "content", "createdAt")


def read_karakeep(value: Any) -> Iterator[Record]:
    """Yield the links, their lists as folders; what is only a text has no address and is refused."""
    lists = {one.get("id"): one for one in _inner(value, "lists") or () if isinstance(one, dict)}
    for number, one in enumerate(value["bookmarks"], 1):
        content = one.get("content") if isinstance(one.get("content"), dict) else {}
        if content.get("type") == "text":
            shown = _text(one.get("title")) or _text(content.get("text"))[:60]
            yield Record("", shown, line=number, problem="it is a text without an address")
            continue
        paths = [_path(lists, id) for id in one.get("lists") or ()]
        yield Record(
            _text(content.get("url")), _text(one.get("title")), (*_texts(one.get("tags")), *filter(None, paths[1:])),
            _text(one.get("note")), next(iter(paths), ""), _when(one.get("createdAt")),
            archived=_true(one.get("archived")), starred=_true(one.get("favourited")),
        )  # fmt: skip


def is_shiori(value: Any) -> bool:
    """Return whether this is a list of Shiori's."""
    return _rows_with(_inner(value, "bookmarks") or value, "url", "excerpt", "public")


def read_shiori(value: Any) -> Iterator[Record]:
    """Yield the bookmarks."""
    for one in _inner(value, "bookmarks") or value:
        yield Record(
            _text(one.get("url")), _text(one.get("title")), _labels(one.get("tags")),
            saved_at=_when(one.get("createdAt")) or _when(one.get("modifiedAt")) or _when(one.get("modified")),
            description=_text(one.get("excerpt")), author=_text(one.get("author")) or None,
        )  # fmt: skip


def is_omnivore(value: Any) -> bool:
    """Return whether this is one of the ``metadata_….json`` of Omnivore's last exports."""
    return _rows_with(value, "url", "savedAt", "slug")


def read_omnivore(value: Any) -> Iterator[Record]:
    """Yield the pages; the marked passages lie in files beside and are added by name, where the whole zip is given."""
    for page in value:
        archived = page.get("state") == "Archived"
        progress = page.get("readingProgress")
        unread = not archived and not (isinstance(progress, int | float) and progress >= 98)
        yield Record(
            _text(page.get("url")), _text(page.get("title")), _labels(page.get("labels")),
            saved_at=_when(page.get("savedAt")), unread=unread, archived=archived,
            description=_text(page.get("description")), author=_text(page.get("author")) or None,
            published_at=_when(page.get("publishedAt")), csl={"slug": _text(page.get("slug"))},
        )  # fmt: skip


def is_goodlinks(value: Any) -> bool:
    """Return whether this is an export of GoodLinks."""
    return _rows_with(value, "url", "addedAt")


def read_goodlinks(value: Any) -> Iterator[Record]:
    """Yield the links."""
    for link in value:
        yield Record(
            _text(link.get("originalURL")) or _text(link.get("url")), _text(link.get("title")),
            _texts(link.get("tags")), saved_at=_when(link.get("addedAt")), unread=link.get("readAt") is None,
            starred=_true(link.get("starred")), read_at=_when(link.get("readAt")),
            description=_text(link.get("summary")),
            quotations=tuple(
                Quotation(_text(one.get("content")), _text(one.get("note")), created_at=_when(one.get("time")))
                for one in link.get("highlights") or ()
                if isinstance(one, dict)
            ),
        )  # fmt: skip


def is_linkwarden(value: Any) -> bool:
    """Return whether this is a backup of Linkwarden."""
    return _rows_with(_inner(value, "collections"), "name", "links")


def read_linkwarden(value: Any) -> Iterator[Record]:
    """Yield the links of all collections, which become folders."""
    collections = {one.get("id"): one for one in value["collections"]}
    for collection in value["collections"]:
        path = _path(collections, collection.get("id"))
        for link in collection.get("links") or ():
            if isinstance(link, dict):
                yield Record(
                    _text(link.get("url")), _text(link.get("name")) or _text(link.get("description")),
                    _labels(link.get("tags")), _text(link.get("description")) if link.get("name") else "", path,
                    _when(link.get("createdAt")),
                )  # fmt: skip


def is_tab_sessions(value: Any) -> bool:
    """Return whether this is an export of Tab Session Manager."""
    return _rows_with(value, "windows", "sessionStartTime") or _rows_with(value, "windows", "tabsNumber")


def read_tab_sessions(value: Any) -> Iterator[Record]:
    """Yield the tabs; a session becomes a folder."""
    for session in value:
        windows = session.get("windows")
        for window in windows.values() if isinstance(windows, dict) else ():
            for tab in window.values() if isinstance(window, dict) else ():
                if isinstance(tab, dict):
                    yield Record(
                        _text(tab.get("url")), _text(tab.get("title")), _texts(session.get("tag")),
                        folder=_text(session.get("name")).replace("/", " "), saved_at=_when(session.get("date")),
                    )  # fmt: skip


def is_pocket_marks(value: Any) -> bool:
    """Return whether these are the ``annotations`` of Pocket's last exports."""
    return _rows_with(value, "url", "highlights") and isinstance(value[0]["highlights"], list)


def read_pocket_marks(value: Any) -> Iterator[Record]:
    """Yield the pages, each with what was marked in it; the rest about them is in the tables beside."""
    for page in value:
        quotations = tuple(
            Quotation(_text(one.get("quote")), created_at=_when(one.get("created_at")))
            for one in _dicts(page.get("highlights"))
        )
        yield Record(_text(page.get("url")), _text(page.get("title")), quotations=quotations)


def is_diigo(value: Any) -> bool:
    """Return whether this is an answer of Diigo's API."""
    return _rows_with(value, "url", "readlater", "annotations") or _rows_with(value, "url", "shared", "readlater")


def read_diigo(value: Any) -> Iterator[Record]:
    """Yield the bookmarks; a passage has the comments that were made on it, tags are parted by commas."""
    for one in value:
        tags = one.get("tags")
        said = [tag.strip() for tag in tags.split(",")] if isinstance(tags, str) else list(_texts(tags))
        comments = [_text(comment.get("content")) for comment in _dicts(one.get("comments"))]
        yield Record(
            _text(one.get("url")), _text(one.get("title")), tuple(tag for tag in said if tag and tag != "no_tag"),
            _joined(one.get("desc") or one.get("description"), *comments),
            saved_at=parse_when(re.sub(r"^(\d{4})/(\d\d)/", r"\1-\2-", _text(one.get("created_at")))),
            unread=_true(one.get("readlater")), private=one.get("shared") == "no",
            quotations=tuple(
                Quotation(
                    _text(mark.get("content")), _joined(*(each.get("content") for each in _dicts(mark.get("comments"))))
                )
                for mark in _dicts(one.get("annotations"))
            ),
        )  # fmt: skip


def is_mendeley(value: Any) -> bool:
    """Return whether these are documents of Mendeley."""
    return _rows_with(value, "profile_id", "type", "title")


def read_mendeley(value: Any) -> Iterator[Record]:
    """Yield the documents, as works."""
    for number, one in enumerate(value, 1):
        known = one.get("identifiers")
        numbers = known if isinstance(known, dict) else {}
        people = one.get("authors")
        item: dict[str, Any] = {
            "id": _text(one.get("id")),
            "type": _MENDELEY.get(_text(one.get("type")), "document"),
            "title": _text(one.get("title")),
            "author": [
                {"family": _text(person.get("last_name")), "given": _text(person.get("first_name"))}
                for person in (people if isinstance(people, list) else ())
                if isinstance(person, dict)
            ],
            "container-title": _text(one.get("source")),
            "abstract": _text(one.get("abstract")),
            "DOI": _text(numbers.get("doi")),
            "PMID": _text(numbers.get("pmid")),
            "ISBN": _text(numbers.get("isbn")),
            "number": f"arXiv:{_text(numbers.get('arxiv'))}" if numbers.get("arxiv") else "",
            "URL": next(iter(_texts(one.get("websites"))), ""),
            "keyword": ", ".join(_texts(one.get("tags"))),
        }
        if isinstance(one.get("year"), int):
            item["issued"] = {"date-parts": [[one["year"]]]}
        found = csl.record({name: inner for name, inner in item.items() if inner}, number)
        yield replace(
            found,
            saved_at=_when(one.get("created")),
            unread=not _true(one.get("read")),
            starred=_true(one.get("starred")),
        )


_MENDELEY = {
    "journal": "article-journal", "book": "book", "book_section": "chapter",
    "thesis": "thesis", "report": "report", "web_page": "webpage", "working_paper": "manuscript",
    "conference_proceedings": "paper-conference",
}  # fmt: skip

DIALECTS: tuple[tuple[str, Callable[[Any], bool], Callable[[Any], Iterator[Record]]], ...] = (
    ("pinboard", is_pinboard, read_pinboard),
    ("diigo-json", is_diigo, read_diigo),
    ("omnivore", is_omnivore, read_omnivore),
    ("wallabag", is_wallabag, read_wallabag),
    ("linkding", is_linkding, read_linkding),
    ("karakeep", is_karakeep, read_karakeep),
    ("shiori", is_shiori, read_shiori),
    ("linkwarden", is_linkwarden, read_linkwarden),
    ("goodlinks", is_goodlinks, read_goodlinks),
    ("delicious", is_delicious, read_delicious),
    ("pocket-marks", is_pocket_marks, read_pocket_marks),
    ("mendeley", is_mendeley, read_mendeley),
    ("tab-sessions", is_tab_sessions, read_tab_sessions),
)


def _rows_with(value: Any, *names: str) -> bool:
    """Return whether this is a list of objects, of which the first has all these fields."""
    if not isinstance(value, list) or not value or not all(isinstance(row, dict) for row in value):
        return False
    return all(name in value[0] for name in names)


def _dicts(value: Any) -> Rows:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _inner(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _path(folders: dict[Any, dict[str, Any]], id: Any) -> str:
    path: list[str] = []
    seen: set[Any] = set()
    while id in folders and id not in seen:
        seen.add(id)
        path.append(_text(folders[id].get("name")).replace("/", " ").strip())
        id = folders[id].get("parentId")
    return "/".join(filter(None, reversed(path)))


def _labels(value: Any) -> tuple[str, ...]:
    """Return the names of tags that are objects, or texts."""
    if not isinstance(value, list):
        return ()
    names = (
        _text(one.get("name")) or _text(one.get("label")) if isinstance(one, dict) else _text(one) for one in value
    )
    return tuple(filter(None, names))


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(one for one in value if isinstance(one, str) and one) if isinstance(value, list) else ()


def _joined(*values: Any) -> str:
    return "\n\n".join(filter(None, (_text(value).strip() for value in values)))


def _text(value: Any) -> str:
    return value.replace("\0", "") if isinstance(value, str) else ""


def _true(value: Any) -> bool:
    return value in (True, 1, "1", "yes", "true", "True")


def _when(value: Any) -> Any:
    return parse_when(str(value)) if isinstance(value, str | int | float) and not isinstance(value, bool) else None
