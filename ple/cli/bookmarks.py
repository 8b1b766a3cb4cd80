"""``ple bookmarks``: keep pages, with their text."""

from typing import TYPE_CHECKING, Any

import click

from ple.cli.frame import (
    Group,
    confirm,
    environment,
    outcome,
    read_input,
    resolve,
    show,
    show_list,
    show_text,
    tell,
    write_output,
)
from ple.cli.words import ago, moment, plural

if TYPE_CHECKING:
    from ple.bookmarks import Bookmark, Saved

command = Group("bookmarks", help="Keep pages, with their text.")

_EXPORTS = ["netscape", "json", "csv", "markdown"]
_IMPORTS = ["netscape", "json"]


def save(
    ctx: click.Context, url: str, title: str | None, tags: tuple[str, ...], note: str | None, offline: bool
) -> None:
    """Keep a page and say what became of it; ``ple save`` and ``ple bookmarks add`` are this."""
    saved = environment(ctx).bookmarks.save(url, title=title, tags=tags, note=note, fetch=not offline)
    show_saved(ctx, saved)


def show_saved(ctx: click.Context, saved: "Saved") -> None:
    """Print what was saved: as JSON the bookmark with ``known`` and ``problem``, else a sentence."""
    from ple.cli.output import plain_values

    page = saved.bookmark
    if saved.problem:
        tell(ctx, f"Its text is not here: {saved.problem}.")
        if saved.hint:
            tell(ctx, saved.hint)
    length = f", {plural(page.words, 'word')}, {page.reading_minutes} min" if page.words else ""
    verb = "Kept already, brought up to date" if saved.known else "Saved"
    value = {**plain_values(page), "known": saved.known, "problem": saved.problem, "hint": saved.hint}
    show(ctx, value, said=f"{verb}: #{page.id} {page.title}{length}")


@command.command("add")
@click.argument("url")
@click.option("--title", help="Call it so, whatever the page says.")
@click.option("--tag", "tags", multiple=True, help="Give it a tag; may be said several times.")
@click.option("--note", help="Why you keep it.")
@click.option("--offline", is_flag=True, help="Keep the address now, fetch the page later.")
@click.pass_context
def add(
    ctx: click.Context, url: str, title: str | None, tags: tuple[str, ...], note: str | None, offline: bool
) -> None:
    """Keep the page at URL. Saving one again brings it up to date."""
    save(ctx, url, title, tags, note, offline)


@command.command("list")
@click.option("--tag", help="Only those with this tag, or one below it.")
@click.option("--unread/--read", default=None, help="Only those still to be read, or only those read.")
@click.option("--starred", is_flag=True, help="Only those that you starred.")
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
    archived: bool | None,
    pending: bool,
    folder: str | None,
    since: str | None,
    limit: int,
) -> None:
    """List bookmarks, newest first."""
    found = environment(ctx).bookmarks.bookmarks(
        tag=tag,
        unread=unread,
        starred=True if starred else None,
        archived=archived,
        pending=True if pending else None,
        folder=folder,
        since=moment(since) if since else None,
        limit=limit,
    )
    filtered = tag or unread is not None or starred or archived is not None or pending or folder or since
    empty = "Nothing here." if filtered else "No bookmarks yet. Keep a page with `ple save ADDRESS`."
    columns: list[tuple[str, Any]] = [
        ("#", "id"), ("", _marks), ("Title", "title"), ("Site", _site), ("Tags", "tags"),
        ("Saved", lambda page: ago(page.saved_at)),
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
    show_text(ctx, page, "\n".join([*_head(page), "", text or page.description or "(no text)"]))


@command.command("edit")
@click.argument("bookmark")
@click.option("--title", help="Call it so; an empty one gives it the page's own again.")
@click.option("--note", help="Your note, in place of the one there.")
@click.option("--tag", "tags", multiple=True, help="Add a tag; may be said several times.")
@click.option("--untag", "untags", multiple=True, help="Take a tag off; may be said several times.")
@click.option("--url", help="Its new address.")
@click.option("--folder", help="Its folder, such as Reading/Maths.")
@click.option("--read/--unread", default=None, help="Mark it as read, or as still to be read.")
@click.option("--star/--unstar", default=None, help="Star it, or take the star off.")
@click.option("--archive/--unarchive", default=None, help="Put it in the archive, or take it out.")
@click.option("--private/--not-private", default=None, help="For your eyes only, or not.")
@click.pass_context
def edit(
    ctx: click.Context,
    bookmark: str,
    title: str | None,
    note: str | None,
    tags: tuple[str, ...],
    untags: tuple[str, ...],
    url: str | None,
    folder: str | None,
    read: bool | None,
    star: bool | None,
    archive: bool | None,
    private: bool | None,
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
        unread=None if read is None else not read,
        starred=star,
        archived=archive,
        private=private,
    )
    show(ctx, page, said=f"Changed: #{page.id} {page.title}")


@command.command("remove")
@click.argument("bookmarks", nargs=-1, required=True)
@click.pass_context
def remove(ctx: click.Context, bookmarks: tuple[str, ...]) -> None:
    """Put BOOKMARKS in the trash. `ple undo` brings them back."""
    door = environment(ctx).bookmarks
    ids = [resolve(ctx, name, "bookmark") for name in bookmarks]
    if len(ids) > 20:
        confirm(ctx, f"Remove {len(ids)} bookmarks?")
    done = door.remove(ids)
    show(ctx, {"removed": done, "ids": ids}, said=f"Removed {plural(done, 'bookmark')}. `ple undo` brings it back.")


@command.command("refresh")
@click.argument("bookmarks", nargs=-1)
@click.option("--limit", type=click.IntRange(min=1), help="Without BOOKMARKS: at most so many.")
@click.option("--force", is_flag=True, help="Without BOOKMARKS: also those whose turn has not come again.")
@click.option("--strict", is_flag=True, help="Exit 1 if any of them failed.")
@click.pass_context
def refresh(ctx: click.Context, bookmarks: tuple[str, ...], limit: int | None, force: bool, strict: bool) -> None:
    """Fetch BOOKMARKS again; without any, the pages that could not be fetched before."""
    door = environment(ctx).bookmarks
    ids = [resolve(ctx, name, "bookmark") for name in bookmarks]
    running = (door.refresh(id) for id in ids) if ids else door.fetch_pending(limit=limit, force=force)
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
@click.pass_context
def open_(ctx: click.Context, bookmark: str) -> None:
    """Open BOOKMARK in your browser."""
    import webbrowser

    page = environment(ctx).bookmarks.bookmark(resolve(ctx, bookmark, "bookmark"))
    opened = webbrowser.open(page.url)
    if not opened:
        tell(ctx, "No browser could be opened; this is the address.")
    show(ctx, {"id": page.id, "url": page.url, "opened": opened}, said=page.url)


@command.command("import")
@click.argument("file", metavar="FILE")
@click.option("--format", type=click.Choice(_IMPORTS), help="Found out by itself unless you say it.")
@click.option(
    "--folders",
    type=click.Choice(["keep", "path", "parts", "last"]),
    default="keep",
    show_default=True,
    help="Make tags of folders too: the path a/b, each part, or the last.",
)
@click.option("--strict", is_flag=True, help="Exit 1 if anything was refused.")
@click.pass_context
def import_(ctx: click.Context, file: str, format: str | None, folders: str, strict: bool) -> None:
    """Bring in the bookmarks of a browser or another program from FILE (- for standard input)."""
    name, data = read_input(file)
    done = environment(ctx).bookmarks.import_file(name, data, format=format, folders=folders)
    for bad in done.refused:
        tell(ctx, f"line {bad.line}: {bad.reason}")
    parts = [f"Imported {plural(done.added, 'bookmark')}", f"{done.known:,} kept already"]
    if done.updated:
        parts.append(f"{done.updated:,} of them brought up to date")
    if done.refused:
        parts.append(f"{len(done.refused):,} refused")
    show(ctx, done, said=", ".join(parts) + ".")
    if done.added:
        tell(ctx, "`ple bookmarks refresh` fetches their pages.")
    outcome(ctx, done=done.added + done.known, failed=len(done.refused), strict=strict)


@command.command("export")
@click.argument("file", metavar="[FILE]", required=False)
@click.option("--format", type=click.Choice(_EXPORTS), default="netscape", show_default=True, help="For whom it is.")
@click.option("--tag", help="Only those with this tag, or one below it.")
@click.pass_context
def export(ctx: click.Context, file: str | None, format: str, tag: str | None) -> None:
    """Write all bookmarks to FILE, or to standard output."""
    door = environment(ctx).bookmarks
    ids = door.bookmark_ids(tag=tag)[::-1]
    write_output(ctx, file, door.export(format, ids), f"Wrote {plural(len(ids), 'bookmark')} to {file}.")


def _marks(page: Any) -> str:
    return ("•" if page.unread else "") + ("★" if page.starred else "") + ("…" if not page.fetched else "")


def _site(page: Any) -> str:
    from ple.web.addresses import display

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
