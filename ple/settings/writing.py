"""Changing the settings from a program: one key at a time, with the learner's comments and order left as they are."""

import os
from pathlib import Path
from typing import Any, get_type_hints

from ple.settings.settings import Settings, SettingsError, checked, load


def parsed(key: str, said: str) -> Any:
    """Return what was typed for a setting as its value.

    Raises:
        SettingsError: it cannot be one.
    """
    return checked(key, said.strip(), f"`{key}`")


def change(folder: Path, key: str, value: Any) -> Settings:
    """Set ``key`` in the ``config.toml`` of ``folder``, or with None take it out; return the settings as they are now.

    Raises:
        SettingsError: there is no such setting, the value is none, or the file cannot be read or written.
    """
    if key not in get_type_hints(Settings):
        raise SettingsError(f"there is no setting `{key}`")
    if value is not None:
        checked(key, value, f"`{key}`")
    return _rewritten(folder, (key,), value)


def change_key(folder: Path, id: str, keys: str | None) -> Settings:
    """Let the verb ``id`` have these keys, or with None its own again; return the settings as they are now.

    Raises:
        SettingsError: the file cannot be read or written.
    """
    return _rewritten(folder, ("keys", id), keys)


def _rewritten(folder: Path, where: tuple[str, ...], value: Any) -> Settings:
    import tomlkit

    load(folder)  # a file that cannot be read is not written over
    path = (folder / "config.toml").resolve()  # what a link leads to is changed, not the link
    try:
        document = tomlkit.parse(path.read_text(encoding="utf-8-sig")) if path.exists() else tomlkit.document()
        inner: Any = document
        for name in where[:-1]:
            if name not in inner:
                inner[name] = tomlkit.table()
            inner = inner[name]
        if value is None:
            inner.pop(where[-1], None)
        else:
            inner[where[-1]] = value
        part = path.with_name(f".config.toml.{os.getpid()}")
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(tomlkit.dumps(document), encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror}", hint="Check its rights.") from error
    return load(folder)
