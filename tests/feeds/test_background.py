"""Updating in the background, and the learner's own command that hears of it."""

import contextlib
import datetime as dt
import json
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ple.feeds import hooks
from ple.feeds.apart import UpdateApart
from ple.feeds.background import UpdateRunning, alone, rounds

HOLD = """
import sys, pathlib
from ple.feeds.background import alone
with alone(pathlib.Path(sys.argv[1])):
    print('held', flush=True)
    sys.stdin.read()
"""


def test_one_update_at_a_time_and_a_lock_that_dies_with_its_process(tmp_path):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdout.readline() == "held\n"
        says = f"another update of the feeds is running .process {holder.pid}."
        with pytest.raises(UpdateRunning, match=says), alone(tmp_path):
            pass
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()
        with alone(tmp_path):
            pass


def test_a_lock_is_given_back_whatever_happens(tmp_path):
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), alone(tmp_path / "new"):
            raise ZeroDivisionError
    with alone(tmp_path / "new", "updating"), alone(tmp_path / "new"):
        pass


class Wall:
    """A clock on the wall, and somebody who waits by it."""

    def __init__(self, naps: int) -> None:
        self.now = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)
        self.left = naps
        self.jump = dt.timedelta()

    def __call__(self) -> dt.datetime:
        return self.now

    def wait(self, seconds: float) -> bool:
        self.now += dt.timedelta(seconds=seconds) + self.jump
        self.jump = dt.timedelta()
        self.left -= 1
        return self.left < 0


def test_rounds_come_once_every_so_often():
    wall = Wall(naps=150)
    times = [wall.now for _ in rounds(dt.timedelta(minutes=30), wall.wait, now=wall)]
    assert [time.strftime("%H:%M") for time in times] == ["12:00", "12:30", "13:00"]


def test_a_machine_that_slept_does_one_round_and_not_all_that_it_missed():
    wall = Wall(naps=119)
    times = []
    for number in rounds(dt.timedelta(minutes=30), wall.wait, now=wall):
        times.append(wall.now)
        if number == 1:
            wall.jump = dt.timedelta(hours=9)
    assert [time.strftime("%H:%M") for time in times] == ["12:00", "21:00", "21:30"]


def test_a_clock_that_was_put_back_does_not_stop_the_rounds():
    wall = Wall(naps=30)
    numbers = []
    for number in rounds(dt.timedelta(minutes=10), wall.wait, now=wall):
        numbers.append(number)
        if number == 1:
            wall.jump = dt.timedelta(days=-2)
    assert len(numbers) >= 2


def hook(code: str) -> str:
    return f"{shlex.quote(sys.executable)} -c {shlex.quote(code)}"


def test_a_hook_gets_the_message_and_no_shell(tmp_path: Path):
    out = tmp_path / "out"
    hooks.run(
        hook(f"import sys; open({str(out)!r}, 'w').write(sys.stdin.read())"), json.dumps({"title": "$(rm) `x`; é"})
    )
    assert json.loads(out.read_text(encoding="utf-8")) == {"title": "$(rm) `x`; é"}


@pytest.mark.parametrize(
    ("command", "says"),
    [
        pytest.param("/no/such/program", "cannot be run: no such file", id="not there"),
        pytest.param("'", "cannot be understood", id="unbalanced quotes"),
        pytest.param(hook("import sys; sys.exit('I am unwell')"), "ended with 1: I am unwell", id="fails"),
        pytest.param(hook("import time; time.sleep(60)"), "was stopped after 0 seconds", id="hangs"),
        pytest.param(hook("pass"), None, id="does not listen"),
        pytest.param("  ", None, id="blank"),
    ],
)
def test_a_hook_that_fails_says_why(command, says):
    message = "x" * 1_000_000
    if says is None:
        hooks.run(command, message)
        return
    with pytest.raises(hooks.HookFailed, match=says):
        hooks.run(command, message, seconds=0.3 if "stopped" in says else 60)


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="looks at the arguments of all processes")
def test_an_update_apart_names_the_library_in_no_argument_for_its_address_may_have_a_password(
    sqlite_environment, publisher
):
    arguments: list[str] = []

    def look(handler):
        for each in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                arguments.append(each.read_bytes().decode(errors="replace"))
        handler.send_response(304)
        handler.end_headers()

    feed = '<rss version="2.0"><channel><title>Sky</title><item><title>Moon</title></item></channel></rss>'
    sqlite_environment.feeds.add(publisher.publish("/feed", feed, content_type="application/rss+xml"))
    publisher.handle("/feed", look)
    update = UpdateApart(sqlite_environment.place)
    assert len(list(update.run(force=True))) == 1
    assert any("--lines" in each for each in arguments)
    assert not [each for each in arguments if sqlite_environment.place in each]
