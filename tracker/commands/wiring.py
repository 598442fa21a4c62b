"""What every group of commands stands on: settings, database, one unit of work, and how an answer is printed."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracker import config, embedded
from tracker.errors import Unavailable

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tracker.db import Database

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_NO_SUCH_TABLE_OR_COLUMN = frozenset({"42P01", "42703"})
FOLDER = click.Path(file_okay=False, path_type=Path)


@contextmanager
def settings() -> Iterator[config.Settings]:
    """Yield the settings; where no servers are named the embedded ones run, or are joined, for the while."""
    with embedded.environment(os.environ) as complete:
        yield config.load(complete)


@contextmanager
def database(settings: config.Settings, *, as_owner: bool = False) -> Iterator["Database"]:
    """Yield the database of the settings; as the owner of the tables for what the daily role may not do."""
    from sqlalchemy.exc import ProgrammingError

    from tracker.db import Database, connect
    from tracker.jobs import Bell

    engine = connect(settings.migrate_database_url if as_owner else settings.database_url)
    try:
        yield Database(engine, Bell(settings.redis_url).ring, settings.field_key, settings.field_key_old)
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", "") not in _NO_SUCH_TABLE_OR_COLUMN:
            raise
        raise Unavailable(
            "数据库结构与程序版本不符，请先运行 tracker migrate。", code="not_migrated"
        ) from error
    finally:
        engine.dispose()


@contextmanager
def unit_of_work() -> Iterator["Session"]:
    """Yield a session of one unit of work on the database of the settings."""
    with settings() as found, database(found) as opened, opened.unit_of_work() as session:
        yield session


def say(value: object) -> None:
    """Print the value as JSON, Chinese as it is."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))
