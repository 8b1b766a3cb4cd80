"""Measure the screens in a pseudo terminal: `python benchmarks/tui.py FOLDER` (see `tui_library.py` for FOLDER).

CPU of the whole process (all threads) is what counts, since machines that measure are rarely idle; wall time is said
too. Beside it, in the same run, Textual's own hello world, and newsboat with a cache of the same size if it is there.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import shutil
import signal
import statistics
import struct
import sys
import tempfile
import termios
import time
from collections.abc import Callable
from pathlib import Path

HELLO = """
from textual.app import App
from textual.widgets import Static
class Hello(App):
    def compose(self): yield Static("hello world")
Hello().run()
"""
OURS = """
import sys
from pathlib import Path
from ple.tui.starting import run
run(Path(sys.argv[1]))
"""


STATE = tempfile.TemporaryDirectory(prefix="ple-benchmark-")


class Terminal:
    """A program in a pseudo terminal of 120 by 40, and what it writes."""

    def __init__(self, *command: str) -> None:
        environ = {
            key: value for key, value in os.environ.items() if key not in ("PYTHONDONTWRITEBYTECODE", "NO_COLOR")
        }
        environ |= {
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "PLE_REFRESH_MINUTES": "0",
            "PLE_NO_KEYRING": "1",
            "XDG_STATE_HOME": STATE.name,
        }
        self.began = time.monotonic()
        self.pid, self.fd = pty.fork()
        if not self.pid:
            os.execvpe(command[0], command, environ)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        self.bytes = b""

    def cpu(self) -> float:
        """Seconds of CPU of all threads so far."""
        total = 0
        for task in Path(f"/proc/{self.pid}/task").iterdir():
            try:
                total += int((task / "schedstat").read_text().split()[0])
            except OSError:
                continue
        return total / 1e9

    def read_until(self, done: Callable[[bytes], bool], seconds: float = 60) -> None:
        """Read until what was written satisfies."""
        end = time.monotonic() + seconds
        while not done(self.bytes):
            if time.monotonic() > end:
                raise SystemExit(f"never came; the last: {self.bytes[-500:]!r}")
            ready, _, _ = select.select([self.fd], [], [], 0.05)
            if ready:
                self.bytes += os.read(self.fd, 1 << 16)

    def quiet(self, gap: float = 0.25) -> None:
        """Read until nothing comes for a while."""
        while select.select([self.fd], [], [], gap)[0]:
            self.bytes += os.read(self.fd, 1 << 16)

    def press(self, key: bytes, gap: float = 0.12) -> tuple[float, float, int]:
        """Press a key; return CPU and wall time in ms until its last byte, and how many bytes came."""
        self.bytes = b""
        cpu, began = self.cpu(), time.monotonic()
        os.write(self.fd, key)
        last = began
        while select.select([self.fd], [], [], gap)[0]:
            self.bytes += os.read(self.fd, 1 << 16)
            last = time.monotonic()
        return (self.cpu() - cpu) * 1000, (last - began) * 1000, len(self.bytes)

    def press_until(self, key: bytes, marker: bytes) -> tuple[float, float]:
        """Press a key; return CPU and wall time in ms until something is painted."""
        self.bytes = b""
        cpu, began = self.cpu(), time.monotonic()
        os.write(self.fd, key)
        self.read_until(lambda seen: marker in seen)
        return (self.cpu() - cpu) * 1000, (time.monotonic() - began) * 1000

    def memory(self) -> float:
        """Resident memory in MB."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS"))

    def leave(self) -> None:
        """Leave it as a learner does: what Today showed is remembered."""
        os.write(self.fd, b"\x11")
        with contextlib.suppress(OSError):  # the other end is gone
            while os.read(self.fd, 1 << 16):
                pass
        os.waitpid(self.pid, 0)
        os.close(self.fd)

    def end(self) -> None:
        """Leave it."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


def first_paint(marker: bytes, *command: str, times: int = 5) -> tuple[float, float]:
    """Return CPU and wall ms until a marker is painted, medians."""
    cpus, walls = [], []
    for _ in range(times):
        terminal = Terminal(*command)
        terminal.read_until(lambda seen: marker in seen)
        cpus.append(terminal.cpu() * 1000)
        walls.append((time.monotonic() - terminal.began) * 1000)
        terminal.end()
    return statistics.median(cpus), statistics.median(walls)


def say(what: str, cpu: float, wall: float, more: str = "") -> None:
    """Print one line of figures."""
    print(f"{what:44} {cpu:8.1f} ms CPU {wall:8.1f} ms wall  {more}", flush=True)


def keys(terminal: Terminal, name: str, key: bytes, times: int, gap: float = 0.08) -> None:
    """Press a key again and again; the gap is shorter than the pause after which an article is shown beside a list."""
    figures = [terminal.press(key, gap) for _ in range(times)]
    cpus = sorted(figure[0] for figure in figures)
    say(
        f"  {name}, key to paint, median", statistics.median(cpus), statistics.median(figure[1] for figure in figures),
        f"p95 {cpus[int(len(cpus) * 0.95)]:.1f} ms CPU, {figures[-1][2]} bytes",
    )  # fmt: skip


def screens(folder: str) -> None:
    """Measure ours."""
    python = sys.executable
    say("ple, first paint", *first_paint(b"Commands", python, "-c", OURS, folder))
    say("ple, first useful screen, the first start", *first_paint(b"unread", python, "-c", OURS, folder, times=3))
    terminal = Terminal(python, "-c", OURS, folder)
    terminal.read_until(lambda seen: b"unread" in seen)
    terminal.quiet(2)
    terminal.leave()
    say("ple, first useful screen, later starts", *first_paint(b"unread", python, "-c", OURS, folder))
    terminal = Terminal(python, "-c", OURS, folder)
    terminal.read_until(lambda seen: b"unread" in seen)
    terminal.quiet(3)
    before = terminal.cpu()
    say("open the list of 100,000: key to its lines", *terminal.press_until(b"2", b"Entry 8:"))
    terminal.quiet(2)
    print(f"  and all that it asks for behind them {(terminal.cpu() - before) * 1000:25.1f} ms CPU")
    terminal.press(b"1", gap=1)
    say("come back to it", *terminal.press_until(b"2", b"Entry 8:"))
    terminal.quiet(1)
    keys(terminal, "j, within the screen", b"j", 8)
    keys(terminal, "j, scrolling", b"j", 100)
    keys(terminal, "page down", b"\x1b[6~", 20)
    keys(terminal, "j and the article beside it, 0.1 s later", b"j", 10, gap=0.3)
    say("end of the list", *terminal.press(b"G", gap=0.08)[:2])
    terminal.quiet(1)
    say("star an entry, seen in the library", *terminal.press(b"s", gap=1.5)[:2])
    say("  and undone", *terminal.press(b"u", gap=1.5)[:2])
    for key, kilobytes in ((b"\x1b[H", 50), (b"j", 500)):
        say(f"article of {kilobytes} kB, from its key to its paint",
            *terminal.press_until(key, b"It has %d kB" % kilobytes))  # fmt: skip
        before = terminal.cpu()
        terminal.quiet(1)
        print(f"  and the rest of its layout behind it {(terminal.cpu() - before) * 1000:25.1f} ms CPU")
    print(f"memory {terminal.memory():.0f} MB")
    cpu = terminal.cpu()
    time.sleep(5)
    print(f"idle {(terminal.cpu() - cpu) * 200:.1f} ms CPU a second")
    terminal.press(b"1", gap=1)
    terminal.press(b"2", gap=1)
    terminal.leave()
    say("ple, first useful screen, a start in Feeds", *first_paint(b"how spacing", python, "-c", OURS, folder))


def newsboat(folder: Path) -> None:
    """Measure newsboat: its list of all, which a query feed makes."""
    command = ["newsboat", "-u", str(folder / "newsboat-urls"), "-c", str(folder / "newsboat.db")]
    say("newsboat, first paint", *first_paint(b"Feed 1", *command, times=3))
    terminal = Terminal(*command)
    terminal.read_until(lambda seen: b"Feed 1" in seen)
    terminal.quiet(1)
    say("newsboat, open the list of 100,000", *terminal.press_until(b"\r", b"how spacing"))
    terminal.quiet(1)
    keys(terminal, "j, within the screen", b"j", 8, gap=0.3)
    keys(terminal, "j, scrolling", b"j", 40, gap=0.3)
    print(f"memory {terminal.memory():.0f} MB")
    terminal.end()


def seen_before(folder: Path) -> None:
    """Let the screens think that the learner has seen the tour, and nothing else."""
    from ple.tui.memory import Memory, name_of

    memory = Memory(Path(STATE.name) / "ple" / "screens" / f"{name_of(folder, None)}.json")
    memory.put("tour", True)
    memory.keep()


def main(folder: str) -> None:
    """Measure and print."""
    seen_before(Path(folder))
    say("Textual's hello world, first paint", *first_paint(b"hello world", sys.executable, "-c", HELLO))
    screens(folder)
    if shutil.which("newsboat") and (Path(folder) / "newsboat.db").exists():
        newsboat(Path(folder))


if __name__ == "__main__":
    main(sys.argv[1])
