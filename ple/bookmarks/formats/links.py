"""Lists of links: Pocket's page of them, OneTab's and everyone's lines of addresses, lists in Markdown."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from ple.bookmarks.formats.record import Record, parse_when, pieces

_ADDRESS = re.compile(r"https?://[^\s<>\"|]+[^\s<>\"|.,;:!?')\]]", re.IGNORECASE)
_MARKDOWN = re.compile(
    r"\[((?:\\.|[^\[\]\\])*)\]\(\s*<?(https?://(?:[^\s<>()]|\([^\s<>()]*\))++)>?[^)]*\)", re.IGNORECASE
)
_TAG = re.compile(r"(?:^|\s)#([^\s#]+)")
_BULLET = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+(?:\[[ xX]\]\s+)?")


def is_pocket(text: str) -> bool:
    """Return whether this is ``ril_export.html`` of Pocket."""
    return "time_added=" in text and re.search(r"<a\s[^<>]*time_added\s*=", text[:200_000], re.IGNORECASE) is not None


def is_list(text: str) -> bool:
    """Return whether at least half of the lines have an address, and the first has one too, or is a heading."""
    lines = [line for line in text[:50_000].splitlines() if line.strip()]
    if not lines:
        return False
    with_address = [bool(_ADDRESS.search(line)) for line in lines]
    told = [has or line.lstrip().startswith("#") for has, line in zip(with_address, lines, strict=True)]
    return 2 * sum(with_address) >= sum(not line.startswith(" ") for line in lines) and told[0] and any(with_address)


def read_pocket(data: bytes) -> Iterator[Record]:
    """Yield the links under the headings "Unread" and "Read Archive"; here tags are parted by commas."""
    stream = _Pocket()
    for piece in pieces(data):
        stream.feed(piece.replace("\0", ""))
        yield from stream.found
        stream.found = []
    stream.close()
    yield from stream.found


def read_list(data: bytes) -> Iterator[Record]:
    """Yield an address for each line that has one; what is around it is its title, words with ``#`` are tags.

    In Markdown headings are folders. A line without an address is a note on the one above if it is indented.
    """
    folder = ""
    last: dict[str, object] | None = None
    for number, line in enumerate("".join(pieces(data)).splitlines(), 1):
        heading = re.match(r"^(#{1,6})\s+(.+)", line)
        markdown = _MARKDOWN.search(line)
        plain = _ADDRESS.search(line)
        if not line.strip():
            continue
        if heading and not plain:
            folder = re.sub(r"\\(.)", r"\1", heading[2].strip()) if len(heading[1]) > 1 else ""
        elif line.startswith("  ") and last is not None and not _BULLET.match(line):
            last["note"] = f"{last['note']}\n{line[2:]}".strip()
        elif markdown or plain:
            if last:
                yield Record(**last)  # type: ignore[arg-type]
            last = _of_line(line, markdown, plain) | {"folder": folder, "line": number, "note": ""}
        else:
            if last:
                yield Record(**last)  # type: ignore[arg-type]
            last = None
            yield Record("", line.strip()[:100], line=number, problem="there is no address in this line")
    if last:
        yield Record(**last)  # type: ignore[arg-type]


def _of_line(line: str, markdown: re.Match[str] | None, plain: re.Match[str] | None) -> dict[str, object]:
    if markdown:
        title, url, rest = re.sub(r"\\(.)", r"\1", markdown[1]), markdown[2], line[markdown.end() :]
    else:
        assert plain is not None
        url, rest = plain[0], line[plain.end() :]
        title = (_BULLET.sub("", line[: plain.start()]) + " " + re.sub(_TAG, "", rest)).strip(" \t|<>:–—-")
    tags = tuple(_TAG.findall(rest))
    return {"url": url, "title": "" if title == url else " ".join(title.split()), "tags": tags}


class _Pocket(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Record] = []
        self._heading = ""
        self._in = ""
        self._heard: list[str] = []
        self._link: dict[str, str] = {}
        self._at = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("h1", "a"):
            self._in, self._heard = tag, []
            self._link = {name: value or "" for name, value in attrs}
            self._at = self.getpos()[0]

    def handle_data(self, data: str) -> None:
        self._heard.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag != self._in:
            return
        heard, self._in = " ".join("".join(self._heard).split()), ""
        if tag == "h1":
            self._heading = heard
        elif self._link.get("href"):
            archived = "archive" in self._heading.lower()
            tags = tuple(filter(None, (tag.strip() for tag in self._link.get("tags", "").split(","))))
            self.found.append(
                Record(
                    self._link["href"], "" if heard == self._link["href"] else heard, tags,
                    saved_at=parse_when(self._link.get("time_added", "")), unread=not archived, archived=archived,
                    line=self._at,
                )
            )  # fmt: skip

    def parse_marked_section(self, i: int, report: int = 1) -> int:
        """Skip ``<![…]>``, of which the base class raises on any that it does not know."""
        end = self.rawdata.find(">", i + 3)
        return end + 1 if end >= 0 else -1
