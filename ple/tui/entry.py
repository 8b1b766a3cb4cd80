"""What an entry of a feed looks like as an article: its words, its files, and where else it came in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ple.tui.room import Thing
from ple.tui.said_about import with_mentioners
from ple.tui.widgets.blocks import Block, Prose, Span, clean, paragraphs, prose
from ple.tui.words import joined, moment

if TYPE_CHECKING:
    from ple.environment import Environment
    from ple.feeds.models import Entry


def entry_article(environment: Environment, id: int, *, remark: str = "") -> tuple[Thing, Prose]:
    """Return an entry and its words; a `remark` stands under the title. For threads. Raises NotFound if it is gone."""
    entry = environment.feeds.entry(id)
    thing = Thing(entry.id, entry.kind, clean(entry.title), entry.url, entry.tags)
    text = prose(entry.html or "")
    if not text.blocks:
        text = paragraphs(*[part for part in (entry.text or entry.summary).split("\n") if part.strip()])
    if not text.blocks:
        text = paragraphs(
            "This entry has no text of its own. F fetches it from its page, o opens the page, S saves it.", kind="meta"
        )
    if len(text.blocks) > 1 and text.blocks[0].kind in ("h1", "h2") and text.blocks[0].text == clean(entry.title):
        del text.blocks[0]
    _with_files(text, entry)
    with_mentioners(text, environment, id)
    about = joined(
        entry.feed_title, entry.author or "", moment(entry.published_at), _episode(entry), "★" if entry.starred else ""
    )
    also = f"Also in {', '.join(entry.also_in)}" if entry.also_in else ""
    tags = " ".join(f"#{tag}" for tag in sorted(entry.tags))
    return thing, text.with_head(entry.title, about, also, tags, remark).with_links()


def _episode(entry: Entry) -> str:
    season = f"season {entry.season}" if entry.season is not None else ""
    episode = f"episode {entry.episode}" if entry.episode is not None else ""
    return ", ".join(part for part in (season, episode) if part)


def _with_files(text: Prose, entry: Entry) -> None:
    """Put links to what is attached, to chapters, transcript and comments after the text."""
    for file in entry.enclosures:
        _link(text, f"Attached: {_file(file)}", str(file.get("url") or ""))
    _link(text, "Chapters", entry.chapters_url or "")
    _link(text, "Transcript", entry.transcript_url or "")
    _link(text, "Comments", entry.comments_url or "")


def _file(file: dict[str, Any]) -> str:
    said = clean(str(file.get("title") or file.get("type") or file.get("media_type") or "a file"))
    seconds = file.get("seconds")
    if isinstance(seconds, int) and seconds > 0:
        hours, rest = divmod(seconds, 3600)
        said += f", {hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f", {rest // 60}:{rest % 60:02d}"
    return said


def _link(text: Prose, said: str, address: str) -> None:
    if address.startswith(("http://", "https://")):
        text.links.append(address)
        number = len(text.links)
        text.blocks.append(Block("p", f"{said}[{number}]", [Span(0, len(said), "link", number)]))
