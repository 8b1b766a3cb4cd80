"""``ple bookmarks``: keep pages, with their text."""

from contextlib import contextmanager
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
    state,
    tell,
    write_output,
)
from ple.cli.sources import attach, lines_of
from ple.cli.words import ago, moment, plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ple.bookmarks import Bookmark, Imported, ImportPlan, Saved
    from ple.bookmarks.intake import Progress

command = Group("bookmarks", help="Keep pages, with their text.")
attach(command)

_EXPORTS = ["netscape", "json", "csv", "markdown", "bibtex", "ris", "csl-json"]


def save(
    ctx: click.Context,
    urls: tuple[str, ...],
    title: str | None,
    tags: tuple[str, ...],
    note: str | None,
    later: bool,
    offline: bool,
    copied: bool = False,
) -> None:
    """Keep pages and say what became of them; ``ple save`` and ``ple bookmarks add`` are this."""
    from ple.library.errors import PleError

    wanted = _wanted(urls, copied)
    if not wanted:
        raise click.UsageError("Name an address, - for addresses on standard input, or --clipboard.", ctx)
    door = environment(ctx).bookmarks
    many = len(wanted) > 1 or "-" in urls
    if many and title:
        raise click.UsageError("--title is for one page; here are several.", ctx)
    values: list[Any] = []
    failed = 0
    for url in wanted:
        try:
            saved = door.save(url, title=title, tags=tags, note=note, fetch=not later)
        except PleError as error:
            if not many:
                raise
            failed += 1
            tell(ctx, f"{error}. {error.hint or ''}".rstrip())
            continue
        if offline:
            _keep_copy(ctx, saved)
        if not many:
            show_saved(ctx, saved)
            return
        values.append(_saved_value(saved))
        _tell_saved(ctx, saved)
        _say(ctx, "", _said(saved))
    if state(ctx).json:
        show(ctx, values)
    outcome(ctx, done=len(values), failed=failed)


def _keep_copy(ctx: click.Context, saved: "Saved") -> None:
    from ple.library.errors import PleError

    try:
        environment(ctx).sources.snapshot(saved.bookmark.id)
    except PleError as error:
        tell(ctx, f"There is no copy of it: {error}.")


def _wanted(urls: tuple[str, ...], copied: bool) -> list[str]:
    """Return the addresses that are named, ``-`` being those on standard input, a line each."""
    import re

    texts = [read_input("-")[1].decode("utf-8", "replace") if url == "-" else url for url in urls]
    if copied:
        from ple.cli.clipboard import clipboard

        texts.append(clipboard())
    found: list[str] = []
    for line in (line.strip() for text in texts for line in text.splitlines()):
        address = re.search(r"https?://[^\s<>\"]+", line)
        if line and not line.startswith("#"):
            found.append(address[0] if address and address[0] != line and " " in line else line)
    return list(dict.fromkeys(found))


def show_saved(ctx: click.Context, saved: "Saved") -> None:
    """Print what was saved: as JSON the bookmark with ``known`` and ``problem``, else a sentence."""
    _tell_saved(ctx, saved)
    show(ctx, _saved_value(saved), said=_said(saved))


def _tell_saved(ctx: click.Context, saved: "Saved") -> None:
    if saved.problem:
        tell(ctx, f"Its text is not here: {saved.problem}.")
        if saved.hint:
            tell(ctx, saved.hint)


def _saved_value(saved: "Saved") -> dict[str, Any]:
    from ple.cli.output import plain_values

    return {**plain_values(saved.bookmark), "known": saved.known, "problem": saved.problem, "hint": saved.hint}


def _said(saved: "Saved") -> str:
    page = saved.bookmark
    length = f", {plural(page.words, 'word')}, {page.reading_minutes} min" if page.words else ""
    verb = "Kept already, brought up to date" if saved.known else "Saved"
    return f"{verb}: #{page.id} {page.title}{length}"


@command.command("add")
@click.argument("urls", metavar="URL...", nargs=-1)
@click.option("--title", help="Call it so, whatever the page says.")
@click.option("--tag", "tags", multiple=True, help="Give it a tag; may be said several times.")
@click.option("--note", help="Why you keep it.")
@click.option("--later", is_flag=True, help="Keep the address now, fetch the page later.")
@click.option("--offline", is_flag=True, help="Keep a copy of the page as it looks too, in one file.")
@click.option("--clipboard", "copied", is_flag=True, help="Keep the address that you copied.")
@click.pass_context
def add(
    ctx: click.Context,
    urls: tuple[str, ...],
    title: str | None,
    tags: tuple[str, ...],
    note: str | None,
    later: bool,
    offline: bool,
    copied: bool,
) -> None:
    """Keep the pages at URLs (- for a list on standard input). Saving one again brings it up to date."""
    save(ctx, urls, title, tags, note, later, offline, copied)


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
    judged = lines_of(environment(ctx).sources.judgement(page.id))
    show_text(ctx, page, "\n".join([*_head(page), *judged, "", text or page.description or "(no text)"]))


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
@click.option("--offline", is_flag=True, help="The copy that you keep of it.")
@click.pass_context
def open_(ctx: click.Context, bookmark: str, offline: bool) -> None:
    """Open BOOKMARK in your browser."""
    import webbrowser

    from ple.library.errors import InvalidInput

    ours = environment(ctx)
    page = ours.bookmarks.bookmark(resolve(ctx, bookmark, "bookmark"))
    if page.url.startswith("urn:") and not offline:
        raise InvalidInput(f"“{page.title}” has no address", hint="It is a book or paper: `ple bookmarks show` has it.")
    address = ours.sources.copy_to_open(page.id).as_uri() if offline else page.url
    opened = webbrowser.open(address)
    if not opened:
        tell(ctx, "No browser could be opened; this is the address.")
    show(ctx, {"id": page.id, "url": address, "opened": opened}, said=address)


@command.command("import")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option("--format", metavar="NAME", help="Found out by itself unless you say it; see docs/bookmarks.md.")
@click.option(
    "--folders",
    type=click.Choice(["keep", "path", "parts", "last"]),
    default="keep",
    show_default=True,
    help="Make tags of folders too: the path a/b, each part, or the last.",
)
@click.option("--plan", is_flag=True, help="Only say what would be new, is known already, and cannot be read.")
@click.option("--strict", is_flag=True, help="Exit 1 if anything was refused.")
@click.pass_context
def import_(
    ctx: click.Context, files: tuple[str, ...], format: str | None, folders: str, plan: bool, strict: bool
) -> None:
    """Bring in bookmarks, books and highlights of a browser or another program from FILES (- for standard input).

    Which format a file is in is found out by what is in it. Doing it twice adds nothing; interrupted and done again,
    it goes on where it was.
    """
    from ple.library.errors import InvalidInput

    door = environment(ctx).bookmarks
    results: list[Any] = []
    failed = 0
    for file in files:
        try:
            name, data = read_input(file)
            if plan:
                results.append(door.plan_import(name, data, format=format, folders=folders))
            else:
                with _progress(ctx, name) as progress:
                    results.append(door.import_file(name, data, format=format, folders=folders, progress=progress))
        except InvalidInput as error:
            if len(files) == 1:
                raise
            failed += 1
            tell(ctx, f"{error}. {error.hint or ''}".rstrip())
            continue
        for bad in results[-1].refused:
            tell(
                ctx,
                f"{results[-1].counted} {bad.line}: {bad.reason}" + ("" if bad.url in bad.reason else f" ({bad.url})"),
            )
        (_say_plan if plan else _say_imported)(ctx, results[-1], name if len(files) > 1 else "")
    if state(ctx).json:
        show(ctx, results[0] if len(files) == 1 else results)
    added = 0 if plan else sum(one.added for one in results)
    if added:
        tell(ctx, "`ple bookmarks refresh` fetches their pages.")
    done = sum(len(one.refused) == 0 or (one.new if plan else one.added) + one.known > 0 for one in results)
    outcome(ctx, done=done, failed=failed + sum(len(one.refused) for one in results), strict=strict)


def _say_plan(ctx: click.Context, planned: "ImportPlan", name: str) -> None:
    parts = [f"{plural(planned.new, 'bookmark')} would be new", f"{planned.known:,} kept already"]
    if planned.highlights:
        parts.append(f"with {plural(planned.highlights, 'highlight')}")
    if planned.refused:
        parts.append(f"{len(planned.refused):,} unreadable")
    _say(ctx, name, f"{', '.join(parts)} ({planned.format}).")
    for title in planned.titles:
        _say(ctx, "", f"  + {title}")
    if planned.new > len(planned.titles):
        _say(ctx, "", f"  + {planned.new - len(planned.titles):,} more")


def _say_imported(ctx: click.Context, done: "Imported", name: str) -> None:
    parts = [f"Imported {plural(done.added, 'bookmark')}", f"{done.known:,} kept already"]
    if done.updated:
        parts.append(f"{done.updated:,} of them brought up to date")
    if done.highlights:
        parts.append(plural(done.highlights, "highlight"))
    if done.refused:
        parts.append(f"{len(done.refused):,} refused")
    _say(ctx, name, f"{', '.join(parts)}.")


def _say(ctx: click.Context, name: str, sentence: str) -> None:
    if not state(ctx).json:
        show(ctx, None, said=f"{name}: {sentence}" if name else sentence)


@contextmanager
def _progress(ctx: click.Context, name: str) -> "Iterator[Progress | None]":
    """Show how far an import is and how long it still takes, where somebody can see it."""
    import sys
    import time

    if state(ctx).quiet or not sys.stderr.isatty():
        yield None
        return
    began = time.monotonic()

    def progress(done: int, total: int | None) -> None:
        spent = time.monotonic() - began
        shown = f"{done:,}" + (f" of about {total:,}" if total and total > done else "")
        if total and total > done:
            left = spent / done * (total - done)
            shown += f", {left / 60:.0f} min left" if left >= 90 else f", {max(1, round(left))} s left"
        click.echo(f"\r\033[K{name}: {shown}", nl=False, err=True)

    try:
        yield progress
    finally:
        click.echo("\r\033[K", nl=False, err=True)


@command.command("export")
@click.argument("file", metavar="[FILE]", required=False)
@click.option("--format", type=click.Choice(_EXPORTS), default="netscape", show_default=True, help="For whom it is.")
@click.option("--tag", help="Only those with this tag, or one below it.")
@click.option("--collection", help="Only those of this collection, in its order.")
@click.pass_context
def export(ctx: click.Context, file: str | None, format: str, tag: str | None, collection: str | None) -> None:
    """Write all bookmarks to FILE, or to standard output."""
    door = environment(ctx).bookmarks
    ids = door.bookmark_ids(tag=tag)[::-1]
    if collection is not None:
        wanted = set(ids)
        held = environment(ctx).collections.collection(resolve(ctx, collection, "collection")).members
        ids = [id for id in held if id in wanted]
    write_output(ctx, file, door.export(format, ids), f"Wrote {plural(len(ids), 'bookmark')} to {file}.")


def _marks(page: Any) -> str:
    return ("•" if page.unread else "") + ("★" if page.starred else "") + ("…" if not page.fetched else "")


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


@command.command("listen")
@click.option("--port", type=click.IntRange(0, 65535), default=7531, show_default=True, help="0: any that is free.")
@click.option("--new-key", is_flag=True, help="Make a new key; browsers that know the old one are shut out.")
@click.pass_context
def listen(ctx: click.Context, port: int, new_key: bool) -> None:
    """Keep pages from your browser, by a bookmarklet, until Ctrl-C. Only this machine can reach it."""
    import hashlib
    import secrets
    import threading

    from ple.bookmarks.listening import bookmarklet, listening

    home = environment(ctx)
    name = "bookmarks.listen:" + hashlib.sha256(str(home.folder).encode()).hexdigest()[:16]
    key = None if new_key else home.secrets.get(name)
    if key is None:
        key = secrets.token_urlsafe(24)
        home.secrets.set(name, key)

    def told(saved: "Saved") -> None:
        tell(ctx, f"{'Kept already' if saved.known else 'Saved'}: #{saved.bookmark.id} {saved.bookmark.title}")

    with listening(home.bookmarks, key, port, told=told) as address:
        link = bookmarklet(address)
        sentences = [
            f"Listening at {address} (Ctrl-C ends).",
            f"Key of this library, asked for once by your browser: {key}",
            "Bookmarklet: open the address above and drag the link to your bookmarks, or make one of this:",
            link,
        ]
        show(ctx, {"url": address, "key": key, "bookmarklet": link}, said=sentences)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            tell(ctx, "")
