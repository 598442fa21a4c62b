"""The schema: every table the rooms declare, and the Alembic revisions that build it.

One transaction per call: PostgreSQL rolls the whole of it back when a step fails. An advisory lock lets several
processes start at once; the later ones wait and then find nothing to do.
"""

import pkgutil
from importlib import import_module
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, NullPool, create_engine, text

import tracker
from tracker import privileges
from tracker.db import Base

_LOCK = 0x7472_6D69
_SCHEMAS = frozenset({None, "discipline"})


def load_models() -> MetaData:
    """Import every `models` and `*_models` of the rooms and return the metadata that now knows all tables."""
    for room in pkgutil.iter_modules(tracker.__path__, "tracker."):
        for one in pkgutil.iter_modules(_paths(room.name)) if room.ispkg else ():
            if one.name == "models" or one.name.endswith("_models"):
                import_module(f"{room.name}.{one.name}")
    return Base.metadata


def ours(name: str | None, kind: str, parents: object) -> bool:
    """Return whether a thing found in the database is to be compared: only the two schemas of the models are."""
    del parents
    return kind != "schema" or name in _SCHEMAS


def _paths(package: str) -> list[str]:
    return list(import_module(package).__path__)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _connect(url: str) -> Connection:
    url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    connection = create_engine(url, poolclass=NullPool, connect_args={"connect_timeout": 5}).connect()
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    return connection


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database at the URL (of its owner) up to the revision; does nothing when it is there already."""
    with _connect(url) as connection:
        command.upgrade(_config(connection), revision)
        privileges.apply(connection)
        connection.commit()


def revisions() -> set[str]:
    """Return every revision this program knows how to bring up to date."""
    scripts = ScriptDirectory(str(Path(__file__).parent / "migrations"))
    return {one.revision for one in scripts.walk_revisions()}


def downgrade(url: str, revision: str) -> None:
    """Take the database back to an earlier revision ("base" empties it of our tables, and of what they hold)."""
    with _connect(url) as connection:
        command.downgrade(_config(connection), revision)
        connection.commit()


def differences(url: str) -> list[object]:
    """Return what the models declare and the database lacks, or the other way round; empty when they agree."""
    with _connect(url) as connection:
        options = {"compare_type": True, "include_schemas": True, "include_name": ours}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, load_models()))


def write_revision(url: str, message: str, revision: str) -> None:
    """Write a new revision file from the differences; for developers, to be read before it is committed."""
    with _connect(url) as connection:
        command.revision(_config(connection), message, autogenerate=True, rev_id=revision)
