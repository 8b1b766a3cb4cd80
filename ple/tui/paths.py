"""Completing the path of a file while it is typed, as a shell does with tab."""

from __future__ import annotations

import os
from pathlib import Path

MOST = 2000


def is_path(typed: str) -> bool:
    """Return whether what is typed begins as a path does."""
    return typed.startswith(("/", "~", "./", "../"))


def completed(typed: str) -> tuple[str, list[str]]:
    """Return a path as far as the names that fit agree, and those names; folders end in a slash."""
    if typed == "~":
        return "~/", []
    head, slash, begun = typed.rpartition("/")
    folder = Path(head + slash).expanduser()
    try:
        with os.scandir(folder) as there:
            names = [
                entry.name + ("/" if entry.is_dir() else "")
                for _, entry in zip(range(MOST), there, strict=False)
                if entry.name.startswith(begun) and (begun or not entry.name.startswith("."))
            ]
    except (OSError, RuntimeError, ValueError):  # no such folder, no such home
        return typed, []
    names.sort()
    first, last = names[:1], names[-1:]
    agreed = next((n for n, (a, b) in enumerate(zip(*first, *last, strict=False)) if a != b), len("".join(first)))
    return (head + slash + names[0][:agreed] if names else typed), names
