"""A real browser that a test drives: its pages, its keys, and what it noticed. It is spoken to over a pipe."""

import itertools
import json
import os
import select
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

_KEYS = {"Tab": 9, "Enter": 13, "Escape": 27, "Backspace": 8}


class Chromium:
    """Headless Chromium."""

    def __init__(self, program: str, profile: Path) -> None:
        theirs, self._out = os.pipe()
        self._in, back = os.pipe()
        options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--remote-debugging-pipe"]
        command = [program, *options, f"--user-data-dir={profile}", "about:blank"]
        self._process = subprocess.Popen(
            ["/bin/sh", "-c", f'exec "$@" 3</dev/fd/{theirs} 4>/dev/fd/{back}', "sh", *command],
            pass_fds=(theirs, back),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(theirs)
        os.close(back)
        self._numbers = itertools.count(1)
        self._rest = b""
        self.events: list[tuple[str, dict[str, Any]]] = []

    def call(self, method: str, session: str | None = None, **parameters: Any) -> dict[str, Any]:
        """Ask the browser for something, and return what it answers; what happens meanwhile is in :attr:`events`."""
        number = next(self._numbers)
        said = {"id": number, "method": method, "params": parameters} | ({"sessionId": session} if session else {})
        os.write(self._out, json.dumps(said).encode() + b"\0")
        while True:
            answer = self._heard()
            if answer.get("id") == number:
                assert "error" not in answer, (method, answer)
                result: dict[str, Any] = answer["result"]
                return result
            if "method" in answer:
                self.events.append((answer["method"], answer["params"]))

    def _heard(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            assert select.select([self._in], [], [], 30)[0], "the browser says nothing"
            part = os.read(self._in, 1 << 20)
            assert part, "the browser went away"
            self._rest += part
        said, _, self._rest = self._rest.partition(b"\0")
        heard: dict[str, Any] = json.loads(said)
        return heard

    def page(self, url: str = "about:blank", **settings: Any) -> "Tab":
        """Return a new page, shown; ``settings`` are methods with their parameters, asked for before it is loaded."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        tab = Tab(self, session)
        for domain in ("Page", "Runtime", "Network", "Log"):
            tab.call(f"{domain}.enable")
        for method, parameters in settings.items():
            tab.call(method.replace("_", "."), **parameters)
        tab.show(url)
        return tab

    def close(self) -> None:
        """End it."""
        os.close(self._out)
        os.close(self._in)
        self._process.terminate()
        self._process.wait()


class Tab:
    """A page in the browser."""

    def __init__(self, browser: Chromium, session: str) -> None:
        self._browser, self._session = browser, session

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Ask for something of this page."""
        return self._browser.call(method, self._session, **parameters)

    def js(self, expression: str) -> Any:
        """Return what an expression is worth on the page; of a promise, what it comes to."""
        said = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in said, said
        return said["result"].get("value")

    def until(self, condition: str) -> None:
        """Wait on the page until a condition holds, ten seconds at most."""
        once = f"() => {{ try {{ return !!({condition}); }} catch (e) {{ return false; }} }}"
        loop = "if (check()) done(true); else if (Date.now() > end) done(false); else setTimeout(again, 5);"
        begin = f"const check = {once}, end = Date.now() + 10000;"
        promise = f"new Promise(done => {{ {begin} (function again() {{ {loop} }})(); }})"
        for _ in range(20):
            said = self.call("Runtime.evaluate", expression=promise, awaitPromise=True, returnByValue=True)
            if "exceptionDetails" not in said:
                assert said["result"].get("value"), f"never: {condition}"
                return
        raise AssertionError(f"the page went elsewhere while it was waited for: {condition}")

    def show(self, url: str) -> None:
        """Go to an address, and wait until it is there."""
        self.call("Page.navigate", url=url)
        self.until(f"document.readyState === 'complete' && location.href === {json.dumps(url)}")

    def write(self, text: str) -> None:
        """Put a text in at once, as a clipboard does."""
        self.call("Input.insertText", text=text)

    def type(self, text: str) -> None:
        """Type, a key at a time."""
        for letter in text:
            self.call("Input.dispatchKeyEvent", type="keyDown", text=letter, unmodifiedText=letter, key=letter)
            self.call("Input.dispatchKeyEvent", type="keyUp", key=letter)

    def press(self, key: str) -> None:
        """Press a key that writes nothing."""
        said = {"key": key, "code": key, "windowsVirtualKeyCode": _KEYS[key]}
        more = {"text": "\r"} if key == "Enter" else {}
        self.call("Input.dispatchKeyEvent", type="keyDown", **said, **more)
        self.call("Input.dispatchKeyEvent", type="keyUp", **said)


@contextmanager
def chromium(profile: Path) -> Iterator[Chromium]:
    """Start a browser; the test is skipped where there is none."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None or os.name == "nt":
        pytest.skip("there is no Chromium")
    browser = Chromium(program, profile)
    try:
        yield browser
    finally:
        browser.close()
