"""What a learner means by a name: a number, a uid, an address, or a part of a title."""

import uuid
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlmodel import col

from ple.library import Resource
from ple.library.errors import Ambiguous, NotFound

if TYPE_CHECKING:
    from ple.library import Library
    from ple.search import Hit

Named = Callable[[str, Sequence[str]], "Sequence[Hit]"]
"""Finds things by an exact address, else by a part of their titles; of some kinds, or of any."""


def resolve(library: "Library", named: Named, name: str | int, kinds: Sequence[str]) -> int:
    """Return the number of what ``name`` names: ``#340``, ``340``, a uid, an address, or a part of its title.

    With ``kinds``, only things of these kinds are meant.

    Raises:
        NotFound: nothing is named so.
        Ambiguous: several things are.
    """
    shown = " or ".join(kinds) or None
    text = str(name).strip()
    digits = text.removeprefix("#")
    with library.reading() as tx:
        if digits.isascii() and digits.isdigit() and int(digits) < 2**31:
            found = tx.alive(int(digits), *kinds).id
            assert found is not None
            return found
        try:
            uid = uuid.UUID(text.removeprefix("urn:uuid:"))
        except ValueError:
            pass
        else:
            query = sa.select(col(Resource.id)).where(col(Resource.uid) == uid, col(Resource.trashed_at).is_(None))
            number = tx.connection().execute(query).scalar()
            if number is None:
                raise NotFound(text, shown)
            tx.alive(number, *kinds)
            return number
    hits = named(text, kinds) if text else []
    if not hits:
        raise NotFound(text, shown, hint="Name it by its number, its address or a part of its title.")
    exact = [hit for hit in hits if hit.title.casefold() == text.casefold()] or hits
    if len(exact) > 1:
        some = ", ".join(f"#{hit.id} {hit.title}" for hit in exact[:5])
        raise Ambiguous(f"“{text}” could be {some}" + (" and others" if len(exact) > 5 else ""))
    return exact[0].id


def titled(named: Named, title: str) -> int | None:
    """Return the one thing with exactly this title, for links in the journal.

    A work of the portfolio mostly has the title of what it shows: then that is meant.
    """
    hits = [hit for hit in named(title, ()) if hit.title.casefold() == title.casefold()]
    hits = [hit for hit in hits if hit.kind != "artifact"] or hits
    return hits[0].id if len(hits) == 1 else None
