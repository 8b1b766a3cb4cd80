"""Collections: things put together by the learner, of any kind, in an order that means something."""

import json
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field, col, select

from ple.library import Body, Document, InvalidInput, Library, Reading, Resource, Writing, chunks
from ple.web.text import block, line

COLLECTION = "collection"
RELATION = "holds"


class CollectionRow(Body, table=True):
    """A collection. The links say what is in it, ``members`` in what order."""

    __tablename__ = "collection"
    __kind__: ClassVar[str] = COLLECTION

    name: str
    description: str = Field(default="", sa_type=sa.Text)
    """In Markdown."""
    members: str = Field(default="[]", sa_type=sa.Text)
    """The numbers of what is in it, as a list in JSON."""


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection; ``members`` are the numbers of what is in it and not in the trash, in its order."""

    id: int
    uid: uuid.UUID
    kind: str
    title: str
    url: str | None
    tags: frozenset[str]
    created_at: datetime
    description: str
    members: tuple[int, ...]


class Collections:
    """The collections of a learner."""

    kinds = frozenset({COLLECTION})

    def __init__(self, library: Library) -> None:
        self._library = library

    def add(self, name: str, *, description: str = "") -> Collection:
        """Make an empty collection.

        Raises:
            InvalidInput: it has no name.
        """
        name = _name(name)
        with self._library.writing(f"Began the collection “{name}”") as tx:
            id = tx.register(COLLECTION)
            tx.add(CollectionRow(id=id, name=name, description=block(description).strip()))
        return self.collection(id)

    def collections(self) -> list[Collection]:
        """Return all collections, by name."""
        query = sa.select(col(CollectionRow.id)).join(Resource, col(Resource.id) == col(CollectionRow.id))
        with self._library.reading() as tx:
            ids = list(tx.connection().execute(query.where(col(Resource.trashed_at).is_(None))).scalars())
            return sorted(_read(tx, ids), key=lambda one: (one.title.casefold(), one.id))

    def collection(self, id: int) -> Collection:
        """Return one collection.

        Raises:
            NotFound: there is none, or it is in the trash.
        """
        with self._library.reading() as tx:
            tx.alive(id, COLLECTION)
            return _read(tx, [id])[0]

    def edit(self, id: int, *, name: str | None = None, description: str | None = None) -> Collection:
        """Change what a collection is called, or what it says about itself; what is None stays.

        Raises:
            NotFound: there is no such collection.
            InvalidInput: the name is empty.
        """
        with self._library.writing("Changed a collection") as tx:
            row = _row(tx, id)
            if name is not None:
                row.name = _name(name)
            if description is not None:
                row.description = block(description).strip()
            tx.label = f"Changed the collection “{row.name}”"
        return self.collection(id)

    def put(self, id: int, things: Sequence[int], *, before: int | None = None) -> Collection:
        """Put things into a collection, at its end or ``before`` one of them; what is in it already is moved there.

        Raises:
            NotFound: there is no such collection, or one of the things is not there.
            InvalidInput: ``before`` is not in the collection, or a collection would hold itself.
        """
        wanted = list(dict.fromkeys(things))
        with self._library.writing("Put things into a collection") as tx:
            row = _row(tx, id)
            if id in wanted:
                raise InvalidInput("a collection cannot hold itself", hint="Name what is to go into it.")
            for thing in wanted:
                tx.alive(thing)
            order = [member for member in _order(row.members) if member not in wanted]
            if before is not None and before not in order:
                raise InvalidInput(f"#{before} is not in “{row.name}”", hint="Name one that is, or leave it out.")
            at = len(order) if before is None else order.index(before)
            _keep(tx, row, [*order[:at], *wanted, *order[at:]])
            tx.label = f"Put {_things(len(wanted))} into “{row.name}”"
        return self.collection(id)

    def take_out(self, id: int, things: Iterable[int]) -> Collection:
        """Take things out of a collection; they stay in the library.

        Raises:
            NotFound: there is no such collection.
        """
        gone = set(things)
        with self._library.writing("Took things out of a collection") as tx:
            row = _row(tx, id)
            order = _order(row.members)
            left = [member for member in order if member not in gone]
            _keep(tx, row, left)
            tx.label = f"Took {_things(len(order) - len(left))} out of “{row.name}”"
        return self.collection(id)

    def remove(self, ids: Iterable[int]) -> int:
        """Put collections in the trash, not what is in them; return how many.

        Raises:
            NotFound: one of them is no collection, or is there already; then none is removed.
        """
        ids = list(dict.fromkeys(ids))
        with self._library.writing(f"Removed {_things(len(ids), 'collection')}") as tx:
            for id in ids:
                tx.alive(id, COLLECTION)
            return tx.trash(*ids)

    def documents(self, ids: Iterable[int]) -> Iterator[Document]:
        """Yield what collections say of themselves."""
        for some in chunks(ids):
            with self._library.reading() as tx:
                found = _read(tx, some)
            for one in found:
                yield Document(
                    id=one.id, kind=COLLECTION, title=one.title, text=one.description, occurred_at=one.created_at,
                    tags=one.tags, markdown=one.description or None,
                )  # fmt: skip


def members(tx: Reading, id: int) -> tuple[int, ...]:
    """Return the numbers of what is in a collection and not in the trash, in its order."""
    return next((one.members for one in _read(tx, [id])), ())


def renumber(members: str, numbers: Mapping[int, int]) -> str:
    """Return an order with the numbers that its things have in another library; what is not there is left out."""
    return json.dumps([numbers[id] for id in _order(members) if id in numbers])


def _order(members: str) -> list[int]:
    """Return the numbers in a row's order; an archive may have brought anything."""
    try:
        said = json.loads(members)
    except (ValueError, RecursionError):
        return []
    return [id for id in said if isinstance(id, int)] if isinstance(said, list) else []


def _row(tx: Writing, id: int) -> CollectionRow:
    tx.alive(id, COLLECTION)
    return tx.get_one(CollectionRow, id)


def _keep(tx: Writing, row: CollectionRow, order: list[int]) -> None:
    row.members = json.dumps(order)
    tx.flush()
    there = tx.resources(order)
    tx.set_links(row.id, {member for member in order if member in there}, RELATION)


def _read(tx: Reading, ids: Sequence[int]) -> list[Collection]:
    """Return those of ``ids`` that are collections, not in the trash."""
    rows = [
        row for some in chunks(ids) for row in tx.exec(select(CollectionRow).where(col(CollectionRow.id).in_(some)))
    ]
    orders: dict[int, list[int]] = {row.id: _order(row.members) for row in rows}
    there = tx.resources({member for order in orders.values() for member in order} | set(orders))
    alive = {id for id, resource in there.items() if resource.trashed_at is None and resource.purged_at is None}
    tags = tx.tags_of(list(orders))
    found: list[Any] = []
    for row in rows:
        if row.id in alive:
            home = there[row.id]
            found.append(
                Collection(
                    row.id, home.uid, COLLECTION, row.name, None, tags[row.id], home.created_at, row.description,
                    tuple(member for member in orders[row.id] if member in alive),
                )
            )  # fmt: skip
    return found


def _name(name: str) -> str:
    kept = line(name)[:200]
    if not kept:
        raise InvalidInput("a collection needs a name", hint="Say what holds it together.")
    return kept


def _things(number: int, one: str = "thing") -> str:
    return f"{number:,} {one}{'' if number == 1 else 's'}"
