"""How databases are spoken to."""

from pathlib import Path

from ple.library import Library
from ple.library.engine import compiled_sqlite


def test_what_was_compiled_for_one_library_is_used_for_the_next(tmp_path: Path) -> None:
    def said(name: str) -> int:
        library = Library(tmp_path / name).open()
        with library.writing("Made one") as tx:
            tx.register("journal")
        counts = library.kind_counts()
        library.close()
        return counts["journal"]

    assert (said("a"), said("a")) == (1, 2)
    before = set(compiled_sqlite)
    assert said("b") == 1
    assert set(compiled_sqlite) == before
