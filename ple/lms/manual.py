"""No LMS at all, or one that lets no program in: the learner lists what is due, hands it in, and gives their word.

Nothing is asked of anybody. What was handed in, when, and under which hash is kept all the same.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from ple.lms.adapter import Identity, RemoteAssignment, RemoteBadge, RemoteCourse, RemoteSession, Site, SubmissionStatus
from ple.lms.content import Content, FileMark
from ple.lms.errors import NotThere, Unsupported

if TYPE_CHECKING:
    from ple.web.client import Client

_HINT = "Hand it in there yourself, then say so with `ple lms hand-in … --by-hand`."


class Manual:
    """A school whose assignments the learner writes down."""

    kind: ClassVar[str] = "manual"
    name: ClassVar[str] = "By hand"
    each_counts: ClassVar[bool] = False
    takes: ClassVar[bool] = False
    token_days: ClassVar[int | None] = None

    def __init__(self, client: "Client", url: str, token: str) -> None:
        self.url = url

    @classmethod
    def probe(cls, client: "Client", url: str) -> Site | None:
        """Any address will do, so none is recognised."""
        return None

    def whoami(self) -> Identity:
        """Nobody is asked."""
        return Identity("", "", "", self.url, frozenset())

    def courses(self) -> Iterator[RemoteCourse]:
        """Nothing comes from elsewhere."""
        return iter(())

    def assignments(self, course_id: str) -> Iterator[RemoteAssignment]:
        """Nothing comes from elsewhere."""
        return iter(())

    def assignment(self, course_id: str, remote_id: str) -> RemoteAssignment:
        """There is nobody to ask."""
        raise NotThere("there is no LMS to ask about this assignment", hint=_HINT)

    def status(self, course_id: str, remote_id: str) -> SubmissionStatus:
        """There is nobody to ask."""
        raise Unsupported("there is no LMS to ask about this assignment", hint=_HINT)

    def standings(
        self, course_id: str, assignments: Sequence[RemoteAssignment], since: dt.datetime | None
    ) -> Iterator[tuple[str, SubmissionStatus]]:
        """Nothing comes from elsewhere."""
        return iter(())

    def download(self, file: FileMark) -> bytes:
        """There is nobody to ask."""
        raise NotThere("there is no LMS to ask", hint=_HINT)

    def badges(self) -> Iterator[RemoteBadge]:
        """Nothing comes from elsewhere."""
        return iter(())

    def sessions(self) -> Iterator[RemoteSession]:
        """Nothing comes from elsewhere."""
        return iter(())

    def start(self, assignment: RemoteAssignment) -> None:
        """The learner does that."""
        raise Unsupported("this cannot be started from here", hint=_HINT)

    def save(self, assignment: RemoteAssignment, content: Content) -> None:
        """The learner does that."""
        raise Unsupported("this cannot be handed in from here", hint=_HINT)

    def submit(self, assignment: RemoteAssignment, *, statement: bool) -> None:
        """The learner does that."""
        raise Unsupported("this cannot be handed in from here", hint=_HINT)
