"""Sending a site to a place, a file at a time, so that it can be cut anywhere and gone on with.

Before the first file is sent, the list on the host names all that will be ours; while files go, it is brought up to
date now and then; at the end it says how things are. So whatever is cut, the next publication knows what is ours, and
sends again what it cannot be sure of.

The list says which publication wrote it. Two computers that publish at once see that one was quicker: at once where a
host takes a file on a condition (S3), else when the list is looked at again, before each group of files and each time
that it is written. The one that was overtaken stops and writes nothing more.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress

from ple.portfolio.build import name_of
from ple.portfolio.publishing import manifest as manifests
from ple.portfolio.publishing.changes import Changes, Here, changes, in_order, in_order_of_leaving, strangers
from ple.portfolio.publishing.errors import ForeignFiles, Overtaken, PublishError
from ple.portfolio.publishing.manifest import Line, Manifest
from ple.portfolio.publishing.place import Parcel, Place, Told

_EVERY = 5.0
"""Seconds between two lists of how far we are."""
_MOST = 8_000_000
"""Bytes that are sent at once, unless one file has more."""


def look(place: Place, here: Mapping[str, Here], site: str, *, adopt: bool = False) -> Changes:
    """Return what publishing ``here`` in ``place`` would change; nothing is written.

    Raises:
        ForeignFiles: somebody else's files are there, and ``adopt`` does not say that this is meant.
        PublishError: the host cannot be asked.
    """
    there = place.look()
    if not there:
        return changes(here, {}, None, place.manifest)
    known = _known(place, there, site, adopt=adopt)
    found = changes(here, there, known, place.manifest)
    if not adopt and (others := found.replaced if known else strangers(found)):
        raise ForeignFiles(place.shown, others)
    return found


def send(
    place: Place,
    here: Mapping[str, Here],
    found: Changes,
    site: str,
    content: Callable[[str], bytes],
    told: Told | None = None,
    *,
    by: str = "",
) -> None:
    """Make ``place`` what ``found`` says; ``content`` reads a file of the site, ``by`` names this publication.

    Raises:
        Overtaken: another publication began meanwhile.
        PublishError: it was cut; the next publication goes on where it was.
    """
    lines = dict(found.known)
    going = {name_of(file.path): Line("") for file in found.gone}
    planned = {name_of(file.path): Line("") for file in (*found.new, *found.changed)}
    todo = len(planned) + len(going)
    done = 0

    def how_far() -> Parcel:
        return Parcel(place.manifest, manifests.written(Manifest(site, {**going, **planned, **lines}, by)))

    def say_how_far() -> float:
        _still_ours(place, by)
        place.write([how_far()])
        return time.monotonic()

    place.claim(how_far(), found.seen)
    said = time.monotonic()
    try:
        for group in in_order(found):
            _still_ours(place, by)
            for paths in _batches(group, here, place.batch):
                parcels = [Parcel(path, content(path)) for path in paths]
                marks = place.write(parcels)
                for path in paths:
                    lines[name_of(path)] = Line(here[path].digest, here[path].size, marks.get(path, ""))
                done += len(paths)
                if told:
                    told(done, todo)
                if time.monotonic() - said > _EVERY:
                    said = say_how_far()
        if found.gone:
            _still_ours(place, by)
        for group in in_order_of_leaving(found):
            for some in _slices(group, place.batch):
                place.remove(some)
                done += len(some)
                if told:
                    told(done, todo)
    except Overtaken:
        raise
    except BaseException:
        with suppress(PublishError, OSError):  # what cut us may be over, or only have been Ctrl-C
            say_how_far()
        raise
    if any(not lines[name].mark for name in planned):
        for path, entry in place.look().items():
            line = lines.get(name_of(path))
            if line is not None and not line.mark and line.size == entry.size:
                lines[name_of(path)] = Line(line.digest, line.size, entry.mark)
    _still_ours(place, by)
    place.write([Parcel(place.manifest, manifests.written(Manifest(site, lines, by)))])


def _still_ours(place: Place, by: str) -> None:
    """Look whether nobody else published there meanwhile."""
    try:
        there = manifests.read(place.read(place.manifest, manifests.LARGEST) or b"")
    except manifests.Unreadable:
        there = None
    if by and (there is None or there.by != by):
        raise Overtaken(place.shown)


def _known(place: Place, there: Mapping[str, object], site: str, *, adopt: bool) -> Manifest | None:
    if place.manifest not in there:
        return None
    content = place.read(place.manifest, manifests.LARGEST)
    try:
        found = manifests.read(content or b"")
    except manifests.Unreadable:
        if adopt:
            return None
        raise PublishError(
            f"the list of what ple put in {place.shown} is damaged",
            hint="Publish with --adopt: what is there stays, and the site's own files are put there anew.",
        ) from None
    if found.site not in ("", site) and not adopt:
        raise PublishError(
            f"{place.shown} holds the portfolio of another library",
            hint="Name another folder; or say --adopt, and this portfolio takes the place of that one.",
        )
    return found


def _batches(paths: Sequence[str], here: Mapping[str, Here], most: int) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for path in paths:
        if batch and (len(batch) >= most or size + here[path].size > _MOST):
            yield batch
            batch, size = [], 0
        batch.append(path)
        size += here[path].size
    if batch:
        yield batch


def _slices(paths: Sequence[str], most: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(paths), most):
        yield paths[start : start + most]
