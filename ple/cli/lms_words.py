"""What the commands of ``ple lms`` say in common."""

import datetime as dt
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from ple.cli.frame import environment, tell
from ple.cli.output import Timed, when
from ple.cli.words import ago, due, plural

if TYPE_CHECKING:
    from ple.environment import Environment
    from ple.lms import AssignmentLine


class Days(click.ParamType[dt.timedelta]):
    """A time from now: ``7d``, ``2w``, ``36h``; with ``ahead`` also a negative one, and minutes: ``-90m``."""

    name = "time"

    def __init__(self, *, ahead: bool = False) -> None:
        self._ahead = ahead

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.timedelta:
        """Return it as a duration."""
        if isinstance(value, dt.timedelta):
            return value
        match = re.fullmatch(
            r"(-?\d{1,4})\s*([hdwm])" if self._ahead else r"(\d{1,4})\s*([hdw])", value.strip().lower()
        )
        if match is None:
            self.fail(f"{value!r} is no time from now; say it as 7d, 2w or 36h.", param, ctx)
        number = int(match[1])
        unit = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}[match[2]]
        return dt.timedelta(**{unit: number})


def moment_said(ctx: click.Context, said: str, *, whole_day: bool = False) -> dt.datetime:
    """Return the moment that a date, or a date and time in the learner's own zone, means, in UTC.

    With ``whole_day``, a date alone means its last minute.
    """
    try:
        at = dt.datetime.fromisoformat(said.strip())
        if whole_day and "T" not in said and ":" not in said:
            at = at.replace(hour=23, minute=59)
        if 1900 <= at.year < 9000:  # at the ends of the calendar some time zones have no day for it
            return at.astimezone(dt.UTC)
    except ValueError:
        pass
    raise click.UsageError(f"{said!r} is no date; say it as 2026-12-01 or 2026-12-01T23:59.", ctx)


LINES: list[tuple[str, Any]] = [
    ("#", "id"),
    ("Title", "title"),
    ("Course", "course"),
    ("Due", when("due_at", due)),
    ("State", Timed(lambda line, said: stands(line, said))),
]


def columns_of(lines: "list[AssignmentLine]") -> list[tuple[str, Any]]:
    """Return the columns of a list of assignments: with the LMS, where there are several."""
    if len({line.account_id for line in lines}) < 2:
        return LINES
    return [*LINES[:3], ("LMS", "account"), *LINES[3:]]


def share(ctx: click.Context) -> None:
    """Send what the learner agreed to tell record stores; what fails waits, and is no failure of what was done."""
    from ple.library.errors import PleError
    from ple.lms.records import NotConnected

    try:
        for sent in environment(ctx).records.send():
            if sent.sent:
                tell(ctx, f"Told {sent.endpoint} about it, as you agreed ({plural(sent.sent, 'statement')}).")
            elif sent.failure and sent.left:
                tell(ctx, f"{sent.endpoint} could not be told yet: {sent.failure}. It is told later.")
    except NotConnected:
        return
    except PleError as error:
        tell(ctx, f"No record store could be told: {error}.")


NOBODY = "No LMS is connected. Connect yours with `ple lms connect ADDRESS`, or try it with `ple lms practice`."


def nothing(ours: "Environment", what: str) -> str:
    """Say what to do when there is nothing to list."""
    if not ours.courses.accounts():
        return NOBODY
    return f"There are no {what} now. Ask again with `ple lms sync`."


def stands(line: "AssignmentLine", moment: Callable[[dt.datetime | None], str] = ago) -> str:
    """Say where the learner stands with an assignment."""
    if line.state is None:
        return "nothing known"
    words = {"none": "nothing handed in", "draft": "a draft", "submitted": "handed in", "reopened": "another attempt"}
    said = words.get(line.state, line.state)
    said = f"{said} {moment(line.submitted_at)}" if line.handed_in else said
    return f"{said}, {line.grade}" if line.grade else said
