"""What can go wrong with an LMS, as a learner would name it. Imports nothing but its base.

* LmsError (a PleError)
  + NotConnected        no account is set up, or its token is gone
  + WrongToken          the LMS does not know the token (any more)
  + NeedsBrowser        the account wants something that only a browser can give
  + NotAllowed          known, but not permitted
  + NotThere            no such course or assignment (any more)
  + Unsupported         this LMS, or this ple, cannot do it
  + Refused             it cannot be handed in
    - Closed            not open yet, closed, or locked
    - NoAttemptLeft
    - WrongKind         the assignment takes something else
    - StatementRequired
    - NotStarted        its clock has to be started first
    - AlreadyHandedIn   and it can no longer be changed
  + Changed             not what it was when the plan was made
  + Busy                another ple is handing in the same thing
  + Undecided           an answer was lost: nobody knows yet whether it arrived
  + Unreachable         no answer, or not now
    - TooManyRequests
  + NotUnderstood       the answer is not one that such an LMS gives

None of their sentences holds a token, or words of the LMS that were not cleaned.
"""

from ple.library.errors import PleError


class LmsError(PleError):
    """Base of what goes wrong with an LMS."""


class NotConnected(LmsError):
    """No LMS is connected, or its token is gone."""

    hint = "Connect it with `ple lms connect ADDRESS`."


class WrongToken(LmsError):
    """The token is wrong, expired or revoked."""

    hint = "Make a new token in the LMS and give it with `ple lms connect ADDRESS`."


class NeedsBrowser(LmsError):
    """The account wants something first that only a browser can give."""

    hint = "Sign in to the LMS in a browser, do what it asks there, and try again."


class NotAllowed(LmsError):
    """The LMS knows who asks, and says no."""

    hint = "Open it in a browser to see why; you may not be enrolled, or it may be hidden from you."


class NotThere(LmsError):
    """The LMS has no such thing, or not any more."""

    hint = "Look what is there with `ple lms sync`."


class Unsupported(LmsError):
    """It cannot be done with this LMS."""

    hint = "Do it in a browser."


class Refused(LmsError):
    """It cannot be handed in."""

    hint = "Nothing was handed in. Open the assignment in a browser to see more."


class Closed(Refused):
    """The assignment takes nothing at this moment."""


class NoAttemptLeft(Refused):
    """Every attempt that is allowed was used."""

    hint = "Ask your teacher for another attempt."


class WrongKind(Refused):
    """The assignment takes something else."""


class StatementRequired(Refused):
    """The assignment wants a declaration that only the learner can make."""

    hint = "Say with --accept-statement that this is your own work, as the submission statement of the course asks."


class NotStarted(Refused):
    """It has a time limit, and the learner has not started its clock."""

    hint = "Start its clock with `ple lms start ASSIGNMENT` when you are ready; it cannot be stopped."


class AlreadyHandedIn(Refused):
    """Something else was handed in, and it can no longer be changed."""

    hint = "Ask your teacher to open it again."


class Changed(LmsError):
    """The LMS does not hold what it held when the plan was made."""

    hint = "Nothing was sent. Run it again to see what is there now."


class Busy(LmsError):
    """Another process is handing in the same assignment."""

    hint = "Wait until it is done; `ple lms status` shows how it ended."


class Undecided(LmsError):
    """The answer to a hand-in was lost, and it could not be found out yet whether it arrived."""

    hint = "Run the same command again in a minute: it looks first, and sends nothing twice."


class Unreachable(LmsError):
    """The LMS does not answer, or not now; ``retry_after`` is its own wish in seconds, if it said one."""

    hint = "Try again later."

    def __init__(self, message: str, *, hint: str | None = None, retry_after: int | None = None) -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after


class TooManyRequests(Unreachable):
    """The LMS wants to be asked less often."""

    hint = "Wait a minute, then try again."


class NotUnderstood(LmsError):
    """The answer is not one that such an LMS gives."""

    hint = "Check the address and the kind of the LMS; if both are right, report it."


class AnswerLost(LmsError):
    """Something was sent, and no answer came that says what became of it. Only a look at the LMS can tell.

    It never reaches a screen: the hand-in looks, and says :class:`Undecided` if that does not help.
    """

    hint = "Look what is there before you try again: `ple lms status`."
