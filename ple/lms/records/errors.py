"""What can go wrong with the record of learning, as a learner would name it. Imports nothing but its base.

* RecordsError (a PleError)
  + NotConnected        no record store (LRS) is set up
  + Refused             the store does not let us in
  + NotNow              the store has trouble, or asks us to wait
  + Busy                another ple is sending
  + NoStatement         something that is no statement, or none that is known
"""

import datetime as dt

from ple.library.errors import PleError


class RecordsError(PleError):
    """Base of what goes wrong with the record of learning."""


class NotConnected(RecordsError):
    """No record store is set up."""

    hint = "Connect one with `ple xapi connect ENDPOINT`. Your own record is kept without any: `ple xapi export`."


class Refused(RecordsError):
    """The store does not let us in. Nothing is sent until the learner connects anew."""

    hint = "Connect it again with `ple xapi connect ENDPOINT`; what waits is kept."


class NotNow(RecordsError):
    """The store has trouble or asks us to wait; what waits is kept and goes later."""

    hint = "What waits is kept. Try again later with `ple xapi send`."

    def __init__(self, message: str, *, wait: dt.timedelta | None = None, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.wait = wait


class Busy(RecordsError):
    """Another ple is sending to the same store."""

    hint = "Wait until it is done; nothing goes twice."


class NoStatement(RecordsError):
    """Something is no statement, or there is none by this name."""
