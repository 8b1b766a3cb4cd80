"""Bookmarks against what others take: importing and listing 10,000 and 100,000, and every export that there is.

    python benchmarks/bookmarks.py import GENERATOR.py [--sizes 10000,100000] [--patience 300] [--no-buku]
    python benchmarks/bookmarks.py lists GENERATOR.py [--size 100000] [--no-buku]
    python benchmarks/bookmarks.py exports FOLDER

``import`` makes files with the generator, and imports each in a process of its own, fresh and then again, and once
more interrupted in the middle; buku imports the same files in the same run, and is stopped after ``--patience`` seconds
of CPU. Limits: 10,000 in 2 s and 100,000 in 20 s of CPU, under 300 MB, nothing lost, nothing double.

``lists`` imports that many, and asks for what screens and commands ask for; buku searches the same bookmarks.

``exports`` imports every file below a folder twice, and prints what was found, imported, refused and why.

buku is the one that is named with ``--buku``, or on the path, or is installed into a temporary folder by pip; where
that cannot be, it is left out, and the run says so.
"""

import argparse
import json
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

LIMITS = {10_000: 2.0, 100_000: 20.0}


def one_import(file: Path, folder: Path, stop_after: int) -> None:
    """Import a file and print what it took, as the child that is measured."""
    from ple.environment import Environment

    environment = Environment(folder)
    environment.library.kind_counts()  # opened, tables and all
    opened = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    data = file.read_bytes()
    heard: list[int] = []

    def progress(done: int, total: int | None) -> None:
        heard.append(done)
        if stop_after and done >= stop_after:
            os.kill(os.getpid(), signal.SIGKILL)

    began, before = time.perf_counter(), time.process_time()
    done = environment.bookmarks.import_file(file.name, data, progress=progress)
    cpu, wall = time.process_time() - before, time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    ids = environment.bookmarks.bookmark_ids()
    some = [environment.bookmarks.bookmark(id) for id in ids[:: max(1, len(ids) // 500)]]
    print(
        json.dumps(
            {
                "cpu": cpu,
                "wall": wall,
                "added": done.added,
                "known": done.known,
                "refused": len(done.refused),
                "kept": len(ids),
                "mb": peak,
                "mb_before": opened,
                "heard": len(heard),
                "dated": sum(page.saved_at.year < 2026 for page in some) / len(some),
                "folders": sum(bool(page.folder) for page in some) / len(some),
                "tagged": sum(bool(page.tags) for page in some) / len(some),
                "noted": sum(bool(page.note) for page in some) / len(some),
                "unread": len(environment.bookmarks.bookmark_ids(unread=True)),
                "private": len(environment.bookmarks.bookmark_ids(private=True)),
            }
        )
    )
    environment.close()


def child(file: Path, folder: Path, stop_after: int = 0) -> dict[str, Any] | None:
    """Run :func:`one_import` in a process of its own; none if it was killed on the way."""
    command = [sys.executable, __file__, "one", str(file), str(folder), "--stop-after", str(stop_after)]
    ran = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PLE_NO_KEYRING": "1"})
    if ran.returncode == -signal.SIGKILL:
        return None
    if ran.returncode:
        raise SystemExit(ran.stderr)
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def buku_program(said: argparse.Namespace, scratch: Path) -> Path | None:
    """Return the buku to compare with; none where there is none and none can be installed."""
    found = said.buku or shutil.which("buku")
    if said.no_buku:
        return None
    if found:
        return Path(found)
    home = scratch / "buku-program"
    steps = [[sys.executable, "-m", "venv", str(home)], [str(home / "bin" / "pip"), "install", "-q", "buku"]]
    for step in steps:
        if subprocess.run(step, capture_output=True, check=False).returncode:
            print("buku: left out, it could not be installed.")
            return None
    return home / "bin" / "buku"


def run_buku(program: Path, home: Path, *arguments: str, patience: int = 0) -> dict[str, float]:
    """Run buku with a home of its own; return its CPU seconds, its memory, and whether it ended by itself."""

    def limited() -> None:
        if patience:
            resource.setrlimit(resource.RLIMIT_CPU, (patience, patience + 5))

    env = {**os.environ, "XDG_DATA_HOME": str(home), "HOME": str(home)}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    ran = subprocess.Popen(
        [str(program), "--nostdin", "--nc", *arguments],
        env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=limited,
    )  # fmt: skip
    _pid, status, used = os.wait4(ran.pid, 0)
    ran.returncode = os.waitstatus_to_exitcode(status)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"cpu": cpu, "mb": used.ru_maxrss / 1024, "whole": float(ran.returncode >= 0)}


def buku(program: Path, file: Path, home: Path, patience: int) -> dict[str, float]:
    """Import a file with buku; return its CPU seconds and memory, and how many it then has."""
    ran = run_buku(program, home, "--tacit", "--import", str(file), patience=patience)
    with sqlite3.connect(home / "buku" / "bookmarks.db") as database:
        (kept,) = database.execute("SELECT count(*) FROM bookmarks").fetchone()
    return {**ran, "kept": kept}


def measure(generator: Path, sizes: list[int], said: argparse.Namespace) -> bool:
    """Print a table of imports; return whether all limits hold."""
    good = True
    print(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores; CPU seconds, best of {said.rounds}\n")
    print(f"{'':30}{'CPU s':>8}{'ms each':>9}{'MB':>6}{'kept':>9}  notes")
    with tempfile.TemporaryDirectory() as scratch:
        program = buku_program(said, Path(scratch))
        for size in sizes:
            file = Path(scratch) / f"{size}.html"
            made = subprocess.run(
                [sys.executable, str(generator), str(size), str(file), "--folders"],
                capture_output=True, text=True, check=True,
            )  # fmt: skip
            truth = json.loads(made.stdout)
            runs = [child(file, Path(scratch) / f"{size}-{number}") for number in range(said.rounds)]
            first = min((run for run in runs if run), key=lambda run: float(run["cpu"]))
            again = child(file, Path(scratch) / f"{size}-0")
            half = Path(scratch) / f"{size}-half"
            cut = child(file, half, size // 2)
            rest = child(file, half)
            assert again is not None
            assert rest is not None
            assert cut is None
            lost = first["added"] + first["known"] + first["refused"] != size
            shares = " ".join(f"{name} {first[name]:.0%}" for name in ("dated", "folders", "tagged", "noted"))
            line(f"ple, {size:,}", first, size, shares)
            line("  again", again, size, f"{again['added']} new")
            line("  after a kill in the middle", rest, size, f"{rest['added']:,} new, {rest['known']:,} known")
            limit = LIMITS.get(size)
            verdicts = {
                f"at most {limit} s": limit is None or first["cpu"] <= limit,
                "under 300 MB": first["mb"] < 300,
                "none lost": not lost and first["private"] > 0.25 * size and truth["n"] == size,
                "again adds none": again["added"] == 0 and again["kept"] == first["kept"],
                "complete after the kill, no double": rest["kept"] == first["kept"],
            }
            good = good and all(verdicts.values())
            print("  " + ", ".join(f"{name}: {'yes' if held else 'NO'}" for name, held in verdicts.items()))
            if program is not None:
                theirs = buku(program, file, Path(scratch) / f"buku-{size}", said.patience)
                ended = "" if theirs["whole"] else f"stopped after {said.patience} s; "
                more = "more than " if ended else ""
                times = f"{ended}{more}{theirs['cpu'] / first['cpu']:.0f} × ple; no dates, no states"
                line(f"buku, {size:,}", theirs, size, times)
    return good


def line(name: str, run: dict[str, Any], size: int, notes: str) -> None:
    """Print a row of the table."""
    each = 1000 * run["cpu"] / size
    print(f"{name:30}{run['cpu']:8.2f}{each:9.3f}{run['mb']:6.0f}{int(run['kept']):9,}  {notes}", flush=True)


ASKED = (  # what a learner types, and the same for buku
    ("a rare word", "zettelkasten", ("--sany", "zettelkasten")),
    ("a common word", "learning", ("--sany", "learning")),
    ("two words", "spaced repetition", ("--sall", "spaced", "repetition")),
    ("a phrase", '"spaced repetition"', ("--sany", "spaced repetition")),
    ("the beginning of a word", "astro*", ("--deep", "--sany", "astro")),
    ("a tag", "tag:database", ("--stag", "database")),
)


def measure_lists(generator: Path, size: int, said: argparse.Namespace) -> bool:
    """Print what lists and searches of many bookmarks take; return whether all are quick enough for a screen."""
    from ple.environment import Environment

    print(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores; {size:,} bookmarks\n")
    slowest = 0.0

    def timed(name: str, ask: Callable[[], object], rounds: int = 7) -> None:
        nonlocal slowest
        ask()
        took = []
        for _ in range(rounds):
            began = time.process_time()
            ask()
            took.append(1000 * (time.process_time() - began))
        slowest = max(slowest, sorted(took)[len(took) // 2])
        print(f"  {name:44}{sorted(took)[len(took) // 2]:9.1f} ms CPU")

    with tempfile.TemporaryDirectory() as scratch:
        program = buku_program(said, Path(scratch))
        file = Path(scratch) / "bookmarks.html"
        subprocess.run([sys.executable, str(generator), str(size), str(file), "--folders"], stdout=-3, check=True)
        environment = Environment(Path(scratch) / "library")
        door, search = environment.bookmarks, environment.search
        door.import_file(file.name, file.read_bytes())
        ids = door.bookmark_ids()
        door.save("https://e.org/zettelkasten", title="On the zettelkasten", fetch=False)
        door.pin(ids[5000 : 5000 + 20])
        door.star(ids[::50])
        began = time.process_time()
        search.catch_up()
        print(f"  {'the first index of all':44}{time.process_time() - began:9.1f} s CPU")
        print("list")
        timed("all, in order", door.bookmark_ids)
        timed("those to read", lambda: door.bookmark_ids(unread=True))
        timed("those with a star", lambda: door.bookmark_ids(starred=True))
        timed("those with a tag, or one below it", lambda: door.bookmark_ids(tag="database"))
        timed("those of this folder", lambda: door.bookmark_ids(folder=door.bookmark(ids[0]).folder or "x"))
        timed("the newest 50, as lines", lambda: door.bookmarks(limit=50))
        timed("50 lines from the middle", lambda: door.bookmark_lines(ids[size // 2 : size // 2 + 50]))
        print("search, the best 20")
        for name, typed, _theirs in ASKED:
            found = search.find(typed, kinds=("bookmark",)).total
            timed(f"{name} ({found:,} found)", partial(search.find, typed, kinds=("bookmark",)))
        rows = [(page.url, page.title, f",{','.join(sorted(page.tags))},") for page in door.bookmark_lines(ids)]
        environment.close()
        print("as a command, from its start to its end")
        ours = [sys.executable, "-m", "ple", "--library", str(Path(scratch) / "library")]
        for name, arguments in (("ple bookmarks list", ["bookmarks", "list"]), ("ple search", ["search", "learning"])):
            timed_command(name, [*ours, *arguments])
        if program is not None:
            home = Path(scratch) / "buku-home"
            run_buku(program, home, "--add", "https://e.org/", "--offline")
            with sqlite3.connect(home / "buku" / "bookmarks.db") as database:
                insert = "INSERT OR IGNORE INTO bookmarks (URL, metadata, tags, desc, flags) VALUES (?, ?, ?, '', 0)"
                database.executemany(insert, rows)
            for name, _typed, theirs in ASKED:
                best = min(run_buku(program, home, "--np", "-n", "20", *theirs)["cpu"] for _ in range(3))
                print(f"  {f'buku: {name}':44}{1000 * best:9.1f} ms CPU")
    return slowest < 250


def timed_command(name: str, command: list[str]) -> None:
    """Print what a command takes from its start to its end, the best of five."""
    took = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        took.append(1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime))
    print(f"  {name:44}{min(took):9.1f} ms CPU")


def exports(folder: Path) -> bool:
    """Print what becomes of every file below a folder; return whether importing all of them again adds nothing."""
    from ple.environment import Environment
    from ple.library.errors import InvalidInput

    totals = {"new": 0, "again": 0, "files": 0}
    none: list[tuple[str, str]] = []
    with tempfile.TemporaryDirectory() as scratch:
        environment = Environment(Path(scratch))
        door = environment.bookmarks
        print(f"{'format':16}{'found':>6}{'new':>6}{'known':>6}{'marks':>6}{'refused':>8}  file")
        files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
        for path in files:
            try:
                done = door.import_file(path.name, path.read_bytes())
            except InvalidInput as refused:
                none.append((str(path.relative_to(folder)), str(refused).removeprefix(path.name).strip()))
                continue
            totals["files"] += 1
            totals["new"] += done.added
            found = done.added + done.known + len(done.refused)
            print(
                f"{done.format:16}{found:6}{done.added:6}{done.known:6}{done.highlights:6}{len(done.refused):8}"
                f"  {path.relative_to(folder)}"
            )
            reasons: dict[str, list[str]] = {}
            for bad in done.refused:
                reasons.setdefault(bad.reason, []).append(str(bad.line))
            for reason, places in reasons.items():
                print(f"{'':50}{done.counted} {', '.join(places[:8])}{' …' if len(places) > 8 else ''}: {reason}")
        print("\nNo exports:")
        for name, why in none:
            print(f"  {name}: {why}")
        for path in files:
            try:
                again = door.import_file(path.name, path.read_bytes())
            except InvalidInput:
                continue
            totals["again"] += again.added + again.updated + again.highlights
        environment.close()
    print(
        f"\n{totals['files']} exports, {totals['new']:,} bookmarks; {len(none)} files are none. "
        f"All of them again: {totals['again']} new or changed."
    )
    return totals["again"] == 0


def main() -> None:
    """Run what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    importing = commands.add_parser("import")
    importing.add_argument("generator", type=Path)
    importing.add_argument("--sizes", default="10000,100000")
    importing.add_argument("--rounds", type=int, default=2)
    importing.add_argument("--patience", type=int, default=300)
    listing = commands.add_parser("lists")
    listing.add_argument("generator", type=Path)
    listing.add_argument("--size", type=int, default=100_000)
    for one in (importing, listing):
        one.add_argument("--buku", type=Path)
        one.add_argument("--no-buku", action="store_true")
    everything = commands.add_parser("exports")
    everything.add_argument("folder", type=Path)
    single = commands.add_parser("one")
    single.add_argument("file", type=Path)
    single.add_argument("folder", type=Path)
    single.add_argument("--stop-after", type=int, default=0)
    said = parser.parse_args()
    if said.command == "one":
        one_import(said.file, said.folder, said.stop_after)
        return
    if said.command == "exports":
        raise SystemExit(0 if exports(said.folder) else 1)
    if said.command == "lists":
        raise SystemExit(0 if measure_lists(said.generator, said.size, said) else 1)
    sizes = [int(size) for size in said.sizes.split(",")]
    raise SystemExit(0 if measure(said.generator, sizes, said) else 1)


if __name__ == "__main__":
    main()
