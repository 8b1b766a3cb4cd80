"""What can go wrong between a learner and an LMS, on purpose: each fault is armed for an operation and strikes once.

Some strike before the LMS has done anything, some after it has: to the one who waits for the answer, a connection
that closes looks the same in both cases. That is the point of them.
"""

import threading
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

FAULTS: Final = MappingProxyType(
    {
        "close": "the connection closes before anything was done",
        "drop-answer": "it is done, but the connection closes instead of an answer",
        "hang": "nothing is done and no answer comes",
        "hang-after": "it is done, but no answer comes",
        "error-500": "an internal error, and nothing was done",
        "error-500-after": "an internal error after it was done",
        "maintenance": "the site is being maintained (503 and a page of HTML)",
        "too-many": "too many requests",
        "expired": "the token has expired, and stays so",
        "garbage": "an answer that is not what an LMS says",
        "redirect": "a redirect to a page for people",
        "shut": "it is answered, and after that connections are refused for a while",
    }
)
"""Every fault, with what it means."""

AFTER: Final = frozenset({"drop-answer", "hang-after", "error-500-after"})
"""Those that strike when the operation is done."""


@dataclass
class _Armed:
    operation: str
    fault: str
    times: int
    skip: int


@dataclass
class Faults:
    """The faults that are armed; shared by the threads of a server."""

    _armed: list[_Armed] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    struck: list[tuple[str, str]] = field(default_factory=list)
    """Operation and fault of each that struck, in order."""

    def arm(self, operation: str, fault: str, *, times: int = 1, skip: int = 0) -> None:
        """Let ``fault`` strike the next ``times`` calls of ``operation`` (``*``: any), after sparing ``skip`` of them.

        Raises:
            ValueError: there is no such fault.

        """
        if fault not in FAULTS:
            raise ValueError(f"there is no fault {fault!r}; there are: {', '.join(FAULTS)}")
        with self._lock:
            self._armed.append(_Armed(operation, fault, times, skip))

    def clear(self) -> None:
        """Disarm all."""
        with self._lock:
            self._armed.clear()

    def strike(self, operation: str) -> str | None:
        """Return the fault that strikes this call of ``operation``, if any."""
        with self._lock:
            for armed in self._armed:
                if armed.operation not in ("*", operation):
                    continue
                if armed.skip:
                    armed.skip -= 1
                    continue
                armed.times -= 1
                if armed.times <= 0:
                    self._armed.remove(armed)
                self.struck.append((operation, armed.fault))
                return armed.fault
        return None
