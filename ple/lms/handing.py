"""Handing in: the part of the door that makes plans, sends what the learner confirmed, and says where they stand."""

import contextlib
import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ple.library import Document, InvalidInput, Library
from ple.lms import checks
from ple.lms import hand_in as saga
from ple.lms.accounts import Accounts, TokenStore
from ple.lms.adapter import adapter_class
from ple.lms.checks import Whereto
from ple.lms.content import Content
from ple.lms.errors import AnswerLost, Changed, LmsError, Refused, StatementRequired, Undecided, Unsupported
from ple.lms.hand_in import Plan
from ple.lms.intake import Intake
from ple.lms.keeping import Keeping
from ple.lms.ledger import Ledger
from ple.lms.lists import Lists
from ple.lms.readback import with_bytes
from ple.lms.receipts import Receipts
from ple.lms.sending import Sending, say_what_became_of_it
from ple.lms.showing import Look, Seen, stranger
from ple.lms.values import AssignmentLine, Receipt, ReceiptRecord, Standing

if TYPE_CHECKING:
    from ple.web.client import Client

BY_HAND = "Hand it in there yourself, then say so with `ple lms hand-in … --by-hand`."


class HandingIn(Lists):
    """From a plan to a receipt."""

    def __init__(
        self,
        library: Library,
        client: "Client",
        secrets: TokenStore,
        now: Callable[[], dt.datetime],
        document: Callable[[int], Document] | None,
        look: Look | None,
    ) -> None:
        super().__init__(library, now)
        self._document = document
        self._look = look or stranger(client)
        self._ledger = Ledger(library)
        self._receipts = Receipts(library)
        self._keeping = Keeping(library)
        self._intake = Intake(library, now)
        self._accounts = Accounts(library, client, secrets, self._catalogue, now)
        self._sending = Sending(self._keeping, self._ledger, now, library.files.read)

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
        self._intake.sweep()
        return Content(
            saga.link_to_hand_in(url) if url is not None else None,
            saga.text_to_hand_in(text) if text is not None else None,
            tuple(self._intake.piece(path) for path in files),
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
        title = artifact = None
        if resource is not None:
            with self._library.reading() as tx:
                tx.alive(resource)
            if self._document is not None:
                document = self._document(resource)
                title = document.title
                artifact = self._intake.keep(f"# {title}\n\n{document.text}\n".encode("utf-8", "replace"))
        row, course, account = self._catalogue.place(assignment)
        if by_hand or not adapter_class(account.lms).takes:
            return replace(
                saga.plan_by_hand(row, course.title, account.title, content, now=self._now(), resource_id=resource),
                seen=self._seen(content, title),
                artifact_sha256=artifact,
            )
        adapter = self._accounts.adapter(account)
        self._sending.settle(assignment, adapter, course.remote_id, row.remote_id)
        remote = adapter.assignment(course.remote_id, row.remote_id)
        status = with_bytes(adapter, content, adapter.status(course.remote_id, row.remote_id))
        now = self._now()
        self._keeping.store_assignment(assignment, remote, status, now)
        to = Whereto(assignment, course.title, account.title, adapter.name, adapter.each_counts)
        plan = saga.make_plan(to, remote, status, content, now=now, resource_id=resource, again=again)
        if plan.already:
            return replace(plan, receipt_id=self._ledger.adopt(plan, status, now=now))
        plan = replace(plan, artifact_sha256=artifact)
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
            raise StatementRequired(f"“{plan.assignment}” asks you to declare: {plan.declaration}")
        for piece in plan.files:  # such as by another window that dropped its plan for the same file
            if not self._library.files.path(piece.sha256).exists():
                raise Changed(f"{piece.name} is not kept any more", hint="Nothing was sent. Name the file once more.")
        row, course, account = self._catalogue.place(plan.assignment_id)
        adapter = self._accounts.adapter(account)
        try:
            remote = adapter.assignment(course.remote_id, row.remote_id)
        except LmsError as error:
            if not self._ledger.open_for(plan.assignment_id):  # else another ple is at it, and may know more
                say_what_became_of_it(error)
            raise
        ours = self._ledger.begin(
            plan, each_counts=adapter.each_counts, statement=plan.statement and accept_statement, now=self._now()
        )
        try:
            return self.receipt(self._sending.carry_on(ours, adapter, remote))
        finally:
            self._ledger.let_go(ours)

    def discard(self, plan: Plan) -> None:
        """Drop a plan that the learner did not confirm: what was kept for it goes, unless something else needs it."""
        kept = [piece.sha256 for piece in plan.files]
        kept += [sha256 for sha256 in (plan.seen.sha256 if plan.seen else None, plan.artifact_sha256) if sha256]
        if kept:
            self._intake.let_go(kept, before=plan.made_at)

    def handed_in_by_hand(self, plan: Plan) -> Receipt:
        """Write down that the learner handed it in themselves; return the receipt, which is their word and says so."""
        now = self._now()
        id = self._ledger.learners_word(plan, now=now)
        self._keeping.by_hand(plan.assignment_id, now, plan.content.summary)
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
        self._keeping.store_assignment(assignment, remote, status, now)
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
            ends_at=checks.runs_out(remote, status),
        )

    def start(self, assignment: int) -> Standing:
        """Start the learner's clock for an assignment with a time limit, and return how it stands.

        It cannot be stopped; one that runs already runs on.

        Raises:
            NotFound: no such assignment.
            InvalidInput: it has no time limit.
            Refused: nothing can be handed in to it now, or the LMS does not start it.
            LmsError: the LMS cannot be asked.
        """
        row, course, account = self._catalogue.place(assignment)
        if not adapter_class(account.lms).takes:
            raise Unsupported(f"“{row.title}” cannot be started from here", hint="Start it there.")
        adapter = self._accounts.adapter(account)
        remote = adapter.assignment(course.remote_id, row.remote_id)
        if not remote.time_limit:
            raise InvalidInput(f"“{remote.title}” has no time limit", hint="Hand it in whenever you are done.")
        status = adapter.status(course.remote_id, row.remote_id)
        if checks.runs_out(remote, status) is None:
            reason = checks.why_closed(remote, status, each_counts=adapter.each_counts, now=self._now())
            if reason is not None:
                raise reason.error()
            with contextlib.suppress(AnswerLost):  # the look below tells whether it runs
                adapter.start(remote)
        standing = self.status(assignment)
        if standing.ends_at is None:
            raise Refused(f"the clock of “{remote.title}” did not start", hint="Try again, or open it in a browser.")
        return standing

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

    def _seen(self, content: Content, title: str | None) -> Seen | None:
        if content.link is None:
            return None
        seen, body = self._look(content.link, title)
        return replace(seen, sha256=self._intake.keep(body)) if body else seen

    def _by_own_word(self, assignment: int) -> Standing:
        line = self._catalogue.lines([assignment])[0]
        receipts = self._receipts.ids(assignment)
        return Standing(
            assignment_id=assignment, title=line.title, course=line.course, state=line.state or "none",
            attempt=line.attempt, holds=self._catalogue.assignment(assignment).holds, submitted_at=line.submitted_at,
            due_at=line.due_at, closes_at=line.closes_at, open=True, why_not=None, pending=False,
            receipt_id=receipts[0] if receipts else None,
        )  # fmt: skip
