"""Several processes at one index."""

import subprocess
import sys
from pathlib import Path

from ple.environment import Environment

from .conftest import found

REBUILD = (
    "import sys; from pathlib import Path; from ple.environment import Environment; from ple.search import search\n"
    "search.BATCH = 20; environment = Environment(Path(sys.argv[1])); print('begun', flush=True)\n"
    "environment.search.rebuild()"
)


def test_whoever_searches_while_others_rebuild_finds_everything(sqlite_environment: Environment) -> None:
    for number in range(60):
        sqlite_environment.journal.write(f"memory {number}")
    command = [sys.executable, "-c", REBUILD, str(sqlite_environment.folder)]
    others = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=Path(__file__).parents[2])
        for _ in range(2)
    ]
    for other in others:
        assert other.stdout is not None
        other.stdout.readline()
    while any(other.poll() is None for other in others):
        assert len(found(sqlite_environment.search, "memory", limit=500)) == 60
    for other in others:
        assert (other.communicate()[1], other.returncode) == (b"", 0)
    assert sqlite_environment.search.verify() == []
