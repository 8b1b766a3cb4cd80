"""How quick search is on a large library: ``python benchmarks/search.py [DOCUMENTS] [FOLDER]``.

Makes a library of invented documents (100,000 unless said otherwise; words by Zipf's law, 416 a document in the mean,
as measured on real technical documentation), indexes it, and asks. Every figure is CPU time of this process, which a
busy machine changes little; wall-clock time is named where it is given.
"""

import bisect
import datetime as dt
import itertools
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from ple.library import Document, Library
from ple.search import Search

ROOT = Path(__file__).parents[1]
BEGAN = dt.datetime(2015, 1, 1, tzinfo=dt.UTC)
SYLLABLES = "ka to mi re sol fan der ing pro con tra ver al ber um est or net log gra phi cal sys tem per"
KINDS = ("entry", "entry", "entry", "bookmark", "journal")


class Invented:
    """Documents made up from their numbers, the same at each asking."""

    kinds = frozenset(KINDS)

    def __init__(self) -> None:
        chance = random.Random(1)
        syllables = SYLLABLES.split()
        self.words = list(
            dict.fromkeys("".join(chance.choices(syllables, k=chance.randint(1, 4))) for _ in range(160_000))
        )
        self.words = [word + ending for word in self.words for ending in ("", "s", "ing")][:170_000]
        chance.shuffle(self.words)
        self.weights = list(itertools.accumulate(1 / (rank + 2.7) for rank in range(len(self.words))))
        self.changed: dict[int, str] = {}

    def text(self, id: int, length: int) -> str:
        """Return so many words."""
        chance = random.Random(id)
        top = self.weights[-1]
        return " ".join(self.words[bisect.bisect(self.weights, chance.random() * top)] for _ in range(length))

    def document(self, id: int) -> Document:
        """Return the document of this number."""
        chance = random.Random(-id)
        text = self.changed.get(id) or self.text(id, min(5000, int(chance.lognormvariate(5.4, 1.1)) + 5))
        return Document(
            id,
            KINDS[id % len(KINDS)],
            self.text(id + 10**7, 6).capitalize(),
            text,
            BEGAN + dt.timedelta(minutes=chance.randrange(5_700_000)),
            url=f"https://site{id % 300}.example/{id}",
            tags=frozenset(f"tag{int(chance.paretovariate(0.7))}" for _ in range(3)),
            container=f"Feed {id % 300}",
            flags=frozenset({"unread"} if id % 3 else ()),
        )

    def documents(self, ids: Iterable[int]) -> Iterator[Document]:
        """Say what these say."""
        return map(self.document, ids)


def cpu() -> float:
    """Return the CPU seconds that this process has used."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def timed(work: Callable[[], object]) -> float:
    """Return the CPU milliseconds of ``work``."""
    began = cpu()
    work()
    return (cpu() - began) * 1000


def report(name: str, figures: list[float]) -> None:
    """Print the median and the 95th percentile."""
    high = statistics.quantiles(figures, n=20)[-1] if len(figures) > 1 else figures[0]
    print(f"{name:<44} p50 {statistics.median(figures):8.1f} ms   p95 {high:8.1f} ms   n={len(figures)}", flush=True)


def main() -> None:
    """Run it all."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory(prefix="ple-benchmark-") as temporary:
        measure(count, Path(sys.argv[2] if len(sys.argv) > 2 else temporary))


def measure(count: int, folder: Path) -> None:
    """Measure with ``count`` documents in a new library in ``folder``."""
    source = Invented()
    library = Library(folder).open()
    with library.writing() as tx:
        for id in range(1, count + 1):
            tx.register(KINDS[id % len(KINDS)])
    search = Search(library, folder / "search", dict.fromkeys(KINDS, source))
    making = timed(lambda: [source.document(id) for id in range(1, count + 1, 10)]) * 10 / 1000

    wall = time.perf_counter()
    seconds = timed(lambda: search.rebuild()) / 1000
    status = search.status()
    print(
        f"{count:,} documents: rebuild {seconds - making:.1f} s CPU without inventing them ({making:.1f} s), "
        f"{time.perf_counter() - wall:.1f} s wall; {status.size_bytes / 1e6:.0f} MB; "
        f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB of memory",
        flush=True,
    )
    chance = random.Random(7)

    def some(low: int, high: int) -> str:
        return source.words[chance.randrange(low, high)]

    def three() -> str:
        words = [word for word in source.document(chance.randrange(1, count)).text.split() if len(word) > 4]
        return " ".join(chance.sample(sorted(set(words)), 3)) if len(set(words)) > 2 else three()

    def kinds_tag_dates() -> str:
        return f"{some(5, 200)} kind:entry tag:tag{chance.randrange(1, 9)} created:[2018 to 2022]"

    asks: dict[str, Callable[[], str]] = {
        "one common word": lambda: some(5, 100),
        "one rare word": lambda: some(60_000, 100_000),
        "three words of a document": three,
        "either of three common words": lambda: " OR ".join(some(5, 100) for _ in range(3)),
        "a phrase of two words": lambda: (
            '"' + " ".join(source.document(chance.randrange(1, count)).text.split()[2:4]) + '"'
        ),
        "a word with kind, tag and dates": kinds_tag_dates,
        "a beginning of four letters": lambda: some(1000, 50_000)[:4] + "*",
        "kind and tag, no words": lambda: f"kind:bookmark tag:tag{chance.randrange(1, 9)}",
        "a misspelt word": lambda: "x" + some(2000, 9000),
    }
    search.find("warm")
    for name, ask in asks.items():
        queries = [ask() for _ in range(40)]
        report(name, [timed(lambda query=query: search.find(query)) for query in queries])
    report(
        "while typing, four letters", [timed(lambda: search.find(some(1000, 50_000)[:4], live=True)) for _ in range(40)]
    )
    report("nothing asked: the newest", [timed(lambda: search.find("")) for _ in range(10)])
    report("a name: part of a title", [timed(lambda: search.named(some(50, 5000))) for _ in range(20)])
    report("related things", [timed(lambda: search.related(chance.randrange(1, count))) for _ in range(20)])

    def save_and_find() -> None:
        with library.writing() as tx:
            id = tx.register("journal")
        source.changed[id] = f"a note with the word serendipity{id}"
        assert search.find(f"serendipity{id}").total == 1

    report("saving one note and finding it", [timed(save_and_find) for _ in range(40)])

    def read_many() -> None:
        with library.writing() as tx:
            tx.touch(range(1000, 2000))
        search.catch_up()

    inventing = timed(lambda: list(source.documents(range(1000, 2000))))
    report("1,000 entries marked as read, caught up", [timed(read_many) - inventing for _ in range(3)])
    search.close()
    library.close()
    asking = (
        "import sys; from pathlib import Path; from ple.library import Library; from ple.search import Search\n"
        "import resource; before = resource.getrusage(resource.RUSAGE_SELF); used = before.ru_utime + before.ru_stime\n"
        "folder = Path(sys.argv[1]); search = Search(Library(folder).open(), folder / 'search', {'entry': None})\n"
        "search.find(sys.argv[2]); after = resource.getrusage(resource.RUSAGE_SELF)\n"
        "print(round((after.ru_utime + after.ru_stime) * 1000), round((after.ru_utime + after.ru_stime - used) * 1000),"
        " after.ru_maxrss // 1024)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", asking, str(folder), three()], capture_output=True, text=True, check=True, cwd=ROOT
    )
    whole, search_alone, memory = ran.stdout.split()
    print(f"a new process that searches once: {whole} ms CPU in all, {search_alone} ms after imports, {memory} MB")


if __name__ == "__main__":
    main()
