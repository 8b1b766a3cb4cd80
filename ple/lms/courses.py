"""Courses: what a learner is asked to hand in at their institutions, and handing it in with proof."""

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from ple.library import Document, InvalidInput, Library, utc_now, uuid7
from ple.lms import checks
from ple.lms import hand_in as saga
from ple.lms.accounts import Accounts, TokenStore
from ple.lms.adapter import Accepts, RemoteAssignment, RemoteCourse, Site, adapter_class
from ple.lms.checks import Whereto
from ple.lms.content import Content
from ple.lms.errors import StatementRequired, Undecided, Unsupported
from ple.lms.hand_in import Plan
from ple.lms.intake import piece_of
from ple.lms.ledger import Ledger
from ple.lms.lists import Lists
from ple.lms.models import (
    ACCOUNT,
    ASSIGNMENT,
    COURSE,
    RECEIPT,
    Account,
    Assignment,
    AssignmentLine,
    Receipt,
    ReceiptRecord,
    Standing,
    Synced,
)
from ple.lms.outbox import Ask, Delivered, Outbox, Waiting
from ple.lms.receipts import Receipts
from ple.lms.returns import News, Returned, Returns
from ple.lms.sending import Sending
from ple.lms.showing import Look, Seen, stranger
from ple.lms.syncing import Syncing
from ple.web import addresses

if TYPE_CHECKING:
    from ple.web.client import Client

BY_HAND = "Hand it in there yourself, then say so with `ple lms hand-in … --by-hand`."


class Courses(Lists):
    """The learner's accounts at LMSs, with their courses and assignments, and all that was handed in."""

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
        super().__init__(library, now)
        self._document = document
        self._look = look or stranger(client)
        self._ledger = Ledger(library)
        self._receipts = Receipts(library)
        self._returns = Returns(library)
        self._outbox = Outbox(library, now)
        self._accounts = Accounts(library, client, secrets, self._catalogue, now)
        self._sending = Sending(self._catalogue, self._ledger, now, library.files.read)
        self._syncing = Syncing(
            library, self._accounts, self._catalogue, self._ledger, self._sending, self._returns, now
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
        for row in rows:
            yield self._syncing.sync(row)

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
        if not title.strip():
            raise InvalidInput("the assignment has no title", hint="Say what it is called there.")
        now, name = self._now(), course.strip() or row.title
        key = hashlib.sha256(name.casefold().encode()).hexdigest()[:24]
        task = RemoteAssignment(
            remote_id=uuid7().hex, course_id=key, title=title, url=addresses.clean(url) if url else row.url or None,
            html=f"<p>{escape(text)}</p>" if text else "", accepts=Accepts(), due_at=due_at,
        )  # fmt: skip
        remote = RemoteCourse(remote_id=key, code="", title=name, url=row.url or None)
        return self.assignment(self._catalogue.add_assignment(row.id, remote, task, now))

    # handing in

    def plan(
        self,
        assignment: int,
        *,
        url: str | None = None,
        text: str | None = None,
        files: Sequence[str | Path] = (),
        resource: int | None = None,
        again: bool = False,
        by_hand: bool = False,
    ) -> Plan:
        """Return what handing in a link, a text or files would do, asked of the LMS at this moment; nothing is sent.

        A hand-in of before whose answer was lost is settled first, by looking. ``resource`` is the thing in the
        library that ``url`` is the address of; the receipt will link to it. ``again`` hands in once more what is
        there already, where the LMS counts each hand-in. ``by_hand``: the learner hands it in, not ple.

        Raises:
            NotFound: no such assignment, or resource.
            InvalidInput: nothing to hand in, a link and a text at once, or something that is none.
            Undecided: a hand-in of before may still be on its way.
            LmsError: the LMS cannot be asked.
        """
        content = self.content(url=url, text=text, files=files)
        return self.plan_content(assignment, content, resource=resource, again=again, by_hand=by_hand)

    def content(self, *, url: str | None = None, text: str | None = None, files: Sequence[str | Path] = ()) -> Content:
        """Return what is to be handed in; the bytes of files are kept in the library from here on.

        Raises:
            InvalidInput: nothing to hand in, a link and a text at once, or something that is none.
        """
        if url is not None and text is not None:
            raise InvalidInput("there are a link and a text to hand in", hint="Give one of them.")
        if url is None and text is None and not files:
            raise InvalidInput("there is nothing to hand in", hint="Give a link, a text, or files.")
        return Content(
            saga.link_to_hand_in(url) if url is not None else None,
            saga.text_to_hand_in(text) if text is not None else None,
            tuple(piece_of(path, self._library.files) for path in files),
        )

    def plan_content(
        self,
        assignment: int,
        content: Content,
        *,
        resource: int | None = None,
        again: bool = False,
        by_hand: bool = False,
    ) -> Plan:
        """Plan to hand in ``content``; see :meth:`plan`."""
        title = None
        if resource is not None:
            with self._library.reading() as tx:
                tx.alive(resource)
            title = self._document(resource).title if self._document else None
        row, course, account = self._catalogue.place(assignment)
        if by_hand or not adapter_class(account.lms).takes:
            return replace(
                saga.plan_by_hand(row, course.title, account.title, content, now=self._now(), resource_id=resource),
                seen=self._seen(content, title),
            )
        adapter = self._accounts.adapter(account)
        self._sending.settle(assignment, adapter, course.remote_id, row.remote_id)
        remote = adapter.assignment(course.remote_id, row.remote_id)
        status = adapter.status(course.remote_id, row.remote_id)
        now = self._now()
        self._catalogue.store_assignment(assignment, remote, status, now)
        to = Whereto(assignment, course.title, account.title, adapter.name, adapter.each_counts)
        plan = saga.make_plan(to, remote, status, content, now=now, resource_id=resource, again=again)
        if plan.already:
            return replace(plan, receipt_id=self._ledger.adopt(plan, status, now=now))
        seen = self._seen(content, title) if plan.ok else None
        return replace(plan, seen=seen, warnings=(*plan.warnings, *seen.warnings)) if seen else plan

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
        if plan.by_hand:
            raise Unsupported(f"“{plan.assignment}” cannot be handed in from here", hint=BY_HAND)
        if plan.already and plan.receipt_id is not None:
            return self.receipt(plan.receipt_id)
        if plan.problems:
            raise plan.problems[0].error()
        if plan.statement and not accept_statement:
            raise StatementRequired(f"“{plan.assignment}” asks you to declare that it is your own work")
        row, course, account = self._catalogue.place(plan.assignment_id)
        adapter = self._accounts.adapter(account)
        remote = adapter.assignment(course.remote_id, row.remote_id)
        ours = self._ledger.begin(
            plan, each_counts=adapter.each_counts, statement=plan.statement and accept_statement, now=self._now()
        )
        try:
            return self.receipt(self._sending.carry_on(ours, adapter, remote))
        finally:
            self._ledger.let_go(ours)

    def handed_in_by_hand(self, plan: Plan) -> Receipt:
        """Write down that the learner handed it in themselves; return the receipt, which is their word and says so."""
        now = self._now()
        id = self._ledger.learners_word(plan, now=now)
        self._catalogue.by_hand(plan.assignment_id, now, plan.content.summary)
        return self.receipt(id)

    def status(self, assignment: int) -> Standing:
        """Return where the learner stands, asked of the LMS now. A hand-in that was left open is settled if it can be.

        Raises:
            NotFound: no such assignment.
            LmsError: the LMS cannot be asked.
        """
        row, course, account = self._catalogue.place(assignment)
        if not adapter_class(account.lms).takes:
            return self._by_own_word(assignment)
        adapter = self._accounts.adapter(account)
        failure = None
        try:
            self._sending.settle(assignment, adapter, course.remote_id, row.remote_id)
        except Undecided as error:
            failure = str(error)
        remote = adapter.assignment(course.remote_id, row.remote_id)
        status = adapter.status(course.remote_id, row.remote_id)
        now = self._now()
        self._catalogue.store_assignment(assignment, remote, status, now)
        reason = checks.why_closed(remote, status, each_counts=adapter.each_counts, now=now)
        line = self._catalogue.lines([assignment])[0]
        receipts = self._receipts.ids(assignment)
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
            grade=line.grade,
            waits_for=status.waits_for,
        )

    def unsettled(self) -> list[AssignmentLine]:
        """Return the assignments with a hand-in of which nobody knows yet whether it arrived."""
        return self._catalogue.lines(self._ledger.open_assignments())

    # receipts

    def receipts(self, assignment: int | None = None) -> list[Receipt]:
        """Return the receipts, newest first."""
        return self._receipts.values(self._receipts.ids(assignment))

    def receipt_ids(self) -> list[int]:
        """Return the numbers of all receipts, newest first."""
        return self._receipts.ids()

    def receipt_lines(self, ids: Iterable[int]) -> list[Receipt]:
        """Return receipts in the order asked."""
        return self._receipts.values(ids)

    def receipt(self, id: int) -> Receipt:
        """Return one receipt.

        Raises:
            NotFound: there is none with this number.
        """
        return self._receipts.receipt(id)

    def receipt_record(self, id: int) -> ReceiptRecord:
        """Return a receipt with the whole of what was recorded: the plan, the steps, what was read back.

        Raises:
            NotFound: there is none with this number.
        """
        return self._receipts.record(id)

    # coming home

    def feedback(self, assignment: int | None = None, *, resource: int | None = None) -> list[Returned]:
        """Return the newest feedback on each assignment, the latest first: on one, or on what was handed in of one."""
        if resource is not None:
            return self._returns.feedback(self._returns.about(resource))
        return self._returns.feedback([assignment] if assignment is not None else None)

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

    def allow(self, id: int) -> Waiting:
        """Let a waiting hand-in go by itself. Raises NotFound."""
        return self._outbox.allow(id)

    def drop(self, id: int) -> Waiting:
        """Take a waiting hand-in out of the outbox. Raises NotFound."""
        return self._outbox.drop(id)

    def deliver(self, *, ask: Ask | None = None, urge: bool = False) -> Iterator[Delivered]:
        """Try to hand in what waits; yield what became of each. Without ``ask``, only what may go by itself."""
        return self._outbox.deliver(self, ask=ask, urge=urge)

    # leaving the house

    def calendar(self) -> str:
        """Return all due dates as a calendar (RFC 5545) that other programs read."""
        from ple.lms.calendar_export import calendar

        return calendar(self._catalogue.lines(self._catalogue.assignment_ids()), self._now())

    def receipt_page(self, ids: Iterable[int]) -> str:
        """Return receipts as one page of HTML, to be printed or kept."""
        from ple.lms.printing import page

        return page([self._receipts.record(id) for id in ids], self._now())

    def _seen(self, content: Content, title: str | None) -> Seen | None:
        if content.link is None:
            return None
        seen, body = self._look(content.link, title)
        return replace(seen, sha256=self._library.files.keep(body)) if body else seen

    def _by_own_word(self, assignment: int) -> Standing:
        line = self._catalogue.lines([assignment])[0]
        receipts = self._receipts.ids(assignment)
        return Standing(
            assignment_id=assignment, title=line.title, course=line.course, state=line.state or "none",
            attempt=line.attempt, holds=self._catalogue.assignment(assignment).holds, submitted_at=line.submitted_at,
            due_at=line.due_at, closes_at=line.closes_at, open=True, why_not=None, pending=False,
            receipt_id=receipts[0] if receipts else None,
        )  # fmt: skip
