"""Permalinks: an address is given once, and from the first publication on it answers for ever.

Titles change, tags are renamed, work is withdrawn; a link that was handed in must still lead somewhere. So addresses
do not follow titles. The ledger keeps every address that was ever published; from it the site gets, beside its pages,
a page that leads on for each address that is not current any more, and a page that says so for each thing that was
withdrawn. Until then nobody has it: it follows the title, and nothing is left of it when its thing goes.
Decisions only: nothing here reads or writes the library.
"""

import datetime as dt
import re
import secrets
import unicodedata
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, replace

ARTIFACT, PAGE, TAG, SKILL, PART = "artifact", "page", "tag", "skill", "part"
_PLACES = {ARTIFACT: "work/", PAGE: "pages/", TAG: "tags/", SKILL: "skills/"}
UNLISTED = "u/"

_LETTERS = {"ß": "ss", "æ": "ae", "ø": "o", "œ": "oe", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i"}
_SPOKEN = {"c++": "cpp", "c#": "csharp", "f#": "fsharp", "&": " and "}
# Windows cannot make folders of these names, and a portfolio is also handed in as a zip.
_RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in range(10))})


@dataclass(frozen=True, slots=True)
class Permalink:
    """A line of the ledger."""

    address: str
    what: str
    resource_id: int | None
    name: str
    current: bool
    fingerprint: str
    published_at: dt.datetime
    updated_at: dt.datetime
    sent: bool = True
    """Whether others may have it: it went to a place, was handed in, or left otherwise."""

    @property
    def unlisted(self) -> bool:
        """Whether it is an address that cannot be guessed."""
        return self.address.startswith(UNLISTED)


def slug(words: str, *, otherwise: str) -> str:
    """Return ``words`` as a part of an address: ASCII letters, digits and hyphens, at most 60 characters, whole words.

    ``otherwise`` is what a title without any such letter becomes, as “光合作用” would.
    """
    text = unicodedata.normalize("NFC", words).casefold()
    for spoken, written in _SPOKEN.items():
        text = text.replace(spoken, written)
    text = "".join(_LETTERS.get(c, c) for c in text)
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    text = re.sub(r"['’]", "", text)
    text = re.sub(r"[^a-z0-9]+", "-", text).strip("-")
    if len(text) > 60:
        text = text[:61].rpartition("-")[0] or text[:60]
    text = text or otherwise
    return f"{text}-1" if text in _RESERVED else text


class Ledger:
    """All addresses that were ever published, and those that a build adds, changes or forgets.

    ``sent`` says that whatever is placed is published at once. ``loose`` says that what was not sent nobody has.
    """

    def __init__(self, permalinks: Iterable[Permalink], *, sent: bool = True, loose: bool = False) -> None:
        self._stored = {permalink.address: permalink for permalink in permalinks}
        self._lines = {
            address: line if line.sent or not sent else replace(line, sent=True)
            for address, line in self._stored.items()
        }
        self._sent = sent
        self._loose = loose
        self._current: dict[tuple[str, int | str], str] = {
            self._thing(line): line.address for line in self._lines.values() if line.current
        }

    def __iter__(self) -> Iterator[Permalink]:
        return iter([self._lines[address] for address in sorted(self._lines)])

    def of(self, what: str, thing: int | str) -> Permalink | None:
        """Return the current address of an artifact (by its number), page, tag, skill or part (by its name)."""
        address = self._current.get((what, thing))
        return self._lines[address] if address else None

    def place(
        self, what: str, thing: int | str, words: str, now: dt.datetime, *, otherwise: str, listed: bool = True
    ) -> Permalink:
        """Return the address of a thing that is published; give it one if it has none.

        What is unlisted gets an address of 128 random bits. When it becomes public later it gets a readable one, and
        the first leads to it; what was public keeps its address whatever happens, because people have it. What nobody
        has follows what the thing is called, and who may find it.
        """
        known = self.of(what, thing)
        wanted = _PLACES[what] + slug(words, otherwise=otherwise)
        if known is not None and self.loose(known):
            if known.unlisted if not listed else _stands_at(known.address, wanted):
                return known
            del self._lines[known.address]
        elif known is not None:
            if not (listed and known.unlisted):
                return known
            self._lines[known.address] = replace(known, current=False)
        address = self._free(wanted) if listed else _unguessable()
        resource_id, name = (thing, "") if isinstance(thing, int) else (None, thing)
        published_at = known.published_at if known else now
        fingerprint = known.fingerprint if known else ""
        line = Permalink(address, what, resource_id, name, True, fingerprint, published_at, now, self._sent)
        self._lines[address] = line
        self._current[what, thing] = address
        return line

    def part(self, address: str, now: dt.datetime) -> None:
        """Note that a part of a long list stands at an address."""
        if address not in self._lines:
            self._lines[address] = Permalink(address, PART, None, address, True, "", now, now, self._sent)
            self._current[PART, address] = address

    def said(self, permalink: Permalink, fingerprint: str, now: dt.datetime) -> Permalink:
        """Note what the page at an address says now; when that differs from before, it was updated ``now``."""
        if permalink.fingerprint == fingerprint:
            return permalink
        first = not permalink.fingerprint
        line = replace(permalink, fingerprint=fingerprint, updated_at=permalink.published_at if first else now)
        self._lines[line.address] = line
        return line

    def loose(self, line: Permalink) -> bool:
        """Say whether nobody can have an address yet."""
        return self._loose and not line.sent

    def forget(self, shown: Set[str]) -> None:
        """Forget what nobody has and where nothing is shown any more: there is nobody to be told."""
        for line in [line for line in self._lines.values() if line.address not in shown and self.loose(line)]:
            del self._lines[line.address]
            if self._current.get(self._thing(line)) == line.address:
                del self._current[self._thing(line)]

    def forgotten(self) -> list[Permalink]:
        """Return the lines that were stored and are forgotten."""
        return [line for address, line in self._stored.items() if address not in self._lines]

    def added(self) -> list[Permalink]:
        """Return the lines that were not stored yet."""
        return [line for line in self if line.address not in self._stored]

    def changed(self) -> list[Permalink]:
        """Return the lines that were stored otherwise."""
        return [line for line in self if self._stored.get(line.address, line) != line]

    def _free(self, wanted: str) -> str:
        number, address = 1, f"{wanted}/"
        while address in self._lines:
            number += 1
            address = f"{wanted}-{number}/"
        return address

    @staticmethod
    def _thing(line: Permalink) -> tuple[str, int | str]:
        # an artifact that was deleted for good has no number any more; its addresses stay, each on its own
        return line.what, line.resource_id if line.resource_id is not None else line.name or line.address


def _stands_at(address: str, wanted: str) -> bool:
    """Say whether an address is the one that was wanted, or the next that was free."""
    rest = address.removeprefix(wanted)
    return rest != address and re.fullmatch(r"(-\d+)?/", rest) is not None


def _unguessable() -> str:
    return f"{UNLISTED}{secrets.token_hex(16)}/"
