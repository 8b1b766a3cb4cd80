"""Courses and assignments as they were last seen: the part of the door that asks nobody outside."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator

from ple.library import Document, Library
from ple.lms.catalogue import Catalogue
from ple.lms.models import COURSE
from ple.lms.values import Assignment, AssignmentLine, Course


class Lists:
    """What one library knows of courses and assignments."""

    def __init__(self, library: Library, now: Callable[[], dt.datetime]) -> None:
        self._library = library
        self._now = now
        self._catalogue = Catalogue(library)

    def courses(self, account: int | None = None) -> list[Course]:
        """Return the courses that the learner is in, by title."""
        return self._catalogue.courses(self._catalogue.course_ids(account))

    def course_ids(self, account: int | None = None) -> list[int]:
        """Return the numbers of the courses, by title."""
        return self._catalogue.course_ids(account)

    def course(self, id: int) -> Course:
        """Return one course.

        Raises:
            NotFound: there is none with this number.
        """
        with self._library.reading() as tx:
            tx.alive(id, COURSE)
        return self._catalogue.courses([id])[0]

    def assignments(self, *, course: int | None = None, due_within: dt.timedelta | None = None) -> list[AssignmentLine]:
        """Return assignments, the next due first and those without a date last.

        With ``due_within``, those that are due from now until then, and those overdue for less than a month that are
        not handed in; nothing is due any more at an account that was disconnected.
        """
        if due_within is None:
            return self._catalogue.lines(self._catalogue.assignment_ids(course=course))
        now = self._now()
        overdue = self._catalogue.assignment_ids(
            course=course, due_from=now - dt.timedelta(days=30), due_until=now, open_only=True, connected=True
        )
        coming = self._catalogue.assignment_ids(course=course, due_from=now, due_until=now + due_within, connected=True)
        lines = self._catalogue.lines(dict.fromkeys([*overdue, *coming]))
        return [line for line in lines if line.due_at and (line.due_at >= now or _still_open(line, now))]

    def assignment_ids(self, *, course: int | None = None, open_only: bool = False) -> list[int]:
        """Return the numbers of all assignments in the order of :meth:`assignments`."""
        return self._catalogue.assignment_ids(course=course, open_only=open_only)

    def assignment_lines(self, ids: Iterable[int]) -> list[AssignmentLine]:
        """Return assignments in the order asked; what is gone is left out."""
        return self._catalogue.lines(ids)

    def assignment(self, id: int) -> Assignment:
        """Return one assignment.

        Raises:
            NotFound: there is none with this number.
        """
        return self._catalogue.assignment(id)

    def leaning_on(self, ids: Iterable[int]) -> list[int]:
        """Return the assignments that say what these courses are called; see :class:`~ple.library.LeaningSource`."""
        return self._catalogue.assignments_of(ids)

    def documents(self, ids: Iterable[int]) -> Iterator[Document]:
        """Say what these things say; see :class:`~ple.library.DocumentSource`."""
        return self._catalogue.documents(ids)


def _still_open(line: AssignmentLine, now: dt.datetime) -> bool:
    return not line.handed_in and (line.closes_at is None or line.closes_at > now)
