"""Reading and writing: what a front door may do between beginning and commit.

A writing transaction has a number, one more than any before it. Whatever it touches carries that number when it is
committed, which is all that the change feed needs. A transaction that has a label also notes, for each thing that it
does, the step that leads back; :mod:`ple.library.history` follows those.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session as SASession
from sqlmodel import Session, SQLModel, col, select

from ple.library.attachments import Files
from ple.library.bulk import CHUNK, chunks, insert_many
from ple.library.errors import InvalidInput, NotFound
from ple.library.history import Steps, stored_value
from ple.library.identity import fold_tag, utc_now, uuid7
from ple.library.resource import Activity, Attachment, Body, Deed, Link, Resource, Revision, Tagging


@dataclass(frozen=True, slots=True)
class LinkTo:
    """The other end of a link."""

    id: int
    kind: str
    relation: str


class Reading(Session):
    """A transaction that sees one moment of the library and changes nothing."""

    files: Files

    def resource(self, id: int) -> Resource:
        """Return the resource with this number, in the trash or not.

        Raises:
            NotFound: there is none, or it was deleted for good.
        """
        found = self.get(Resource, id)
        if found is None or found.purged_at is not None:
            raise NotFound(id)
        return found

    def alive(self, id: int, *kinds: str) -> Resource:
        """Return the resource with this number, which is not in the trash and is of one of ``kinds`` if any are given.

        Raises:
            NotFound: there is none like that.
        """
        found = self.get(Resource, id)
        if found is None or found.trashed_at is not None or (kinds and found.kind not in kinds):
            hint = None
            if found is not None and found.purged_at is None and found.trashed_at is not None:
                hint = f"It is in the trash: `ple trash restore {id}` takes it out."
            elif found is not None and found.trashed_at is None:
                hint = f"#{id} is of the kind {found.kind}."
            raise NotFound(id, " or ".join(kinds) or None, hint=hint)
        return found

    def resources(self, ids: Iterable[int]) -> dict[int, Resource]:
        """Return those of ``ids`` that exist, trashed or not, by number."""
        found: dict[int, Resource] = {}
        for some in chunks(ids):
            for row in self.exec(select(Resource).where(col(Resource.id).in_(some))):
                assert row.id is not None
                found[row.id] = row
        return found

    def tags_of(self, ids: Collection[int]) -> dict[int, frozenset[str]]:
        """Return the tags of each of ``ids``; the empty set for one that has none."""
        found: dict[int, set[str]] = {}
        for some in chunks(ids):
            query = sa.select(col(Tagging.resource_id), col(Tagging.tag)).where(col(Tagging.resource_id).in_(some))
            for resource_id, tag in self.connection().execute(query).all():
                found.setdefault(resource_id, set()).add(tag)
        return {id: frozenset(found.get(id, ())) for id in ids}

    def links_from(self, id: int) -> list[LinkTo]:
        """Return what ``id`` links to, trashed things left out, oldest first."""
        return self._ends(col(Link.target_id), col(Link.source_id) == id)

    def links_to(self, id: int) -> list[LinkTo]:
        """Return what links to ``id``, trashed things left out, oldest first."""
        return self._ends(col(Link.source_id), col(Link.target_id) == id)

    def attachments_of(self, id: int) -> Sequence[Attachment]:
        """Return the files that belong to ``id``; their bytes are at ``tx.files.path(sha256)``."""
        return self.exec(
            select(Attachment).where(Attachment.resource_id == id).order_by(col(Attachment.added_at))
        ).all()

    def _ends(self, other: Any, condition: sa.ColumnElement[bool]) -> list[LinkTo]:
        rows = self.connection().execute(
            sa.select(col(Resource.id), col(Resource.kind), col(Link.relation))
            .join(Resource, col(Resource.id) == other)
            .where(condition, col(Resource.trashed_at).is_(None))
            .order_by(col(Resource.id), col(Link.relation))
        )
        return [LinkTo(id, kind, relation) for id, kind, relation in rows if id is not None]


class Writing(Reading):
    """A transaction that changes the library. There is one at a time, in all processes.

    ``label`` says what the learner did, as they would read it on a list (``Starred 3 entries``); it may be changed
    until the end. Without one the transaction cannot be taken back: what a refresh brings in is not undone.
    """

    def __init__(self, *args: Any, label: str | None = None, passing: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label = label
        self._touched: set[int] = set()
        self._change: int | None = None
        self._steps = Steps(wanted=label is not None, passing=passing)
        self._follows: Deed | None = None
        self.deed: tuple[int, dt.datetime] | None = None
        """What was kept for undo by the commit: its number and its time."""

    @property
    def change(self) -> int:
        """The number of this transaction: one more than that of any before it."""
        if self._change is None:
            newest = self.connection().execute(
                sa.select(sa.select(sa.func.max(Resource.change)).scalar_subquery(), sa.func.max(Deed.change))
            )
            self._change = max((number or 0 for number in newest.one()), default=0) + 1
        return self._change

    def continues(self, change: int) -> None:
        """Let this transaction and the one of number ``change`` be taken back as one: an import is kept in parts."""
        earlier = self.get(Deed, change)
        if earlier is not None and earlier.taken_back_by is None:
            self._steps.after(earlier.steps)
            self.delete(earlier)

    def follow(self, deed: Deed) -> None:
        """Let this transaction be the way back from a deed, and note the way forth again."""
        self.label, self._steps = deed.label, Steps(wanted=True)
        self._follows = Deed(
            change=self.change,
            label=deed.label,
            at=deed.at,
            steps=[],
            taken_back_by=self.change if deed.taken_back_by is None else None,
        )
        deed.taken_back_by = self.change
        self.add(deed)

    def register(self, kind: str, *, uid: Any = None, created_at: dt.datetime | None = None) -> int:
        """Make a resource and return its number; an import may bring the uid and time that it had elsewhere."""
        row = {"uid": uid or uuid7(), "kind": kind, "created_at": created_at or utc_now(), "change": self.change}
        number = self.connection().execute(sa.insert(Resource).returning(col(Resource.id)), row).scalar_one()
        assert number is not None
        self._steps.made([number])
        return number

    def register_many(self, kind: str, count: int) -> list[int]:
        """Make ``count`` resources in few statements and return their numbers, in order."""
        if count == 0:
            return []
        now, change = utc_now(), self.change
        connection = self.connection()
        if connection.dialect.name == "sqlite":
            # nobody else writes while we do, so the next numbers are ours to give: RETURNING goes row by row here
            last = connection.exec_driver_sql("SELECT seq FROM sqlite_sequence WHERE name = 'resource'").scalar() or 0
            made = [last + 1 + index for index in range(count)]
            names = ("id", "uid", "kind", "created_at", "change")
            self.insert_many(Resource, names, [(id, uuid7(), kind, now, change) for id in made])
            self._steps.made(made)
            return made
        rows = [{"uid": uuid7(), "kind": kind, "created_at": now, "change": change} for _ in range(count)]
        numbers = connection.execute(
            sa.insert(Resource).returning(col(Resource.id), sort_by_parameter_order=True), rows
        )
        made = [number for number in numbers.scalars() if number is not None]
        self._steps.made(made)
        return made

    def insert_many(self, row: type[SQLModel], names: Sequence[str], values: Iterable[Sequence[Any]]) -> None:
        """Insert rows of resources that this transaction has made; see :func:`ple.library.bulk.insert_many`."""
        insert_many(self.connection(), row.__table__, names, values)  # type: ignore[attr-defined]

    def brought(self, ids: Iterable[int]) -> None:
        """Note that an archive's resources were put in place, with the uids and times that they have elsewhere."""
        self._steps.made(ids)

    def touch(self, ids: Iterable[int]) -> None:
        """Note that ``ids`` say something new, so that whoever follows the changes hears of it.

        Rows changed through the session or :meth:`update` are noted by themselves; other statements are not.
        """
        self._touched.update(ids)

    def update(self, row: type[Body], ids: Iterable[int], **values: Any) -> int:
        """Set columns of the rows of ``ids`` to ``values``; return how many rows that really changed."""
        self.flush()
        table: sa.Table = row.__table__  # type: ignore[attr-defined]
        differs = sa.or_(*(table.c[name].is_distinct_from(value) for name, value in values.items()))
        return self.put(table, ids, values, differs)

    def put(self, table: sa.Table, ids: Iterable[int], values: dict[str, Any], *where: sa.ColumnElement[bool]) -> int:
        """Set columns of the rows of ``ids`` in a table, ``where`` that is so; return how many rows there were."""
        columns = [table.c[name] for name in values]
        changed = 0
        for some in chunks(ids):
            if self._steps.wanted:
                before = self.connection().execute(sa.select(table.c.id, *columns).where(table.c.id.in_(some), *where))
                some = [old.id for old in before.fetchall() if self._steps.row(table, old.id, dict(old._mapping))]
            else:
                found = self.connection().execute(sa.select(table.c.id).where(table.c.id.in_(some), *where))
                some = list(found.scalars())
            if some:
                self.connection().execute(sa.update(table).where(table.c.id.in_(some)).values(**values))
                self.touch(some)
                changed += len(some)
        return changed

    def tag(self, id: int, *tags: str) -> None:
        """Add ``tags``; one that is there already stays.

        Raises:
            InvalidInput: nothing is left of a tag when it is written as tags are.
        """
        have = self.tags_of([id])[id]
        for tag in tags:
            folded = fold_tag(tag)
            if not folded:
                raise InvalidInput(f"“{tag}” cannot be a tag", hint="A tag has letters or digits.")
            if folded not in have:
                have |= {folded}
                self.connection().execute(sa.insert(Tagging).values(resource_id=id, tag=folded))
                self._steps.untag(id, folded)
                self.touch([id])

    def untag(self, id: int, *tags: str) -> None:
        """Take ``tags`` off; one that is not there is no error."""
        for tag in {fold_tag(tag) for tag in tags} & self.tags_of([id])[id]:
            self.connection().execute(sa.delete(Tagging).where(col(Tagging.resource_id) == id, col(Tagging.tag) == tag))
            self._steps.tag(id, tag)
            self.touch([id])

    def set_tags(self, id: int, tags: Iterable[str]) -> None:
        """Let ``tags`` be the tags of ``id``."""
        wanted = {folded for tag in tags if (folded := fold_tag(tag))}
        have = self.tags_of([id])[id]
        self.untag(id, *(have - wanted))
        self.tag(id, *sorted(wanted - have))

    def tag_many(self, tags: dict[int, Iterable[str]]) -> None:
        """Add tags to resources that this transaction has made, in bulk; unusable ones are left out."""
        rows = [
            {"resource_id": id, "tag": tag}
            for id, some in tags.items()
            for tag in sorted({fold_tag(tag) for tag in some} - {""})
        ]
        if rows:
            self.connection().execute(sa.insert(Tagging), rows)
            self.touch(tags)

    def link(self, source: int, target: int, relation: str = "mentions") -> None:
        """Link ``source`` to ``target``; a link that is there already stays."""
        if source == target or self.get(Link, (source, target, relation)) is not None:
            return
        self.connection().execute(sa.insert(Link).values(source_id=source, target_id=target, relation=relation))
        self._steps.unlink(source, target, relation)
        self.touch([source])

    def unlink(self, source: int, target: int, relation: str | None = None) -> None:
        """Take away the link from ``source`` to ``target``, or all of them when no relation is named."""
        for end in self._links(source):
            if end.target_id == target and relation in (None, end.relation):
                self._cut(end)

    def set_links(self, source: int, targets: Collection[int], relation: str) -> None:
        """Let ``targets`` be all that ``source`` links to by ``relation``."""
        for end in self._links(source):
            if end.relation == relation and end.target_id not in targets:
                self._cut(end)
        for target in sorted(targets):
            self.link(source, target, relation)

    def trash(self, *ids: int) -> int:
        """Put resources in the trash; return how many were not there yet. :meth:`restore` takes them out again."""
        return self._set_trashed(ids, utc_now())

    def restore(self, *ids: int) -> int:
        """Take resources out of the trash; return how many were in it."""
        return self._set_trashed(ids, None)

    def remember(self, id: int, said: dict[str, Any]) -> None:
        """Keep what ``id`` said before this change, as JSON, for its history."""
        self.connection().execute(
            sa.insert(Revision).values(resource_id=id, change=self.change, at=utc_now(), said=said)
        )

    def note(self, verb: str, id: int | None = None, /, **detail: Any) -> None:
        """Write in the activity log that the learner did something; ``detail`` is JSON."""
        self.connection().execute(sa.insert(Activity).values(at=utc_now(), verb=verb, resource_id=id, detail=detail))

    def attach(self, id: int, role: str, name: str, media_type: str, data: bytes) -> str:
        """Keep ``data`` as a file of ``id``, in place of one of the same role and name; return its SHA-256.

        The bytes are written before the commit: a crash leaves at most a file that nothing names, never a row
        without its file.
        """
        sha256 = self.files.keep(data)
        self.merge(
            Attachment(resource_id=id, role=role, name=name, sha256=sha256, media_type=media_type, size_bytes=len(data))
        )
        self.touch([id])
        return sha256

    def _links(self, source: int) -> Sequence[Link]:
        return self.exec(select(Link).where(Link.source_id == source)).all()

    def _cut(self, link: Link) -> None:
        self.delete(link)
        self.flush()
        self._steps.link(link.source_id, link.target_id, link.relation)
        self.touch([link.source_id])

    def _set_trashed(self, ids: Iterable[int], trashed_at: dt.datetime | None) -> int:
        self.flush()
        done = 0
        for some in chunks(dict.fromkeys(ids)):
            rows = self.connection().execute(
                sa.select(col(Resource.id), col(Resource.trashed_at), col(Resource.purged_at)).where(
                    col(Resource.id).in_(some)
                )
            )
            states = {id: (trashed, purged) for id, trashed, purged in rows}
            for id in some:
                if id not in states or states[id][1] is not None:
                    raise NotFound(id)
            moved = [id for id in some if (states[id][0] is None) != (trashed_at is None)]
            if not moved:
                continue
            self.connection().execute(
                sa.update(Resource).where(col(Resource.id).in_(moved)).values(trashed_at=trashed_at, change=self.change)
            )
            for id in moved:
                cached = self.identity_map.get(self.identity_key(Resource, id))
                if cached is not None:
                    self.expire(cached)
            (self._steps.restore if trashed_at else self._steps.trash)(moved)
            done += len(moved)
        return done


@event.listens_for(Writing, "before_flush")
def _note_old_values(session: SASession, _context: Any, _instances: Any) -> None:
    assert isinstance(session, Writing)
    if not session._steps.wanted:
        return
    for row in session.dirty:
        if isinstance(row, Body):
            old = {
                attribute.key: attribute.history.deleted[0]
                for attribute in sa.inspect(row).attrs
                if attribute.history.has_changes() and attribute.history.deleted
            }
            if old:
                session._steps.row(sa.inspect(type(row)).local_table, row.id, old)


@event.listens_for(Writing, "after_flush")
def _note_touched(session: SASession, _context: Any) -> None:
    assert isinstance(session, Writing)
    changed = (row for row in session.dirty if session.is_modified(row))
    session.touch(row.id for row in (*session.new, *changed) if isinstance(row, Body))


@event.listens_for(Writing, "before_commit")
def _number_touched(session: SASession) -> None:
    assert isinstance(session, Writing)
    session.flush()
    for some in chunks(session._touched):
        session.connection().execute(
            sa.update(Resource).where(col(Resource.id).in_(some)).values(change=session.change)
        )
    if session.label and (session._steps or session._follows):
        deed = session._follows or Deed(change=session.change, label=session.label, steps=[])
        session.deed = (deed.change, deed.at)
        session.connection().execute(sa.insert(Deed).values(**deed.model_dump() | {"steps": session._steps.as_json()}))


__all__ = ["CHUNK", "LinkTo", "Reading", "Writing", "chunks", "stored_value"]
