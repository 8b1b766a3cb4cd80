"""Pictures of the main screens, from the demo's own library: ``python tests/tui/pictures.py [FOLDER]``.

They go to ``docs/pictures`` as SVG; look at each before it is committed.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))
os.environ["PLE_NO_KEYRING"] = "1"
os.environ.pop("NO_COLOR", None)

SIZE = (112, 34)
PICTURES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("today", "ple-dark", ("1",)),
    ("feeds", "ple-dark", ("2", "j", "j")),
    ("library", "ple-light", ("3",)),
    ("writing", "ple-light", ("4", "e", "f6")),
    ("search", "ple-dark", ("5", "text:forgetting", "enter")),
    ("hand-in", "ple-light", ("6", "v")),
    ("portfolio", "ple-dark", ("7",)),
)


async def taken(library: Path, to: Path) -> None:
    """Take each picture with an app of its own."""
    from ple.environment import Environment
    from ple.tui.app import LearningApp
    from tests.tui.world import press, settle, type_in

    for name, theme, keys in PICTURES:
        app = LearningApp(lambda: Environment(library), theme=theme, open_address=lambda _: None)
        try:
            async with app.run_test(size=SIZE) as pilot:
                await settle(pilot)
                for key in keys:
                    if key.startswith("text:"):
                        await type_in(pilot, key.removeprefix("text:"))
                    else:
                        await press(pilot, key)
                await settle(pilot)
                # what Textual would have the reader's browser fetch a font for is not fetched: any monospace will do
                drawn = re.sub(r"@font-face \{.*?\}", "", app.export_screenshot(title="ple"), flags=re.DOTALL)
                (to / f"{name}.svg").write_text(drawn.replace("Fira Code", "DejaVu Sans Mono"), encoding="utf-8")
        finally:
            app.doors.close()


def main() -> int:
    """Walk through the demo, then take the pictures."""
    from ple.demo.walk import Demo
    from ple.library.identity import utc_now

    to = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "pictures"
    to.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, Demo(Path(folder), utc_now()) as demo:
        for _ in demo.steps():
            pass
        demo.environment.close()
        asyncio.run(taken(demo.library_folder, to))
    return 0


if __name__ == "__main__":
    sys.exit(main())
