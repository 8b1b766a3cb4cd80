"""A process of our own that can be killed: what strangers made may take all time and memory, and gets little of both.

A child is a Python that knows one function, of bytes to bytes. It is started for the first question and used for those
that follow, so whoever asks nothing has none; one that took too much is killed, and the next question has another. It
ends when its input does, even while it is busy, so it does not outlive a parent that was killed.

Not :mod:`multiprocessing`: that runs the parent's main module once more, which is a command line.
"""

import contextlib
import os
import queue
import signal
import struct
import sys
import threading
import weakref
from collections.abc import Callable
from importlib import import_module
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    import subprocess

Work = Callable[[bytes], bytes]
_HEAD = struct.Struct("!QB")  # how many bytes follow, and whether they are an answer
_ANSWER, _NO_MEMORY = 0, 1


class Ended(Exception):
    """The child ended over a question, or had to be ended."""


class Late(Ended):
    """It took longer than it may, by the clock on the wall."""


class TooMuchWork(Ended):
    """It took more time of the processor than it may."""


class TooMuchMemory(Ended):
    """It needed more memory than it may; the child itself is well."""


class Closed(Ended):
    """It was closed before it was asked."""


class Child:
    """A child that answers what ``begin`` returns: a function, named ``module:function``, that is called there first.

    ``seconds`` for each question hold everywhere, ``cpu_seconds`` for each and ``memory`` where there are such limits.
    It may be shared by threads; one question is answered at a time.
    """

    def __init__(self, begin: str, *, seconds: float, cpu_seconds: int, memory: int) -> None:
        self.seconds = seconds
        self._begin = begin
        self._limits = (cpu_seconds, memory)
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._end: Callable[[], object] = lambda: None
        self._closed = False

    @property
    def pid(self) -> int | None:
        """The number of the process; None while there is none."""
        return self._process.pid if self._process is not None else None

    @property
    def busy(self) -> bool:
        """Whether it answers something at this moment."""
        return self._turn.locked()

    def ask(self, question: bytes) -> bytes:
        """Return what the child answers.

        Raises:
            Ended: it does not; the subclass says why, as far as that is known.
            OSError: it cannot be started.
        """
        with self._turn:
            if self._closed:
                raise Closed
            process = self._started()
            late = threading.Event()

            def give_up() -> None:
                late.set()
                process.kill()

            timer = threading.Timer(self.seconds, give_up)
            timer.daemon = True
            timer.start()
            try:
                answer = _exchanged(process, question)
            finally:
                timer.cancel()
            if answer is None:
                process.kill()
                process.wait()
                self._stop()
                if late.is_set():
                    raise Late
                raise TooMuchWork if process.returncode == -getattr(signal, "SIGXCPU", 0) else Ended
            said, data = answer
            if said == _NO_MEMORY:
                raise TooMuchMemory
            return data

    def renew(self) -> None:
        """End the process, so that what it hoards is given back; the next question has another."""
        with self._turn:
            self._stop()

    def close(self) -> None:
        """End it, whatever it is doing; it answers nothing after that."""
        self._closed = True
        if (process := self._process) is not None:
            process.kill()  # a question that another thread waits for ends with it
        if self._turn.acquire(timeout=1):
            self._stop()
            self._turn.release()

    def _started(self) -> "subprocess.Popen[bytes]":
        if self._process is None:
            import subprocess  # 10 ms: mostly nothing is asked

            # not ``-m``: that looks for modules in the folder where the learner happens to be, before it looks in ours
            words = (
                f"import sys; sys.path[:] = {sys.path!r}\nfrom {__name__} import run; run{self._begin, *self._limits}"
            )
            self._process = subprocess.Popen(  # noqa: S603 - our own Python and our own words
                [sys.executable, "-W", "ignore", "-c", words],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            self._end = weakref.finalize(self, _end, self._process)  # for whoever forgets to close
            for pipe in (self._process.stdin, self._process.stdout):
                _widen(pipe)
        return self._process

    def _stop(self) -> None:
        self._process = None
        self._end()


def _widen(pipe: IO[bytes] | None) -> None:
    """Let much fit in a pipe, so that the two who use it need not take turns over it."""
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


def _exchanged(process: "subprocess.Popen[bytes]", question: bytes) -> tuple[int, bytes] | None:
    """Return what the child says; None if it died over it."""
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        _send(process.stdin, _ANSWER, question)
        return _received(process.stdout)
    except (OSError, ValueError):
        return None


def _send(pipe: IO[bytes], what: int, data: bytes) -> None:
    pipe.write(_HEAD.pack(len(data), what))
    pipe.write(data)
    pipe.flush()


def _received(pipe: IO[bytes]) -> tuple[int, bytes] | None:
    head = pipe.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    size, what = _HEAD.unpack(head)
    data = pipe.read(size)
    return (what, data) if len(data) == size else None


# ---- in the child --------------------------------------------------------------------------------------------------


def run(begin: str, cpu_seconds: int, memory: int) -> None:
    """Answer what comes in on standard input until it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, who then ends us
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # a stray print must not look like an answer
    questions: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(questions,), daemon=True).start()
    module, _, name = begin.partition(":")
    work: Work = getattr(import_module(module), name)()
    _limit("RLIMIT_CORE", 0)
    _limit("RLIMIT_AS", memory)  # macOS has the name of this one only
    while True:
        _limit("RLIMIT_CPU", int(sum(os.times()[:2])) + 1 + cpu_seconds)  # waiting takes none
        said, answer = _ANSWER, b""
        try:
            answer = work(questions.get())  # nobody but who works on it holds it
        except MemoryError:
            said = _NO_MEMORY
        try:
            _send(answers, said, answer)
        except OSError:
            os._exit(0)
        del answer


def _listen(questions: "queue.SimpleQueue[bytes]") -> None:
    coming = os.fdopen(os.dup(0), "rb")
    while True:
        try:
            question = _received(coming)
        except MemoryError:
            os._exit(1)
        if question is None:
            os._exit(0)  # the parent is gone; so is the reason to finish what we are at
        questions.put(question[1])
        del question


def _limit(name: str, most: int) -> None:
    if sys.platform == "win32":
        return
    try:
        import resource

        which = getattr(resource, name)
        hardest = resource.getrlimit(which)[1]
        if hardest == resource.RLIM_INFINITY or most < hardest:
            resource.setrlimit(which, (most, hardest))
    except (AttributeError, ValueError, OSError):
        pass  # a platform has not all of them, or does not allow it
