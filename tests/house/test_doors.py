"""Who speaks for what is known without asking anybody, and is true; tables are brought in when all have to be there."""

import subprocess
import sys

from ple.doors import DOORS


def test_each_part_speaks_for_the_kinds_that_are_said(sqlite_environment):
    environment = sqlite_environment
    for name, kinds in DOORS.items():
        assert getattr(environment, name).kinds == frozenset(kinds), name
    doors = environment._sources
    assert set(doors) == {kind for name, kinds in DOORS.items() if name != "names" for kind in kinds}
    assert all(kind in doors[kind].kinds for kind in doors)


ASKING = """
import sys
from pathlib import Path
from ple.environment import Environment
environment = Environment(Path(sys.argv[1]))
environment.journal.entries()
print(*sorted(name for name in ("ple.feeds.models", "ple.lms.models", "ple.portfolio.models") if name in sys.modules))
from ple.library.history import bodies
print(*sorted(bodies()))
"""


def test_a_process_that_looked_at_one_feature_knows_all_tables_when_it_has_to(sqlite_environment):
    sqlite_environment.journal.write("One.")
    folder = sqlite_environment.folder
    said = subprocess.run([sys.executable, "-c", ASKING, str(folder)], capture_output=True, text=True, check=True)
    imported, kinds = said.stdout.splitlines()
    assert imported == ""
    assert set(kinds.split()) >= {kind for kinds in DOORS.values() for kind in kinds}
