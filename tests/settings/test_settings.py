"""What can be set does what it says."""

import threading
from pathlib import Path
from typing import Any

import pytest

from ple.settings.settings import SettingsError, load


@pytest.mark.parametrize(("at_once", "together"), [("1", False), ("4", True)])
def test_as_many_feeds_are_asked_at_once_as_was_set(ple, publisher, monkeypatch, at_once: str, together: bool) -> None:
    meeting = threading.Barrier(2, timeout=0.1 if at_once == "1" else 10)
    met = []

    def feed(handler: Any) -> None:
        try:
            meeting.wait()
            met.append(handler.path)
        except threading.BrokenBarrierError:
            pass
        handler.send_error(404)

    outlines = "".join(f'<outline xmlUrl="{publisher.handle(f"/{n}", feed)}"/>' for n in range(2))
    ple("feeds", "import", "-", stdin=f"<opml><body>{outlines}</body></opml>")
    monkeypatch.setenv("PLE_FEEDS_AT_ONCE", at_once)
    ple("feeds", "update", code=1)
    assert bool(met) == together


@pytest.mark.parametrize("number", ["0", "101"])
def test_so_many_at_once_are_too_few_or_too_many(tmp_path: Path, number: str) -> None:
    with pytest.raises(SettingsError, match="between 1 and 100"):
        load(tmp_path, {"PLE_FEEDS_AT_ONCE": number})


def test_a_file_with_a_setting_that_is_no_more_is_read(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('language = "de"\nfeeds_at_once = 4\n')
    assert load(tmp_path, {}).feeds_at_once == 4
    (tmp_path / "config.toml").write_text('languag = "de"\n')
    with pytest.raises(SettingsError, match="not known"):
        load(tmp_path, {})
