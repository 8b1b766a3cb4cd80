"""Settings: one TOML file of the learner's, overridden by ``PLE_…`` variables.

Order: command line, environment, file, default. Errors name the file, the key and the nearest key that exists.
"""

import dataclasses
import difflib
import os
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_type_hints

from ple.library.errors import PleError


class SettingsError(PleError):
    """The settings say something that cannot be used."""


def _setting(default: Any, says: str) -> Any:
    return field(default=default, metadata={"says": says})


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set. Each key may also be given as ``PLE_`` and its name in capitals."""

    theme: str = _setting("auto", "Colours of the screens: auto, or the name of a theme.")
    editor: str = _setting("", "Command that opens a text to be written; empty: $VISUAL, then $EDITOR.")
    feeds_at_once: int = _setting(16, "How many feeds are fetched at the same time: 1 to 100.")
    refresh_minutes: int = _setting(30, "How often the screens refresh the feeds by themselves; 0: never.")
    after_update: str = _setting("", "Command that hears of each update of the feeds, as JSON on its standard input.")
    browser: str = _setting("", "Command that opens an address; empty: the platform's own.")
    keys: dict[str, str] = field(
        default_factory=dict,
        metadata={"says": "Keys of your own on the screens, by the verb's name: `[keys]`, `undo = 'z'`."},
    )


_GONE = frozenset({"language"})  # it never had an effect; files that set it are read as before


def load(folder: Path, environ: dict[str, str] | None = None) -> Settings:
    """Read ``config.toml`` in ``folder``, if there is one, and the environment.

    Raises:
        SettingsError: the file is no TOML, has a key that we do not know, or a value of the wrong type.
    """
    path = folder / "config.toml"
    said: dict[str, Any] = {}
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        pass
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not valid TOML: {error}", hint="Mend the file, or move it away.") from error
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from error
    types = get_type_hints(Settings)
    values: dict[str, Any] = {}
    for key, value in said.items():
        if key in _GONE:
            continue
        if key not in types:
            near = difflib.get_close_matches(key, types, 1)
            hint = f"Did you mean `{near[0]}`?" if near else f"Known keys: {', '.join(sorted(types))}."
            raise SettingsError(f"{path} has a key `{key}` that is not known", hint=hint)
        where = f"`{key}` in {path}"
        values[key] = _within(key, _typed(value, types[key], where), where)
    for key in types:
        given = (os.environ if environ is None else environ).get(f"PLE_{key.upper()}")
        if given is not None and types[key] in (str, int, bool):
            where = f"PLE_{key.upper()}"
            values[key] = _within(key, _typed(given, types[key], where), where)
    return Settings(**values)


def reference() -> list[tuple[str, Any, str]]:
    """Return each key with its default and what it is for, as the documentation lists them."""
    return [
        (f.name, {} if f.default is dataclasses.MISSING else f.default, f.metadata["says"])
        for f in dataclasses.fields(Settings)
    ]


def checked(key: str, value: Any, where: str) -> Any:
    """Return a value for a setting, read from text where it has to be a number.

    Raises:
        SettingsError: it cannot be one.
    """
    return _within(key, _typed(value, get_type_hints(Settings)[key], where), where)


def _typed(value: Any, wanted: Any, where: str) -> Any:
    if wanted == dict[str, str]:
        if not isinstance(value, dict) or not all(isinstance(said, str) for said in value.values()):
            raise SettingsError(f"{where} must be a table of texts in quotes")
        return dict(value)
    if wanted is int and isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,9}", value):
        value = int(value)
    if not isinstance(value, wanted) or isinstance(value, bool) != (wanted is bool):
        raise SettingsError(f"{where} must be {'a whole number' if wanted is int else 'a text in quotes'}")
    if isinstance(value, int) and value < 0:
        raise SettingsError(f"{where} must not be negative")
    return value


def _within(key: str, value: Any, where: str) -> Any:
    if key == "feeds_at_once" and not 1 <= value <= 100:
        raise SettingsError(f"{where} must be between 1 and 100")
    return value
