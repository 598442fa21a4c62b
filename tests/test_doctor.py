from datetime import UTC, datetime

from tracker import config, doctor
from tracker.calendar import service as calendar


def settings(tmp_path, redis_url: str) -> config.Settings:
    return config.load(
        {
            "DATABASE_URL": "postgresql://nobody@localhost/none",
            "REDIS_URL": redis_url,
            "TRACKER_HOME": str(tmp_path),
            "SECRET_KEY": "s" * 44,
            "FIELD_KEY": "f" * 44,
        }
    )


def found(session, at: datetime, told: config.Settings) -> dict[str, doctor.Finding]:
    return {one.part: one for one in doctor.examine(session, told, now=at)}


def test_every_part_is_named_with_what_to_do(session, tmp_path) -> None:
    calendar.seed(session)
    parts = found(session, datetime(2026, 3, 2, tzinfo=UTC), settings(tmp_path, "redis://127.0.0.1:1/0"))
    assert parts["数据库"].well
    assert parts["工作日历"].well
    assert not parts["Redis"].well
    assert "REDIS_URL" in parts["Redis"].words
    assert not parts["时钟"].well  # the moment given lies far from the server's


def test_the_calendar_is_asked_for_sixty_days_ahead(session, tmp_path) -> None:
    calendar.seed(session)
    told = settings(tmp_path, "redis://127.0.0.1:1/0")
    assert found(session, datetime(2026, 11, 1, 15, 0, tzinfo=UTC), told)["工作日历"].well is False
    assert found(session, datetime(2026, 10, 31, 15, 0, tzinfo=UTC), told)["工作日历"].well


def test_a_queue_without_workers_is_told(session, tmp_path, servers) -> None:
    parts = found(session, datetime.now(UTC), settings(tmp_path, servers.redis_url))
    assert parts["Redis"].well
    assert parts["工作进程"].well is False
    assert parts["时钟"].well
