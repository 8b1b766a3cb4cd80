"""Syncing: asking an LMS for what is there now, as cheaply as it allows, and noticing what changed.

One list per course, then only those assignments in which something moved; what was not looked at for some hours is
looked at in any case, since an LMS does not name every change.
"""

import datetime as dt
import logging
import mimetypes
from collections.abc import Callable, Iterable, Iterator

from ple.library import Library, PleError
from ple.lms.accounts import Accounts
from ple.lms.adapter import LmsAdapter, RemoteAssignment
from ple.lms.catalogue import Catalogue
from ple.lms.content import FileMark
from ple.lms.errors import Changed, LmsError, Undecided, Unreachable, WrongToken
from ple.lms.keeping import Keeping
from ple.lms.ledger import Ledger
from ple.lms.models import AccountRow
from ple.lms.readback import MOST_ALL, MOST_EACH
from ple.lms.returns import Returns
from ple.lms.sending import Sending
from ple.lms.sessions import Sessions
from ple.lms.values import Synced

_LOG = logging.getLogger(__name__)
_MOST_LOOKS = 60  # standings that one sync asks for, one request each, where the LMS does not list them
_STALE = dt.timedelta(hours=6)
_OVERLAP = dt.timedelta(minutes=10)  # clocks differ


class Syncing:
    """Asks LMSs and stores what they say."""

    def __init__(
        self,
        library: Library,
        accounts: Accounts,
        catalogue: Catalogue,
        keeping: Keeping,
        ledger: Ledger,
        sending: Sending,
        returns: Returns,
        sessions: Sessions,
        now: Callable[[], dt.datetime],
    ) -> None:
        self._library = library
        self._accounts = accounts
        self._catalogue = catalogue
        self._keeping = keeping
        self._ledger = ledger
        self._sending = sending
        self._returns = returns
        self._sessions = sessions
        self._now = now

    def sync(self, row: AccountRow) -> Synced:
        """Ask one account's LMS; what fails is in what is returned."""
        now = self._now()
        courses = sessions = assignments = new = updated = gone = news = 0
        failure = hint = None
        try:
            adapter = self._accounts.adapter(row)
            listed, tasks_of = [], {}
            for course in adapter.courses() if row.lms != "manual" else ():
                tasks = list(adapter.assignments(course.remote_id))
                counts = self._keeping.store_course(row.id, course, tasks, now, keep_past=not adapter.takes)
                new, updated, gone, news = (a + b for a, b in zip((new, updated, gone, news), counts, strict=True))
                courses, assignments = courses + 1, assignments + len(tasks)
                listed.append(course.remote_id)
                tasks_of[course.remote_id] = tasks
            sessions = self._sessions.store(row.id, adapter.sessions())
            if adapter.takes:
                self._keeping.leave_out(row.id, listed, now)
                news += self._look_around(row, adapter, tasks_of, now)
                self._fetch_files(row, adapter)
        except PleError as error:
            failure, hint = str(error), error.hint
        with self._library.writing() as tx:
            tx.update(AccountRow, [row.id], failure=failure)
            if failure is None:
                tx.update(AccountRow, [row.id], synced_at=now)
        return Synced(
            row.id, row.title, courses, assignments, new, updated, gone, failure, hint, news,
            self._accounts.warning(row), sessions,
        )  # fmt: skip

    def _look_around(
        self, row: AccountRow, adapter: LmsAdapter, tasks_of: dict[str, list[RemoteAssignment]], now: dt.datetime
    ) -> int:
        news = 0
        for line in self._catalogue.lines(self._ledger.open_assignments()):
            if line.account_id != row.id:
                continue
            place, course, _ = self._catalogue.place(line.id)
            try:
                self._sending.settle(line.id, adapter, course.remote_id, place.remote_id)
            except (Undecided, Changed):
                _LOG.info("the hand-in to assignment %s is still not settled", line.id)
        since = row.synced_at - _OVERLAP if row.synced_at else None
        for course_id, tasks in tasks_of.items():
            ours = self._catalogue.by_remote(row.id, course_id)
            for remote_id, status in adapter.standings(course_id, tasks, since):
                if remote_id in ours:
                    news += self._keeping.store_status(ours[remote_id], status, now)
        for id, course_id, remote_id in self._catalogue.unseen(row.id, now, stale=_STALE, limit=_MOST_LOOKS):
            if adapter.each_counts:  # all of them were in the lists
                break
            try:
                news += self._keeping.store_status(id, adapter.status(course_id, remote_id), now)
            except (Unreachable, WrongToken):
                raise
            except LmsError as error:  # one that is hidden must not stop the others
                _LOG.info("assignment %s: %s", id, error)
        return news

    def _fetch_files(self, row: AccountRow, adapter: LmsAdapter) -> None:
        for feedback_id, assignment_id in self._returns.unfetched(row.id):
            place, course, _ = self._catalogue.place(assignment_id)
            try:
                back = adapter.status(course.remote_id, place.remote_id).feedback
            except (Unreachable, WrongToken):
                raise
            except LmsError as error:
                _LOG.info("the feedback on assignment %s: %s", assignment_id, error)
                continue
            self._returns.fetched(feedback_id, dict(_files(adapter, back.files if back else ())))


def _files(adapter: LmsAdapter, marks: Iterable[FileMark]) -> Iterator[tuple[str, tuple[str, bytes]]]:
    """Yield the files that can be had, by name: one that is too large or is not given out keeps none of the others."""
    from ple.web.text import line

    left = MOST_ALL
    for mark in marks:
        if mark.size > min(MOST_EACH, left):
            continue
        try:
            data = adapter.download(mark)
        except (Unreachable, WrongToken):
            raise
        except LmsError as error:
            _LOG.info("a feedback file: %s", error)
            continue
        left -= len(data)
        yield line(mark.name), (mimetypes.guess_type(mark.name)[0] or "application/octet-stream", data)
