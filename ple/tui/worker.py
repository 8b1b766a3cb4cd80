"""The one way from the screens into the library.

Doors block: they read disks and ask servers. So every call runs in a thread and its answer comes back to the event
loop; long work (a refresh of all feeds) runs as a job that yields its progress and can be stopped between two steps.
What a door raises is a `PleError`, which the learner reads; anything else is a defect of ours, which must not take the
screens away.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from ple.environment import Environment

T = TypeVar("T")


@contextmanager
def kept_from_the_collector() -> Iterator[None]:
    """Make what stays, as imports do: a collector that walks over it again and again is felt between two keys."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


class Doors:
    """Calls the doors of an environment from the event loop, in threads.

    The environment is opened by the first call, in its thread: what it imports costs more than Textual itself, and the
    first paint does not wait for it.
    """

    def __init__(self, open_environment: Callable[[], Environment]) -> None:
        # A thread that computes lets the loop have its turn after a millisecond, not five: keys wait for that.
        sys.setswitchinterval(0.001)
        self._open = open_environment
        self._opening = threading.Lock()
        self._environment: Environment | None = None
        self._opened = False
        self.seen = 0
        """The library's newest change when it was opened: all that comes later has to be shown."""
        self._pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="door")

    async def ask(self, call: Callable[[Environment], T]) -> T:
        """Return what `call` answers for the environment; it runs in a thread. Raises what the door raises."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._called, call)

    def _called(self, call: Callable[[Environment], T]) -> T:
        return call(self.environment())

    async def glance(self, look: Callable[[Environment], T]) -> T:
        """Return what `look` sees of the environment while its library, which takes a second to open, is still shut."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, lambda: look(self._shut()))

    def _shut(self) -> Environment:
        with self._opening:
            if self._environment is None:
                self._environment = self._open()
            return self._environment

    def environment(self) -> Environment:
        """Return the environment, opened; only for threads, because opening takes its time."""
        environment = self._shut()
        with self._opening:
            if not self._opened:
                with kept_from_the_collector():
                    self.seen = environment.library.newest_change()
                self._opened = True
            return environment

    @property
    def opened(self) -> bool:
        """Whether the library is open; until then it takes a second to be asked."""
        return self._opened

    def close(self) -> None:
        """Let the calls under way finish, then close the environment."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        if self._environment is not None:
            self._environment.close()


@dataclass(eq=False)
class Job:
    """Long work that the status line shows: `title 3 of 57`."""

    title: str
    total: int | None = None
    done: int = 0
    failed: int = 0
    _stop: threading.Event = field(default_factory=threading.Event)
    _ended: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def stopped(self) -> bool:
        """Whether the learner asked it to stop."""
        return self._stop.is_set()

    def stop(self) -> None:
        """Ask it to stop after the step under way; what is finished is kept."""
        self._stop.set()

    @property
    def text(self) -> str:
        """What the status line says."""
        if self.stopped:
            return f"{self.title}: stopping"
        if self.total:
            return f"{self.title} {min(self.done, self.total)} of {self.total}"
        return f"{self.title} {self.done}" if self.done else self.title

    @property
    def brief(self) -> str:
        """The same, where there is little room."""
        return f"{min(self.done, self.total)}/{self.total}" if self.total else self.title[:10]

    async def run(
        self, doors: Doors, steps: Callable[[Environment], Iterator[T]], on_step: Callable[[T], object]
    ) -> None:
        """Run `steps` in a thread of its own and call `on_step` on the event loop with each result.

        Raises what `steps` raises. Returns when it ended or, after `stop`, when the step under way was closed.
        """
        loop = asyncio.get_running_loop()
        failure: list[BaseException] = []
        results: deque[T] = deque()

        def step() -> None:  # several that came together are one step of the loop
            while results:
                self.done += 1
                on_step(results.popleft())

        def work() -> None:
            try:
                iterator = steps(doors.environment())
                for result in iterator:
                    results.append(result)
                    if len(results) == 1:
                        loop.call_soon_threadsafe(step)
                    if self.stopped:
                        break
                close = getattr(iterator, "close", None)
                if close is not None:
                    close()
            except BaseException as error:
                failure.append(error)
            finally:
                loop.call_soon_threadsafe(self._ended.set)

        # A daemon: an unwilling server must not keep the terminal after the learner has left.
        threading.Thread(target=work, name=f"job {self.title}", daemon=True).start()
        await self._ended.wait()
        if failure:
            raise failure[0]
