"""How works stand on a site: in the learner's order, by date, by collection, tag and skill, and who mentions whom."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TypeVar

from ple.portfolio.work import COLLECTIONS, Work

_Name = TypeVar("_Name")
_Thing = TypeVar("_Thing")


class Arrangement:
    """All works of a site; what everybody may find is in every list, what is unlisted in :attr:`works` alone."""

    def __init__(self, works: Iterable[Work], held: Mapping[int, Sequence[Work]] | None = None) -> None:
        self.works: list[Work] = sorted(works, key=lambda work: (work.card.position, work.id))
        self.listed: list[Work] = [work for work in self.works if work.listed]
        self.by_date: list[Work] = sorted(self.listed, key=lambda work: (work.card.when, work.id), reverse=True)
        self.collections = grouped((work.card.page, work) for work in self.listed if work.card.page)
        self.tags = grouped((tag, work) for work in self.by_date for tag in work.card.tags)
        self.skills = grouped((skill, work) for work in self.by_date for skill in work.card.skills)
        self.written: list[Work] = [work for work in self.by_date if work.card.kind == "journal"]
        self.read: list[Work] = [work for work in self.by_date if not work.own and not work.card.badge]
        self.held = held or {}
        """What stands in each work that is a collection, by its number."""
        self.gathered: list[Work] = [work for work in self.listed if work.card.kind in COLLECTIONS]
        self.selected: list[Work] = [work for work in self.listed if work.card.kind not in COLLECTIONS]
        """What the first page may show as work: collections stand there by themselves."""
        self.badges: list[Work] = [work for work in self.by_date if work.card.badge]

    @cached_property
    def mentioned_by(self) -> dict[int, list[Work]]:
        """What everybody may find that mentions a work, by the work's number."""
        by_address = {work.permalink.address: work.id for work in self.listed}
        found: dict[int, list[Work]] = {}
        for work in self.by_date:
            for address in dict.fromkeys(target.address for target in work.targets.values()) if work.targets else ():
                if address in by_address and by_address[address] != work.id:
                    found.setdefault(by_address[address], []).append(work)
        return found

    @cached_property
    def by_title(self) -> dict[str, Work]:
        """What everybody may find, by its title; of two with one title the first in the learner's order."""
        return {" ".join(work.title.split()).casefold(): work for work in reversed(self.listed)}


def grouped(pairs: Iterable[tuple[_Name, _Thing]]) -> dict[_Name, list[_Thing]]:
    """Return things by their names, in the order in which they come."""
    found: dict[_Name, list[_Thing]] = {}
    for name, thing in pairs:
        found.setdefault(name, []).append(thing)
    return found


def newest_first(works: Sequence[Work]) -> list[Work]:
    """Return works by when they were first published."""
    return sorted(works, key=lambda work: (work.permalink.published_at, work.id), reverse=True)
