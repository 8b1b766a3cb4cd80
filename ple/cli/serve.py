"""``ple serve``: the screens in a browser on this machine."""

import os

import click

from ple.cli.frame import Command, show, state, tell
from ple.library.errors import PleError


@click.command("serve", cls=Command)
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="0: any that is free.")
@click.option("--open", "open_it", is_flag=True, help="Open it in your browser.")
@click.pass_context
def command(ctx: click.Context, port: int, open_it: bool) -> None:
    """Show the screens in a browser on this machine alone, until Ctrl-C. The link that it says has the key."""
    import asyncio

    try:
        from ple.tui import serving
    except ImportError:
        raise PleError(
            "the screens in a browser need textual-serve, which is not installed",
            hint="Install it: `pip install 'ple[serve]'`.",
        ) from None
    if named := state(ctx).library:
        os.environ["PLE_LIBRARY"] = named  # the screens hear of it so: an address with a password is no argument
    screens = serving.Screens(serving.command(), port)

    def ready(link: str) -> None:
        show(ctx, {"url": link}, said=f"Your screens are at {link}\nWhoever has this link is let in. Ctrl-C ends.")
        if open_it:
            click.launch(link)

    try:
        asyncio.run(screens.run(ready))
    except KeyboardInterrupt:
        tell(ctx, "")
    except OSError as error:
        raise PleError(
            f"port {port} cannot be used: {error.strerror}", hint="Another program has it; name one with --port."
        ) from error
