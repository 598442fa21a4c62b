"""A liaison's own account: telephone, codes, password and devices."""

import dataclasses
import re

import pyotp
import pytest
from sqlalchemy import delete, select, update

from tests.clues.sides import Sides
from tests.clues.test_pages import post, sign_in
from tracker.accounts import rules
from tracker.accounts.rules import ADDRESS_FAILURES
from tracker.commissions.models import Liaison, LiaisonFailure, LiaisonRecoveryCode, LiaisonSession, MemberKey

NAME = "jw.tianhe"


@pytest.fixture(autouse=True)
def _as_before(running: Sides):
    """Leave the liaison, whose rows are committed, as he was."""
    with running.owner.begin() as connection:
        connection.execute(delete(LiaisonSession))
        before = connection.execute(
            select(Liaison.id, Liaison.totp_secret_sealed).where(Liaison.name == NAME)
        ).one()
        key = connection.execute(select(MemberKey.__table__).where(MemberKey.liaison_id == before.id)).one()
    yield
    with running.owner.begin() as connection:
        kept = {"totp_secret_sealed": before.totp_secret_sealed}
        connection.execute(update(Liaison).where(Liaison.name == NAME).values(totp_step=None, **kept))
        mine = update(MemberKey).where(MemberKey.liaison_id == before.id)
        connection.execute(mine.values(salt=key.salt, wrapped=key.wrapped))
        for table in (LiaisonFailure, LiaisonRecoveryCode, LiaisonSession):
            connection.execute(delete(table))


def told_password(sides) -> str:
    return sides.liaisons[NAME]["password"]


def another_browser(sides: Sides) -> Sides:
    return dataclasses.replace(sides, desk_client=sides.desk_client.application.test_client())


def codes(answer) -> list[str]:
    assert answer.status_code == 200, answer.text
    return re.findall(r"[2-9a-z]{4}(?:-[2-9a-z]{4}){3}", answer.text)


def test_a_recovery_code_stands_in_once(sides):
    sign_in(sides)
    assert post(sides, "/account/totp/codes", password="wrong").status_code == 422
    given = codes(post(sides, "/account/totp/codes", password=told_password(sides)))
    assert len(given) == rules.N_RECOVERY_CODES
    assert "还剩10个恢复码" in sides.desk_client.get("/account").text
    assert sign_in(sides, code=given[0].upper().replace("-", " ")).status_code == 302
    assert sign_in(sides, code=given[0]).status_code == 401
    assert sign_in(sides, password="wrong", code=given[1]).status_code == 401
    assert sign_in(sides, code=given[1]).status_code == 302


def test_another_telephone_takes_over_once_it_proves_that_it_can(sides):
    sign_in(sides)
    assert post(sides, "/account/totp/new", password="wrong").status_code == 422
    page = post(sides, "/account/totp/new", password=told_password(sides)).text
    assert "<svg" in page
    secret = re.search(r'name="secret" value="(\w+)"', page)[1]
    assert post(sides, "/account/totp", secret=secret, code="000000").status_code == 422
    taken = post(sides, "/account/totp", secret=secret, code=pyotp.TOTP(secret).at(sides.clock()))
    assert len(codes(taken)) == rules.N_RECOVERY_CODES
    assert sign_in(sides).status_code == 401
    sides.later(minutes=1)
    assert sign_in(sides, code=pyotp.TOTP(secret).at(sides.clock())).status_code == 302


def test_a_new_password_ends_the_other_browsers(sides):
    elsewhere = another_browser(sides)
    sign_in(elsewhere)
    sign_in(sides)
    new = "木棉花开在石牌村的路口"
    given = {"old": told_password(sides), "new": new, "again": new}
    assert post(sides, "/account/password", **{**given, "again": "x"}).status_code == 422
    assert (
        post(sides, "/account/password", **{**given, "new": "woaini1314", "again": "woaini1314"}).status_code
        == 422
    )
    assert post(sides, "/account/password", **given).status_code == 303
    assert elsewhere.desk_client.get("/clues").status_code == 302
    assert sides.desk_client.get("/clues").status_code == 200
    assert sign_in(sides).status_code == 401
    assert sign_in(sides, password=new).status_code == 302


def test_devices_are_listed_and_signed_out(sides):
    elsewhere = another_browser(sides)
    sign_in(elsewhere)
    sign_in(sides)
    page = sides.desk_client.get("/account").text
    ids = [int(one) for one in re.findall(r"/account/sign-ins/(\d+)/end", page)]
    assert len(ids) == 2
    assert "（本机）" in page
    assert post(sides, f"/account/sign-ins/{ids[-1]}/end").status_code == 303
    assert elsewhere.desk_client.get("/clues").status_code == 302
    assert post(sides, f"/account/sign-ins/{ids[-1]}/end").status_code == 404
    assert post(sides, "/account/sign-out-everywhere").status_code == 303
    assert sides.desk_client.get("/clues").status_code == 302


def test_a_token_has_no_business_at_the_account(sides):
    headers = {"Authorization": f"Bearer {sides.liaisons['jw.tianhe']['token']}"}
    refused = sides.desk_client.post("/account/totp/codes", headers=headers, data={"password": "x"})
    assert refused.status_code == 403
    assert sides.desk_client.get("/account", headers=headers).status_code == 403


def test_whoever_comes_back_hears_of_the_failures(sides):
    for _ in range(rules.FREE_FAILURES):
        sign_in(sides, password="wrong", code="000000")
    sides.later(minutes=20)
    sign_in(sides)
    assert "5次尝试登录您的账号未成功" in sides.desk_client.get("/clues").text


def test_one_address_cannot_try_many_names(sides):
    for number in range(ADDRESS_FAILURES):
        sign_in(sides, account=f"jw.nobody{number}", password="wrong", code="000000")
    refused = sign_in(sides)
    assert refused.status_code == 429
    assert "网络" in refused.text
