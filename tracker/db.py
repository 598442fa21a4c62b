"""The database: declarative base, engine, and the one unit of work in the tree."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, LiteralString, cast

import psycopg
from sqlalchemy import Connection, Engine, MetaData, create_engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session

from tracker.errors import Unavailable
from tracker.fields import FORM, FieldCipher
from tracker.jobs import Job

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base of every table; constraints are named so that migrations can speak of them."""

    metadata = MetaData(naming_convention=NAMING)


def connect(url: str, *, pool_size: int = 5) -> Engine:
    """Return an engine for a PostgreSQL URL; connections are tested before use, so a restarted server is survived."""
    url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    return create_engine(
        url,
        pool_pre_ping=True,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=5,
        hide_parameters=True,  # an error speaks of the statement, not of what somebody typed
        connect_args={"connect_timeout": 5, "options": "-c timezone=UTC -c statement_timeout=30000"},
    )


def fetch_bytes(session: Session, statement: LiteralString, given: Mapping[str, Any]) -> bytes | None:
    """Return the one value of a plain statement in binary form, None for no row.

    In text form, which is usual, large values come twice as long and are read four times as slowly. Raises Unavailable when
    the server cannot be reached.
    """
    driver = cast(psycopg.Connection, session.connection().connection.driver_connection)
    try:
        with driver.cursor(binary=True) as cursor:
            row = cursor.execute(statement, given).fetchone()
    except psycopg.OperationalError as error:
        raise Unavailable("数据库暂时不可用，请稍后重试。") from error
    return bytes(row[0]) if row else None


class Database:
    """What a process needs of the database: sessions that commit as one, and the bell to ring afterwards."""

    def __init__(
        self,
        bind: Engine | Connection,
        ring: Callable[[Job], None],
        field_key: str,
        older_keys: Iterable[str] = (),
    ) -> None:
        self.bind = bind
        self._ring = ring
        self._cipher = FieldCipher(field_key, older_keys)

    @property
    def key_ids(self) -> list[bytes]:
        """Return the ids of the ring of keys, the newest first."""
        return [one[len(FORM) :] for one in self._cipher.prefixes]

    @contextmanager
    def unit_of_work(self) -> Iterator[Session]:
        """Yield a session; commit when the block ends well, roll back when it raises, then ring the bells.

        Raises Unavailable when the server cannot be reached; nothing was written then.
        """
        session = Session(
            self.bind,
            expire_on_commit=False,
            join_transaction_mode="create_savepoint"
            if isinstance(self.bind, Connection)
            else "rollback_only",
            info={"cipher": self._cipher},
        )
        try:
            yield session
            session.commit()
        except OperationalError as error:
            session.rollback()
            if error.connection_invalidated or "connect" in str(error).lower():
                raise Unavailable("数据库暂时连接不上，请稍后重试；本次操作没有写入任何内容。") from error
            raise
        except BaseException:
            session.rollback()
            raise
        finally:
            session.close()
        for job in sorted(session.info.pop("bells", ())):
            self._ring(job)
