"""``ple bookmarks``: keep pages, with their text."""

from typing import TYPE_CHECKING, Any

import click

from ple.cli import bookmark_files, sources
from ple.cli.frame import Group, confirm, environment, outcome, resolve, show, show_list, show_text, tell
from ple.cli.listen import listen
from ple.cli.output import when
from ple.cli.save import add
from ple.cli.words import moment, plural

if TYPE_CHECKING:
    from ple.bookmarks import Bookmark

command = Group("bookmarks", help="Keep pages, with their text.")
command.add_command(add)
command.add_command(listen)
bookmark_files.attach(command)
sources.attach(command)

_STATES = (
    click.option("--read/--unread", default=None, help="Mark it as read, or as still to be read."),
    click.option("--star/--unstar", default=None, help="Star it, or take the star off."),
    click.option("--pin/--unpin", default=None, help="Keep it at the top of the list, or no longer."),
    click.option("--archive/--unarchive", default=None, help="Put it in the archive, or take it out."),
    click.option("--private/--not-private", default=None, help="For your eyes only, or not."),
)


def _with_states(function: Any) -> Any:
    for option in reversed(_STATES):
        function = option(function)
    return function


@command.command("list")
@click.option("--tag", help="Only those with this tag, or one below it.")
@click.option("--unread/--read", default=None, help="Only those still to be read, or only those read.")
@click.option("--starred", is_flag=True, help="Only those that you starred.")
@click.option("--pinned", is_flag=True, help="Only those that you pinned to the top.")
@click.option("--private", is_flag=True, help="Only those for your eyes only.")
@click.option("--archived/--not-archived", default=None, help="Only those in the archive, or only those not in it.")
@click.option("--pending", is_flag=True, help="Only those whose page was not fetched yet.")
@click.option("--folder", help="Only those of this folder, or one below it.")
@click.option("--since", help="Only those saved since then: 2026-11-01, 7d, 12h, today, yesterday.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="At most so many.")
@click.pass_context
def list_(
    ctx: click.Context,
    tag: str | None,
    unread: bool | None,
    starred: bool,
    pinned: bool,
    private: bool,
    archived: bool | None,
    pending: bool,
    folder: str | None,
    since: str | None,
    limit: int,
) -> None:
    """List bookmarks, those that you pinned first, then the newest."""
    found = environment(ctx).bookmarks.bookmarks(
        tag=tag,
        unread=unread,
        starred=starred or None,
        pinned=pinned or None,
        private=private or None,
        archived=archived,
        pending=pending or None,
        folder=folder,
        since=moment(since) if since else None,
        limit=limit,
    )
    flags = starred or pinned or private or pending
    filtered = tag or unread is not None or archived is not None or flags or folder or since
    empty = "Nothing here." if filtered else "No bookmarks yet. Keep a page with `ple save ADDRESS`."
    columns: list[tuple[str, Any]] = [
        ("#", "id"), ("", _marks), ("Title", "title"), ("Site", _site), ("Tags", "tags"),
        ("Saved", when("saved_at")),
    ]  # fmt: skip
    show_list(ctx, found, columns, empty=empty)


@command.command("show")
@click.argument("bookmark")
@click.option("--markdown", is_flag=True, help="The text as Markdown.")
@click.pass_context
def show_(ctx: click.Context, bookmark: str, markdown: bool) -> None:
    """Print BOOKMARK for reading. It stays unread; `ple bookmarks edit --read` marks it."""
    door = environment(ctx).bookmarks
    page = door.bookmark(resolve(ctx, bookmark, "bookmark"))
    text = door.markdown(page.id) if markdown else page.text
    judged = sources.lines_of(environment(ctx).sources.judgement(page.id))
    show_text(ctx, page, "\n".join([*_head(page), *judged, "", text or page.description or "(no text)"]))


@command.command("edit")
@click.argument("bookmark")
@click.option("--title", help="Call it so; an empty one gives it the page's own again.")
@click.option("--note", help="Your note, in place of the one there.")
@click.option("--tag", "tags", multiple=True, help="Add a tag; may be said several times.")
@click.option("--untag", "untags", multiple=True, help="Take a tag off; may be said several times.")
@click.option("--url", help="Its new address.")
@click.option("--folder", help="Its folder, such as Reading/Maths.")
@_with_states
@click.pass_context
def edit(
    ctx: click.Context,
    /,
    bookmark: str,
    title: str | None,
    note: str | None,
    tags: tuple[str, ...],
    untags: tuple[str, ...],
    url: str | None,
    folder: str | None,
    **states: bool | None,
) -> None:
    """Change what you say about BOOKMARK."""
    from ple.library.identity import fold_tag

    door = environment(ctx).bookmarks
    id = resolve(ctx, bookmark, "bookmark")
    all_tags: list[str] | None = None
    if tags or untags:
        gone = {fold_tag(tag) for tag in untags}
        all_tags = [*(tag for tag in door.bookmark(id).tags if tag not in gone), *tags]
    page = door.edit(
        id,
        title=title,
        note=note,
        tags=all_tags,
        url=url,
        folder=folder,
        **_flags(states),
    )
    show(ctx, page, said=f"Changed: #{page.id} {page.title}")


@command.command("mark")
@click.argument("bookmarks", nargs=-1, required=True)
@_with_states
@click.pass_context
def mark(ctx: click.Context, /, bookmarks: tuple[str, ...], **states: bool | None) -> None:
    """Mark BOOKMARKS as read, starred, pinned, archived, private, or not; several at once."""
    flags = _flags(states)
    if not flags:
        raise click.UsageError("Say how to mark them: --read, --star, --pin, --archive, --private.", ctx)
    door = environment(ctx).bookmarks
    ids = [resolve(ctx, name, "bookmark") for name in bookmarks]
    door.mark(ids, **flags)
    pages = door.bookmark_lines(ids)
    show(ctx, pages, said=[f"Marked: #{page.id} {page.title}" for page in pages])


def _flags(states: dict[str, bool | None]) -> Any:
    """Return the states of a bookmark that options name."""
    names = {"read": "unread", "star": "starred", "pin": "pinned", "archive": "archived", "private": "private"}
    return {names[name]: value != (name == "read") for name, value in states.items() if value is not None}


@command.command("remove")
@click.argument("bookmarks", nargs=-1, required=True)
@click.pass_context
def remove(ctx: click.Context, bookmarks: tuple[str, ...]) -> None:
    """Put BOOKMARKS in the trash. `ple undo` brings them back."""
    door = environment(ctx).bookmarks
    ids = [resolve(ctx, name, "bookmark") for name in bookmarks]
    if len(ids) > 20 and not confirm(ctx, f"Remove {len(ids)} bookmarks?"):
        return
    done = door.remove(ids)
    show(ctx, {"removed": done, "ids": ids}, said=f"Removed {plural(done, 'bookmark')}. `ple undo` brings it back.")


@command.command("refresh")
@click.argument("bookmarks", nargs=-1)
@click.option("--limit", type=click.IntRange(min=1), help="Without BOOKMARKS: at most so many.")
@click.option("--force", is_flag=True, help="Of BOOKMARKS, also less than is kept; else, also what is not due yet.")
@click.option("--strict", is_flag=True, help="Exit 1 if any of them failed.")
@click.pass_context
def refresh(ctx: click.Context, bookmarks: tuple[str, ...], limit: int | None, force: bool, strict: bool) -> None:
    """Fetch BOOKMARKS again; without any, the pages that could not be fetched before."""
    door = environment(ctx).bookmarks
    ids = [resolve(ctx, name, "bookmark") for name in bookmarks]
    running = (door.refresh(id, force=force) for id in ids) if ids else door.fetch_pending(limit=limit, force=force)
    results = []
    for page in running:
        results.append(page)
        if page.problem:
            tell(ctx, f"#{page.id} {page.title}: {page.problem}")
        else:
            tell(ctx, f"#{page.id} {page.title}")
    failed = sum(page.problem is not None for page in results)
    said = f"Fetched {plural(len(results) - failed, 'page')}" + (f", {failed:,} without success." if failed else ".")
    value = {"fetched": len(results) - failed, "failed": failed, "pages": results}
    show(ctx, value, said=said if results else "No page is waiting to be fetched.")
    outcome(ctx, done=len(results) - failed, failed=failed, strict=strict)


@command.command("open")
@click.argument("bookmark")
@click.option("--offline", is_flag=True, help="The copy that you keep of it.")
@click.pass_context
def open_(ctx: click.Context, bookmark: str, offline: bool) -> None:
    """Open BOOKMARK in your browser."""
    from ple.cli.opening import open_here
    from ple.library.errors import InvalidInput

    ours = environment(ctx)
    page = ours.bookmarks.bookmark(resolve(ctx, bookmark, "bookmark"))
    if page.url.startswith("urn:") and not offline:
        raise InvalidInput(f"“{page.title}” has no address", hint="It is a book or paper: `ple bookmarks show` has it.")
    address = ours.sources.copy_to_open(page.id).absolute().as_uri() if offline else page.url
    opened = open_here(address, ours.settings)
    if not opened:
        tell(ctx, "No browser could be opened; this is the address.")
    show(ctx, {"id": page.id, "url": address, "opened": opened}, said=address)


def _marks(page: Any) -> str:
    pinned, starred = "▲" if page.pinned else "", "★" if page.starred else ""
    return ("•" if page.unread else "") + pinned + starred + ("" if page.fetched else "…")


def _site(page: Any) -> str:
    from ple.web.addresses import display

    if page.url.startswith("urn:"):
        return page.author or ""
    return page.site_name or display(page.url).partition("/")[0]


def _head(page: "Bookmark") -> list[str]:
    facts = [page.author, page.site_name, page.published_at and f"{page.published_at:%Y-%m-%d}"]
    length = f"{plural(page.words, 'word')}, {page.reading_minutes} min" if page.words else None
    lines = [page.title, page.url, " · ".join(str(fact) for fact in [*facts, length] if fact)]
    if page.tags:
        lines.append(" ".join(f"#{tag}" for tag in sorted(page.tags)))
    if page.problem:
        lines.append(f"({page.problem})")
    if page.note:
        lines += ["", *(f"| {line}" for line in page.note.splitlines())]
    return [line for index, line in enumerate(lines) if line or index > 2]


@command.command("suggest")
@click.argument("bookmark")
@click.pass_context
def suggest(ctx: click.Context, bookmark: str) -> None:
    """Suggest tags for BOOKMARK, of those that you use: from what it says, and from other pages of its site."""
    id = resolve(ctx, bookmark, "bookmark")
    found = environment(ctx).bookmarks.suggest_tags(id)
    if not found:
        tell(ctx, "None of your tags suggests itself.")
    show(ctx, {"id": id, "tags": found}, said=found)
