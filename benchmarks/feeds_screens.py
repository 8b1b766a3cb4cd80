"""How late the screens are while they refresh: a headless terminal, real feeds from a server, and a clock in the loop.

Run it with ``python benchmarks/feeds.py --screens [--feeds 300]``. Every 10 ms a task asks how much later than that it
is; a key that somebody presses waits as long. On a machine that others keep busy that says more of them than of us, so
beside it stands what of a delay can be of our own making: no more than the CPU time that our process, with all its
threads, used meanwhile. Three refreshes, each by the key of the screens: all is new, nothing is,
and a tenth of the feeds has something new; before them the same while nothing happens.

``chrt -r 1 python benchmarks/feeds.py --screens`` runs the screens before all others, and everything that they start as
usual: that is what they are like on a machine with nothing else to do.
"""

import asyncio
import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from ple.environment import Environment
from ple.tui.app import LearningApp

TICK = 0.01


class Clock:
    """How late the loop is, and how much CPU time each of its steps takes."""

    def __init__(self) -> None:
        self.late: list[float] = []
        self.own: list[float] = []
        self.steps: list[float] = []

    async def run(self) -> None:
        """Note it until cancelled."""
        step = asyncio.Handle._run

        def noted(handle: asyncio.Handle) -> None:
            used = time.thread_time()
            step(handle)
            self.steps.append(1000 * (time.thread_time() - used))

        asyncio.Handle._run = noted  # type: ignore[method-assign]
        try:
            await self._tick()
        finally:
            asyncio.Handle._run = step  # type: ignore[method-assign]

    async def _tick(self) -> None:
        while True:
            due, used = time.perf_counter() + TICK, time.process_time()
            await asyncio.sleep(TICK)
            late = time.perf_counter() - due
            self.late.append(1000 * late)
            self.own.append(1000 * min(late, time.process_time() - used))


def said(late: list[float]) -> str:
    """Return the percentiles of some delays."""
    late = sorted(late)
    part = [late[min(len(late) - 1, int(len(late) * share))] for share in (0.5, 0.95, 0.99)]
    return "p50 {:4.1f}  p95 {:4.1f}  p99 {:5.1f}".format(*part) + f"  max {late[-1]:5.1f} ms"


async def watch(folder: Path, ask: Callable[[str], str]) -> None:
    """Refresh from the screens, and print how late they were."""
    app = LearningApp(lambda: Environment(folder))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("2")
        await pilot.pause(2.0)
        for what in ("idle", "all is new", "nothing is new", "10 % is new"):
            if "10 %" in what:
                ask("/_ctl/advance?share=0.1")
            clock = Clock()
            ticking = asyncio.create_task(clock.run())
            began = time.perf_counter()
            if what == "idle":
                await asyncio.sleep(5)
            else:
                await pilot.press("R")
                for _ in range(500):
                    await asyncio.sleep(TICK)
                    if app.jobs:
                        break
                while app.jobs:
                    await asyncio.sleep(0.05)
            ticking.cancel()
            took = time.perf_counter() - began
            ticks = f"{len(clock.late)} ticks in {took:.1f} s"
            print(f"{what:15} {said(clock.late)} · of our own making {said(clock.own)} · {ticks}")
            print(f"{'':15} steps of the loop, CPU {said(clock.steps)}", flush=True)


def children(pid: int) -> Iterator[int]:
    """Yield the processes that a process has started, and those that they have."""
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield int(child)
                yield from children(int(child))


def run_others_as_usual() -> None:
    """Take the right to run before others from every process that ours starts."""
    while True:
        for child in children(os.getpid()):
            with contextlib.suppress(OSError):
                for task in Path(f"/proc/{child}/task").iterdir():
                    os.sched_setscheduler(int(task.name), os.SCHED_OTHER, os.sched_param(0))
        time.sleep(0.03)


def main(folder: Path, ask: Callable[[str], str]) -> None:
    """Measure, and print."""
    if os.sched_getscheduler(0) != os.SCHED_OTHER:
        threading.Thread(target=run_others_as_usual, daemon=True).start()
    asyncio.run(watch(folder, ask))
