"""A library whose tables are open, asked in the words of :mod:`ple.library.file`: both answer the same questions."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from ple.library.file import plain
from ple.library.library import Library
from ple.library.transaction import Reading


class Statements:
    """SQL in a transaction, with ``:names`` for values."""

    def __init__(self, tx: Reading) -> None:
        self._connection = tx.connection()
        self._plain = plain if self._connection.dialect.name == "sqlite" else dict

    def rows(self, sql: str, values: Mapping[str, Any] | None = None) -> Sequence[Any]:
        """Return what a query finds."""
        return self._connection.execute(sa.text(sql), self._plain(values or {})).all()

    def run(self, sql: str, values: Sequence[Mapping[str, Any]]) -> None:
        """Execute a statement for each of ``values``."""
        if values:
            self._connection.execute(sa.text(sql), [self._plain(each) for each in values])


class Textual:
    """Transactions of a library, for such statements."""

    def __init__(self, library: Library) -> None:
        self._library = library

    @contextmanager
    def reading(self) -> Generator[Statements]:
        """Open a transaction for reading."""
        with self._library.reading() as tx:
            yield Statements(tx)

    @contextmanager
    def writing(self) -> Generator[Statements]:
        """Open a transaction for writing."""
        with self._library.writing() as tx:
            yield Statements(tx)

    def close(self) -> None:
        """Leave the library open: it is another's."""
