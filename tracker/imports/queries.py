"""Reading batches and their refused rows."""

import json
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.fields import cipher
from tracker.imports import rules
from tracker.imports.models import ImportBatch, ImportRow
from tracker.imports.rules import RowState
from tracker.offices.models import Office
from tracker.offices.queries import below
from tracker.permissions import Actor


def batches(session: Session, actor: Actor, *, limit: int = 50) -> list[ImportBatch]:
    """Return the newest batches of the own subtree."""
    return list(
        session.scalars(
            select(ImportBatch)
            .join(Office, Office.id == ImportBatch.office_id)
            .where(below(Office.path, actor.office_path))
            .order_by(ImportBatch.id.desc())
            .limit(limit)
        )
    )


def refused(
    session: Session, batch: ImportBatch, *, masked: bool = False
) -> Iterator[tuple[int, dict[str, str], str]]:
    """Yield (row number, cells by field, why) of the refused rows, in the file's order.

    masked: without what names a person, for everybody but who brought the file.
    """
    seal = cipher(session)
    rows = session.scalars(
        select(ImportRow)
        .where(ImportRow.batch_id == batch.id, ImportRow.state == RowState.BAD.value)
        .order_by(ImportRow.row_no)
        .execution_options(yield_per=1000)
    )
    for row in rows:
        cells = json.loads(seal.open(row.raw_sealed))
        yield row.row_no, rules.masked(cells) if masked else cells, row.problem or ""
