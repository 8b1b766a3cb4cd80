"""What a refresh costs: ours, other readers, and the floor under them all, on the same feeds in the same run.

    python benchmarks/feeds.py [--feeds 1000] [--entries 30] [--server PATH] [--only ple,reader,newsboat,floor]
    python benchmarks/feeds.py --screens [--feeds 300]

Four passes: everything is new, nothing is new (twice, since some readers ask unconditionally the second time), and a
tenth of the feeds has something new. CPU seconds are those of all processes of a reader, children included; memory is
the largest sum over all its processes, sampled. Everything happens on the loopback interface and in a folder of its
own, where ``reader`` gets a virtual environment of its own (``--keep FOLDER`` keeps it for the next run).
"""

import argparse
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).parents[1]
BESIDE = PROJECT.parent / "shared" / "bench" / "feedserver.py"
OWN = Path(__file__).with_name("feedserver.py")
PASSES = ("first", "nothing new", "nothing new", "10 % changed")

READER = """
import sys
from reader import make_reader
reader = make_reader(sys.argv[1])
if sys.argv[2] == "first":
    for url in open(sys.argv[3]).read().split():
        reader.add_feed(url)
reader.update_feeds(workers=10, scheduled=False)
"""

FLOOR = """
import json, pathlib, queue, sys, threading
import httpx2
folder, parse = pathlib.Path(sys.argv[1]), sys.argv[2] == "parse"
known = json.loads((folder / "validators").read_text()) if (folder / "validators").exists() else {}
tasks, bodies = queue.SimpleQueue(), queue.SimpleQueue()
urls = open(sys.argv[3]).read().split()
client = httpx2.Client(trust_env=False, limits=httpx2.Limits(max_connections=100))
def run():
    while (url := tasks.get()) is not None:
        answer = client.get(url, headers=known.get(url, {}))
        if answer.status_code == 200:
            known[url] = {"If-None-Match": answer.headers["etag"], "If-Modified-Since": answer.headers["last-modified"]}
        bodies.put((answer.status_code, answer.content))
threads = [threading.Thread(target=run, daemon=True) for _ in range(16)]
for url in urls:
    tasks.put(url)
for thread in threads:
    tasks.put(None)
    thread.start()
if parse:
    import io, feedparser
for url in urls:
    status, body = bodies.get()
    if parse and status == 200:
        feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)
(folder / "validators").write_text(json.dumps(known))
"""


@dataclass
class Cost:
    """What one pass took."""

    cpu: float
    wall: float
    memory: float
    size: float


class Peer:
    """A reader: how it is told of the feeds, and how it refreshes them."""

    def __init__(self, name: str, folder: Path, urls: Path) -> None:
        self.name, self.urls = name, urls
        self.folder = folder / name.replace(" ", "-")
        self.folder.mkdir(parents=True)

    def prepare(self) -> None:
        """Do what is done once and is not measured."""

    def command(self, number: int) -> list[str]:
        """Return the command of a pass."""
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        """Return what else stands in the environment."""
        return {}


class Ple(Peer):
    """Ours, as a learner runs it."""

    def prepare(self) -> None:
        """Tell it of the feeds."""
        lines = "".join(f'<outline xmlUrl="{url}"/>' for url in self.urls.read_text().split())
        (self.folder / "feeds.opml").write_text(f"<opml><body>{lines}</body></opml>")
        subprocess.run([*self._ple(), "feeds", "import", str(self.folder / "feeds.opml"), "--quiet"], check=True)

    def command(self, number: int) -> list[str]:
        """Return the command of a pass."""
        return [*self._ple(), "feeds", "update", "--force", "--quiet"]

    def _ple(self) -> list[str]:
        return [sys.executable, "-m", "ple", "--library", str(self.folder / "library")]


class PleAlone(Ple):
    """Ours with feedparser alone, without the quick reader of well-formed feeds before it."""

    def environment(self) -> dict[str, str]:
        """Return the switch."""
        return {"PLE_FEEDPARSER_ALONE": "1"}


class Reader(Peer):
    """lemon24/reader with ten workers, as its documentation recommends."""

    def prepare(self) -> None:
        """Tell it of the feeds."""
        venv = self.folder.parent / "venv"
        if not (venv / "bin" / "python").exists():
            subprocess.run([sys.executable, "-m", "venv", venv], check=True)
        if not list(venv.glob("lib/python*/site-packages/reader")):
            # feedparser 6.0.13 and later no longer bring sgmllib, on which reader 3.26 leans
            install = [venv / "bin" / "pip", "install", "-q", "reader", "sgmllib3k"]
            subprocess.run(install, check=True, stderr=subprocess.DEVNULL)
        self._python = venv / "bin" / "python"

    def command(self, number: int) -> list[str]:
        """Return the command of a pass."""
        stage = "first" if number == 0 else "again"
        return [str(self._python), "-c", READER, str(self.folder / "db.sqlite"), stage, str(self.urls)]


class Newsboat(Peer):
    """newsboat with as many threads as it has use for."""

    def prepare(self) -> None:
        """Tell it of the feeds."""
        (self.folder / "config").write_text("reload-threads 32\nmax-items 0\nauto-reload no\n")

    def command(self, number: int) -> list[str]:
        """Return the command of a pass."""
        files = ["-C", self.folder / "config", "-u", self.urls, "-c", self.folder / "cache.db"]
        return ["newsboat", *map(str, files), "-x", "reload"]


class Floor(Peer):
    """Our HTTP client alone, and with feedparser parsing what it brings in the same process; nothing is stored."""

    def command(self, number: int) -> list[str]:
        """Return the command of a pass."""
        what = "parse" if "feedparser" in self.name else "fetch"
        return [sys.executable, "-c", FLOOR, str(self.folder), what, str(self.urls)]


PEERS = {
    "httpx2": Floor, "httpx2 + feedparser": Floor, "ple": Ple, "ple with feedparser alone": PleAlone, "reader": Reader,
    "newsboat": Newsboat,
}  # fmt: skip


def measured(command: list[str], folder: Path, more: dict[str, str], longest: float) -> Cost | None:
    """Run a command, and return what it and all its children took; none if that took longer than ``longest``."""
    home = folder / "home"
    home.mkdir(exist_ok=True)
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", "TERM": "dumb", "PLE_NO_KEYRING": "1",
        "PYTHONPATH": str(PROJECT), **more,
    }  # fmt: skip
    started = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    peak = 0
    ended = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not ended.wait(0.05):
            if time.perf_counter() - started > longest:
                process.kill()
            peak = max(peak, sum(map(resident, family(process.pid))))

    watching = threading.Thread(target=watch)
    watching.start()
    _pid, status, usage = os.wait4(process.pid, 0)  # with the children that it waited for
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - started
    ended.set()
    watching.join()
    if process.returncode == -signal.SIGKILL and wall > longest:
        return None
    if process.returncode:
        raise SystemExit(f"{command[:3]} ended with {process.returncode}")
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and path.suffix != ".opml")
    return Cost(usage.ru_utime + usage.ru_stime, wall, peak / 1e6, size / 1e6)


def family(pid: int, parent: str = "") -> Iterator[int]:
    """Yield a process and all that come from it; not one that is about to become another, and still is its parent."""
    with contextlib.suppress(OSError):
        words = Path(f"/proc/{pid}/cmdline").read_text(errors="replace")
        if words == parent:
            return
        yield pid
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from family(int(child), words)


def resident(pid: int) -> int:
    """Return the memory of a process in bytes."""
    with contextlib.suppress(OSError, IndexError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0


@contextlib.contextmanager
def serving(server: Path, options: argparse.Namespace, urls: Path) -> Iterator[str]:
    """Run the server of feeds; give its address."""
    command = [
        sys.executable, str(server), "--port", str(options.port), "--feeds", str(options.feeds),
        "--entries", str(options.entries), "--write-urls", str(urls),
    ]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        ready = process.stdout.readline()
        if not ready.rstrip().endswith("ready"):
            raise SystemExit("the server of feeds did not start")
        print(ready.strip(), flush=True)
        yield f"http://127.0.0.1:{options.port}"
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    return port


def ask(url: str) -> str:
    """Return what the server says."""
    with urllib.request.urlopen(url) as answer:  # our own server
        said: str = answer.read().decode()
    return said


def screens(given: argparse.Namespace) -> None:
    """Measure how late the screens are while they refresh."""
    sys.path[:0] = [str(PROJECT), str(Path(__file__).parent)]
    import feeds_screens

    with tempfile.TemporaryDirectory() as folder:
        urls = Path(folder) / "urls"
        with serving(given.server, given, urls) as at:
            peer = Ple("ple", Path(folder), urls)
            peer.prepare()
            feeds_screens.main(peer.folder / "library", lambda path: ask(f"{at}{path}"))


def main() -> None:
    """Measure, and print a table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--feeds", type=int, default=1000)
    options.add_argument("--entries", type=int, default=30)
    options.add_argument("--server", type=Path, default=BESIDE if BESIDE.exists() else OWN, help="what serves them")
    options.add_argument("--port", type=int, default=free_port())
    options.add_argument("--only", default="all", help="of floor, ple, alone, reader, newsboat; all of them")
    options.add_argument("--longest", type=float, default=600, help="seconds after which a pass is given up")
    options.add_argument("--screens", action="store_true", help="how late the screens are while they refresh")
    options.add_argument("--keep", type=Path, help="a folder to work in, which is kept")
    given = options.parse_args()
    if given.screens:
        screens(given)
        return
    only = given.only.replace("alone", "ple with feedparser alone").replace("floor", "httpx2,httpx2 + feedparser")
    names = [name for name in PEERS if name in only.split(",") or only == "all"]
    if "newsboat" in names and not shutil.which("newsboat"):
        print("newsboat is not installed here, so it is left out")
        names.remove("newsboat")
    print(f"{given.feeds} feeds of {given.entries} entries; CPU s / wall s / peak MB of all processes / MB kept")
    costs: dict[str, list[Cost]] = {}
    with contextlib.ExitStack() as stack:
        folder = given.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        for name in names:
            shutil.rmtree(folder / name.replace(" ", "-"), ignore_errors=True)
            urls = folder / "urls"
            # A server anew for each, so that each sees the same feeds in the same states.
            with serving(given.server, given, urls) as at:
                peer = PEERS[name](name, folder, urls)
                peer.prepare()
                costs[name] = []
                for number, what in enumerate(PASSES):
                    if "changed" in what:
                        ask(f"{at}/_ctl/advance?share=0.1")
                    ask(f"{at}/_ctl/zero")
                    cost = measured(peer.command(number), peer.folder, peer.environment(), given.longest)
                    if cost is None:
                        print(f"{name:20} {what:12} was given up after {given.longest:.0f} s", flush=True)
                        break
                    said = json.loads(ask(f"{at}/_ctl/stats"))
                    costs[name].append(cost)
                    print(
                        f"{name:20} {what:12} {cost.cpu:7.2f} / {cost.wall:6.1f} / {cost.memory:4.0f} / "
                        f"{cost.size:6.1f}   {said['requests']} requests, {said['conditional']} conditional",
                        flush=True,
                    )
    print("\n| CPU s / peak MB | first | nothing new | nothing new again | 10 % changed | kept MB |")
    print("|---|---|---|---|---|---|")
    for name, found in costs.items():
        cells = [f"{cost.cpu:.2f} / {cost.memory:.0f}" for cost in found]
        cells += ["given up"] * (len(PASSES) - len(found))
        print(f"| {name} | {' | '.join(cells)} | {found[-1].size:.1f} |")


if __name__ == "__main__":
    main()
