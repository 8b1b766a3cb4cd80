"""The record of learning: what the learner did, as xAPI statements that are theirs.

The library is the learner's own record; a store (LRS) elsewhere gets only the kinds of events that the learner agreed
to, after seeing what such a statement says.
"""

import datetime as dt
import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

import sqlalchemy as sa
from sqlmodel import col, select

from ple.library import DocumentSource, Library
from ple.library.errors import InvalidInput
from ple.library.identity import utc_now, uuid7
from ple.lms.exchange import on_this_machine
from ple.lms.records.errors import Busy, NotConnected, NotNow, Refused
from ple.lms.records.models import (
    ConsentRow,
    OutboxRow,
    Parked,
    Sent,
    Statement,
    StatementRow,
    Store,
    StoreRow,
    Waiting,
)
from ple.lms.records.outbox import store_row
from ple.lms.records.record import Record, statement_of
from ple.lms.records.sending import Outcome, deliver
from ple.lms.records.store import Lrs
from ple.lms.records.vocabulary import EVENTS, VOIDED
from ple.web import addresses
from ple.web.client import Client


class Passwords(Protocol):
    """What keeps the passwords of the stores; :class:`ple.settings.secrets.Secrets` does."""

    def get(self, name: str) -> str | None:
        """Return a secret, or None."""
        ...

    def set(self, name: str, value: str) -> str:
        """Keep a secret; return where."""
        ...

    def delete(self, name: str) -> None:
        """Forget a secret."""
        ...


class Records(Record):
    """The learner's record of learning. It may be shared by threads."""

    def __init__(
        self,
        library: Library,
        client: Client,
        secrets: Passwords,
        sources: Mapping[str, DocumentSource] | None = None,
        *,
        now: Callable[[], dt.datetime] = utc_now,
    ) -> None:
        """Keep statements in ``library``; ``sources`` say by kind what resources are called."""
        super().__init__(library, sources, now)
        self._client = client
        self._secrets = secrets

    # Stores

    def connect(self, endpoint: str, user: str, password: str) -> Store:
        """Connect a record store and return it; connecting it again renews the password and ends a pause.

        Nothing is sent until the learner agrees to kinds of events, see :meth:`agree`.

        Raises:
            InvalidInput: the endpoint is no address, or the password would travel unprotected.
            Refused: the store does not let us in.
            NotNow: it does not answer, or is no record store.
        """
        address = addresses.clean(endpoint).rstrip("/").removesuffix("/statements")
        if not address.startswith("https:") and not on_this_machine(addresses.host(address)):
            raise InvalidInput(
                "the password would travel unprotected", hint="Give an https:// address; only this machine needs none."
            )
        if addresses.without_credentials(address) != address:
            raise InvalidInput("the address holds a password", hint="Leave it out; it is asked for.")
        Lrs(self._client, address, user, password).enter()
        with self._library.writing() as tx:
            row = tx.exec(select(StoreRow).where(col(StoreRow.endpoint) == address)).first()
            if row is None:
                row = StoreRow(uid=uuid7(), endpoint=address, connected_at=self._now())
            row.paused, row.failure, row.failures, row.next_at = None, None, 0, None
            tx.add(row)
            tx.flush()
            id, uid = row.id, row.uid
        assert id is not None
        self._secrets.set(f"lrs:{uid}", json.dumps([user, password]))
        return self.store(id)

    def forget(self, id: int) -> None:
        """Forget a store, its password and what waits for it. What it has it keeps."""
        with self._library.writing() as tx:
            row = store_row(tx, id)
            uid = row.uid
            tx.connection().execute(sa.delete(OutboxRow).where(col(OutboxRow.store_id) == id))
            tx.connection().execute(sa.delete(ConsentRow).where(col(ConsentRow.store_id) == id))
            tx.connection().execute(sa.delete(StoreRow).where(col(StoreRow.id) == id))
        self._secrets.delete(f"lrs:{uid}")

    def stores(self) -> list[Store]:
        """Return the stores that are connected, with what waits for each."""
        self.catch_up()
        with self._library.reading() as tx:
            return [self._outbox.seen(tx, row) for row in tx.exec(select(StoreRow).order_by(col(StoreRow.id))).all()]

    def store(self, id: int) -> Store:
        """Return a store.

        Raises:
            NotConnected: there is none with this number.
        """
        self.catch_up()
        with self._library.reading() as tx:
            return self._outbox.seen(tx, store_row(tx, id))

    def example(self, event: str) -> Statement | None:
        """Return the newest statement that tells this kind of event, or None if nothing like it happened yet.

        Raises:
            InvalidInput: there is no such event.
        """
        _known(event)
        self.catch_up()
        with self._library.reading() as tx:
            row = tx.exec(
                select(StatementRow)
                .where(col(StatementRow.event) == event, col(StatementRow.verb) != VOIDED)
                .order_by(col(StatementRow.occurred_at).desc(), col(StatementRow.id).desc())
                .limit(1)
            ).first()
        return statement_of(row) if row is not None else None

    def agree(self, id: int, event: str, *, shown: str | None, everything: bool = False) -> Store:
        """Agree that a kind of event is told to a store, from now on or, with ``everything``, also what was before.

        ``shown`` is the SHA-256 of the statement that the learner saw, None if there was none to show.

        Raises:
            InvalidInput: there is no such event, or there is a statement and it was not shown.
            NotConnected: there is no such store.
        """
        _known(event)
        self.catch_up()
        with self._library.writing() as tx:
            store_row(tx, id)
            query = sa.select(col(StatementRow.sha256)).where(
                col(StatementRow.event) == event, col(StatementRow.verb) != VOIDED
            )
            there = set(tx.connection().execute(query).scalars())
            if there and shown not in there:
                raise InvalidInput("nobody has seen what would be sent", hint="`ple xapi consent` shows it and asks.")
            now = self._now()
            since = None if everything else now
            tx.merge(
                ConsentRow(store_id=id, event=event, allowed=True, since=since, shown_sha256=shown, decided_at=now)
            )
            tx.flush()
            self._outbox.queue(tx)
        return self.store(id)

    def refuse(self, id: int, event: str) -> Store:
        """Agree no longer, or not at all; what still waits is taken out. Return the store.

        Raises:
            InvalidInput: there is no such event.
            NotConnected: there is no such store.
        """
        _known(event)
        with self._library.writing() as tx:
            store_row(tx, id)
            tx.merge(ConsentRow(store_id=id, event=event, allowed=False, since=None, decided_at=self._now()))
            mine = sa.select(col(StatementRow.id)).where(
                col(StatementRow.event) == event, col(StatementRow.verb) != VOIDED
            )
            tx.connection().execute(
                sa.delete(OutboxRow).where(
                    col(OutboxRow.store_id) == id,
                    col(OutboxRow.state) == Waiting.QUEUED,
                    col(OutboxRow.tries) == 0,
                    col(OutboxRow.statement_id).in_(mine),
                )
            )
        return self.store(id)

    # Sending

    def send(self, id: int | None = None, *, now: bool = False) -> Iterator[Sent]:
        """Send what waits, to one store or to each; yield what became of it. A store that rests is left alone.

        ``now`` asks also a store that had trouble before its time; never one that does not let us in.

        Raises:
            NotConnected: there is no store.
        """
        self.catch_up()
        with self._library.reading() as tx:
            rows = tx.exec(select(StoreRow).order_by(col(StoreRow.id))).all()
        rows = [row for row in rows if id is None or row.id == id]
        if not rows:
            raise NotConnected("no record store is connected")
        for row in rows:
            assert row.id is not None
            yield self._send(row.id, row.uid, row.endpoint, force=now)

    def _send(self, id: int, uid: uuid.UUID, endpoint: str, *, force: bool) -> Sent:
        holder = uuid.uuid4().hex
        try:
            self._outbox.take(id, holder, force=force)
        except (Refused, NotNow, Busy) as error:
            return self._said(id, endpoint, [], failure=str(error), hint=error.hint)
        done: list[Outcome] = []
        failure: Refused | NotNow | None = None
        all_sent = False
        try:
            said = self._secrets.get(f"lrs:{uid}")
            if said is None:
                raise Refused("the password of the store is gone")
            user, password = json.loads(said)
            lrs = Lrs(self._client, endpoint, user, password)
            while items := self._outbox.waiting(id):
                for outcomes in deliver(items, lrs):
                    self._outbox.write_down(id, holder, outcomes)
                    done += outcomes
            all_sent = True
        except (Refused, NotNow) as error:
            failure = error
        finally:  # who is interrupted leaves, too
            self._outbox.leave(id, holder, failure, all_sent=all_sent)
        return self._said(id, endpoint, done, str(failure) if failure else None, failure.hint if failure else None)

    def retry(self, id: int) -> int:
        """Let what a store did not take wait again; return how many statements."""
        with self._library.writing() as tx:
            store_row(tx, id)
            parked = sa.update(OutboxRow).where(col(OutboxRow.store_id) == id, col(OutboxRow.state) == Waiting.PARKED)
            return tx.connection().execute(parked.values(state=Waiting.QUEUED, failure=None)).rowcount

    def parked(self, id: int) -> list[Parked]:
        """Return what a store did not take, and why."""
        with self._library.reading() as tx:
            rows = tx.connection().execute(
                sa.select(col(StatementRow.uid), col(StatementRow.event), col(OutboxRow.failure))
                .join(OutboxRow, col(OutboxRow.statement_id) == col(StatementRow.id))
                .where(col(OutboxRow.store_id) == id, col(OutboxRow.state) == Waiting.PARKED)
                .order_by(col(StatementRow.id))
            )
            return [Parked(uid, event, why or "") for uid, event, why in rows]

    def _said(self, id: int, endpoint: str, done: list[Outcome], failure: str | None, hint: str | None = None) -> Sent:
        with self._library.reading() as tx:
            row = tx.get(StoreRow, id)
            left = tx.connection().execute(
                sa.select(sa.func.count()).where(col(OutboxRow.store_id) == id, col(OutboxRow.state) == Waiting.QUEUED)
            )
            parked = tuple(Parked(one.item.uid, None, one.failure or "") for one in done if one.state is Waiting.PARKED)
            arrived = [one for one in done if one.state is Waiting.DONE]
            return Sent(
                endpoint,
                sum(not one.known for one in arrived),
                sum(one.known for one in arrived),
                parked,
                left.scalar_one(),
                failure,
                hint,
                row.next_at if row is not None and failure else None,
            )


def _known(event: str) -> None:
    if event not in EVENTS:
        raise InvalidInput(f"there is no event “{event[:40]}”", hint=f"There are {', '.join(EVENTS)}.")
