import re

import pyotp
import pytest
from sqlalchemy import select

from tracker.accounts import secrets
from tracker.accounts.models import Account, ApiToken
from tracker.permissions import Role

PASSWORD = "correct horse battery"
SECRET = "A" * 32


def shown(answer, element):
    return re.search(rf'id="{element}">([^<]+)<', answer.text).group(1)


def codes(answer):
    assert answer.status_code == 200, answer.text
    return re.findall(r"([2-9a-z]{4}(?:-[2-9a-z]{4}){3})", answer.text)


def test_signing_in_leads_where_one_wanted_to_go(client, new_account, sign_in):
    new_account()
    first = client.get("/account?x=1")
    assert (first.status_code, first.location) == (302, "/login?next=/account?x%3D1")
    assert 'value="/account?x=1"' in client.get(first.location).text
    entered = sign_in(next="/account?x=1")
    assert (entered.status_code, entered.location) == (303, "/account?x=1")
    assert "张三" in client.get(entered.location).text
    assert client.get("/login?next=/tickets").location == "/tickets"


@pytest.mark.parametrize("elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example"])
def test_nobody_is_led_to_another_site(new_account, sign_in, elsewhere):
    new_account()
    assert sign_in(next=elsewhere).location == "/"


def test_a_wrong_password_is_told_and_counted(client, new_account, sign_in):
    new_account()
    for _ in range(5):
        refused = sign_in(password="wrong")
        assert refused.status_code == 401
        assert "登录名或密码不正确" in refused.text
    assert sign_in().status_code == 429
    assert client.get("/account").status_code == 302


def test_the_cookie_is_worth_nothing_after_signing_out(client, new_account, sign_in):
    new_account()
    sign_in()
    stolen = client.get_cookie("tracker").value
    assert client.get("/account").status_code == 200
    assert client.post("/logout").location == "/login?bye=1"
    client.set_cookie("tracker", stolen)
    assert client.get("/account").status_code == 302


def test_half_an_hour_away_signs_out(client, clock, new_account, sign_in):
    new_account()
    sign_in()
    clock.forward(minutes=29)
    assert client.get("/account").status_code == 200
    clock.forward(minutes=29)
    assert client.get("/account").status_code == 200
    clock.forward(minutes=30)
    assert client.get("/account").status_code == 302


def test_the_first_password_comes_before_everything_else(client, new_account, sign_in):
    new_account(role=Role.ADMINISTRATOR, fresh=True, totp=SECRET)
    assert sign_in(totp=SECRET, next="/admin/accounts").location == "/account"
    barred = client.get("/admin/accounts")
    assert barred.status_code == 403
    assert "修改初始密码" in barred.text
    assert client.get("/api/v1/me").json["code"] == "password_change_needed"
    mismatch = {"old": PASSWORD, "new": "battery staple 42", "again": "battery staple 43"}
    assert client.post("/account/password", data=mismatch).status_code == 422
    refused = client.post("/account/password", data={"old": PASSWORD, "new": "x", "again": "x"})
    assert refused.status_code == 422
    assert "密码长度" in refused.text
    changed = client.post("/account/password", data={**mismatch, "again": "battery staple 42"})
    assert changed.status_code == 303
    assert client.get("/admin/accounts").status_code == 200


def test_a_token_is_shown_once(client, session, new_account, sign_in):
    new_account()
    sign_in()
    clear = shown(client.post("/account/tokens", data={"label": "12345推送"}), "token")
    page = client.get("/account").text
    assert clear not in page
    assert "12345推送" in page
    bearer = {"Authorization": f"Bearer {clear}"}
    stranger = client.application.test_client()
    assert stranger.get("/api/v1/me", headers=bearer).json["name"] == "zhangsan"
    token = session.scalars(select(ApiToken)).one()
    assert client.post(f"/account/tokens/{token.id}/revoke").status_code == 303
    assert stranger.get("/api/v1/me", headers=bearer).status_code == 401


def test_a_bad_token_is_not_helped_by_a_cookie(client, new_account, sign_in):
    new_account()
    sign_in()
    assert client.get("/api/v1/me").status_code == 200
    assert client.get("/api/v1/me", headers={"Authorization": "Bearer trk_wrong"}).status_code == 401


def test_the_second_factor(client, clock, new_account, sign_in):
    new_account()
    sign_in()
    secret = re.search(r'name="secret" value="(\w+)"', client.post("/account/totp/new").text).group(1)
    wrong = client.post("/account/totp", data={"secret": secret, "code": "000000"})
    assert wrong.status_code == 422
    assert secret in wrong.text
    code = pyotp.TOTP(secret).at(clock.at)
    assert len(codes(client.post("/account/totp", data={"secret": secret, "code": code}))) == 10
    client.post("/logout")
    clock.forward(minutes=1)
    asked = sign_in(next="/account?x=1")
    assert (asked.status_code, asked.location) == (303, "/login/code")
    assert 'name="code"' in client.get(asked.location).text
    assert client.get("/account").status_code == 302
    assert client.post("/login/code", data={"code": "000000"}).status_code == 401
    entered = client.post("/login/code", data={"code": pyotp.TOTP(secret).at(clock.at)})
    assert (entered.status_code, entered.location) == (303, "/account?x=1")
    assert client.post("/account/totp/remove", data={"password": "wrong"}).status_code == 422
    assert client.post("/account/totp/remove", data={"password": PASSWORD}).status_code == 303


@pytest.mark.parametrize("secret", ["", "1", "密", "A" * 5])
def test_a_forged_secret_of_the_second_factor_is_refused(client, new_account, sign_in, secret):
    new_account()
    sign_in()
    assert client.post("/account/totp", data={"secret": secret, "code": "000000"}).status_code == 422


def test_signing_out_everywhere(client, new_account, sign_in):
    new_account()
    sign_in()
    other = client.application.test_client()
    other.post("/login", data={"name": "zhangsan", "password": PASSWORD})
    assert other.get("/account").status_code == 200
    assert client.post("/account/sign-out-everywhere").status_code == 303
    assert other.get("/account").status_code == 302


def test_accounts_are_created_disabled_and_reset(client, session, new_account, sign_in):
    new_account("boss", Role.ADMINISTRATOR, None, totp=SECRET)
    new_account("boss2", Role.ADMINISTRATOR, None)
    done = new_account("wangwu", Role.ARBITER)
    sign_in("boss", totp=SECRET)
    form = {"name": "lisi", "display_name": "李四", "role": "officer", "office_code": "440106"}
    created = client.post("/admin/accounts", data=form)
    assert created.status_code == 200
    assert len(shown(created, "first-password")) >= 16
    taken = client.post("/admin/accounts", data=form)
    assert taken.status_code == 409
    assert "登录名已被使用" in taken.text
    for wrong in (
        {"role": "liaison"},
        {"office_code": "999999", "name": "w4w"},
        {"office_code": "", "name": "w5w"},
    ):
        assert client.post("/admin/accounts", data={**form, **wrong}).status_code in {404, 422}
    account = session.scalars(select(Account).where(Account.name == "lisi")).one()
    assert "天河区司法局" in client.get("/admin/accounts?q=李四").text
    client.post(f"/admin/accounts/{account.id}/disable")
    assert "停用" in client.get("/admin/accounts?q=lisi").text
    client.post(f"/admin/accounts/{account.id}/enable")
    assert "待复核" in client.get("/admin/accounts?q=lisi").text
    busy = client.post(f"/admin/accounts/{account.id}/password")
    assert busy.status_code == 409
    assert "等待复核" in busy.text
    again = shown(client.post(f"/admin/accounts/{done.id}/password"), "first-password")
    session.refresh(done)
    assert secrets.password_matches(again, done.password_hash)


def test_officers_do_not_manage_accounts(client, new_account, sign_in):
    new_account()
    sign_in()
    assert client.get("/admin/accounts").status_code == 403
    assert client.post("/admin/accounts", data={}).status_code == 403


def test_what_no_database_can_hold_is_refused(client, new_account, sign_in):
    new_account("boss", Role.ADMINISTRATOR, None, totp=SECRET)
    assert sign_in("a\x00b").status_code == 401
    sign_in("boss", totp=SECRET)
    form = {"name": "lisi", "display_name": "李\x00四", "role": "officer", "office_code": "440106"}
    assert client.post("/admin/accounts", data=form).status_code == 422
    assert client.get("/admin/accounts?q=%00").status_code in {200, 422}
    assert client.get("/admin/accounts?limit=x&cursor=" + "y" * 99).status_code == 200


def test_home_is_the_first_screen_of_the_post(client, new_account, sign_in):
    new_account("boss", Role.ADMINISTRATOR, None, totp=SECRET)
    sign_in("boss", totp=SECRET)
    assert client.get(client.get("/").location).status_code == 200
