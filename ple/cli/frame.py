"""What every command shares: options that work anywhere, the environment, and one way to print.

Imports nothing heavy; a command's help must come at once.
"""

import os
import shutil
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from ple.cli import output
from ple.library.errors import InvalidInput

if TYPE_CHECKING:
    from ple.environment import Environment

Column = tuple[str, Any]  # a title, and the name of an attribute or a function of the value


@dataclass
class State:
    """What the options said that are accepted before the noun and after the verb alike."""

    library: str | None = None
    json: bool = False
    yes: bool = False
    quiet: bool = False
    verbose: bool = False
    environment: "Environment | None" = None


def state(ctx: click.Context) -> State:
    """Return the state of this run."""
    root = ctx.find_root()
    if not isinstance(root.obj, State):
        root.obj = State()
    return root.obj


def _set(ctx: click.Context, parameter: click.Parameter, value: Any) -> None:
    if value == "":
        raise click.BadParameter("it is empty; without it, the library is the usual one.", ctx, parameter)
    if value and parameter.name is not None:
        setattr(state(ctx), parameter.name, value)


def _everywhere(hidden: bool) -> list[click.Option]:
    def option(*names: str, **more: Any) -> click.Option:
        return click.Option(names, expose_value=False, callback=_set, is_eager=True, hidden=hidden, **more)

    return [
        option("--library", metavar="PATH", help="Folder of the library, or a postgresql:// address (PLE_LIBRARY)."),
        option("--json", is_flag=True, help="Print one JSON document, for programs."),
        option("--yes", "-y", is_flag=True, help="Confirm without asking."),
        option("--quiet", "-q", is_flag=True, help="No messages or progress."),
        option("--verbose", "-v", is_flag=True, help="Say more, and show details of what goes wrong."),
    ]


_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class Command(click.Command):
    """A command that takes the options of everywhere too."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["context_settings"] = {**_SETTINGS, **(kwargs.get("context_settings") or {})}
        super().__init__(*args, **kwargs)
        taken = {name for parameter in self.params for name in (*parameter.opts, *parameter.secondary_opts)}
        for option in _everywhere(hidden=True):
            option.opts = [name for name in option.opts if name not in taken]
            self.params.append(option)


class Group(click.Group):
    """A noun; its verbs are commands of ours."""

    command_class = Command
    group_class = type

    def __init__(self, *args: Any, hide_everywhere: bool = True, **kwargs: Any) -> None:
        kwargs["context_settings"] = {**_SETTINGS, **(kwargs.get("context_settings") or {})}
        super().__init__(*args, **kwargs)
        self.params += _everywhere(hidden=hide_everywhere)


class FilePath(click.Path):
    """A path that was typed. An empty one, as of a variable of the shell that is not set, is no present folder."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return it; wrong usage if it is empty."""
        if value == "":
            self.fail("it is empty; “.” would be the folder where you are.", param, ctx)
        return super().convert(value, param, ctx)


def environment(ctx: click.Context) -> "Environment":
    """Return the environment that the options name; it is closed when the command ends."""
    ours = state(ctx)
    if ours.environment is None:
        from ple.environment import Environment  # 0.5 s with the tables, which --help need not pay
        from ple.settings.paths import place

        where = place(ours.library)
        made = None
        if where.named and not (where.folder / "library.sqlite").exists():
            from ple.cli import naming

            naming.ask(ctx, where.folder)
            made = partial(naming.told, ctx)
        ours.environment = Environment(where.folder, where.url, warn=partial(tell, ctx), made=made)
        ctx.find_root().call_on_close(ours.environment.close)
    return ours.environment


def resolve(ctx: click.Context, name: str, *kinds: str) -> int:
    """Return the number of what a learner names; see :meth:`ple.environment.Environment.resolve`."""
    return environment(ctx).resolve(name, *kinds)


def show(ctx: click.Context, value: Any, *, said: str | Sequence[str] | None = None) -> None:
    """Print ``value``: as JSON, or the sentences ``said``, or its fields one below the other."""
    if state(ctx).json:
        output.print_json(value)
    elif said is not None:
        for sentence in [said] if isinstance(said, str) else said:
            output.print_line(sentence)
    else:
        output.print_fields(value)


def show_list(ctx: click.Context, values: Sequence[Any], columns: Sequence[Column], *, empty: str) -> None:
    """Print a list: a JSON array, a table that fits the terminal, or tab-separated lines into a pipe.

    ``empty`` says on standard error what to do when there is nothing.
    """
    if state(ctx).json:
        output.print_json(list(values))
    elif values:
        output.print_table(values, columns)
    else:
        tell(ctx, empty)


def show_text(ctx: click.Context, value: Any, text: str) -> None:
    """Print ``value`` as JSON, or a text of several lines for reading."""
    if state(ctx).json:
        output.print_json(value)
    else:
        output.print_block(text)


def tell(ctx: click.Context, message: str) -> None:
    """Say something on standard error, unless we were told to be quiet."""
    if not state(ctx).quiet:
        output.print_aside(message)


def interactive() -> bool:
    """Whether somebody is there to answer."""
    return sys.stdin is not None and sys.stdin.isatty()


def confirm(ctx: click.Context, question: str) -> bool:
    """Ask; ``--yes`` answers. Where nobody can answer, it is wrong usage not to have said ``--yes``.

    Raises:
        click.UsageError: nobody is there and ``--yes`` was not given.
    """
    if state(ctx).yes:
        return True
    if not interactive():
        raise click.UsageError(f"{output.line(question)} Say --yes to confirm.", ctx)
    return click.confirm(output.line(question), default=False, err=True)


def outcome(ctx: click.Context, *, done: int, failed: int, strict: bool = False) -> None:
    """End a command over many things: exit 1 if all of them failed, or any with ``strict``."""
    if failed and (strict or not done):
        ctx.exit(1)


def read_input(path: str) -> tuple[str, bytes]:
    """Return the name and bytes of a file, or of standard input for ``-``.

    Raises:
        InvalidInput: it cannot be read.
    """
    if path == "-":
        return "-", sys.stdin.buffer.read()
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - a learner's path as given, in its own words
            return os.path.basename(path), file.read()  # noqa: PTH119
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {(error.strerror or str(error)).lower()}") from error


def piped_secret() -> str:
    """Return the first line of standard input, which is a password or token.

    Raises:
        InvalidInput: nothing comes; what should have said it has failed, and an empty secret would be kept in silence.
    """
    said = sys.stdin.readline(20_000)
    if not said.strip("\r\n"):
        raise InvalidInput(
            "there is no password or token on standard input", hint="Look whether the command before the | says it."
        )
    return said.rstrip("\r\n")


def write_output(ctx: click.Context, path: str | None, text: str, said: str) -> None:
    """Write an export to a file, whole or not at all, or to standard output when no file is named.

    With ``--json`` standard output has one JSON document all the same: where the file is, or the export, as the
    ``text`` of an object if it is no JSON itself.

    Raises:
        InvalidInput: the file cannot be written.
    """
    if path is None or path == "-":
        if state(ctx).json and not _is_json(text):
            output.print_json({"text": text})
        else:
            click.echo(text, nl=not text.endswith("\n"))
        return
    data = text.encode("utf-8", "replace")
    write_file(path, data)
    if state(ctx).json:
        output.print_json({"file": path, "bytes": len(data)})
    tell(ctx, said)


def export_format(ctx: click.Context, path: str | None, format: str) -> str:
    """Return the format of an export; into a pipe with ``--json``, and nothing else said, it is JSON."""
    said = ctx.get_parameter_source("format") is not click.core.ParameterSource.DEFAULT
    return format if said or path not in (None, "-") or not state(ctx).json else "json"


def _is_json(text: str) -> bool:
    import json

    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def write_file(path: str, data: bytes) -> None:
    """Write a file, whole or not at all; into what is no file (a pipe, ``/dev/stdout``), and where a link leads.

    Raises:
        InvalidInput: it cannot be written.
    """
    target = os.path.realpath(path)
    apart = not os.path.exists(target) or os.path.isfile(target)  # noqa: PTH110, PTH113
    part = f"{target}.{os.getpid()}.part" if apart else target
    try:
        try:
            with open(part, "xb" if apart else "wb") as file:  # noqa: PTH123
                file.write(data)
            if apart:
                if os.path.exists(target):  # noqa: PTH110
                    shutil.copymode(target, part)
                os.replace(part, target)  # noqa: PTH105
        except BaseException as error:
            if apart and not isinstance(error, FileExistsError):
                with suppress(OSError):
                    os.unlink(part)  # noqa: PTH108
            raise
    except OSError as error:
        raise InvalidInput(f"{path} cannot be written: {(error.strerror or str(error)).lower()}") from error
