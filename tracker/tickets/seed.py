"""The channels tickets come from; rows, since hotline brands change (粤省心 → 即接即办 since 2026-01-30)."""

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from tracker.tickets.models import Channel

CHANNELS = (
    ("12345", "12345热线电话"),
    ("12345-web", "12345网站"),
    ("12345-mini", "12345小程序"),
    ("12345-push", "热线平台批量推送"),
    ("enterprise-rating", "亮码入企评价"),
    ("media", "媒体监督"),
    ("file-review", "案卷评查"),
    ("letter", "来信来访"),
    ("campaign", "专项整治"),
)


def seed(session: Session) -> None:
    """Add the channels that are not there yet; renamed ones stay as they are."""
    rows = [{"code": code, "name": name} for code, name in CHANNELS]
    session.execute(insert(Channel).values(rows).on_conflict_do_nothing(index_elements=["code"]))
