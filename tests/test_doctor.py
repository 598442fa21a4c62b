from dataclasses import replace
from datetime import UTC, datetime

from tracker import config, doctor, keyfiles
from tracker.accounts.models import Account
from tracker.calendar import service as calendar
from tracker.commissions import keys
from tracker.fields import FieldCipher


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


def test_keys_are_looked_after(session, tmp_path) -> None:
    told = settings(tmp_path, "redis://127.0.0.1:1/0")
    part = "个人信息密钥"

    def say(*, older: tuple[str, ...] = ()) -> doctor.Finding:
        return found(session, datetime(2026, 3, 2, tzinfo=UTC), replace(told, field_key_old=older))[part]

    assert say().well
    assert "移出 FIELD_KEY_OLD" in say(older=("o" * 44,)).words
    account = Account(name="x", display_name="x", role="officer", password_hash="!")
    account.created_at = account.password_changed_at = datetime(2026, 3, 2, tzinfo=UTC)
    account.totp_secret_sealed = FieldCipher("o" * 44).seal("JBSW")
    session.add(account)
    session.flush()
    assert "有1项加密内容" in say().words
    session.info["cipher"] = FieldCipher("f" * 44, ["o" * 44])
    assert "还有1项内容在旧密钥下" in say(older=("o" * 44,)).words
    keyfiles.ensure(keys.key_file(tmp_path))
    assert "纪检端密钥" not in found(session, datetime(2026, 3, 2, tzinfo=UTC), told)
    keyfiles.renew(keys.key_file(tmp_path))
    assert not found(session, datetime(2026, 3, 2, tzinfo=UTC), told)["纪检端密钥"].well


def test_a_queue_without_workers_is_told(session, tmp_path, servers) -> None:
    parts = found(session, datetime.now(UTC), settings(tmp_path, servers.redis_url))
    assert parts["Redis"].well
    assert parts["工作进程"].well is False
    assert parts["时钟"].well
