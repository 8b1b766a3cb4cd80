"""Collections on a site: works that stand together on a page, put there by hand or found by a saved search. Pure.

A page of its own shows what a collection or a saved search of the library holds, once that is in the portfolio like
anything else. It is asked anew in each build, and only about works that everybody may find: what is private or
unlisted is on no such page, whatever a search finds or a hand has put there. What was asked is not said on the page.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ple.portfolio.values import Artifact, Visibility
from ple.portfolio.work import COLLECTIONS, Work

Held = Callable[[str, int, Mapping[int, Sequence[int]]], Iterable[int]]
"""What says which of some works a collection or a saved search holds, given its kind, its number, and under which
numbers each work is known; in its order, if it has one."""


@dataclass(frozen=True, slots=True)
class Collection:
    """A page of the site that shows works together."""

    id: int | None
    """The artifact's; None for one that works are put in by its name alone (``--page``)."""
    title: str
    how: str
    """``by hand``, ``by a search`` or ``by its name``."""
    visibility: Visibility
    works: tuple[int, ...]
    """The artifacts on it, in its order: those that everybody may find."""
    address: str | None
    url: str | None


def collections_of(
    artifacts: Sequence[Artifact], held: Mapping[int, Sequence[Work]], addresses: Mapping[str, str], url: str | None
) -> list[Collection]:
    """Return the collections of a site, in the learner's order, then those that are only names.

    ``held`` says what stands in the first, ``addresses`` where the pages of the others are.
    """
    found = [
        Collection(
            one.id, one.title, "by a search" if one.source_kind == "search" else "by hand", one.visibility,
            tuple(work.id for work in held.get(one.id, ())), one.address, one.url,
        )
        for one in artifacts
        if one.source_kind in COLLECTIONS
    ]  # fmt: skip
    for name in sorted({one.page for one in artifacts} - {""}):
        works = tuple(one.id for one in artifacts if one.page == name and one.visibility is Visibility.PUBLIC)
        address = addresses.get(name)
        shown = Visibility.PUBLIC if works else Visibility.PRIVATE
        whole = url + address if url and address and works else None
        found.append(Collection(None, name, "by its name", shown, works, address, whole))
    return found


def held_by(
    gathered: Iterable[tuple[int, str, int]], works: Sequence[Work], held: Held | None
) -> dict[int, list[Work]]:
    """Return what each collection shows: in its own order, or the newest first if it has none.

    ``gathered`` names each by the number of its artifact, and the kind and the number of what that shows.
    """
    if held is None:
        return {}
    listed = {work.id: work for work in works if work.listed}
    found = {}
    for id, kind, source in gathered:
        searched = kind == "search"
        known = {
            work.id: (work.id, work.card.source)
            for work in listed.values()
            if work.id != id and not (searched and work.card.kind in COLLECTIONS)
        }
        ids = dict.fromkeys(one for one in held(kind, source, known) if one in known)
        inside = [listed[one] for one in ids]
        if searched:
            inside.sort(key=lambda work: (work.card.when, work.id), reverse=True)
        found[id] = inside
    return found
