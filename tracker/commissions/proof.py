"""Proving the chained log of the desk, which only the discipline side's own database role may read."""

from psycopg.errors import InsufficientPrivilege
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from tracker.commissions import desk
from tracker.db import connect


def broken_links(url: str) -> list[str] | None:
    """Return one sentence for each broken link of the desk's log, read with the role the URL names.

    None when that role may not read the log, or may not come in, as where the sides run on machines of their own.
    """
    engine = connect(url)
    try:
        with Session(engine) as session:
            return desk.broken_links(session)
    except OperationalError:
        return None
    except ProgrammingError as error:
        if isinstance(error.orig, InsufficientPrivilege):
            return None
        raise
    finally:
        engine.dispose()
