"""A process that opens pictures, and can be killed: one that was made to take all time or memory takes little of it.

It is a Python that knows nothing but :mod:`ple.portfolio.pictures`. It is started for the first picture that was not
seen before and used for those that follow, so a build in which no picture is new has none. It ends when its input
does; a picture that takes too much ends it, and the next one has another.
"""

import contextlib
import json
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable
from typing import IO, Any

from ple.portfolio.pictures import Measures, PictureError

SECONDS = 60.0
CPU_SECONDS = 20
MEMORY = 2_000_000_000


class TooSlow(PictureError):
    """It was not opened in time: the computer may be busy, or the picture may be made so."""

    hint = "Try again when less is going on; or save the picture anew, and add that."


class Enlarger:
    """Opens pictures in a process of its own. It may be shared by threads; one picture is opened at a time.

    ``cpu_seconds``, for each picture, and ``memory`` hold where the platform has such limits, ``seconds`` everywhere.
    """

    def __init__(self, *, seconds: float = SECONDS, cpu_seconds: int = CPU_SECONDS, memory: int = MEMORY) -> None:
        self._seconds = seconds
        self._limits = (cpu_seconds, memory)
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._end: Callable[[], object] = lambda: None

    def checked(self, data: bytes) -> Measures:
        """Return how large a picture is, once all of it was unpacked.

        Raises:
            PictureError: it cannot be, or takes too much.
        """
        said, _ = self._asked(0, data)
        return Measures(*said)

    def made(self, data: bytes, width: int) -> bytes:
        """Return a picture at some width, and nothing of what else its file held.

        Raises:
            PictureError: it cannot be made, or takes too much.
        """
        return self._asked(width, data)[1]

    def close(self) -> None:
        """End the process."""
        self._process = None
        self._end()

    def __enter__(self) -> "Enlarger":
        """Return it; the process starts with the first picture."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process."""
        self.close()

    def _asked(self, width: int, data: bytes) -> tuple[Any, bytes]:
        with self._turn:
            process = self._started()
            late = threading.Event()

            def give_up() -> None:
                late.set()
                process.kill()

            timer = threading.Timer(self._seconds, give_up)
            timer.daemon = True
            timer.start()
            answer = None
            try:
                assert process.stdin is not None
                assert process.stdout is not None
                _send(process.stdin, [width], data)
                answer = _received(process.stdout)
            except (OSError, ValueError):
                pass  # it is dead, and says no more
            finally:
                timer.cancel()
            if answer is None:
                self.close()
                if late.is_set():
                    raise TooSlow(f"opening the picture took longer than {self._seconds:.0f} seconds")
                raise PictureError("opening the picture takes more time or memory than a picture may take")
        (said, problem), made = answer
        if problem:
            raise PictureError(problem)
        return said, made

    def _started(self) -> "subprocess.Popen[bytes]":
        if self._process is None:
            program = f"import sys; sys.path[:] = {sys.path!r}\nfrom {__name__} import work; work(*{self._limits!r})"
            self._process = subprocess.Popen(  # noqa: S603 - our own Python and our own words
                [sys.executable, "-W", "ignore", "-c", program],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            self._end = weakref.finalize(self, _end, self._process)  # for whoever forgets to close
        return self._process


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
    process.wait()


def _send(pipe: IO[bytes], said: Any, data: bytes) -> None:
    pipe.write(json.dumps([said, len(data)]).encode() + b"\n")
    pipe.write(data)
    pipe.flush()


def _received(pipe: IO[bytes]) -> tuple[Any, bytes] | None:
    head = pipe.readline(10_000)
    if not head.endswith(b"\n"):
        return None
    said, size = json.loads(head)
    data = pipe.read(size)
    return (said, data) if len(data) == size else None


# ---- in the process ------------------------------------------------------------------------------------------------


def work(cpu_seconds: int, memory: int) -> None:
    """Open what comes in on standard input until it ends."""
    import os
    import signal

    from ple.portfolio import pictures

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, who then ends us
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # a stray print must not look like an answer
    pictures.warm()
    _limit("RLIMIT_AS", memory)
    while (task := _received(sys.stdin.buffer)) is not None:
        (width,), data = task
        _limit("RLIMIT_CPU", int(sum(os.times()[:2])) + 1 + cpu_seconds)
        said, problem, made = None, "", b""
        try:
            if width:
                made = pictures.made(data, width)
            else:
                measures = pictures.checked(data)
                said = [measures.width, measures.height, measures.ending]
        except pictures.PictureError as error:
            problem = str(error)
        except MemoryError:
            problem = "opening the picture takes more memory than a picture may take"
        _send(answers, [said, problem], made)


def _limit(name: str, most: int) -> None:
    try:
        import resource

        which = getattr(resource, name)
        resource.setrlimit(which, (most, resource.getrlimit(which)[1]))
    except (ImportError, AttributeError, ValueError, OSError):
        pass  # not on Windows, or not allowed
