"""The first paint waits for nothing heavy."""

import subprocess
import sys


def test_nothing_heavy_is_imported_before_the_first_paint() -> None:
    heavy = [
        "sqlmodel",
        "sqlalchemy",
        "pydantic",
        "httpx2",
        "feedparser",
        "lxml",
        "whoosh",
        "nh3",
        "trafilatura",
        "keyring",
        "click",
    ]
    code = (
        "import ple.tui.app, ple.tui.screens.today, sys\n"
        f"print(' '.join(name for name in {heavy!r} if name in sys.modules))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.split() == []
