"""How long a learner waits for a command: ``python benchmarks/commands.py [LIBRARY] [--rounds N]``.

Each command is a process of its own, as a learner starts it, on the library of the demo or on that in ``LIBRARY``,
which is only read. CPU seconds, the median of some rounds in turns, beside the floor: Python alone, and Python with the
library that the tables are made with (SQLModel), which every command needs that asks the library.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

FLOOR = {"python": "pass", "python + sqlmodel": "import sqlmodel"}
COMMANDS = (
    "--version", "--help", "tags list", "undo --list", "journal list", "entries list", "feeds list", "bookmarks list",
    "highlights list", "portfolio list", "lms assignments", "search memory", "today",
)  # fmt: skip


def cpu(command: list[str], environment: dict[str, str]) -> float:
    """Return the CPU seconds that a command takes."""
    before = os.times()
    subprocess.run(command, env=environment, check=True, capture_output=True)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def measure(library: Path, rounds: int) -> None:
    """Print a line for each command."""
    environment = {**os.environ, "PLE_LIBRARY": str(library)}
    runs = {name: [sys.executable, "-c", code] for name, code in FLOOR.items()}
    runs |= {f"ple {words}": [sys.executable, "-m", "ple", *words.split()] for words in COMMANDS}
    found: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, command in runs.items():
            found[name].append(cpu(command, environment))
    for name, took in found.items():
        print(f"{name:<22} {statistics.median(took):.2f}")


def main() -> None:
    """Make a library where none is named, and measure."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("library", nargs="?", type=Path)
    asked.add_argument("--rounds", type=int, default=7)
    arguments = asked.parse_args()
    if arguments.library is not None:
        measure(arguments.library, arguments.rounds)
        return
    with tempfile.TemporaryDirectory() as folder:
        demo = [sys.executable, "-m", "ple", "demo", "--keep", folder]
        subprocess.run(demo, check=True, capture_output=True)
        (file,) = Path(folder).rglob("library.sqlite")
        measure(file.parent, arguments.rounds)


if __name__ == "__main__":
    main()
