"""Opening the screens: on which library, with what the learner set, and with what was seen last."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from ple.tui.alt import hear_alt
from ple.tui.app import LearningApp
from ple.tui.browser import Browser
from ple.tui.memory import Memory, name_of

if TYPE_CHECKING:
    from ple.environment import Environment


def run(folder: Path, url: str | None = None) -> None:
    """Open the screens on a library; returns when the learner leaves.

    Raises:
        SettingsError: the settings cannot be used.
    """
    from ple.settings.paths import config_folder, state_folder
    from ple.settings.settings import load

    hear_alt()
    settings = load(config_folder())
    theme = None if settings.theme == "auto" or os.environ.get("NO_COLOR") else settings.theme

    for name in ("COLUMNS", "LINES"):
        os.environ.pop(name, None)  # where a shell exports them, Textual would never hear of another size

    def open_environment() -> Environment:
        from ple.environment import Environment

        return Environment(folder, url, warn=app.warn)

    app = LearningApp(
        open_environment,
        crash_folder=state_folder(),
        open_address=Browser(settings.browser),
        theme=theme,
        editor=settings.editor,
        refresh_minutes=settings.refresh_minutes,
        config_folder=config_folder(),
        memory=Memory(state_folder() / "screens" / f"{name_of(folder, url)}.json"),
        drafts=state_folder() / "drafts" / name_of(folder, url),
        tour=True,
        library=url or str(folder),
    )
    if settings.keys:
        from ple.tui.keys import clashes, keymap

        app.set_keymap(keymap(settings.keys))
        app.greetings += clashes(settings.keys)
    try:
        app.run()
    finally:
        app.doors.close()
    if app.return_code:
        raise SystemExit(app.return_code)
