"""``ple``: the words that people learn. A command's module is imported when the command runs, and not before."""

import errno
import gc
import importlib
import os
import re
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from ple import __version__
from ple.cli.frame import Group, State, state
from ple.library.errors import InvalidInput, PleError

COMMANDS = {
    "today": ("ple.cli.today", "What is due, unread, and worth a look."),
    "feeds": ("ple.cli.feeds", "Follow feeds and bring in what is new."),
    "entries": ("ple.cli.entries", "Read what came in from the feeds."),
    "bookmarks": ("ple.cli.bookmarks", "Keep pages, with their text."),
    "collections": ("ple.cli.collections", "Put things together, in an order that means something."),
    "save": ("ple.cli.save", "Keep a page: the short way of `bookmarks add`."),
    "highlights": ("ple.cli.highlights", "Mark words in what you read, and find them again."),
    "journal": ("ple.cli.journal", "Write, reflect, look back."),
    "search": ("ple.cli.search", "Find anything."),
    "related": ("ple.cli.search", "What says something like a thing."),
    "searches": ("ple.cli.searches", "Keep searches by name and run them again."),
    "index": ("ple.cli.index", "The search index: its state, and making it anew."),
    "tag": ("ple.cli.tags", "Put tags on a thing."),
    "untag": ("ple.cli.tags", "Take tags off a thing."),
    "tags": ("ple.cli.tags", "List, rename and merge tags."),
    "link": ("ple.cli.links", "Link a thing to another."),
    "unlink": ("ple.cli.links", "Take a link away."),
    "links": ("ple.cli.links", "What a thing links to, and what links to it."),
    "undo": ("ple.cli.trash", "Take back the last change."),
    "redo": ("ple.cli.trash", "Do again what was taken back."),
    "trash": ("ple.cli.trash", "What was thrown away: list, restore, empty."),
    "portfolio": ("ple.cli.portfolio", "Choose what to show and build a site of it."),
    "lms": ("ple.cli.lms", "Courses and assignments; hand work in and get a receipt."),
    "xapi": ("ple.cli.xapi", "Your record of learning: keep it, take it along, send it where you want."),
    "credentials": ("ple.cli.credentials", "Badges and certificates that you earned, and what is known about each."),
    "library": ("ple.cli.library", "The library itself: info, check, backup."),
    "doctor": ("ple.cli.doctor", "Check the installation and say what to do."),
    "demo": ("ple.cli.demo", "See the whole loop on sample material, without a network."),
    "tui": ("ple.cli.tui", "Open the screens (as `ple` alone does)."),
    "serve": ("ple.cli.serve", "The screens in a browser, on this machine alone."),
}


_MEANT = {
    "add": ("feeds add", "save"),
    "find": ("search",),
    "import": ("feeds import", "bookmarks import", "library import"),
    "list": ("today", "entries list"),
    "new": ("entries list --unread", "journal write"),
    "note": ("journal write",),
    "open": ("tui",),
    "read": ("entries show", "entries list --unread"),
    "status": ("today", "doctor"),
    "sync": ("feeds update", "lms sync"),
    "write": ("journal write",),
}
"""What newcomers try first."""


class _NobodyReads(Exception):
    """Whoever read our output has left. Click ends with 1 for a pipe that broke, before :func:`run` hears of it."""


@contextmanager
def _while_somebody_reads() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError as error:
        raise _NobodyReads from error


class Nouns(Group):
    """A group that knows its commands' names and help lines, and imports only the one that runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands, without importing any."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(COMMANDS[cmd_name][0])
        command = getattr(module, cmd_name, None)
        if not isinstance(command, click.Command):
            command = module.command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands from our own table, so that ``--help`` imports none of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, help) for name, (_, help) in COMMANDS.items()])

    def make_context(self, *args: Any, **more: Any) -> click.Context:
        """Read the words; ``--help`` and ``--version`` answer while that is done."""
        with _while_somebody_reads():
            return super().make_context(*args, **more)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        with _while_somebody_reads():
            return super().invoke(ctx)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """Find the command; say the nearest one when there is none by that name."""
        name = args[0]
        if name == "help":
            name, *_ = args = [*args[1:], "--help"]
        if name not in COMMANDS and not name.startswith("-"):
            meant = self._meant(ctx, name)
            said = f" Did you mean {' or '.join(f'`ple {each}`' for each in meant[:4])}?" if meant else ""
            raise click.UsageError(f"There is no command “{name}”.{said}", ctx)
        return super().resolve_command(ctx, args)

    def _meant(self, ctx: click.Context, name: str) -> list[str]:
        """Return the commands that a wrong name may stand for: one that is nearly called so, or does that to things."""
        import difflib

        if near := difflib.get_close_matches(name, COMMANDS, 1, cutoff=0.75):
            return near
        if name in _MEANT:
            return list(_MEANT[name])
        groups = ((noun, self.get_command(ctx, noun)) for noun in COMMANDS)
        return [f"{noun} {name}" for noun, group in groups if isinstance(group, click.Group) and name in group.commands]


@click.group(cls=Nouns, hide_everywhere=False, invoke_without_command=True)
@click.version_option(__version__, "--version", "-V", prog_name="ple", message="%(prog)s %(version)s")
@click.option("--plain", is_flag=True, help="Without a command: a numbered menu in plain lines, for screen readers.")
@click.pass_context
def cli(ctx: click.Context, plain: bool) -> None:
    """Your own learning environment: gather, keep, reflect, find, show, hand in.

    Without a command it opens the screens; in a pipe, a menu in plain lines.
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(importlib.import_module("ple.cli.tui").command, plain=plain)


def run(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 it failed, 2 wrong usage, 130 interrupted."""
    ours = State()
    try:
        done = cli.main(arguments, prog_name="ple", standalone_mode=False, obj=ours)
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.Abort:
        click.echo("\nInterrupted. What was finished before this is kept.", err=True)
        return 130
    except KeyboardInterrupt:
        click.echo("\nInterrupted. What was finished before this is kept.", err=True)
        return 130
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except _NobodyReads:
        # whoever read our output has seen enough, as `| head -1` has; nothing more may be written at exit either
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except PleError as error:
        return _say(error, ours)
    except UnicodeEncodeError as error:
        if error.reason != "surrogates not allowed":  # what bytes of the command line become that are no text
            return _unexpected(error, ours)
        return _say(InvalidInput("a word that was given is no text in UTF-8", hint="Give it another way."), ours)
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:  # a text, where a path was to be
            return _say(InvalidInput(f"no file can have such a long name: {str(error.filename)[:60]}…"), ours)
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EROFS):
            return _unexpected(error, ours)
        where = f" to {error.filename}" if error.filename else ""
        return _say(InvalidInput(f"nothing can be written{where}: {(error.strerror or '').lower()}"), ours)
    except Exception as error:  # the last line of defence: a traceback is a bug, but never the learner's to read
        return _unexpected(error, ours)
    return done if isinstance(done, int) else 0


def main() -> None:
    """Run the command line and exit."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:  # whoever started us closed it (`>&-`, a service, pythonw)
            setattr(sys, name, open(os.devnull, "r" if name == "stdin" else "w", encoding="utf-8"))  # noqa: PTH123, SIM115
    if hasattr(sys.stdin, "reconfigure"):
        sys.stdin.reconfigure(errors="replace")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace", **({"encoding": "utf-8"} if os.name == "nt" else {}))
    gc.set_threshold(100_000, 20, 100)  # nearly all that a command makes are modules, which stay
    code = run()
    gc.freeze()  # nobody need look through them once more, now that we go
    sys.exit(code)


def _say(error: PleError, ours: State) -> int:
    from ple.cli import output

    output.print_aside(f"ple: {error}")
    if error.hint:
        output.print_aside(f"     {error.hint}")
    if ours.verbose:
        traceback.print_exception(error)
    return 1


def _unexpected(error: Exception, ours: State) -> int:
    from ple.cli import output
    from ple.cli.words import home
    from ple.settings.paths import state_folder

    where = state_folder() / "errors.log"
    try:
        where.parent.mkdir(parents=True, exist_ok=True)
        # words of the learner's may be in it
        with os.fdopen(os.open(where, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "a", encoding="utf-8") as file:
            # PostgreSQL quotes the row that it refused: those are the learner's own words
            told = re.sub(r"(?m)^.*DETAIL:.*$", "DETAIL: (left out)", "".join(traceback.format_exception(error)))
            file.write(told + "\n")
        noted = f"The details are in {home(where)}; please report them."
    except OSError:
        noted = "Run it again with --verbose to see the details."
    output.print_aside(f"ple: something went wrong that should not have ({type(error).__name__}).\n     {noted}")
    if ours.verbose:
        traceback.print_exception(error)
    return 1


__all__ = ["COMMANDS", "cli", "main", "run", "state"]
