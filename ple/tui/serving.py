"""The same screens in a browser on this machine: textual-serve behind a key, for this host and this origin alone.

textual-serve itself lets in whoever asks. Any page in the browser can ask 127.0.0.1, and any name can be made to lead
there; so each request must name this host, come from this page, and carry the key that the link brought, which then
lives in a cookie. The page brings nothing from elsewhere.
"""

from __future__ import annotations

import asyncio
import hmac
import os
import secrets
import shlex
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from aiohttp import web
from textual_serve.server import Server

PAGES = Path(__file__).with_name("pages")
COOKIE = "ple-key"


class Screens(Server):
    """One process of ple for each window that is opened, on the loopback interface."""

    def __init__(self, command: list[str], port: int) -> None:
        said = shlex.join(command) if os.name == "posix" else " ".join(f'"{word}"' for word in command)
        super().__init__(said, host="127.0.0.1", port=port, title="ple", templates_path=PAGES)
        self.key = secrets.token_urlsafe(24)

    @property
    def link(self) -> str:
        """The address that opens the screens; whoever has it is let in while this runs."""
        return f"{self.public_url}/?key={self.key}"

    def initialize_logging(self) -> None:
        """Log nothing: what passes through here is what the learner reads and writes."""

    async def on_startup(self, app: web.Application) -> None:
        """Say nothing: the command has said where the screens are."""

    async def _make_app(self) -> web.Application:
        app: web.Application = await super()._make_app()
        app.middlewares.append(self._guard)
        return app

    @web.middleware
    async def _guard(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        ours = {f"127.0.0.1:{self.port}", f"localhost:{self.port}"}
        origin = request.headers.get("Origin")
        elsewhere = origin is not None and origin.partition("://")[2] not in ours
        if request.host not in ours or elsewhere:
            raise web.HTTPForbidden(text="This is for this machine alone.\n")
        if request.path == "/" and "key" in request.query:
            if not self._is_key(request.query["key"]):
                raise web.HTTPForbidden(text="This is not the key. `ple serve` says the link.\n")
            inside = web.HTTPFound("/")
            inside.set_cookie(COOKIE, self.key, httponly=True, samesite="Strict", path="/")
            raise inside
        if not self._is_key(request.cookies.get(COOKIE, "")):
            raise web.HTTPForbidden(text="The key is missing. `ple serve` says the link that has it.\n")
        if request.path == "/ws" and origin is None:
            raise web.HTTPForbidden(text="This is for browsers.\n")
        response = await handler(request)
        if not response.prepared:
            self._close_in(response)
        return response

    def _close_in(self, response: web.StreamResponse) -> None:
        """Let the page load nothing from elsewhere, and be shown in no other page."""
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; "
            f"img-src 'self' data:; connect-src 'self' ws://127.0.0.1:{self.port} ws://localhost:{self.port}; "
            "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
        )
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"

    def _is_key(self, said: str) -> bool:
        return hmac.compare_digest(said.encode(), self.key.encode())

    async def handle_index(self, request: web.Request) -> Any:
        """Give the page, which finds its way back by the host that it was asked for."""
        self.public_url = f"http://{request.host}"
        return await super().handle_index(request)

    async def run(self, ready: Callable[[str], object]) -> None:
        """Serve until cancelled; `ready` is told the link once the port is ours.

        Raises:
            OSError: the port is taken.
        """
        runner = web.AppRunner(await self._make_app(), access_log=None)
        await runner.setup()
        try:
            site = web.TCPSite(runner, self.host, self.port)
            await site.start()
            [(_, port, *_)] = runner.addresses
            self.port = port
            self.public_url = f"http://{self.host}:{port}"
            ready(self.link)
            await asyncio.Event().wait()
        finally:
            await runner.cleanup()


def command() -> list[str]:
    """Return the command that opens the screens on the library that ``PLE_LIBRARY`` names."""
    return [sys.executable, "-m", "ple", "tui"]
