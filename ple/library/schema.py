"""Is the database ours, and of this version? New ones are made, older ones upgraded after a backup, newer ones refused.

Alembic is imported only when there is something to upgrade: the question itself is one SELECT.
"""

import uuid
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from ple.library.errors import LibraryError, SchemaTooNew
from ple.library.tables import every
from ple.library.version import APPLICATION_ID as APPLICATION_ID
from ple.library.version import HEAD as HEAD

MIGRATIONS = Path(__file__).parent / "migrations"


def prepare(writer: Engine, where: str, back_up: Callable[[str], object]) -> None:
    """Let the database that ``writer`` opens have our tables, of this version.

    ``back_up`` is called with a reason before anything that is there is changed.

    Raises:
        SchemaTooNew: a newer ple wrote it.
        LibraryError: it holds something else.
    """
    looking = writer.execution_options(ple_writing=False)  # whoever only opens the library waits for no writer
    with looking.connect() as connection:
        version = _version(connection)
        if version == HEAD:
            return
        foreign = version is None and bool(sa.inspect(connection).get_table_names())
    if version is not None and version > HEAD:
        raise SchemaTooNew(f"the library {where} was written by a newer ple (schema {version}; this one knows {HEAD})")
    if foreign:
        raise LibraryError(
            f"the database {where} holds something else than a library",
            hint="Name another folder or database with --library.",
        )
    if version is None:
        create(writer)
    else:
        back_up(f"before-schema-{HEAD}")
        upgrade(writer)


def create(writer: Engine) -> None:
    """Make all tables of a new library in one transaction. Whoever comes second finds them there."""
    tables = every()
    with writer.begin() as connection:
        if _version(connection) is not None:
            return
        if connection.dialect.name == "postgresql":
            _index_parts(tables)
        tables.create_all(connection)
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
        connection.execute(sa.text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})
        connection.execute(sa.text("INSERT INTO marker VALUES ('epoch', :epoch)"), {"epoch": uuid.uuid4().hex})
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")


def _index_parts(tables: sa.MetaData) -> None:
    """Let PostgreSQL, too, index only those rows that the models name for SQLite.

    To say so in the models imports its dialect, which takes a quarter of what most commands take.
    """
    for table in tables.tables.values():
        for index in table.indexes:
            if (part := index.dialect_options["sqlite"]["where"]) is not None:
                index.dialect_options["postgresql"]["where"] = part


def upgrade(writer: Engine, to: str = "head") -> None:
    """Bring the tables from an older version to that of this ple, in one transaction.

    Raises:
        LibraryError: there is no way from that version to ours.
    """
    from alembic import command  # 0.16 s, once per upgrade
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with writer.begin() as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, to)
        except CommandError as error:
            raise LibraryError(
                f"the library cannot be upgraded: {error}",
                hint="It is as it was; a backup of it lies in its folder `backups`.",
            ) from error


def _version(connection: Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    return version
