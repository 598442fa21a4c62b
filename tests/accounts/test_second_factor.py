"""Posts that need a second factor, codes for a lost telephone, alarms, and one address that tries many names."""

import re

import pyotp
import pytest
from sqlalchemy import select

from tests.accounts.conftest import PASSWORD, SECRET
from tracker.accounts import alarms, entry, grants, rules, second_factor, secrets, service
from tracker.accounts.models import AccountAlarm, SignIn
from tracker.errors import NotAllowed
from tracker.notices import service as notices
from tracker.notices.models import Notice
from tracker.permissions import Role


def told(session) -> list[str]:
    return list(session.scalars(select(AccountAlarm.text).order_by(AccountAlarm.id)))


def shown_codes(answer) -> list[str]:
    assert answer.status_code == 200, answer.text
    return re.findall(r"[2-9a-z]{4}(?:-[2-9a-z]{4}){3}", answer.text)


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR])
def test_these_posts_set_it_up_before_anything_else(client, clock, new_account, sign_in, role):
    new_account("boss", role, None)
    assert sign_in("boss", next="/notices").location == "/account"
    page = client.get("/account").text
    assert "必须使用动态口令" in page
    assert 'id="tokens-title"' not in page
    for path in ("/notices", "/api/v1/me", "/audit", "/admin/accounts"):
        assert client.get(path).status_code == 403, path
    assert client.get("/api/v1/me").json["code"] == "second_factor_needed"
    assert client.post("/account/tokens", data={"label": "x"}).status_code == 403
    drawn = client.post("/account/totp/new").text
    assert 'class="segno"' in drawn
    secret = re.search(r'name="secret" value="(\w+)"', drawn)[1]
    given = {"secret": secret, "code": pyotp.TOTP(secret).at(clock.at)}
    assert len(shown_codes(client.post("/account/totp", data=given))) == rules.N_RECOVERY_CODES
    assert client.get("/notices").status_code == 200
    assert client.post("/account/totp/remove", data={"password": PASSWORD}).status_code == 403


def test_other_posts_come_in_with_a_password_alone(client, new_account, sign_in):
    new_account()
    assert sign_in(next="/notices").location == "/notices"
    assert client.get("/notices").status_code == 200


def test_a_recovery_code_stands_in_once_and_its_owner_hears_of_it(
    client, session, clock, new_account, sign_in, as_actor
):
    account = new_account("boss", Role.AUDITOR, None, totp=SECRET)
    codes = second_factor.new_recovery_codes(session, as_actor(account), password=PASSWORD, now=clock.at)
    session.commit()
    sign_in("boss")
    assert client.post("/login/code", data={"code": codes[0].upper()}).status_code == 303
    assert "还剩9个恢复码" in told(session)[-1]
    sign_in("boss")
    assert client.post("/login/code", data={"code": codes[0]}).status_code == 401
    assert second_factor.n_recovery_codes(session, account.id) == 9


def test_a_code_alone_opens_nothing(client, clock, new_account, sign_in):
    new_account("boss", Role.AUDITOR, None, totp=SECRET)
    code = pyotp.TOTP(SECRET).at(clock.at)
    assert client.get("/login/code").location == "/login"
    assert client.post("/login/code", data={"code": code}).location == "/login"
    sign_in("boss")
    clock.forward(minutes=6)
    assert client.post("/login/code", data={"code": pyotp.TOTP(SECRET).at(clock.at)}).location == "/login"


def test_a_changed_password_makes_the_half_way_worthless(client, session, clock, new_account, sign_in):
    account = new_account("boss", Role.AUDITOR, None, totp=SECRET)
    sign_in("boss")
    account.password_hash = secrets.hash_password("another password of his")
    session.commit()
    assert client.post("/login/code", data={"code": pyotp.TOTP(SECRET).at(clock.at)}).location == "/login"


def test_guessing_codes_waits_as_guessing_passwords_does(client, clock, new_account, sign_in):
    new_account("boss", Role.AUDITOR, None, totp=SECRET)
    sign_in("boss")
    for _ in range(rules.FREE_FAILURES):
        assert client.post("/login/code", data={"code": "000000"}).status_code == 401
    assert client.post("/login/code", data={"code": pyotp.TOTP(SECRET).at(clock.at)}).status_code == 429


def test_a_lock_out_reaches_the_inbox_once(seeded, new_account, clock):
    account = new_account()
    seeded.info["address"] = "203.0.113.7"
    for _ in range(rules.FREE_FAILURES):
        entry.authenticate(seeded, "zhangsan", "wrong", now=clock.at)
    assert notices.tell_alarms(seeded, now=clock.at) == 1
    assert notices.tell_alarms(seeded, now=clock.at) == 0
    notice = seeded.scalars(select(Notice)).one()
    assert notice.account_id == account.id
    assert "连续5次登录失败（最近一次来自203.0.113.7）" in notice.text


def test_what_an_administrator_resets_is_told_and_everything_old_is_gone(
    seeded, new_account, as_actor, clock
):
    account, boss, second = (
        new_account("auditor1", Role.AUDITOR, None, totp=SECRET),
        new_account("boss", Role.ADMINISTRATOR, None),
        new_account("boss2", Role.ADMINISTRATOR, None),
    )
    second_factor.new_recovery_codes(seeded, as_actor(account), password=PASSWORD, now=clock.at)
    account.oidc_issuer, account.oidc_subject = "https://sso.example.cn", "x"
    service.reset_password(seeded, as_actor(boss), account.id, now=clock.at)
    assert "申请重置了您的密码" in alarms.latest(seeded, account.id)[0].text
    assert account.totp_secret_sealed is not None
    waiting = grants.waiting(seeded, [account.id])[account.id]
    grants.decide(seeded, as_actor(second), waiting.id, agree=True, now=clock.at)
    assert second_factor.n_recovery_codes(seeded, account.id) == 0
    assert (account.totp_secret_sealed, account.oidc_subject) == (None, None)


def test_one_address_cannot_try_many_names_and_an_office_is_not_locked_out(client, new_account, sign_in):
    new_account()
    for _ in range(3):
        assert sign_in().status_code == 303
    for number in range(rules.ADDRESS_FAILURES):
        assert sign_in(f"nobody{number}", "wrong").status_code == 401
    refused = sign_in()
    assert refused.status_code == 429
    assert "网络" in refused.text


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("", ""),
        ("nonsense", "nonsense"),
    ],
)
def test_what_counts_as_one_address(address, counted):
    assert rules.neighbourhood(address) == counted


def test_one_device_is_signed_out(client, session, new_account, sign_in):
    new_account()
    other = client.application.test_client()
    other.post("/login", data={"name": "zhangsan", "password": PASSWORD})
    sign_in()
    first = session.scalars(select(SignIn.id).order_by(SignIn.id)).first()
    assert len(client.get("/api/v1/sign-ins").json["items"]) == 2
    assert client.post(f"/account/sign-ins/{first}/end").status_code == 303
    assert other.get("/account").status_code == 302
    assert client.get("/account").status_code == 200
    assert client.post(f"/account/sign-ins/{first}/end").status_code == 404


def test_nobody_ends_the_sign_ins_of_others(client, session, new_account, sign_in):
    new_account()
    entry.begin(session, new_account("lisi"), browser="", now=client.application.extensions["doorway"].now())
    session.commit()
    sign_in()
    theirs = session.scalars(select(SignIn.id).order_by(SignIn.id)).first()
    assert client.post(f"/account/sign-ins/{theirs}/end").status_code == 404


def test_removing_needs_the_post_to_allow_it(seeded, new_account, as_actor, clock):
    officer, boss = new_account(totp=SECRET), new_account("boss", Role.ADMINISTRATOR, None, totp=SECRET)
    second_factor.remove(seeded, as_actor(officer), password=PASSWORD, now=clock.at)
    assert officer.totp_secret_sealed is None
    with pytest.raises(NotAllowed):
        second_factor.remove(seeded, as_actor(boss), password=PASSWORD, now=clock.at)
