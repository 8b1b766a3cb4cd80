"""The learner's own record: statements of what they did, and statements that came from elsewhere.

A statement is made once, with its id, and never changed: the bytes that are kept are those that are sent and exported.
"""

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from ple.library import Document, DocumentSource, Library
from ple.library.errors import InvalidInput
from ple.library.identity import uuid7
from ple.library.resource import Marker, Resource
from ple.library.transaction import Reading, chunks
from ple.lms.records.errors import NoStatement
from ple.lms.records.making import Happened, Making, happened
from ple.lms.records.models import ActorRow, Brought, OutboxRow, Statement, StatementRow, Waiting
from ple.lms.records.outbox import Outbox
from ple.lms.records.statements import LARGEST, actor_of, problem, read_file, same, time_of, voiding, written
from ple.lms.records.vocabulary import VOIDED, same_verb
from ple.web import addresses
from ple.web.text import line

_MOST = 500
"""Lines of the activity log told at a time."""
_NAMES = uuid.UUID("5a4f3c7e-2f0b-5c39-9d38-6a3b0f0c1d11")


class Record:
    """What the learner did, as statements that are theirs; nobody else is told."""

    def __init__(
        self, library: Library, sources: Mapping[str, DocumentSource] | None, now: Callable[[], dt.datetime]
    ) -> None:
        self._library = library
        self._sources = sources or {}
        self._now = now
        self._outbox = Outbox(library, now)

    def introduce(self, home_page: str, name: str) -> dict[str, Any]:
        """Say who the statements speak of: an account at the learner's own site or school. Return the actor.

        Those that are made already stay as they are.

        Raises:
            InvalidInput: the site is no address, or there is no name.
        """
        home, known_as = addresses.clean(home_page), " ".join(line(name).split())
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
                fresh = happened(tx, _MOST)
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
        # the time too: in a library that was put back to a backup, or copied, other things have the same number
        uid = uuid.uuid5(_NAMES, f"{base}:{one.activity_id}:{one.at.astimezone(dt.UTC).isoformat()}")
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
            yield statement_of(row)

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
            return statement_of(taken)

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


def _library_uid(tx: Reading) -> str:
    """Return what tells this library from all others: its marker, else the uid of its first resource."""
    marker = tx.get(Marker, "uid")
    if marker is not None:
        return marker.value
    first = tx.connection().execute(sa.select(col(Resource.uid)).order_by(col(Resource.id)).limit(1)).scalar()
    return str(first or _NAMES)


def statement_of(row: StatementRow) -> Statement:
    """Return a row as the value that others see."""
    return Statement(row.uid, row.event, row.verb, row.occurred_at, row.voided_by is not None, row.body, row.sha256)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
