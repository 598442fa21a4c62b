from datetime import UTC, datetime, timedelta

import pyotp
from sqlalchemy import func, select

from tracker.accounts import entry, queries, rules, second_factor, secrets, service, tokens
from tracker.accounts.models import FailedSignIn, SignIn
from tracker.audit.models import AuditEntry
from tracker.permissions import SYSTEM, Role

PASSWORD = "correct horse battery"
NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)


def actions(session):
    return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def test_name_and_password_let_in(seeded, new_account):
    account = new_account()
    assert entry.authenticate(seeded, " ZhangSan ", PASSWORD, now=NOW) is account
    secret = entry.begin(seeded, account, browser="x" * 500, now=NOW)
    assert entry.by_secret(seeded, secret, now=NOW).account is account
    assert account.signed_in_at == NOW
    assert actions(seeded)[-1] == "sign_in"


def test_unknown_and_wrong_read_the_same(seeded, new_account):
    new_account()
    wrong = entry.authenticate(seeded, "zhangsan", "not the password", now=NOW)
    unknown = entry.authenticate(seeded, "nobody", "not the password", now=NOW)
    strange = entry.authenticate(seeded, "'; DROP\x00", "\ud800", now=NOW)
    assert wrong == unknown == strange == entry.Refusal("wrong_password", entry.WRONG)


def test_what_was_typed_as_a_name_is_not_kept(seeded):
    entry.authenticate(seeded, "my password in the wrong field", "x", now=NOW)
    logged = seeded.scalars(select(AuditEntry)).one()
    assert (logged.action, logged.thing_id, logged.actor_id) == ("sign_in_failed", "未知账号", None)


def test_five_failures_make_even_the_right_password_wait(seeded, new_account):
    account = new_account()
    for _ in range(5):
        assert entry.authenticate(seeded, "zhangsan", "wrong", now=NOW).http_status == 401
    refused = entry.authenticate(seeded, "zhangsan", PASSWORD, now=NOW + timedelta(seconds=59))
    assert (refused.code, refused.http_status) == ("wait", 429)
    assert "1分钟" in refused.message
    assert entry.authenticate(seeded, "zhangsan", PASSWORD, now=NOW + timedelta(seconds=60)) is account
    assert seeded.scalar(select(func.count()).select_from(FailedSignIn)) == 0


def test_an_unknown_name_waits_as_well(seeded):
    for _ in range(5):
        entry.authenticate(seeded, "nobody", "wrong", now=NOW)
    assert entry.authenticate(seeded, "nobody", "wrong", now=NOW).code == "wait"


def test_failures_are_forgotten_after_a_day(seeded, new_account):
    new_account()
    for _ in range(8):
        entry.authenticate(seeded, "zhangsan", "wrong", now=NOW)
        entry._failed(seeded, None, "zhangsan", entry.Refusal("x", "x"), NOW)
    later = NOW + rules.FORGOTTEN_AFTER + timedelta(seconds=1)
    assert entry.authenticate(seeded, "zhangsan", "wrong", now=later).code == "wrong_password"
    assert seeded.scalar(select(FailedSignIn.n_failures)) == 1


def test_a_disabled_account_is_out_at_once(seeded, new_account, as_actor):
    account, boss = new_account(), new_account("boss", code=None, role=Role.ADMINISTRATOR)
    secret = entry.begin(seeded, account, browser="", now=NOW)
    _, clear = tokens.create_token(seeded, as_actor(account), account, "推送", now=NOW)
    assert entry.by_token(seeded, clear, now=NOW).account is account
    service.disable(seeded, as_actor(boss), account.id, now=NOW)
    assert entry.by_secret(seeded, secret, now=NOW) is None
    assert entry.by_token(seeded, clear, now=NOW) is None
    assert entry.authenticate(seeded, "zhangsan", PASSWORD, now=NOW).code == "wrong_password"
    service.enable(seeded, SYSTEM, account.id, now=NOW)
    assert entry.by_token(seeded, clear, now=NOW).account is account
    assert actions(seeded)[-3:] == ["disable", "sign_in_failed", "enable"]


def test_idle_and_absolute_end(seeded, new_account):
    secret = entry.begin(seeded, new_account(), browser="", now=NOW)
    at = NOW
    while at < NOW + timedelta(hours=12) - timedelta(minutes=20):
        at += timedelta(minutes=20)
        assert entry.by_secret(seeded, secret, now=at)
        seeded.expire_all()
    assert entry.by_secret(seeded, secret, now=NOW + timedelta(hours=12)) is None
    idle = entry.begin(seeded, queries.by_name(seeded, "zhangsan"), browser="", now=at)
    assert entry.by_secret(seeded, idle, now=at + timedelta(minutes=30)) is None


def test_sign_ins_that_are_over_are_swept(seeded, new_account):
    account = new_account()
    entry.begin(seeded, account, browser="", now=NOW)
    entry.begin(seeded, account, browser="", now=NOW + timedelta(hours=1))
    assert seeded.scalar(select(func.count()).select_from(SignIn)) == 1


def test_one_time_codes(seeded, new_account, as_actor):
    account, secret = new_account(), secrets.new_totp()
    second_factor.set_up(seeded, as_actor(account), secret=secret, code=pyotp.TOTP(secret).at(NOW), now=NOW)
    later = NOW + timedelta(minutes=1)
    code = pyotp.TOTP(secret).at(later)
    assert entry.authenticate(seeded, "zhangsan", PASSWORD, now=later).code == "code_needed"
    assert entry.authenticate(seeded, "zhangsan", PASSWORD, code="000000", now=later).code == "wrong_code"
    assert entry.authenticate(seeded, "zhangsan", PASSWORD, code=code, now=later) is account
    seeded.expire_all()
    assert entry.authenticate(seeded, "zhangsan", PASSWORD, code=code, now=later).code == "wrong_code"
    second_factor.remove(seeded, as_actor(account), password=PASSWORD, now=later)
    assert entry.authenticate(seeded, "zhangsan", PASSWORD, now=later) is account


def test_the_last_use_of_a_token_is_noted_to_the_minute(seeded, new_account, as_actor):
    account = new_account()
    token, clear = tokens.create_token(seeded, as_actor(account), account, "推送", now=NOW)
    for second in (0, 30, 61):
        entry.by_token(seeded, clear, now=NOW + timedelta(seconds=second))
        seeded.refresh(token)
    assert token.used_at == NOW + timedelta(seconds=61)


def test_what_is_no_token(seeded):
    assert entry.by_token(seeded, "", now=NOW) is None
    assert entry.by_token(seeded, "trk_\ud800", now=NOW) is None
