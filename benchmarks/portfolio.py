"""How long a site of N pages takes: a full build, one with nothing to do, and one after a single change.

    python benchmarks/portfolio.py [N]

The journal is real, each entry 500 words of Markdown with a list, a table, code, a mention and two tags of twenty.
"""

import random
import sys
import tempfile
import time
from pathlib import Path

from ple.environment import Environment

WORDS = Path(__file__).read_text().split() + "memory practice recall spacing review note idea proof".split()


def text(number: int, pick: random.Random) -> str:
    """Return an entry of about 500 words."""
    paragraphs = [" ".join(pick.choices(WORDS[20:28] + WORDS[-8:], k=110)) + "." for _ in range(4)]
    table = "| a | b |\n|---|--:|\n" + "\n".join(f"| {pick.random():.3f} | {n} |" for n in range(4))
    code = f"```python\ndef f{number}(x):\n    return x * {number}  # {pick.random()}\n```"
    return "\n\n".join([f"# Entry {number}", *paragraphs[:2], "## Part", "- one\n- *two*", table, *paragraphs[2:], code])


def main(pages: int) -> None:
    """Build, and print what it took."""
    pick = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        environment = Environment(Path(folder))
        ids = []
        for number in range(pages):
            tags = [f"topic {pick.randrange(20)}", f"field {pick.randrange(5)}"]
            entry = environment.journal.write(text(number, pick), title=f"Entry {number}", tags=tags)
            ids.append(environment.portfolio.add(entry.id, visibility="public", why=f"Reason {number}.").id)
        environment.portfolio.init("Bench", "https://bench.example.org/")
        for what in ("full", "nothing changed", "body changed", "title changed"):
            if what == "body changed":
                environment.portfolio.edit(ids[pages // 2], reflection="Another thought.")
            if what == "title changed":
                environment.portfolio.edit(ids[pages // 2], title="Another title")
            cpu, wall = time.process_time(), time.perf_counter()
            built = environment.portfolio.build()
            cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
            print(f"{what:16} {wall:6.2f} s wall {cpu:6.2f} s CPU  {built.written:5} written of {built.pages} pages")
        environment.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
