"""The only place that asks the time; everything else is given `now`."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)


def local(at: datetime) -> datetime:
    """Return the moment in the zone the offices work in (Asia/Shanghai)."""
    return at.astimezone(LOCAL)


def local_date(at: datetime) -> date:
    """Return the date the moment falls on in Asia/Shanghai."""
    return at.astimezone(LOCAL).date()
