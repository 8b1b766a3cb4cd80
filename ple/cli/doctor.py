"""``ple doctor``: is everything as it should be, and what to do if not."""

import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from ple import __version__
from ple.cli import output
from ple.cli.frame import Command, environment, show, state
from ple.cli.words import home, plural, size
from ple.library import folder
from ple.library.errors import PleError

if TYPE_CHECKING:
    from ple.environment import Environment


@dataclass(frozen=True, slots=True)
class Checked:
    """One thing that was looked at. ``state`` is ``ok``, ``note`` or ``wrong``."""

    what: str
    state: str
    says: str
    do: str = ""


@click.command("doctor", cls=Command)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Check installation, library, index, secrets and terminal, and say what to do."""
    found = list(_look(ctx))
    if state(ctx).json:
        show(ctx, found)
    else:
        mark = {"ok": "ok", "note": "note", "wrong": "WRONG"}
        for checked in found:
            output.print_line(f"{mark[checked.state]}  {checked.what}: {checked.says}")
            if checked.do:
                output.print_line(f"       {checked.do}")
    if any(checked.state == "wrong" for checked in found):
        ctx.exit(1)


def _look(ctx: click.Context) -> Iterator[Checked]:
    python = ".".join(map(str, sys.version_info[:3]))
    yield Checked("ple", "ok", f"{__version__} on Python {python}, {sys.platform}")
    yield _fts5()
    ours = environment(ctx)
    try:
        settings = ours.settings
        yield Checked("settings", "ok", f"theme {settings.theme}, {settings.feeds_at_once} feeds at once")
    except PleError as error:
        yield Checked("settings", "wrong", str(error), error.hint or "")
    try:
        library = ours.library
        findings = library.check()
        if findings:
            yield Checked(
                "library",
                "wrong",
                f"{plural(len(findings), 'finding')} in {home(library.where)}",
                "`ple library check`",
            )
        else:
            count = sum(library.kind_counts().values())
            yield Checked("library", "ok", f"{home(library.where)}, {plural(count, 'thing')}, sound")
        if folder.is_open(library.folder):
            where = home(library.folder)
            yield Checked("folder", "note", f"others on this computer can look into {where}", f"`chmod 700 {where}`")
        free = shutil.disk_usage(library.folder).free
        low = free < 200_000_000
        yield Checked("disk", "wrong" if low else "ok", f"{size(free)} free", "Make room." if low else "")
    except PleError as error:
        yield Checked("library", "wrong", str(error), error.hint or "")
        return
    try:
        status = ours.search.status()
        yield Checked("index", "ok", f"{plural(status.documents, 'document')}, {size(status.size_bytes)}")
    except PleError as error:
        yield Checked("index", "wrong", str(error), "`ple index rebuild`")
    yield _secrets(ours)
    yield _terminal()
    proxy = next(
        (os.environ[name] for name in ("https_proxy", "HTTPS_PROXY", "http_proxy") if os.environ.get(name)), ""
    )
    yield Checked("network", "ok", "through a proxy" if proxy else "direct, no proxy set")


def _secrets(ours: "Environment") -> Checked:
    where = ours.secrets.where()
    try:
        kept = ours.secrets.in_file()
    except PleError as error:
        return Checked("secrets", "wrong", str(error), error.hint or "")
    if where == "the keyring":
        return Checked("secrets", "ok", "in the keyring of this computer")
    lie = f"{plural(kept, 'secret')}" if kept else "they would lie"
    return Checked(
        "secrets",
        "note",
        f"no keyring here: {lie} in {home(where)}, readable only by you",
        "`pip install 'ple[keyring]'` uses the keyring where the platform has one.",
    )


def _fts5() -> Checked:
    with sqlite3.connect(":memory:") as connection:
        has = connection.execute("SELECT sqlite_compileoption_used('ENABLE_FTS5')").fetchone()[0]
    connection.close()
    if has:
        return Checked("sqlite", "ok", f"{sqlite3.sqlite_version} with full-text search")
    return Checked(
        "sqlite", "wrong", "this Python's SQLite has no FTS5", "Use Python from python.org, uv or your system."
    )


def _terminal() -> Checked:
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    columns, lines = shutil.get_terminal_size()
    if encoding != "utf8":
        return Checked(
            "terminal", "note", f"it takes {encoding or 'no encoding'}, not UTF-8", "Set LANG to a UTF-8 locale."
        )
    if not sys.stdout.isatty():
        return Checked("terminal", "ok", "output goes into a pipe or file")
    colours = os.environ.get("COLORTERM") or os.environ.get("TERM", "")
    small = columns < 80 or lines < 24
    return Checked(
        "terminal",
        "note" if small else "ok",
        f"{columns} × {lines}, {colours or 'unknown'}",
        "The screens like 80 × 24 or more." if small else "",
    )
