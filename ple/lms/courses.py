"""Courses: what a learner is asked to hand in at their institutions, and handing it in with proof."""

import datetime as dt
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit
from uuid import UUID

from sqlmodel import select

from ple.library import Document, InvalidInput, Library, PleError, utc_now
from ple.lms import hand_in as saga
from ple.lms.adapter import LmsAdapter, Site, adapter_class, lms_kinds
from ple.lms.catalogue import Catalogue
from ple.lms.content import Content
from ple.lms.errors import (
    Changed,
    LmsError,
    NotConnected,
    NotUnderstood,
    StatementRequired,
    Undecided,
    Unreachable,
    WrongToken,
)
from ple.lms.exchange import safe_base
from ple.lms.hand_in import Plan, Whereto
from ple.lms.ledger import Ledger
from ple.lms.models import (
    ACCOUNT,
    ASSIGNMENT,
    COURSE,
    RECEIPT,
    Account,
    AccountRow,
    Assignment,
    AssignmentLine,
    Course,
    Receipt,
    ReceiptRecord,
    Standing,
    Synced,
)
from ple.lms.sending import Sending
from ple.web import addresses

if TYPE_CHECKING:
    from ple.web.client import Client

_LOG = logging.getLogger(__name__)
_MOST_LOOKS = 60  # standings that one sync asks for, one request each, where the LMS does not list them


class TokenStore(Protocol):
    """Where tokens are kept: :class:`ple.settings.secrets.Secrets`."""

    def get(self, name: str) -> str | None:
        """Return the secret."""
        ...

    def set(self, name: str, value: str) -> str:
        """Keep a secret; return where."""
        ...

    def delete(self, name: str) -> None:
        """Forget a secret."""
        ...


class Courses:
    """The learner's accounts at LMSs, with their courses and assignments, and all that was handed in."""

    kinds = frozenset({ACCOUNT, COURSE, ASSIGNMENT, RECEIPT})

    def __init__(
        self, library: Library, client: "Client", secrets: TokenStore, *, now: Callable[[], dt.datetime] = utc_now
    ) -> None:
        self._library = library
        self._client = client
        self._secrets = secrets
        self._now = now
        self._catalogue = Catalogue(library)
        self._ledger = Ledger(library)
        self._sending = Sending(self._catalogue, self._ledger, now)

    # accounts

    def connect(self, url: str, *, kind: str | None = None, token: str) -> Account:
        """Connect an account at the LMS at ``url``, any page of it; return it. The token is kept as a secret.

        Connecting it again renews its token. ``kind`` says which LMS it is; without it ple finds out.

        Raises:
            LmsError: it is no LMS that ple knows, does not answer, or refuses the token.
        """
        token = token.strip()
        if not token or not token.isascii() or any(c.isspace() or not c.isprintable() for c in token):
            raise InvalidInput("this is no token", hint="Copy the token whole, with nothing around it.")
        site = self.find(url, kind=kind)
        if site.problem:
            raise LmsError(site.problem, hint="Ask your institution, or hand in in a browser.")
        identity = adapter_class(site.kind)(self._client, site.url, token).whoami()
        from ple.web.text import line

        with self._library.writing() as tx:
            row = tx.exec(
                select(AccountRow).where(AccountRow.url == site.url, AccountRow.remote_id == identity.remote_id)
            ).first()
            said: dict[str, Any] = {
                "lms": site.kind,
                "title": line(identity.site) or (urlsplit(site.url).hostname or site.url),
                "person": line(identity.name),
                "capabilities": sorted(identity.capabilities),
                "failure": None,
                "connected_at": self._now(),
            }
            if row is None:
                id = tx.register(ACCOUNT)
                tx.add(AccountRow(id=id, url=site.url, remote_id=identity.remote_id, **said))
            else:
                id = row.id
                tx.restore(id)
                tx.update(AccountRow, [id], **said)
            tx.flush()
            name = _secret(tx.resource(id).uid)
        try:
            self._secrets.set(name, token)
        except BaseException:
            if row is None:
                with self._library.writing() as tx:
                    tx.trash(id)
            raise
        return self.account(id)

    def find(self, url: str, *, kind: str | None = None) -> Site:
        """Return the LMS that ``url`` is a page of, asked without a token.

        Raises:
            LmsError: it is none that ple knows, or a token could not be sent there safely.
        """
        base = safe_base(addresses.without_credentials(addresses.clean(url)))
        kinds = [kind] if kind else lms_kinds()
        failures: list[Unreachable] = []
        for name in kinds:
            try:
                site = adapter_class(name).probe(self._client, base)
            except Unreachable as error:
                failures.append(error)
                continue
            except LmsError:
                continue
            if site is not None:
                return site
        if failures and len(failures) == len(kinds):
            raise failures[0]
        wanted = adapter_class(kind).name if kind else "LMS that ple knows"
        raise NotUnderstood(
            f"there is no {wanted} at {base}",
            hint="Give the address of its start page, or say --kind; ple knows " + ", ".join(lms_kinds()) + ".",
        )

    def accounts(self) -> list[Account]:
        """Return the accounts, oldest first."""
        return [self._described(row) for row in self._catalogue.accounts()]

    def account(self, id: int) -> Account:
        """Return one account.

        Raises:
            NotFound: there is none with this number.
        """
        return self._described(self._catalogue.account(id)[0])

    def disconnect(self, id: int) -> None:
        """Forget an account's token and put the account in the trash; receipts stay.

        Raises:
            NotFound: there is none with this number.
        """
        row, resource = self._catalogue.account(id)
        name = _secret(resource.uid)
        with self._library.writing() as tx:
            tx.trash(row.id)
        self._secrets.delete(name)

    # courses and assignments

    def sync(self, account: int | None = None) -> Iterator[Synced]:
        """Ask one account or all for courses and assignments; yield as each account is done.

        An account that fails is reported and does not stop the others. Hand-ins of which nobody knew whether they
        arrived are looked up as well.
        """
        rows = [self._catalogue.account(account)[0]] if account is not None else self._catalogue.accounts()
        for row in rows:
            yield self._sync(row)

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
        not handed in.
        """
        if due_within is None:
            return self._catalogue.lines(self._catalogue.assignment_ids(course=course))
        now = self._now()
        overdue = self._catalogue.assignment_ids(
            course=course, due_from=now - dt.timedelta(days=30), due_until=now, open_only=True
        )
        coming = self._catalogue.assignment_ids(course=course, due_from=now, due_until=now + due_within)
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

    # handing in

    def plan(
        self,
        assignment: int,
        *,
        url: str | None = None,
        text: str | None = None,
        resource: int | None = None,
        again: bool = False,
    ) -> Plan:
        """Return what handing in ``url`` or ``text`` would do, asked of the LMS at this moment; nothing is handed in.

        A hand-in of before whose answer was lost is settled first, by looking. ``resource`` is the thing in the
        library that ``url`` is the address of; the receipt will link to it. ``again`` hands in once more what is
        there already, where the LMS counts each hand-in.

        Raises:
            NotFound: no such assignment, or resource.
            InvalidInput: not exactly one thing to hand in, or it is none.
            Undecided: a hand-in of before may still be on its way.
            LmsError: the LMS cannot be asked.
        """
        if (url is None) == (text is None):
            raise InvalidInput("there is not exactly one thing to hand in", hint="Give a link, or a text.")
        content = Content(link=saga.link_to_hand_in(url)) if url is not None else Content(text=_text(text))
        if resource is not None:
            with self._library.reading() as tx:
                tx.alive(resource)
        row, course, account = self._catalogue.place(assignment)
        adapter = self._adapter(account)
        now = self._now()
        self._sending.settle(assignment, adapter, course.remote_id, row.remote_id)
        remote = adapter.assignment(course.remote_id, row.remote_id)
        status = adapter.status(course.remote_id, row.remote_id)
        self._catalogue.store_assignment(assignment, remote, status, now)
        to = Whereto(assignment, course.title, account.title, adapter.name, adapter.each_counts)
        plan = saga.make_plan(to, remote, status, content, now=now, resource_id=resource, again=again)
        if plan.already:
            return replace(plan, receipt_id=self._ledger.adopt(plan, status, now=now))
        return plan

    def hand_in(self, plan: Plan, *, accept_statement: bool = False) -> Receipt:
        """Hand in what the learner confirmed; return the receipt. Nothing is ever sent that is there already.

        ``accept_statement``: the learner declares that it is their own work, where the course asks for that.

        Raises:
            Refused: it cannot be handed in; nothing was.
            StatementRequired: the declaration is missing.
            Changed: something else is there now than the plan was made for; nothing was sent.
            Busy: another ple is handing in to the same assignment.
            Undecided: the answer was lost, and nobody knows yet; the next plan for it looks first.
            LmsError: the LMS cannot be asked; what was sent is written down.
        """
        if plan.already and plan.receipt_id is not None:
            return self.receipt(plan.receipt_id)
        if plan.problems:
            raise plan.problems[0].error()
        if plan.statement and not accept_statement:
            raise StatementRequired(f"“{plan.assignment}” asks you to declare that it is your own work")
        row, course, account = self._catalogue.place(plan.assignment_id)
        adapter = self._adapter(account)
        remote = adapter.assignment(course.remote_id, row.remote_id)
        ours = self._ledger.begin(
            plan, each_counts=adapter.each_counts, statement=plan.statement and accept_statement, now=self._now()
        )
        try:
            return self.receipt(self._sending.carry_on(ours, adapter, remote))
        finally:
            self._ledger.let_go(ours)

    def status(self, assignment: int) -> Standing:
        """Return where the learner stands, asked of the LMS now. A hand-in that was left open is settled if it can be.

        Raises:
            NotFound: no such assignment.
            LmsError: the LMS cannot be asked.
        """
        row, course, account = self._catalogue.place(assignment)
        adapter = self._adapter(account)
        failure = None
        try:
            self._sending.settle(assignment, adapter, course.remote_id, row.remote_id)
        except Undecided as error:
            failure = str(error)
        remote = adapter.assignment(course.remote_id, row.remote_id)
        status = adapter.status(course.remote_id, row.remote_id)
        now = self._now()
        self._catalogue.store_assignment(assignment, remote, status, now)
        reason = saga.why_closed(remote, status, each_counts=adapter.each_counts, now=now)
        line = self._catalogue.lines([assignment])[0]
        receipts = self._ledger.receipt_ids(assignment)
        return Standing(
            assignment_id=assignment,
            title=line.title,
            course=line.course,
            state=str(status.state),
            attempt=status.number,
            holds=status.attempt.found.summary if status.attempt and not status.attempt.found.empty else "",
            submitted_at=status.attempt.submitted_at if status.attempt else None,
            due_at=line.due_at,
            closes_at=line.closes_at,
            open=reason is None,
            why_not=reason.sentence if reason else None,
            pending=self._ledger.open_for(assignment),
            receipt_id=receipts[0] if receipts else None,
            failure=failure,
        )

    def unsettled(self) -> list[AssignmentLine]:
        """Return the assignments with a hand-in of which nobody knows yet whether it arrived."""
        return self._catalogue.lines(self._ledger.open_assignments())

    # receipts

    def receipts(self, assignment: int | None = None) -> list[Receipt]:
        """Return the receipts, newest first."""
        return self._ledger.receipts(self._ledger.receipt_ids(assignment))

    def receipt_ids(self) -> list[int]:
        """Return the numbers of all receipts, newest first."""
        return self._ledger.receipt_ids()

    def receipt_lines(self, ids: Iterable[int]) -> list[Receipt]:
        """Return receipts in the order asked."""
        return self._ledger.receipts(ids)

    def receipt(self, id: int) -> Receipt:
        """Return one receipt.

        Raises:
            NotFound: there is none with this number.
        """
        return self._ledger.receipt(id)

    def receipt_record(self, id: int) -> ReceiptRecord:
        """Return a receipt with the whole of what was recorded: the plan, the steps, what was read back.

        Raises:
            NotFound: there is none with this number.
        """
        return self._ledger.record(id)

    def documents(self, ids: Iterable[int]) -> Iterator[Document]:
        """Say what these things say; see :class:`~ple.library.DocumentSource`."""
        return self._catalogue.documents(ids)

    # the doing

    def _sync(self, row: AccountRow) -> Synced:
        now = self._now()
        courses = assignments = new = updated = gone = 0
        try:
            adapter = self._adapter(row)
            listed = []
            for course in adapter.courses():
                tasks = list(adapter.assignments(course.remote_id))
                counts = self._catalogue.store_course(row.id, course, tasks, now)
                new, updated, gone = new + counts[0], updated + counts[1], gone + counts[2]
                courses, assignments = courses + 1, assignments + len(tasks)
                listed.append(course.remote_id)
            self._catalogue.leave_out(row.id, listed, now)
            self._look_around(row, adapter, now)
            failure = hint = None
        except PleError as error:
            failure, hint = str(error), error.hint
        with self._library.writing() as tx:
            tx.update(AccountRow, [row.id], failure=failure)
            if failure is None:
                tx.update(AccountRow, [row.id], synced_at=now)
        return Synced(row.id, row.title, courses, assignments, new, updated, gone, failure, hint)

    def _look_around(self, row: AccountRow, adapter: LmsAdapter, now: dt.datetime) -> None:
        ours = {line.id for line in self.unsettled() if line.account_id == row.id}
        for id in ours:
            place, course, _ = self._catalogue.place(id)
            try:
                self._sending.settle(id, adapter, course.remote_id, place.remote_id)
            except (Undecided, Changed):
                _LOG.info("the hand-in to assignment %s is still not settled", id)
        if adapter.each_counts:  # the standing came along with the assignments
            return
        for id, course_id, remote_id in self._catalogue.unseen(row.id, now, limit=_MOST_LOOKS):
            try:
                self._catalogue.store_status(id, adapter.status(course_id, remote_id), now)
            except (Unreachable, WrongToken):
                raise
            except LmsError as error:  # one that is hidden must not stop the others
                _LOG.info("assignment %s: %s", id, error)

    def _described(self, row: AccountRow) -> Account:
        with self._library.reading() as tx:
            name = _secret(tx.resource(row.id).uid)
        return self._catalogue.described(row, has_token=self._secrets.get(name) is not None)

    def _adapter(self, row: AccountRow) -> LmsAdapter:
        with self._library.reading() as tx:
            resource = tx.resource(row.id)
        token = self._secrets.get(_secret(resource.uid)) if resource.trashed_at is None else None
        if token is None:
            raise NotConnected(f"there is no token for {row.title}", hint=f"Give one with `ple lms connect {row.url}`.")
        return adapter_class(row.lms)(self._client, row.url, token)


def _secret(uid: UUID) -> str:
    return f"lms:{uid}"


def _text(text: str | None) -> str:
    return saga.text_to_hand_in(text or "")


def _still_open(line: AssignmentLine, now: dt.datetime) -> bool:
    return not line.handed_in and (line.closes_at is None or line.closes_at > now)
