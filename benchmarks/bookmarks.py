"""Bookmarks against what others take: importing 10,000 and 100,000, and every export that there is.

    python benchmarks/bookmarks.py import GENERATOR.py [--sizes 10000,100000] [--buku /path/to/buku]
    python benchmarks/bookmarks.py exports FOLDER

``import`` makes files with the generator, and imports each in a process of its own, fresh and then again, and once
more interrupted in the middle; with ``--buku`` that program imports the same files in the same run. Limits: 10,000 in
2 s and 100,000 in 20 s of CPU, under 300 MB, nothing lost, nothing double.

``exports`` imports every file below a folder twice, and prints what was found, imported, refused and why.
"""

import argparse
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
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


def buku(program: Path, file: Path, home: Path) -> dict[str, float]:
    """Import a file with buku; return its CPU seconds and memory."""
    env = {**os.environ, "XDG_DATA_HOME": str(home), "HOME": str(home)}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [str(program), "--nostdin", "--nc", "--tacit", "--import", str(file)],
        env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    import sqlite3

    with sqlite3.connect(home / "buku" / "bookmarks.db") as database:
        (kept,) = database.execute("SELECT count(*) FROM bookmarks").fetchone()
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"cpu": cpu, "kept": kept, "mb": after.ru_maxrss / 1024}


def measure(generator: Path, sizes: list[int], program: Path | None, rounds: int) -> bool:
    """Print a table of imports; return whether all limits hold."""
    good = True
    print(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores; CPU seconds, best of {rounds}\n")
    print(f"{'':30}{'CPU s':>8}{'ms each':>9}{'MB':>6}{'kept':>9}  notes")
    with tempfile.TemporaryDirectory() as scratch:
        for size in sizes:
            file = Path(scratch) / f"{size}.html"
            made = subprocess.run(
                [sys.executable, str(generator), str(size), str(file), "--folders"],
                capture_output=True, text=True, check=True,
            )  # fmt: skip
            truth = json.loads(made.stdout)
            runs = [child(file, Path(scratch) / f"{size}-{number}") for number in range(rounds)]
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
                theirs = buku(program, file, Path(scratch) / f"buku-{size}")
                line(f"buku, {size:,}", theirs, size, f"{theirs['cpu'] / first['cpu']:.0f} × ple; no dates, no states")
    return good


def line(name: str, run: dict[str, Any], size: int, notes: str) -> None:
    """Print a row of the table."""
    each = 1000 * run["cpu"] / size
    print(f"{name:30}{run['cpu']:8.2f}{each:9.3f}{run['mb']:6.0f}{int(run['kept']):9,}  {notes}", flush=True)


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
    importing.add_argument("--buku", type=Path)
    importing.add_argument("--rounds", type=int, default=2)
    everything = commands.add_parser("exports")
    everything.add_argument("folder", type=Path)
    one = commands.add_parser("one")
    one.add_argument("file", type=Path)
    one.add_argument("folder", type=Path)
    one.add_argument("--stop-after", type=int, default=0)
    said = parser.parse_args()
    if said.command == "one":
        one_import(said.file, said.folder, said.stop_after)
        return
    if said.command == "exports":
        raise SystemExit(0 if exports(said.folder) else 1)
    sizes = [int(size) for size in said.sizes.split(",")]
    raise SystemExit(0 if measure(said.generator, sizes, said.buku, said.rounds) else 1)


if __name__ == "__main__":
    main()
