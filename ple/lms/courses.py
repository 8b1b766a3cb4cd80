"""Courses: what a learner is asked to hand in at their institutions, and handing it in with proof."""

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Iterator
from html import escape
from typing import TYPE_CHECKING

from ple.library import Document, InvalidInput, Library, NotFound, utc_now, uuid7
from ple.lms.accounts import Accounts, TokenStore
from ple.lms.adapter import Accepts, RemoteAssignment, RemoteBadge, RemoteCourse, Site
from ple.lms.content import Content
from ple.lms.hand_in import Plan
from ple.lms.handing import HandingIn
from ple.lms.models import ACCOUNT, ASSIGNMENT, COURSE, RECEIPT
from ple.lms.outbox import Ask, Outbox
from ple.lms.returns import News, Returned, Returns
from ple.lms.sessions import Attendance, Session, Sessions
from ple.lms.showing import Look
from ple.lms.syncing import Syncing
from ple.lms.values import Account, Assignment, Synced
from ple.lms.waiting import Delivered, Rest, Waiting
from ple.web import addresses

if TYPE_CHECKING:
    from ple.web.client import Client


class Courses(HandingIn):
    """The learner's accounts at LMSs, with their courses and assignments, and all that was handed in.

    A screen for the outbox lists :meth:`outbox` and :meth:`rests`; shows :meth:`plan_waiting` of one, and the
    :attr:`~ple.lms.hand_in.Plan.declaration` if it has to be made; then calls :meth:`send` with that very plan, or
    :meth:`allow` or :meth:`drop`. A plan that is not confirmed is given to :meth:`discard`.
    """

    kinds = frozenset({ACCOUNT, COURSE, ASSIGNMENT, RECEIPT})

    def __init__(
        self,
        library: Library,
        client: "Client",
        secrets: TokenStore,
        *,
        now: Callable[[], dt.datetime] = utc_now,
        document: Callable[[int], Document] | None = None,
        look: Look | None = None,
    ) -> None:
        """``document`` says what a resource is, and ``look`` what a stranger sees at a link; both may be replaced."""
        super().__init__(library, client, secrets, now, document, look)
        self._returns = Returns(library)
        self._outbox = Outbox(library, now)
        self._sessions = Sessions(library, now)
        self._syncing = Syncing(
            library,
            self._accounts,
            self._catalogue,
            self._keeping,
            self._ledger,
            self._sending,
            self._returns,
            self._sessions,
            now,
        )

    # accounts

    @property
    def signing_in(self) -> Accounts:
        """The other ways to connect: name and password, in the browser (SSO), by OAuth2."""
        return self._accounts

    def connect(
        self, url: str, *, kind: str | None = None, token: str | None = None, expires_at: dt.datetime | None = None
    ) -> Account:
        """Connect an account at the LMS at ``url``, any page of it; return it. The token is kept as a secret.

        Connecting it again renews its token. ``kind`` says which LMS it is; without it ple finds out. A calendar has
        no token, its address is one; ``manual`` is for what the learner does by hand, and ``url`` may be a mere name.

        Raises:
            LmsError: it is no LMS that ple knows, does not answer, or refuses the token.
        """
        return self._accounts.connect(url, kind=kind, token=token, expires_at=expires_at)

    def find(self, url: str, *, kind: str | None = None) -> Site:
        """Return the LMS that ``url`` is a page of, asked without a token.

        Raises:
            LmsError: it is none that ple knows, or a token could not be sent there safely.
        """
        return self._accounts.find(url, kind=kind)

    def accounts(self) -> list[Account]:
        """Return the accounts, oldest first."""
        return [self._accounts.described(row) for row in self._catalogue.accounts()]

    def account(self, id: int) -> Account:
        """Return one account.

        Raises:
            NotFound: there is none with this number.
        """
        return self._accounts.account(id)

    def disconnect(self, id: int) -> None:
        """Forget an account's token and put the account in the trash; receipts stay.

        Raises:
            NotFound: there is none with this number.
        """
        self._accounts.disconnect(id)

    def warnings(self) -> list[str]:
        """Return what cannot wait: tokens that end soon, and hand-ins in the outbox whose time runs out."""
        tokens = [self._accounts.warning(row) for row in self._catalogue.accounts()]
        return [said for said in (*tokens, *(each.warning for each in self._outbox.list())) if said]

    # courses and assignments

    def sync(self, account: int | None = None) -> Iterator[Synced]:
        """Ask one account or all for courses and assignments; yield as each account is done.

        An account that fails is reported and does not stop the others. Hand-ins of which nobody knew whether they
        arrived are looked up as well.
        """
        rows = [self._catalogue.account(account)[0]] if account is not None else self._catalogue.accounts()
        self._intake.sweep()
        for row in rows:
            synced = self._syncing.sync(row)
            if synced.failure is None:
                self._outbox.answered(row.id)
            yield synced

    def add_assignment(
        self,
        account: int,
        title: str,
        *,
        course: str = "",
        due_at: dt.datetime | None = None,
        url: str | None = None,
        text: str = "",
    ) -> Assignment:
        """Write down an assignment of an account that the learner keeps by hand; return it.

        Raises:
            NotFound: no such account.
            InvalidInput: it is another kind of account, which brings its own.
        """
        row = self._catalogue.account(account)[0]
        if row.lms != "manual":
            raise InvalidInput(f"{row.title} brings its own assignments", hint="Connect one with --kind manual.")
        from ple.web.text import line

        if not line(title).strip():
            raise InvalidInput("the assignment has no title", hint="Say what it is called there.")
        now, name = self._now(), line(course).strip() or row.title
        key = hashlib.sha256(name.casefold().encode()).hexdigest()[:24]
        page = addresses.without_credentials(addresses.clean(url)) if url else row.url or None
        task = RemoteAssignment(
            remote_id=uuid7().hex, course_id=key, title=line(title), url=page,
            html=f"<p>{escape(text)}</p>" if text else "", accepts=Accepts(), due_at=due_at,
        )  # fmt: skip
        remote = RemoteCourse(remote_id=key, code="", title=name, url=row.url or None)
        return self.assignment(self._keeping.add_assignment(row.id, remote, task, now))

    # coming home

    def feedback(self, assignment: int | None = None, *, resource: int | None = None) -> list[Returned]:
        """Return the newest feedback on each assignment, the latest first: on one, or on what was handed in of one."""
        if resource is not None:
            return self._returns.feedback(self._returns.about(resource))
        return self._returns.feedback([assignment] if assignment is not None else None)

    def badges(self, account: int | None = None) -> list[RemoteBadge]:
        """Return the badges that the learner has at an account, or at all; asked now. Each has an address to verify it.

        Raises:
            NotFound: no such account.
            LmsError: the LMS cannot be asked, or has no badges for programs.
        """
        rows = [self._catalogue.account(account)[0]] if account is not None else self._catalogue.accounts()
        return [badge for row in rows for badge in self._accounts.adapter(row).badges()]

    def feedback_file(self, sha256: str) -> bytes:
        """Return the bytes of a feedback file.

        Raises:
            LibraryError: they are missing.
        """
        return self._library.files.read(sha256)

    def news(self, *, since: dt.datetime | None = None, limit: int = 100) -> list[News]:
        """Return what syncs noticed, the latest first: new dates, grades, feedback, work that is a draft again."""
        return self._returns.news(since=since, limit=limit)

    # the outbox

    def put_off(
        self,
        assignment: int,
        content: Content,
        *,
        resource: int | None = None,
        accept_statement: bool = False,
        authorised: bool = False,
    ) -> Waiting:
        """Put a hand-in into the outbox, to be sent when the LMS answers. ``authorised``: without asking again."""
        with self._library.reading() as tx:
            tx.alive(assignment, ASSIGNMENT)
        return self._outbox.put(
            assignment, content, resource_id=resource, statement=accept_statement, authorised=authorised
        )

    def outbox(self, *, ended: bool = False) -> list[Waiting]:
        """Return what waits to be handed in, the nearest end first."""
        return self._outbox.list(ended=ended)

    def waiting(self, id: int) -> Waiting:
        """Return one hand-in of the outbox, also one that has ended. Raises NotFound."""
        return self._outbox.waiting(id)

    def allow(self, id: int, *, authorised: bool = True) -> Waiting:
        """Let a waiting hand-in go by itself; with ``authorised`` false only after being asked. Raises NotFound."""
        return self._outbox.allow(id, authorised=authorised)

    def drop(self, id: int) -> Waiting:
        """Take a waiting hand-in out of the outbox. Raises NotFound."""
        return self._outbox.drop(id)

    def plan_waiting(self, id: int) -> Plan:
        """Return what sending a waiting hand-in would do, with every check made anew; nothing is sent.

        Raises:
            NotFound: nothing waits under this number.
            LmsError: the LMS cannot be asked.
        """
        assignment, content, resource = self._outbox.content(id)
        return self.plan_content(assignment, content, resource=resource)

    def send(self, id: int, plan: Plan, *, accept_statement: bool = False) -> Delivered:
        """Send a waiting hand-in whose plan the learner has just confirmed; return what became of it.

        If it is no longer what was confirmed, nothing is sent, and it ``asks`` again. ``accept_statement``: the learner
        has just declared what the course asks. Raises NotFound.
        """
        self._outbox.content(id)
        if accept_statement:
            self._outbox.declare(id)

        def confirmed(item: Waiting, now: Plan) -> bool:
            return (now.base, now.replaces, now.late) == (plan.base, plan.replaces, plan.late)

        for done in self._outbox.deliver(self, ask=confirmed, urge=True, only={id}):
            return done
        raise NotFound(id, "waiting hand-in")

    def deliver(self, *, ask: Ask | None = None, urge: bool = False) -> Iterator[Delivered]:
        """Try to hand in what waits; yield what became of each. Without ``ask``, only what may go by itself.

        ``ask`` is called in this thread with the waiting hand-in and its plan, and says whether it goes. ``urge`` tries
        also what had trouble, before its time.
        """
        return self._outbox.deliver(self, ask=ask, urge=urge)

    def rests(self) -> list[Rest]:
        """Return the accounts for which nothing is sent at the moment, and why: a pause, or a token that has ended."""
        return list(self._outbox.rests())

    # sessions

    def sessions(self, *, within: dt.timedelta | None = None, past: bool = False) -> list[Session]:
        """Return the sessions to come, the next first, of the time ``within``; or those of the ``past``."""
        now = self._now()
        if past:
            return self._sessions.list(until=now)[::-1]
        return self._sessions.list(since=now, until=now + within if within is not None else None)

    def attend(self, id: int, attended: bool | None = True) -> Session:
        """Note whether the learner was at a session, as they say; ``None`` takes it back. Raises NotFound."""
        return self._sessions.attend(id, attended)

    def attendance(self) -> list[Attendance]:
        """Return, course by course, how many of the sessions that were held the learner was at, and the hours."""
        return list(self._sessions.attendance())

    def reminders(self) -> list[str]:
        """Return what the learner should hear today, as sentences: sessions, tokens that end, and what still waits."""
        return [*self._sessions.reminders(), *(f"{said.rstrip('.')}." for said in self.warnings())]

    # leaving the house

    def calendar(self) -> str:
        """Return all due dates and sessions as a calendar (RFC 5545) that other programs read."""
        from ple.lms.calendar_export import calendar

        ids = self._catalogue.assignment_ids(connected=True)
        return calendar(self._catalogue.lines(ids), self._sessions.list(), self._now())

    def receipt_page(self, ids: Iterable[int]) -> str:
        """Return receipts as one page of HTML, to be printed or kept."""
        from ple.lms.printing import page

        return page([self._receipts.record(id) for id in ids], self._now())
