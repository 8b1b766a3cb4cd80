"""``ple bookmarks listen``: keep pages from a browser."""

from typing import TYPE_CHECKING

import click

from ple.cli.frame import Command, environment, show, tell

if TYPE_CHECKING:
    from ple.bookmarks import Saved


@click.command("listen", cls=Command)
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
