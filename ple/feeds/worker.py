"""A process that reads feeds, and can be killed: a hostile feed must not stop a refresh, nor freeze a screen.

A worker is a Python that knows nothing but :func:`ple.feeds.parsing.parse`. It takes a feed on its standard input and
gives the values back on its standard output. It ends when its input does, even while it is busy, so it does not
outlive a parent that was killed. It is started for the first feed and used for all that follow; one that takes too
much time or memory is killed, and the next feed has a new one.
"""

import contextlib
import gc
import os
import pickle
import queue
import signal
import struct
import sys
import threading
import weakref
from collections.abc import Callable
from typing import IO, TYPE_CHECKING

from ple.feeds import errors
from ple.feeds.errors import FeedError, TooCostly, Unreadable
from ple.feeds.publication import ParsedFeed

if TYPE_CHECKING:
    import subprocess

WALL_SECONDS = 60.0
CPU_SECONDS = 15
MEMORY_BYTES = 1 << 30
PATIENCE = 400_000_000  # bytes of feeds before a worker is replaced, so that what it hoards is given back …
LARGE = 4_000_000  # … which after one feed of this size is much

Task = tuple[str, bytes, str | None, str]
_SIZE = struct.Struct("!Q")


class Parser:
    """Parses feeds in a worker of its own. May be shared by threads; one feed is parsed at a time.

    ``cpu_seconds`` and ``memory_bytes`` hold where the platform has such limits; ``wall_seconds`` holds everywhere.
    """

    def __init__(
        self,
        *,
        wall_seconds: float = WALL_SECONDS,
        cpu_seconds: int = CPU_SECONDS,
        memory_bytes: int = MEMORY_BYTES,
    ) -> None:
        self._wall_seconds = wall_seconds
        self._limits = (cpu_seconds, memory_bytes)
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._end: Callable[[], object] = lambda: None
        self._read = 0
        self._closed = False

    def parse(self, url: str, body: bytes, content_type: str | None = None, *, listed: str = "") -> ParsedFeed:
        """Return the feed in ``body``; see :func:`ple.feeds.parsing.parse`, and :mod:`ple.feeds.intake` for ``listed``.

        Raises:
            FeedError: it is no feed that can be read, or
            TooCostly: reading it took more than one feed may take.

        """
        with self._turn:
            if self._closed:
                raise Unreadable("it was not read, because the refresh was stopped")
            process = self._started()
            out_of_time = threading.Event()

            def give_up() -> None:
                out_of_time.set()
                process.kill()

            timer = threading.Timer(self._wall_seconds, give_up)
            timer.daemon = True
            timer.start()
            try:
                answer = _exchange(process, (url, body, content_type, listed))
            finally:
                timer.cancel()
            self._read += len(body)
            if answer is None:
                self._stop()
                if out_of_time.is_set():
                    raise TooCostly(f"reading it took longer than {self._wall_seconds:.0f} seconds, so it was given up")
                if process.returncode == -getattr(signal, "SIGXCPU", 0):
                    raise TooCostly(f"reading it took more than {self._limits[0]} seconds of work, so it was given up")
                raise TooCostly("reading it broke the reader, so it was given up")
            if self._read >= PATIENCE or len(body) >= LARGE:
                self._stop()
        if isinstance(answer, ParsedFeed):
            return answer
        name, message, hint = answer
        kind = getattr(errors, name, Unreadable)
        raise kind(message, hint=hint)

    def close(self) -> None:
        """End the worker, whatever it is doing; nothing is parsed after that."""
        self._closed = True
        if (process := self._process) is not None:
            process.kill()  # a parse that another thread waits for ends with it
        if self._turn.acquire(timeout=1):
            self._stop()
            self._turn.release()

    def __enter__(self) -> "Parser":
        """Return the parser."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the worker."""
        self.close()

    def _started(self) -> "subprocess.Popen[bytes]":
        if self._process is None:
            import subprocess  # 10 ms: on most days nothing is parsed

            # Not multiprocessing: that runs the parent's main module once more, which is a command line.
            program = (
                f"import sys; sys.path[:] = {sys.path!r}\nfrom ple.feeds.worker import work; work(*{self._limits!r})"
            )
            self._process = subprocess.Popen(  # noqa: S603 - our own Python and our own words
                [sys.executable, "-W", "ignore", "-c", program],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            self._end = weakref.finalize(self, _end, self._process)  # for whoever forgets to close
            for pipe in (self._process.stdin, self._process.stdout):
                _widen(pipe)
            self._read = 0
        return self._process

    def _stop(self) -> None:
        self._process = None
        self._end()


def _widen(pipe: IO[bytes] | None) -> None:
    """Let a whole feed fit in a pipe, so that the two who use it need not take turns over it."""
    if sys.platform == "linux" and pipe is not None:
        import fcntl

        with contextlib.suppress(OSError):  # a system may allow less
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, 1 << 20)


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
    process.wait()


def _exchange(process: "subprocess.Popen[bytes]", task: Task) -> ParsedFeed | tuple[str, str, str | None] | None:
    """Return what the worker says to ``task``; none if it died over it."""
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        _send(process.stdin, task)
        answer = _receive(process.stdout)
    except (OSError, ValueError):
        answer = None
    if answer is None:
        process.kill()
        process.wait()
    return answer  # type: ignore[return-value]  # our own worker wrote it


def _send(pipe: IO[bytes], value: object) -> None:
    data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    pipe.write(_SIZE.pack(len(data)))
    pipe.write(data)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> object:
    head = pipe.read(_SIZE.size)
    if len(head) < _SIZE.size:
        return None
    (size,) = _SIZE.unpack(head)
    data = pipe.read(size)
    return pickle.loads(data) if len(data) == size else None  # noqa: S301 - between us and our own child


# ---- in the worker -------------------------------------------------------------------------------------------------


def work(cpu_seconds: int, memory_bytes: int) -> None:
    """Parse what comes in on standard input until it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, who then ends us
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # a stray print must not look like an answer
    tasks: queue.SimpleQueue[Task] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(tasks,), daemon=True).start()
    from ple.feeds.parsing import parse

    gc.freeze()  # what was imported stays
    gc.set_threshold(50_000, 20, 100)  # what a feed is made of goes with it; little is left to look for
    _limit_memory(memory_bytes)
    quickly = not os.environ.get("PLE_FEEDPARSER_ALONE")  # for benchmarks, and to find out which of the two errs
    while True:
        url, body, content_type, listed = tasks.get()
        _limit_cpu(cpu_seconds)
        answer: object
        try:
            answer = parse(url, body, content_type, listed=frozenset(listed.split()[::2]), quickly=quickly)
        except FeedError as error:
            answer = (type(error).__name__, str(error), error.hint)
        except MemoryError:
            answer = ("TooCostly", "reading it took more memory than one feed may, so it was given up", TooCostly.hint)
        try:
            _send(answers, answer)
        except OSError:
            os._exit(0)
        answer = None


def _listen(tasks: "queue.SimpleQueue[Task]") -> None:
    requests = os.fdopen(os.dup(0), "rb")
    while True:
        try:
            task = _receive(requests)
        except MemoryError:
            os._exit(1)
        if task is None:
            os._exit(0)  # the parent is gone; so is the reason to finish what we are at
        tasks.put(task)  # type: ignore[arg-type]


def _limit_cpu(seconds: int) -> None:
    if sys.platform != "win32":
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        _, hardest = resource.getrlimit(resource.RLIMIT_CPU)
        soft = int(used.ru_utime + used.ru_stime) + seconds + 1
        if hardest == resource.RLIM_INFINITY or soft < hardest:
            resource.setrlimit(resource.RLIMIT_CPU, (soft, hardest))


def _limit_memory(size: int) -> None:
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        with contextlib.suppress(ValueError, OSError):  # macOS has the name of this limit only
            resource.setrlimit(resource.RLIMIT_AS, (size, resource.getrlimit(resource.RLIMIT_AS)[1]))
