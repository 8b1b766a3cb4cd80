"""Secrets are not lost to another process, and a keyring that fails is no traceback."""

import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ple.settings.secrets import Secrets, SecretsError


def test_two_who_keep_secrets_at_the_same_moment_lose_none(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("PLE_NO_KEYRING", "1")

    def keep(who: int) -> None:
        secrets = Secrets(tmp_path)  # as another process has its own
        for number in range(10):
            secrets.set(f"{who}:{number}", "x")

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(keep, range(4)))

    assert len(json.loads((tmp_path / "secrets.json").read_text())) == 40
    if os.name == "posix":
        assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


@pytest.fixture
def locked_keyring(monkeypatch: Any) -> Iterator[None]:
    keyring = pytest.importorskip("keyring")
    from keyring.backend import KeyringBackend
    from keyring.errors import KeyringLocked

    class Locked(KeyringBackend):
        priority = 1

        def get_password(self, service: str, username: str) -> str | None:
            raise KeyringLocked("nobody unlocked it")

        def set_password(self, service: str, username: str, password: str) -> None:
            raise KeyringLocked("nobody unlocked it")

        def delete_password(self, service: str, username: str) -> None:
            raise KeyringLocked("nobody unlocked it")

    monkeypatch.delenv("PLE_NO_KEYRING", raising=False)
    before = keyring.get_keyring()
    keyring.set_keyring(Locked())
    yield
    keyring.set_keyring(before)


@pytest.mark.parametrize("verb", [lambda s: s.get("a"), lambda s: s.set("a", "pa55"), lambda s: s.delete("a")])
def test_a_keyring_that_stays_locked_is_a_sentence_without_the_secret(
    tmp_path: Path, locked_keyring: None, verb: Any
) -> None:
    with pytest.raises(SecretsError, match="the keyring of this computer") as raised:
        verb(Secrets(tmp_path))
    assert "pa55" not in f"{raised.value} {raised.value.hint}"


def test_a_file_of_secrets_that_cannot_be_read_is_found_by_the_doctor(ple: Any) -> None:
    ple("library", "info")
    (ple.folder / "secrets.json").write_text('{"lms:x": "t"}')
    (ple.folder / "secrets.json").chmod(0o600)
    assert "1 secret in " in ple("doctor").out
    (ple.folder / "secrets.json").write_text("{broken")
    assert "WRONG secrets: " in ple("doctor", code=1).out
