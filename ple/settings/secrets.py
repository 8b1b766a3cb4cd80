"""Tokens and passwords: in the platform's keyring, else in a file that only the learner can read, said aloud.

Never in settings, the library, logs, exports, addresses or arguments.
"""

import json
import os
import secrets as chance
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ple import locks
from ple.library.errors import PleError

SERVICE = "ple"


class SecretsError(PleError):
    """A secret cannot be kept or read."""


class Secrets:
    """The learner's secrets, by name (``lms:0192…``). Names are no secrets; they say what a secret is for."""

    def __init__(self, folder: Path, *, warn: Callable[[str], None] | None = None) -> None:
        """Keep secrets of the library in ``folder``; ``warn`` is told when one has to go into a file."""
        self._path = folder / "secrets.json"
        self._warn = warn or (lambda message: None)
        self._lock = threading.Lock()

    def get(self, name: str) -> str | None:
        """Return the secret, or None if there is none by this name."""
        in_file = self._read_file().get(name)
        if in_file is not None:
            return in_file
        keyring = _keyring()
        if keyring is None:
            return None
        with _said_plainly():
            found: str | None = keyring.get_password(SERVICE, name)
        return found

    def set(self, name: str, value: str) -> str:
        """Keep a secret; return where, in words: ``the keyring`` or the path of the file.

        Raises:
            SecretsError: the file cannot be written, or the keyring stays locked.
        """
        keyring = _keyring()
        if keyring is not None:
            with _said_plainly():
                keyring.set_password(SERVICE, name, value)
            self._change_file(name, None)
            return "the keyring"
        self._change_file(name, value)
        self._warn(
            f"No keyring here, so the secret is in {self._path}, which only you can read (mode 0600). "
            "`pip install 'ple[keyring]'` uses the keyring of this computer instead."
        )
        return str(self._path)

    def delete(self, name: str) -> None:
        """Forget a secret; no error if there is none."""
        keyring = _keyring()
        if keyring is not None:
            with _said_plainly():
                if keyring.get_password(SERVICE, name) is not None:
                    keyring.delete_password(SERVICE, name)
        self._change_file(name, None)

    def where(self) -> str:
        """Return where a new secret would be kept, in words."""
        return "the keyring" if _keyring() is not None else str(self._path)

    def in_file(self) -> int:
        """Return how many secrets lie in the file, where there is no keyring or was none.

        Raises:
            SecretsError: the file cannot be read, and so no secret can be had.
        """
        return len(self._read_file())

    def _read_file(self) -> dict[str, str]:
        try:
            mode = self._path.stat().st_mode
            said = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise SecretsError(f"{self._path} cannot be read", hint="Move it away and connect again.") from error
        if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
            with suppress(OSError):  # a disk that knows no rights
                self._path.chmod(0o600)
                self._warn(
                    f"{self._path} could be read by others; now only you can. "
                    "If others use this computer, make new tokens."
                )
        return said if isinstance(said, dict) else {}

    def _change_file(self, name: str, value: str | None) -> None:
        if value is None and not self._path.exists():
            return
        with self._lock, self._alone():
            said = self._read_file()
            if said.get(name) == value:
                return
            if value is None:
                said.pop(name, None)
            else:
                said[name] = value
            part = self._path.with_name(f".secrets.{chance.token_hex(4)}")
            try:
                # made with 0600 from the start: there is no moment in which others could read it
                with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                    json.dump(said, file)
                    file.flush()
                    os.fsync(file.fileno())
                part.replace(self._path)
            except OSError as error:
                part.unlink(missing_ok=True)
                raise SecretsError(f"{self._path} cannot be written: {error.strerror}") from error

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let no other process change the file meanwhile: each writes the whole of it."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            lock = os.open(self._path.with_name(".secrets.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise SecretsError(f"{self._path} cannot be written: {error.strerror}") from error
        try:
            locks.wait_for(lock)
            yield
        finally:
            os.close(lock)


@contextmanager
def _said_plainly() -> Iterator[None]:
    """Say in our words what goes wrong in a keyring: it is locked, its service does not run, it was dismissed."""
    try:
        yield
    except Exception as error:  # each platform's keyring has errors of its own
        raise SecretsError(
            f"the keyring of this computer cannot be used ({type(error).__name__})",
            hint="Unlock it and try again; with PLE_NO_KEYRING=1 secrets lie in a file that only you can read.",
        ) from None


def _keyring() -> Any:
    """Return the keyring module if it is installed and has a real backend, else None."""
    if os.environ.get("PLE_NO_KEYRING"):
        return None
    try:
        import keyring
        from keyring.backends import fail, null
    except ImportError:
        return None
    backend = keyring.get_keyring()
    if isinstance(backend, fail.Keyring | null.Keyring) or getattr(backend, "priority", 0) <= 0:
        return None
    return keyring
