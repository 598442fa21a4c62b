"""Tables of the imports room."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    String,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from tracker.columns import Sealed
from tracker.db import Base


class ImportBatch(Base):
    """One uploaded file (导入批次) and how far it has come.

    sha256: hex, of the file. state: a `rules.BatchState`. n_rows: data rows in the file; n_ok, n_same and n_bad count
    those taken in, those known already and those refused. campaign_id: rows become findings of it.
    """

    __tablename__ = "import_batch"
    __table_args__ = (
        Index("ix_import_batch_running", "id", postgresql_where=text("state = 'running'")),
        Index("ix_import_batch_office_id_id", "office_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    file_name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    channel_code: Mapped[str] = mapped_column(ForeignKey("channel.code"))
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    account_name: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(20))
    n_rows: Mapped[int] = mapped_column(Integer)
    n_ok: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    n_bad: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    n_same: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    started_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    undone_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class ImportRow(Base):
    """One row of a file (导入行): a pending piece of work until its state says otherwise.

    raw_sealed: the cells as read, JSON under FIELD_KEY, since files name people and their telephones. row_no: as the
    spreadsheet counts, the first data row being 2. problem: why it was refused, for the reader of the rejects file.
    """

    __tablename__ = "import_row"
    __table_args__ = (
        Index("ix_import_row_batch_id_row_no", "batch_id", "row_no", unique=True),
        Index("ix_import_row_waiting", "batch_id", "row_no", postgresql_where=text("state = 'waiting'")),
        Index("ix_import_row_ticket_id", "ticket_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id"))
    row_no: Mapped[int] = mapped_column(Integer)
    raw_sealed: Mapped[bytes] = mapped_column(Sealed)
    state: Mapped[str] = mapped_column(String(20))
    problem: Mapped[str | None] = mapped_column(Text)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
