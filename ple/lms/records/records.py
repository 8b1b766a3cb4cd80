"""The record of learning: what the learner did, as xAPI statements that are theirs.

The library is the learner's own record; a store (LRS) elsewhere gets only the kinds of events that the learner agreed
to, after seeing what such a statement says. A statement is made once, with its id, and never changed: the bytes that
are kept are those that are sent and exported.
"""

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol

import sqlalchemy as sa
from sqlmodel import col, select

from ple.library import Document, DocumentSource, Library
from ple.library.errors import InvalidInput
from ple.library.identity import utc_now, uuid7
from ple.library.resource import Marker, Resource
from ple.library.transaction import Reading, chunks
from ple.lms.records.errors import Busy, NoStatement, NotConnected, NotNow, Refused
from ple.lms.records.making import Happened, Making, happened
from ple.lms.records.models import (
    ActorRow,
    Brought,
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
from ple.lms.records.outbox import Outbox, store_row
from ple.lms.records.sending import Outcome, deliver
from ple.lms.records.statements import LARGEST, actor_of, problem, read_file, same, time_of, voiding, written
from ple.lms.records.store import Lrs
from ple.lms.records.vocabulary import EVENTS, VOIDED, same_verb
from ple.web import addresses
from ple.web.client import Client

_MOST = 500
"""Lines of the activity log told at a time."""
_NAMES = uuid.UUID("5a4f3c7e-2f0b-5c39-9d38-6a3b0f0c1d11")


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


class Records:
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
        self._library = library
        self._client = client
        self._secrets = secrets
        self._sources = sources or {}
        self._now = now
        self._outbox = Outbox(library, now)

    # The learner's own record

    def introduce(self, home_page: str, name: str) -> dict[str, Any]:
        """Say who the statements speak of: an account at the learner's own site or school. Return the actor.

        Those that are made already stay as they are.

        Raises:
            InvalidInput: the site is no address, or there is no name.
        """
        home, known_as = addresses.clean(home_page), " ".join(name.split())
        if not known_as:
            raise InvalidInput("the account needs a name", hint="It is what a store will know you by.")
        actor = actor_of(home, known_as[:200])
        with self._library.writing() as tx:
            tx.merge(ActorRow(id=1, actor=actor))
        return actor

    def actor(self) -> dict[str, Any]:
        """Return who the statements speak of: until the learner says more, somebody without a name."""
        with self._library.reading() as tx:
            return self._actor(tx)

    def catch_up(self) -> int:
        """Make statements of what the activity log says and is not told yet; return how many."""
        made = 0
        while True:
            with self._library.reading() as tx:
                after = tx.connection().execute(sa.select(sa.func.max(col(StatementRow.activity_id)))).scalar() or 0
                fresh = happened(tx, after)[:_MOST]
                making = Making(tx, fresh, self._say, self._actor(tx)) if fresh else None
                base = _library_uid(tx)
            if making is None:
                return made
            rows = [self._row(making, one, base) for one in fresh]
            with self._library.writing() as tx:
                known = set()
                for some in chunks(one.activity_id for one in fresh):
                    query = sa.select(col(StatementRow.activity_id)).where(col(StatementRow.activity_id).in_(some))
                    known |= set(tx.connection().execute(query).scalars())
                new = [row for row in rows if row["activity_id"] not in known]
                if new:
                    tx.connection().execute(sa.insert(StatementRow), new)
                self._outbox.queue(tx)
            made += len(new)

    def _row(self, making: Making, one: Happened, base: str) -> dict[str, Any]:
        uid = uuid.uuid5(_NAMES, f"{base}:{one.activity_id}")
        body = written(making.statement(one, uid))
        return {
            "uid": uid,
            "event": one.event.name,
            "verb": one.event.verb,
            "activity_id": one.activity_id,
            "resource_id": one.resource_id,
            "occurred_at": one.at,
            "body": body,
            "sha256": _sha256(body),
            "kept_at": self._now(),
        }

    def statements(
        self,
        *,
        since: dt.datetime | None = None,
        until: dt.datetime | None = None,
        event: str | None = None,
        verb: str | None = None,
        origin: str | None = None,
        limit: int | None = None,
    ) -> Iterator[Statement]:
        """Yield statements, oldest first; ``origin`` is ``mine`` or ``elsewhere``, ``until`` not included."""
        query = select(StatementRow).order_by(col(StatementRow.occurred_at), col(StatementRow.id))
        if since is not None:
            query = query.where(col(StatementRow.occurred_at) >= since)
        if until is not None:
            query = query.where(col(StatementRow.occurred_at) < until)
        if event is not None:
            query = query.where(col(StatementRow.event) == event)
        if origin == "mine":
            query = query.where(col(StatementRow.event).is_not(None))
        elif origin == "elsewhere":
            query = query.where(col(StatementRow.event).is_(None))
        with self._library.reading() as tx:
            rows = tx.exec(query).all()
        given = 0
        for row in rows:
            if verb is not None and not same_verb(row.verb, verb):
                continue
            if limit is not None and given >= limit:
                return
            given += 1
            yield _statement(row)

    def export(self, **filters: Any) -> str:
        """Return statements as a JSON array, each in the very bytes that are kept; see :meth:`statements`."""
        self.catch_up()
        bodies = ",\n".join(one.body for one in self.statements(**filters))
        return f"[\n{bodies}\n]\n" if bodies else "[]\n"

    def bring(self, data: bytes) -> Brought:
        """Take statements from elsewhere: a JSON array, a store's answer, or one statement a line.

        They stay in the learner's record and are sent nowhere.

        Raises:
            NoStatement: the file is none of these.
        """
        found = list(read_file(data))
        refused: list[tuple[int, str]] = []
        added = known = 0
        with self._library.writing() as tx:
            for number, (text, said) in enumerate(found, 1):
                wrong = problem(said) if len(text) <= LARGEST else "it is too large"
                if wrong is None and "\0" in json.dumps(said, ensure_ascii=False):
                    wrong = "it holds characters that cannot be kept"
                if wrong is not None:
                    refused.append((number, wrong))
                    continue
                if "id" not in said:
                    said = {"id": str(uuid.uuid5(_NAMES, text)), **said}
                    text = written(said)
                uid = uuid.UUID(said["id"])
                before = tx.exec(select(StatementRow).where(col(StatementRow.uid) == uid)).first()
                if before is not None:
                    if same(json.loads(before.body), said):
                        known += 1
                    else:
                        refused.append((number, "another statement here has its id"))
                    continue
                at = time_of(said) or self._now()
                row = StatementRow(
                    uid=uid,
                    verb=said["verb"]["id"],
                    occurred_at=at,
                    body=text,
                    sha256=_sha256(text),
                    kept_at=self._now(),
                )
                tx.add(row)
                tx.flush()
                added += 1
        return Brought(added, known, tuple(refused))

    def void(self, uid: uuid.UUID) -> Statement | None:
        """Take a statement back. One that went out cannot be deleted; it is voided by another one, which is returned.

        One that went nowhere yet is only kept back, and None is returned.

        Raises:
            NoStatement: there is none by this id, or it is void, a voiding one, or somebody else's.
        """
        self.catch_up()
        now = self._now()
        with self._library.writing() as tx:
            row = tx.exec(select(StatementRow).where(col(StatementRow.uid) == uid)).first()
            if row is None:
                raise NoStatement(f"there is no statement {uid}", hint="`ple xapi export` lists them.")
            if row.event is None:
                raise NoStatement("this statement came from elsewhere", hint="Only who sent it can take it back.")
            if row.verb == VOIDED or row.voided_by is not None:
                raise NoStatement("this statement is void already, or takes another one back")
            went = tx.exec(select(OutboxRow).where(col(OutboxRow.statement_id) == row.id)).all()
            out = [one for one in went if one.state == Waiting.DONE or one.tries]
            for one in went:
                if one not in out:
                    tx.delete(one)
            new_uid = uuid7()
            row.voided_by = new_uid
            tx.add(row)
            if not out:
                return None
            body = written(voiding(self._actor(tx), uid, now, new_uid))
            taken = StatementRow(
                uid=new_uid, event=row.event, verb=VOIDED, occurred_at=now, body=body, sha256=_sha256(body), kept_at=now
            )
            tx.add(taken)
            tx.flush()
            assert taken.id is not None
            for one in out:
                tx.add(OutboxRow(store_id=one.store_id, statement_id=taken.id, at=now))
            tx.flush()
            return _statement(taken)

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
        if not address.startswith("https:") and not addresses.is_local_name(addresses.host(address)):
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
        return _statement(row) if row is not None else None

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
        except (Refused, NotNow) as error:
            failure = error
        finally:
            self._outbox.leave(id, holder, failure)
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

    def _actor(self, tx: Reading) -> dict[str, Any]:
        row = tx.get(ActorRow, 1)
        return dict(row.actor) if row is not None else actor_of(f"urn:uuid:{_library_uid(tx)}", "learner")

    def _say(self, ids: Iterable[int]) -> dict[int, Document]:
        """Return what resources are called, asking the feature that owns each."""
        wanted = list(ids)
        if not wanted:
            return {}
        with self._library.reading() as tx:
            kinds = {id: resource.kind for id, resource in tx.resources(wanted).items()}
        found: dict[int, Document] = {}
        for kind in set(kinds.values()):
            source = self._sources.get(kind)
            if source is not None:
                for document in source.documents([id for id, one in kinds.items() if one == kind]):
                    found[document.id] = document
        return found


def _known(event: str) -> None:
    if event not in EVENTS:
        raise InvalidInput(f"there is no event “{event[:40]}”", hint=f"There are {', '.join(EVENTS)}.")


def _library_uid(tx: Reading) -> str:
    """Return what tells this library from all others: its marker, else the uid of its first resource."""
    marker = tx.get(Marker, "uid")
    if marker is not None:
        return marker.value
    first = tx.connection().execute(sa.select(col(Resource.uid)).order_by(col(Resource.id)).limit(1)).scalar()
    return str(first or _NAMES)


def _statement(row: StatementRow) -> Statement:
    return Statement(row.uid, row.event, row.verb, row.occurred_at, row.voided_by is not None, row.body, row.sha256)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
