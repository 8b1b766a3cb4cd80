"""The folder of a library is its owner's."""

import os
import shutil
from pathlib import Path

import pytest

from ple.library import Library

pytestmark = pytest.mark.skipif(os.name == "nt", reason="rights of POSIX")


@pytest.mark.parametrize(
    ("mode", "beside", "after"),
    [
        pytest.param(0o755, "search", 0o700, id="as an older ple made it"),
        pytest.param(0o775, "update.lock", 0o700, id="as an older ple made it, with a group's right to write"),
        pytest.param(0o750, "search", 0o750, id="a group was let in"),
        pytest.param(0o755, "notes.txt", 0o755, id="something of others lies there"),
        pytest.param(0o755, "site", 0o755, id="the site may be served from there"),
    ],
)
def test_a_folder_that_everybody_looks_into_is_closed_if_nothing_else_is_there(
    tmp_path: Path, empty_library: Path, ple, mode: int, beside: str, after: int
) -> None:
    folder = tmp_path / "older"
    (folder / beside).mkdir(parents=True)
    shutil.copy(empty_library, folder)
    folder.chmod(mode)
    Library(folder).open().close()
    assert folder.stat().st_mode & 0o777 == after
    noted = [one["do"] for one in ple("--library", str(folder), "doctor", "--json").json if one["what"] == "folder"]
    assert noted == ([f"`chmod 700 {folder}`"] if after & 0o007 else [])


def test_a_folder_is_left_alone_that_is_a_home(tmp_path: Path, empty_library: Path, monkeypatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    shutil.copy(empty_library, tmp_path)
    tmp_path.chmod(0o755)
    Library(tmp_path).open().close()
    assert tmp_path.stat().st_mode & 0o777 == 0o755
