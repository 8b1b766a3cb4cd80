"""An update in a process of its own, so that the screens, which wait for it, stay quick.

Reading and keeping feeds is work, and the threads of one Python take turns.

The process is the command, ``ple feeds update --lines``, which says in a line of JSON what became of each feed, and in
a last one what came of it all. It holds the lock and runs the learner's own command as it always does.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Collection, Generator
from dataclasses import dataclass

from ple.feeds.background import UpdateRunning
from ple.feeds.checks import Refreshed
from ple.feeds.errors import FeedError
from ple.feeds.hooks import HookFailed
from ple.feeds.updates import Updated


@dataclass(frozen=True, slots=True)
class Told:
    """What a rule wants the learner to hear of: which rule, and the title of the entry."""

    rule: str
    title: str


class UpdateApart:
    """One update of the library at ``place``, a folder or an address; see :class:`ple.feeds.updates.Update`."""

    def __init__(self, place: str) -> None:
        self.done = Updated()
        self.notices: tuple[Told, ...] = ()
        self.hook_failure: HookFailed | None = None
        self._place = place

    def run(self, ids: Collection[int] | None = None, *, force: bool = False) -> Generator[Refreshed]:
        """Yield what became of each feed. Who stops early is told of what came.

        Raises:
            UpdateRunning: another process updates this library.
            FeedError: it broke off; the sentence says why.

        """
        words = [*map(str, ids or ()), *(["--force"] if force else [])]
        program = f"import sys; sys.path[:] = {sys.path!r}\nfrom ple.cli import main; main()"
        process = subprocess.Popen(  # noqa: S603 - our own Python and our own words
            [sys.executable, "-c", program, "feeds", "update", "--lines", *words],
            env={**os.environ, "PLE_LIBRARY": self._place},  # an address may have a password: no argument shows it
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert process.stdout is not None
        with process, process.stdout as lines:
            ended = False
            try:
                for line in lines:
                    said = json.loads(line)
                    if "feed" in said:
                        feed = Refreshed(**said["feed"])
                        self.done.count(feed)
                        yield feed
                    else:
                        ended = True
                        self._end(said)
            except BaseException:
                with contextlib.suppress(ProcessLookupError):
                    process.send_signal(signal.SIGTERM)
                for line in lines:  # it keeps what is under way, and tells whoever is to hear of it
                    said = json.loads(line)
                    if "done" in said:
                        self._end(said)
                raise
        if not ended:
            raise FeedError(f"the update broke off ({process.returncode})", hint="What was finished before is kept.")

    def _end(self, said: dict[str, object]) -> None:
        match said:
            case {"error": {"kind": kind, "message": str(message), "hint": hint}}:
                raise (UpdateRunning if kind == "UpdateRunning" else FeedError)(
                    message, hint=hint if isinstance(hint, str) else None
                )
            case {"done": dict(done), "notices": list(notices), "hook_failure": failure}:
                self.done = Updated(**done)
                self.notices = tuple(Told(each["rule"], each["entry"]["title"]) for each in notices)
                if isinstance(failure, str):
                    self.hook_failure = HookFailed(failure)
