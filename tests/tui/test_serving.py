"""The screens in a browser: only with the key, only for this host and this origin, with nothing from elsewhere."""

from __future__ import annotations

import asyncio
import gc
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest

from ple.tui.serving import PAGES, Screens

from .world import whole


@asynccontextmanager
async def served(*command: str) -> AsyncIterator[Screens]:
    screens = Screens(list(command), 0)
    ready = asyncio.Event()
    running = asyncio.create_task(screens.run(lambda _: ready.set()))
    try:
        await asyncio.wait_for(ready.wait(), 30)
        yield screens
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_only_whoever_has_the_key_is_let_in_and_only_here() -> None:
    async with served("true") as screens, aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        here = f"http://127.0.0.1:{screens.port}"

        async def status(path: str, **headers: str) -> int:
            async with browser.get(here + path, headers=headers, allow_redirects=False) as answer:
                return answer.status

        assert await status("/") == 403
        assert await status("/static/js/textual.js") == 403
        assert await status("/ws", Origin=here) == 403
        assert await status("/?key=guessed") == 403
        async with browser.get(screens.link) as answer:
            page = await answer.text()
            assert answer.status == 200
            assert answer.url.query_string == ""  # the key does not stay in the address
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
            assert answer.headers["Cache-Control"] == "no-store"
        assert await status("/static/js/textual.js") == 200
        assert await status("/", Host=f"evil.example:{screens.port}") == 403  # a name that was made to lead here
        assert await status("/ws", Origin="https://evil.example") == 403  # a page elsewhere, with our cookie
        assert await status("/ws") == 403
        addresses = re.findall(r"""(?:href|src|url\()=?["']?((?:https?:)?//[^"')\s]+)""", page)
        assert addresses
        assert {urlsplit(address).netloc for address in addresses} == {f"127.0.0.1:{screens.port}"}


def test_our_page_names_no_other_host() -> None:
    assert "//" not in (PAGES / "app_index.html").read_text().replace("<!DOCTYPE html>", "")


# textual-serve does not wait for its processes; what it leaves is collected here and not in somebody else's test
@whole
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
async def test_what_is_typed_reaches_the_screens_and_what_they_paint_comes_back(
    empty_library: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "library"
    folder.mkdir()
    (folder / "library.sqlite").write_bytes(empty_library.read_bytes())
    if sys.platform == "win32":
        pytest.skip("textual-serve starts its processes with a shell of POSIX")
    command = [sys.executable, "-m", "ple", "--library", str(folder), "tui"]
    async with (
        served(*command) as screens,
        aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser,
    ):
        here = f"http://127.0.0.1:{screens.port}"
        async with browser.get(screens.link):
            pass
        painted = ""
        async with browser.ws_connect(f"{here}/ws?width=80&height=24", origin=here) as socket:

            async def until(text: str) -> None:
                nonlocal painted
                while text not in re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", painted):
                    message = await asyncio.wait_for(socket.receive(), 60)
                    assert message.type in (aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.TEXT), painted
                    if message.type == aiohttp.WSMsgType.BINARY:
                        painted += message.data.decode("utf-8", "replace")

            await until("Welcome")
            await socket.send_json(["stdin", "\x1b"])
            await until("press 2, then a")
            await socket.send_json(["stdin", "2"])
            await until("No feeds yet")
            await socket.send_json(["stdin", "\x11"])  # ctrl+q
            while (await asyncio.wait_for(socket.receive(), 60)).type not in (
                aiohttp.WSMsgType.CLOSE,
                aiohttp.WSMsgType.CLOSED,
                aiohttp.WSMsgType.CLOSING,
            ):
                pass
    gc.collect()
