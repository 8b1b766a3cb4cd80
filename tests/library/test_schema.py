"""Is the database ours, and of this version?"""

import contextlib
import datetime as dt
import os
import sqlite3
import threading
import uuid

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel

from ple.library import Library, LibraryError, SchemaTooNew, schema
from ple.library.engine import open_engine
from ple.library.errors import Damaged, from_database


def test_migrations_from_nothing_equal_the_models(library, tmp_path, request) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    if library.on_sqlite:
        engine = open_engine(f"sqlite:///{tmp_path / 'migrated.sqlite'}")
    else:
        engine = open_engine(library.url)
        with engine.execution_options(ple_writing=True).begin() as connection:
            SQLModel.metadata.drop_all(connection)
            connection.execute(sa.text("DROP TABLE alembic_version"))
    schema.upgrade(engine.execution_options(ple_writing=True))
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), SQLModel.metadata) == []
        assert connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar() == schema.HEAD
    engine.dispose()


def test_what_is_unread_has_an_index_of_its_own_in_every_database(library) -> None:
    with library.reading() as tx:
        [unread] = [
            one
            for one in sa.inspect(tx.connection()).get_indexes("feed_entry")
            if one["name"] == "ix_feed_entry_unread"
        ]
    assert "read_at" in str(next(iter(unread["dialect_options"].values())))


@pytest.mark.parametrize("version", ["0001"])
def test_a_library_of_an_earlier_version_with_a_row_in_every_table_is_upgraded_and_keeps_them(
    library, tmp_path, version
) -> None:
    if library.on_sqlite:
        library = Library(tmp_path / "older")
        library.folder.mkdir()
    else:
        with library._writer.begin() as connection:
            SQLModel.metadata.drop_all(connection)
            connection.execute(sa.text("DROP TABLE alembic_version"))
    schema.upgrade(library._writer, to=version)
    with library._writer.begin() as connection:
        tables = sa.MetaData()
        tables.reflect(connection)
        older = [table for table in tables.sorted_tables if table.name not in ("alembic_version", "marker")]
        for table in older:
            connection.execute(sa.insert(table).values({column.name: some(column) for column in table.columns}))
    library.open()
    with library.reading() as tx:
        for table in older:
            assert tx.connection().execute(sa.select(sa.func.count()).select_from(table)).scalar() == 1, table.name
        for table in SQLModel.metadata.sorted_tables:
            tx.connection().execute(sa.select(table)).all()  # as the models read it
    library.close()


def some(column: sa.Column) -> object:
    """Return a value that fits a column: of a number that is a key, always the same."""
    kind = column.type
    if column.foreign_keys or column.primary_key:
        return uuid.UUID(int=1) if isinstance(kind, sa.Uuid) else "x" if isinstance(kind, sa.String) else 1
    if column.nullable:
        return None
    if isinstance(kind, sa.JSON):
        return []
    if isinstance(kind, sa.DateTime):
        return dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    if isinstance(kind, sa.Date):
        return dt.date(2026, 1, 1)
    if isinstance(kind, sa.Uuid | sa.CHAR):
        return uuid.UUID(int=1) if isinstance(kind, sa.Uuid) else uuid.UUID(int=1).hex
    return "x" if isinstance(kind, sa.String) else kind.python_type(1)


def test_a_library_of_a_newer_ple_is_refused_and_untouched(library) -> None:
    with library._writer.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaTooNew, match="newer ple"):
        library.open()


def test_a_library_is_opened_and_read_while_another_process_writes(sqlite_environment) -> None:
    sqlite_environment.journal.write("kept")
    with contextlib.closing(sqlite3.connect(sqlite_environment.library.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        second = Library(sqlite_environment.folder).open()
        assert second.kind_counts() == {"journal": 1}
        second.close()


def test_another_programs_database_is_refused_and_untouched(tmp_path) -> None:
    path = tmp_path / "library.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE theirs (a)")
    connection.close()
    with pytest.raises(LibraryError, match="something else"):
        Library(tmp_path).open()


def test_a_file_that_is_no_database_is_refused_with_a_sentence(tmp_path) -> None:
    (tmp_path / "library.sqlite").write_bytes(b"not a database at all, but long enough to be read as one " * 40)
    with pytest.raises(LibraryError, match="damaged"):
        Library(tmp_path).open()


def test_a_full_disk_is_not_said_to_be_a_damaged_library() -> None:
    for said in ("database or disk is full", "disk I/O error"):  # the second when there is no room even to read
        error = from_database(said, "here")
        assert isinstance(error, LibraryError)
        assert not isinstance(error, Damaged)
        assert "room" in (error.hint or "")


def test_a_library_of_another_version_is_backed_up_before_it_is_touched(sqlite_environment) -> None:
    library = sqlite_environment.library
    with library._writer.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0000'"))
    with pytest.raises(LibraryError, match="cannot be upgraded"):
        library.open()
    assert len(list((library.folder / "backups").glob("*before-schema*.sqlite"))) == 1
    with library.reading() as tx:
        assert tx.connection().execute(sa.text("SELECT version_num FROM alembic_version")).scalar() == "0000"


def test_two_that_make_the_same_library_at_once_make_one_for_nobody_else(tmp_path) -> None:
    import ple.journal.models  # noqa: F401

    problems: list[BaseException] = []

    def make() -> None:
        library = Library(tmp_path / "library")
        try:
            library.open()
            library.check()
        except BaseException as error:
            problems.append(error)
        finally:
            library.close()

    threads = [threading.Thread(target=make) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert os.name == "nt" or (tmp_path / "library").stat().st_mode & 0o077 == 0


def test_whoever_comes_while_another_begins_the_library_waits(tmp_path) -> None:
    """SQLite says "locked" at once, whatever the time to wait, when the way of writing is changed just then."""
    with contextlib.closing(sqlite3.connect(tmp_path / "library.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        library = Library(tmp_path)
        opening = threading.Thread(target=library.open)
        opening.start()
        opening.join(0.1)
        assert opening.is_alive()
        other.execute("ROLLBACK")
        opening.join(20)
    assert library.check() == []
    library.close()


def test_a_folder_that_cannot_be_made_is_said(tmp_path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(LibraryError, match="cannot be made"):
        Library(tmp_path / "file" / "library").open()
