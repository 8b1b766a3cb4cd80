"""A file on its way to be handed in: read once, kept in the library, and named as an LMS will name it.

It is kept when the plan is made, so that later changes of the file do not matter. A plan that is never confirmed leaves
it behind; what nobody needs is swept away a day later, or at once when the plan is dropped.
"""

import datetime as dt
import hashlib
import mimetypes
from collections.abc import Callable, Iterable
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import col, select

from ple.library import Attachment, InvalidInput, Library, Reading, chunks
from ple.lms.content import Piece, safe_name
from ple.lms.models import HandInRow, KeptRow
from ple.lms.waiting import WaitingRow

MOST_BYTES = 512 * 1024 * 1024
_A_WHILE = dt.timedelta(days=1)


class Intake:
    """Takes in what is to be handed in."""

    def __init__(self, library: Library, now: Callable[[], dt.datetime]) -> None:
        self._library = library
        self._now = now

    def piece(self, path: str | Path) -> Piece:
        """Return the file at ``path`` as it is handed in; its bytes are kept.

        Raises:
            InvalidInput: it cannot be read, or is too big for any LMS.
        """
        where = Path(path).expanduser()
        try:
            if where.stat().st_size > MOST_BYTES:
                raise InvalidInput(f"{where.name} has more than 512 MB", hint="Publish it, and hand in its link.")
            if not where.is_file():
                raise InvalidInput(f"{where} is no file", hint="Put the files of a folder into one zip file.")
            data = where.read_bytes()
        except OSError as error:
            raise InvalidInput(
                f"{where} cannot be read: {(error.strerror or str(error)).lower()}", hint="Check its name."
            ) from error
        name = safe_name(where.name)
        media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        return Piece(name, len(data), self.keep(data), media_type)

    def keep(self, data: bytes) -> str:
        """Keep bytes until a plan is confirmed or dropped; return their hash."""
        sha256 = hashlib.sha256(data).hexdigest()
        with self._library.writing() as tx:  # before the file is there, so that none is ever forgotten
            tx.merge(KeptRow(sha256=sha256, at=self._now()))
        return self._library.files.keep(data)

    def sweep(self) -> int:
        """Throw away what was kept more than a day ago and is needed by nobody; return how many files."""
        before = self._now() - _A_WHILE
        with self._library.reading() as tx:
            old = list(tx.exec(select(KeptRow.sha256).where(col(KeptRow.at) < before)))
        return self.let_go(old, before=before) if old else 0

    def let_go(self, hashes: Iterable[str], *, before: dt.datetime) -> int:
        """Throw away what was kept ``before`` under these hashes, unless it is needed; return how many files."""
        count = 0
        with self._library.writing() as tx:  # one writer: nobody else begins to need them meanwhile
            for some in _chunked(hashes):
                rows = tx.exec(select(KeptRow).where(col(KeptRow.sha256).in_(some), col(KeptRow.at) <= before)).all()
                attached, used = _attached(tx, some), _used(tx)
                for row in rows:
                    if row.sha256 in used:
                        continue
                    if row.sha256 not in attached:
                        self._library.files.path(row.sha256).unlink(missing_ok=True)
                        count += 1
                    tx.delete(row)
        return count


def _chunked(hashes: Iterable[str]) -> Iterable[list[str]]:
    known = list(dict.fromkeys(hashes))
    return ([known[id] for id in some] for some in chunks(range(len(known))))


def _attached(tx: Reading, hashes: list[str]) -> set[str]:
    return set(
        tx.connection().execute(sa.select(col(Attachment.sha256)).where(col(Attachment.sha256).in_(hashes))).scalars()
    )


def _used(tx: Reading) -> set[str]:
    waiting = tx.exec(select(WaitingRow.files).where(WaitingRow.state == "waiting"))
    used = {str(said["sha256"]) for files in waiting for said in files}
    for row in tx.exec(select(HandInRow).where(col(HandInRow.open_for).is_not(None))):
        used |= {str(said["sha256"]) for said in row.files}
        used |= {str((row.plan.get("seen") or {}).get("sha256")), str(row.plan.get("artifact_sha256"))}
    return used
