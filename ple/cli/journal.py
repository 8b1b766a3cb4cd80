"""``ple journal``: write, reflect, look back."""

import sys
from typing import TYPE_CHECKING, Any

import click

from ple.cli.frame import (
    FilePath,
    Group,
    environment,
    interactive,
    outcome,
    read_input,
    resolve,
    show,
    show_list,
    show_text,
    tell,
)
from ple.cli.output import when
from ple.cli.words import minute, plural
from ple.library.errors import InvalidInput, PleError
from ple.settings.paths import at_home

if TYPE_CHECKING:
    import datetime as dt

command = Group("journal", help="Write, reflect, look back.")

_COLUMNS = [
    ("#", lambda line: f"#{line.id}"),
    ("Day", lambda line: f"{line.day:%Y-%m-%d}"),
    ("Title", "title"),
    ("Tags", "tags"),
]


@command.command("write")
@click.argument("text", nargs=-1)
@click.option("--title", help="Its title; otherwise the first line is.")
@click.option("--prompt", metavar="NAME", help="Reflect along a prompt; see `ple journal prompts`.")
@click.option("--tag", "tags", multiple=True, help="A tag; may be repeated.")
@click.option("--about", metavar="RESOURCE", help="What it reflects on: a number, address or title.")
@click.option("--date", metavar="WHEN", help="When it happened: 2025-06-01, yesterday 18:00, 'last friday'.")
@click.option("--file", metavar="FILE", type=FilePath(), help="Take the text from a file; - is standard input.")
@click.option(
    "--public", is_flag=True, help="Mark it as meant for others: is:public finds it. What they see is in the portfolio."
)
@click.pass_context
def write(
    ctx: click.Context,
    text: tuple[str, ...],
    title: str | None,
    prompt: str | None,
    tags: tuple[str, ...],
    about: str | None,
    date: str | None,
    file: str | None,
    public: bool,
) -> None:
    """Write an entry, in Markdown.

    The TEXT is given here, or on standard input, or, without either, in your $EDITOR. #12, [[12]] and [[A title]]
    in it become links, #words become tags.
    """
    if text and file:
        raise click.UsageError("Give TEXT or --file, not both.", ctx)
    journal = environment(ctx).journal
    chosen = journal.prompt(prompt) if prompt else None
    more: dict[str, Any] = {
        "title": title,
        "tags": tags,
        "about": resolve(ctx, about) if about else None,
        "written_at": _moment(date),
        "prompt": prompt,
        "public": public,
    }
    given = _given(text, file)
    if given is not None:
        entry = journal.write(given, **more)
    else:
        from ple.cli.editing import edited

        with edited(chosen.text + "\n" if chosen else "", environment(ctx).settings.editor) as written:
            entry = journal.write(written, **more)
    show(ctx, entry, said=f"Wrote #{entry.id} {entry.title}")


@command.command("list")
@click.option("--tag", help="Only with this tag.")
@click.option("--since", metavar="WHEN", help="Written then or later: 2025-06, 7d, 'last month'.")
@click.option("--until", metavar="WHEN", help="Written before then.")
@click.option("--prompt", metavar="NAME", help="Only reflections along this prompt.")
@click.option("--limit", type=click.IntRange(min=0), default=50, show_default=True, help="How many at most.")
@click.pass_context
def list_(
    ctx: click.Context, tag: str | None, since: str | None, until: str | None, prompt: str | None, limit: int
) -> None:
    """List entries, the newest first."""
    journal = environment(ctx).journal
    ids = journal.entry_ids(tag=tag, since=_moment(since), until=_moment(until), prompt=prompt, limit=limit)
    empty = "No such entries." if tag or since or until or prompt else _EMPTY
    show_list(ctx, journal.entry_lines(ids), _COLUMNS, empty=empty)


_EMPTY = (
    "Nothing in the journal yet. Begin with `ple journal write`, or with a prompt: `ple journal write --prompt what`."
)


@command.command("show")
@click.argument("entry")
@click.pass_context
def show_(ctx: click.Context, entry: str) -> None:
    """Show an entry, with what it links to and what links to it."""
    ours = environment(ctx)
    found = ours.journal.entry(resolve(ctx, entry, "journal"))
    facts = [f"#{found.id}", f"{found.written_at.astimezone():%A %Y-%m-%d %H:%M}", plural(found.words, "word")]
    facts += [f"#{tag}" for tag in sorted(found.tags)]
    facts += ["public"] * found.public
    lines = [found.title, " · ".join(facts), "", found.text]
    if found.links or found.backlinks:
        lines.append("")
    lines += [f"{_RELATIONS.get(link.relation, link.relation)} {_name(ours, link.id)}" for link in found.links]
    lines += [f"← {link.relation} · {_name(ours, link.id)}" for link in found.backlinks]
    show_text(ctx, found, "\n".join(lines))


_RELATIONS = {"mentions": "→ mentions", "about": "→ about"}


@command.command("edit")
@click.argument("entry")
@click.argument("text", nargs=-1)
@click.option("--title", help="Another title; an empty one makes the first line the title again.")
@click.option("--tag", "tags", multiple=True, help="Add a tag; may be repeated.")
@click.option("--untag", "untags", multiple=True, help="Take a tag off; may be repeated.")
@click.option("--about", metavar="RESOURCE", help="Link it with what it reflects on.")
@click.option("--date", metavar="WHEN", help="When it happened.")
@click.option("--file", metavar="FILE", type=FilePath(), help="Take the text from a file; - is standard input.")
@click.option("--public/--private", default=None, help="Whether it is marked as meant for others.")
@click.pass_context
def edit(
    ctx: click.Context,
    entry: str,
    text: tuple[str, ...],
    title: str | None,
    tags: tuple[str, ...],
    untags: tuple[str, ...],
    about: str | None,
    date: str | None,
    file: str | None,
    public: bool | None,
) -> None:
    """Change an entry: what is given here, or else its text in your $EDITOR. What it said before is kept."""
    if text and file:
        raise click.UsageError("Give TEXT or --file, not both.", ctx)
    journal = environment(ctx).journal
    id = resolve(ctx, entry, "journal")
    before = journal.entry(id)
    more: dict[str, Any] = {"title": title, "written_at": _moment(date), "public": public}
    if tags or untags:
        from ple.journal.mentions import mentions
        from ple.library.identity import fold_tag

        inline = {fold_tag(tag) for tag in mentions(before.text).tags}  # those come and go with the text
        more["tags"] = ((before.tags - inline) | set(tags)) - {fold_tag(tag) for tag in untags}
    if about:
        more["about"] = resolve(ctx, about)
    changes = any(value is not None for value in more.values())
    given = None if changes and not text and not file else _given(text, file)
    if given is not None or changes:
        after = journal.revise(id, text=given, **more)
    else:
        from ple.cli.editing import edited

        with edited(before.text + "\n", environment(ctx).settings.editor) as written:
            after = journal.revise(id, text=written, seen=before.text)
    show(ctx, after, said=f"Changed #{after.id} {after.title}")


@command.command("remove")
@click.argument("entries", nargs=-1, required=True)
@click.pass_context
def remove(ctx: click.Context, entries: tuple[str, ...]) -> None:
    """Put entries in the trash; `ple undo` takes that back."""
    ids = list(dict.fromkeys(resolve(ctx, name, "journal") for name in entries))
    removed = environment(ctx).journal.remove(ids)
    said = f"Put {plural(removed, 'entry', 'entries')} in the trash; `ple undo` takes it back"
    show(ctx, {"removed": removed, "ids": ids}, said=said)


@command.command("history")
@click.argument("entry")
@click.pass_context
def history(ctx: click.Context, entry: str) -> None:
    """List what an entry said before, the newest first."""
    found = environment(ctx).journal.history(resolve(ctx, entry, "journal"))
    columns = [("Until", when("at", minute)), ("Title", "title"), ("Text", "text")]
    show_list(ctx, found, columns, empty="It was never changed.")


@command.command("prompts")
@click.argument("name", required=False)
@click.pass_context
def prompts(ctx: click.Context, name: str | None) -> None:
    """List the ways to reflect, or show the questions of the one called NAME."""
    journal = environment(ctx).journal
    if name:
        prompt = journal.prompt(name)
        asks = "\n\n".join(f"{step.heading}\n  {step.question}" for step in prompt.steps)
        show_text(ctx, _as_json(prompt), f"{prompt.title}\n{prompt.when}\n{prompt.source}\n\n{asks}")
        return
    columns = [("Name", "name"), ("Title", "title"), ("For", "when"), ("Source", "source")]
    if ctx.find_root().obj.json:
        show(ctx, [_as_json(prompt) for prompt in journal.prompts()])
    else:
        show_list(ctx, journal.prompts(), columns, empty="")


def _as_json(prompt: Any) -> dict[str, Any]:
    steps = [{"heading": step.heading, "question": step.question} for step in prompt.steps]
    names = ("name", "title", "when", "source", "text")
    return {**{name: getattr(prompt, name) for name in names}, "steps": steps}


@command.command("on-this-day")
@click.option("--date", metavar="WHEN", help="Another day than today.")
@click.pass_context
def on_this_day(ctx: click.Context, date: str | None) -> None:
    """Look back: this day in other years, and a week, a month and half a year ago."""
    at = _moment(date)
    found = environment(ctx).journal.on_this_day(at.astimezone().date() if at else None)
    columns = [("#", lambda line: f"#{line.id}"), ("When", "ago"), ("Title", "title"), ("", "excerpt")]
    show_list(ctx, found, columns, empty="Nothing was written on this day before.")


@command.command("import")
@click.argument("path", type=FilePath())
@click.option("--strict", is_flag=True, help="Exit 1 if any file was refused.")
@click.pass_context
def import_(ctx: click.Context, path: str, strict: bool) -> None:
    """Take in a Markdown file, or a folder of them; doing it again adds nothing."""
    imported = environment(ctx).journal.import_path(at_home(path))
    for name, reason in imported.refused:
        tell(ctx, f"{name}: {reason}")
    done = imported.added + imported.updated + imported.known + imported.restored + imported.gone
    said = f"Added {plural(imported.added, 'entry', 'entries')}, changed {imported.updated}, knew {imported.known}"
    said += f", {imported.restored} came back from the trash" if imported.restored else ""
    said += f"; {imported.gone} deleted for good here stay away" if imported.gone else ""
    show(ctx, imported, said=said)
    outcome(ctx, done=done, failed=len(imported.refused), strict=strict)


@command.command("export")
@click.argument("folder", type=FilePath())
@click.pass_context
def export(ctx: click.Context, folder: str) -> None:
    """Write every entry as a Markdown file into FOLDER."""
    exported = environment(ctx).journal.export(at_home(folder))
    show(ctx, exported, said=f"Wrote {plural(exported.files, 'file')} to {exported.folder}")


def _given(text: tuple[str, ...], file: str | None) -> str | None:
    """Return the text that was given in one of the ways to give it; None if an editor has to be opened."""
    if file is not None:
        return _text(read_input(file)[1], file)
    if text and text != ("-",):
        return " ".join(text)
    return None if interactive() and not text else _text(sys.stdin.buffer.read(), "standard input")


def _text(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{name} is not text in UTF-8", hint="Convert it first, for example with iconv.") from error


def _moment(said: str | None) -> "dt.datetime | None":
    if said is None:
        return None
    from ple.search.dates import moment

    return moment(said)


def _name(ours: Any, id: int) -> str:
    try:
        return f"#{id} {ours.document(id).title}"
    except PleError:
        return f"#{id}"
