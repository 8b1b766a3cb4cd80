"""``ple library``."""

from dataclasses import dataclass
from pathlib import Path

import click

from ple.cli.frame import FilePath, Group, confirm, environment, show, show_list, tell
from ple.cli.output import when
from ple.cli.words import home, minute, plural, size
from ple.settings.paths import at_home

command = Group("library", help="The library itself: info, check, backup, restore, export, import, compact.")


@dataclass(frozen=True, slots=True)
class Info:
    """What a library holds."""

    where: str
    folder: Path
    bytes: int
    newest_change: int
    things: dict[str, int]
    in_trash: int
    would_undo: str | None


@command.command("info")
@click.pass_context
def info(ctx: click.Context) -> None:
    """Say where the library is and what it holds."""
    library = environment(ctx).library
    used = sum(_bytes(path) for path in library.folder.rglob("*"))
    found = Info(
        library.where,
        library.folder,
        used,
        library.newest_change(),
        library.kind_counts(),
        len(library.trashed()),
        library.undoable(),
    )
    lines = [f"{home(found.where)}   {size(found.bytes)}"]
    lines += [f"{count:>9,}  {kind}" for kind, count in found.things.items()]
    if found.in_trash:
        lines.append(f"{found.in_trash:>9,}  in the trash")
    if not found.things:
        lines.append("Nothing yet. Begin with `ple feeds add ADDRESS` or `ple save ADDRESS`.")
    if found.would_undo:
        lines.append(f"`ple undo` would take back: {found.would_undo}")
    show(ctx, found, said=lines)


def _bytes(path: Path) -> int:
    """Return how large a file is; nothing if another process took it away since we saw it."""
    try:
        return path.stat().st_size if path.is_file() else 0
    except OSError:
        return 0


@command.command("check")
@click.pass_context
def check(ctx: click.Context) -> None:
    """Look whether everything in the library is sound. Changes nothing."""
    findings = environment(ctx).library.check()
    if findings:
        show_list(ctx, findings, [("Found", "what")], empty="")
        tell(ctx, "Restore a backup with `ple library restore`; `ple library backup` first keeps what is there.")
        ctx.exit(1)
    show(ctx, findings, said="The library is sound.")


@command.command("backup")
@click.argument("file", required=False, type=FilePath(path_type=Path))
@click.pass_context
def backup(ctx: click.Context, file: Path | None) -> None:
    """Write a consistent copy of the library's database to FILE, while it is in use."""
    written = environment(ctx).library.back_up(file)
    show(ctx, {"file": written}, said=f"Backed up to {home(written)} ({size(written.stat().st_size)}).")


@command.command("restore")
@click.argument("file", type=FilePath(path_type=Path))
@click.pass_context
def restore(ctx: click.Context, file: Path) -> None:
    """Put the library back to the backup FILE. What is there now is backed up first."""
    from ple.library.errors import Damaged, InvalidInput, SchemaTooNew

    file = at_home(file)
    if file.is_dir():
        hint = f"What `ple library export` wrote comes in with `ple library import {file}`."
        raise InvalidInput(f"{file} is a folder, and a backup is a file", hint=hint)
    if not file.exists():
        raise InvalidInput(f"there is no file {file}", hint=_backups(ctx))
    try:
        library = environment(ctx).library
    except (Damaged, SchemaTooNew):  # this is the way out of it
        library = environment(ctx).unopened_library()
    if not confirm(ctx, f"Put the library {home(library.where)} back to {file}?"):
        tell(ctx, "Nothing was changed.")
        return
    before = library.restore_backup(file)
    show(ctx, {"before": before}, said=f"Restored. What was there before is in {home(before)}.")


def _backups(ctx: click.Context) -> str:
    """Say which backups there are, for whoever looks for one."""
    folder = environment(ctx).unopened_library().folder / "backups"
    newest = max(folder.glob("*.sqlite"), key=lambda path: path.stat().st_mtime, default=None)
    return f"The newest in the library's folder is {home(newest)}." if newest else f"There is none in {home(folder)}."


@command.command("export")
@click.argument("folder", type=FilePath(path_type=Path))
@click.pass_context
def export(ctx: click.Context, folder: Path) -> None:
    """Write everything to FOLDER, in open formats: to read, to take elsewhere, to import again."""
    done = environment(ctx).archive.export(at_home(folder))
    for sha256 in done.missing:
        tell(ctx, f"A file is missing from the library and so from the archive: {sha256}")
    lines = [f"{count:>9,}  {kind}" for kind, count in done.things.items()]
    said = f"Wrote {plural(sum(done.things.values()), 'thing')} and {plural(done.files, 'file')} ({size(done.bytes)})"
    show(ctx, done, said=[f"{said} to {home(done.folder)}", *lines])


@command.command("import")
@click.argument("folder", type=FilePath(path_type=Path))
@click.option("--plan", is_flag=True, help="Only say what would come in.")
@click.pass_context
def import_(ctx: click.Context, folder: Path, plan: bool) -> None:
    """Take in what `ple library export` wrote to FOLDER. What is here already stays as it is."""
    ours = environment(ctx)
    if at_home(folder).is_file():
        from ple.library.errors import InvalidInput

        hint = f"A backup is put back with `ple library restore {folder}`, in place of what is here."
        raise InvalidInput(f"{folder} is a file, and an archive is a folder", hint=hint)
    came = ours.archive.bring_in(at_home(folder), plan=plan)
    for problem in came.problems:
        tell(ctx, problem)
    verb = "Would bring in" if plan else "Brought in"
    lines = [f"{verb} {plural(sum(came.new.values()), 'thing')}; {sum(came.known.values()):,} are here already."]
    lines += [f"{count:>9,}  {kind}" for kind, count in sorted(came.new.items())]
    show(ctx, came, said=lines)
    if came.new.get("account") and not plan:
        tell(ctx, "Passwords and tokens do not travel: `ple lms renew` connects an account again.")


@command.command("compact")
@click.pass_context
def compact(ctx: click.Context) -> None:
    """Give room that is not needed any more back to the disk, also that of files which nothing names for a month."""
    freed = environment(ctx).library.compact()
    show(ctx, {"freed": freed}, said=f"Gave back {size(freed)}.")


@command.command("history")
@click.argument("resource")
@click.pass_context
def history(ctx: click.Context, resource: str) -> None:
    """Show what a thing that you wrote said before."""
    ours = environment(ctx)
    revisions = ours.library.revisions(ours.resolve(resource))
    columns = [
        ("When", when("at", minute)),
        ("Said", lambda r: r.said.get("text", r.said)),
    ]
    show_list(ctx, revisions, columns, empty="It never said anything else.")
