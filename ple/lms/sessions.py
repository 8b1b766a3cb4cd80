"""Sessions of courses that somebody teaches: lessons, workshops, meetings, as a calendar tells them; and who was there.

A calendar says when and where, and what was moved or cancelled. Whether the learner was there is their own word.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import col, select

from ple.library import InvalidInput, Library, NotFound, trashed
from ple.lms.adapter import RemoteSession
from ple.lms.models import AccountRow, SessionRow

SOON = dt.timedelta(hours=36)
"""How long before it begins a session is reminded of."""
_ASKED = dt.timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Session:
    """A session of a course. Times in UTC."""

    id: int
    account_id: int
    account: str
    course: str
    title: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    place: str
    url: str | None
    cancelled: bool
    moved_from: dt.datetime | None
    """When it was to begin before it was moved."""
    attended: bool | None
    """Whether the learner was there, as they say; none: they have not said."""

    @property
    def hours(self) -> float:
        """How long it lasts."""
        return (self.ends_at - self.starts_at).total_seconds() / 3600


@dataclass(frozen=True, slots=True)
class Attendance:
    """How much of a course the learner was at."""

    course: str
    account: str
    held: int
    """Sessions that have been, cancelled ones left out."""
    attended: int
    missed: int
    unsaid: int
    hours: float
    """The hours of those attended."""


class Sessions:
    """The sessions of one library."""

    def __init__(self, library: Library, now: Callable[[], dt.datetime]) -> None:
        self._library = library
        self._now = now

    def store(self, account_id: int, remote: Iterable[RemoteSession]) -> int:
        """Store what a calendar says; return how many sessions that were.

        Those that it no longer tells are left out from then on, except what has been and what the learner marked.
        """
        now = self._now()
        from ple.web.text import line

        with self._library.writing() as tx:
            query = select(SessionRow).where(SessionRow.account_id == account_id)
            known = {row.remote_id: row for row in tx.exec(query)}
            told = {session.remote_id: session for session in remote}
            for each in told.values():
                row = known.pop(each.remote_id, None)
                if row is None:
                    row = SessionRow(
                        account_id=account_id, remote_id=each.remote_id, starts_at=each.starts_at, ends_at=each.ends_at
                    )
                elif row.starts_at != each.starts_at:
                    row.moved_from = row.starts_at
                row.title, row.course, row.place = line(each.title), line(each.course), line(each.place)
                row.starts_at, row.ends_at = each.starts_at, each.ends_at
                row.url, row.cancelled, row.gone_at = each.url, each.cancelled, None
                tx.add(row)
            for row in known.values():
                if row.gone_at is None and row.starts_at > now and row.attended is None:
                    row.gone_at = now
                    tx.add(row)
        return len(told)

    def list(
        self, *, since: dt.datetime | None = None, until: dt.datetime | None = None, ids: Collection[int] | None = None
    ) -> "list[Session]":
        """Return sessions that end after ``since`` and begin before ``until``, the earliest first."""
        query = (
            select(SessionRow, AccountRow.title)
            .join(AccountRow, col(AccountRow.id) == col(SessionRow.account_id))
            .where(col(AccountRow.id).not_in(trashed()), col(SessionRow.gone_at).is_(None))
            .order_by(col(SessionRow.starts_at), col(SessionRow.id))
        )
        if since is not None:
            query = query.where(col(SessionRow.ends_at) > since)
        if until is not None:
            query = query.where(col(SessionRow.starts_at) < until)
        if ids is not None:
            query = query.where(col(SessionRow.id).in_(sorted(ids)[:500]))
        with self._library.reading() as tx:
            return [_session(row, account) for row, account in tx.exec(query)]

    def attend(self, id: int, attended: bool | None) -> Session:
        """Note whether the learner was there; ``None`` takes it back.

        Raises:
            NotFound: there is none with this number.
            InvalidInput: nobody can have been there yet.
        """
        with self._library.writing() as tx:
            row = tx.get(SessionRow, id) if 0 < id < 2**31 else None
            if row is None:
                raise NotFound(id, "session", hint="`ple lms sessions` lists them.")
            if attended and row.starts_at > self._now():
                when = f"{row.starts_at.astimezone():%A %Y-%m-%d %H:%M}"
                hint = "`ple lms sessions --past` lists those that have been."
                raise InvalidInput(f"“{row.title}” has not begun: it is on {when}", hint=hint)
            row.attended, row.noted_at = attended, self._now() if attended is not None else None
            tx.add(row)
            account = tx.exec(select(AccountRow.title).where(AccountRow.id == row.account_id)).one()
            return _session(row, account)

    def attendance(self) -> tuple[Attendance, ...]:
        """Return, course by course, how much the learner was at."""
        begun, now = col(SessionRow.starts_at), self._now()
        there, absent = col(SessionRow.attended).is_(True), col(SessionRow.attended).is_(False)
        found: dict[tuple[str, str], list[Session]] = {}
        with self._library.reading() as tx:
            rows = tx.exec(
                select(SessionRow, AccountRow.title)
                .join(AccountRow, col(AccountRow.id) == col(SessionRow.account_id))
                .where(
                    sa.or_(sa.and_(begun <= now, col(SessionRow.gone_at).is_(None)), there, absent),
                    col(SessionRow.cancelled).is_(False),
                )
                .order_by(col(SessionRow.course), begun)
            ).all()
        for row, account in rows:
            found.setdefault((account, row.course), []).append(_session(row, account))
        return tuple(
            Attendance(
                course, account, len(held),
                sum(each.attended is True for each in held),
                sum(each.attended is False for each in held),
                sum(each.attended is None for each in held),
                round(sum(each.hours for each in held if each.attended), 1),
            )
            for (account, course), held in found.items()
        )  # fmt: skip

    def reminders(self) -> tuple[str, ...]:
        """Return what the learner should hear about sessions now: those that begin soon, and those to say a word on."""
        now = self._now()
        said = []
        for each in self.list(since=now, until=now + SOON):
            when = f"{each.starts_at.astimezone():%A %H:%M}"
            where = f", {each.place}" if each.place else ""
            if each.cancelled:
                said.append(f"“{each.title}” on {when} is cancelled.")
            elif each.moved_from is not None:
                moved = f"{each.moved_from.astimezone():%A %Y-%m-%d %H:%M}"
                said.append(f"“{each.title}” ({each.course}) begins {when}{where}; it was moved from {moved}.")
            else:
                said.append(f"“{each.title}” ({each.course}) begins {when}{where}.")
        for each in self.list(since=now - _ASKED, until=now):
            if each.ends_at <= now and each.attended is None and not each.cancelled:
                said.append(f"Were you at “{each.title}” ({each.course})? `ple lms attended {each.id}`, or with --no.")
        return tuple(said)


def _session(row: SessionRow, account: str) -> Session:
    return Session(
        row.id or 0, row.account_id, account, row.course, row.title, row.starts_at, row.ends_at, row.place, row.url,
        row.cancelled, row.moved_from, row.attended,
    )  # fmt: skip
