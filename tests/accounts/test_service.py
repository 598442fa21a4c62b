from datetime import UTC, datetime

import pyotp
import pytest
from sqlalchemy import select

from tracker.accounts import demo, entry, queries, rules, secrets, service, tokens
from tracker.accounts.models import Account
from tracker.audit import service as audit
from tracker.audit.models import AuditEntry
from tracker.errors import Conflict, Invalid, NotAllowed, NotFound
from tracker.offices import service as offices
from tracker.permissions import SYSTEM, Actor, Role

PASSWORD = "correct horse battery"
NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
TOP = Actor(None, "管理员", Role.ADMINISTRATOR, None, "/", "province")
COUNTY = Actor(None, "区管理员", Role.ADMINISTRATOR, None, "/440000/440100/440106/", "county")


def create(session, actor=SYSTEM, code="440106", **given):
    wanted = {"name": "lisi", "display_name": "李四", "role": Role.OFFICER, "password": PASSWORD, **given}
    office = offices.office(session, code) if code else None
    return service.create(session, actor, office=office, now=NOW, **wanted)


def test_a_new_account_must_change_its_password(seeded):
    account = create(seeded)
    assert account.must_change_password
    logged = seeded.scalars(select(AuditEntry)).one()
    assert (logged.action, logged.thing, logged.detail["role"]) == ("add", "account", "officer")
    assert PASSWORD not in str(logged.detail)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": "x"}, "name"),
        ({"password": "short"}, "password"),
        ({"display_name": "  "}, "display_name"),
        ({"role": Role.LIAISON}, "role"),
        ({"role": Role.SYSTEM}, "role"),
        ({"code": None}, "office"),
    ],
)
def test_what_cannot_be_an_account(seeded, given, field):
    with pytest.raises(Invalid) as refused:
        create(seeded, **given)
    assert field in refused.value.fields


def test_two_accounts_cannot_share_a_name(seeded):
    create(seeded)
    with pytest.raises(Conflict) as refused:
        create(seeded, name=" LiSi ")
    assert refused.value.code == "name_taken"


def test_administrators_manage_their_own_subtree_only(seeded):
    boss = create(seeded, name="boss", code=None, role=Role.ADMINISTRATOR)
    assert create(seeded, COUNTY).office.code == "440106"
    for code, role in (("440100", Role.OFFICER), (None, Role.AUDITOR)):
        with pytest.raises(NotAllowed):
            create(seeded, COUNTY, name="wangwu", code=code, role=role)
    with pytest.raises(NotFound):
        service.disable(seeded, COUNTY, boss.id, now=NOW)
    assert [one.name for one in queries.managed(seeded, COUNTY).items] == ["lisi"]
    with pytest.raises(NotAllowed):
        create(seeded, queries.as_actor(create(seeded, name="wangwu")), name="zhaoliu")


def test_nobody_shuts_himself_out(seeded):
    boss = create(seeded, name="boss", code=None, role=Role.ADMINISTRATOR)
    actor = queries.as_actor(boss)
    for verb in (service.disable, service.reset_password):
        with pytest.raises(Conflict):
            verb(seeded, actor, boss.id, now=NOW)


def test_accounts_are_found_and_paged(seeded):
    for number in range(5):
        create(seeded, name=f"lisi{number}")
    page = queries.managed(seeded, TOP, query="天河", limit=3)
    rest = queries.managed(seeded, TOP, query="天河", cursor=page.next, limit=3)
    assert [one.name for one in (*page.items, *rest.items)] == [f"lisi{n}" for n in range(5)]
    assert rest.next is None
    assert queries.managed(seeded, TOP, query="%").items == []


def test_changing_the_password_ends_the_other_sign_ins(seeded):
    account = create(seeded)
    here = entry.begin(seeded, account, browser="", now=NOW)
    there = entry.begin(seeded, account, browser="", now=NOW)
    keep = entry.by_secret(seeded, here, now=NOW).sign_in_id
    actor = queries.as_actor(account)
    service.change_password(seeded, actor, old=PASSWORD, new="battery staple 42", now=NOW, keep=keep)
    assert not account.must_change_password
    assert entry.by_secret(seeded, here, now=NOW)
    assert entry.by_secret(seeded, there, now=NOW) is None
    service.sign_out_everywhere(seeded, actor, now=NOW)
    assert entry.by_secret(seeded, here, now=NOW) is None


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [("wrong", "battery staple 42", "old"), (PASSWORD, "short", "new"), (PASSWORD, PASSWORD, "new")],
)
def test_passwords_that_are_not_changed(seeded, old, new, field):
    actor = queries.as_actor(create(seeded))
    with pytest.raises(Invalid) as refused:
        service.change_password(seeded, actor, old=old, new=new, now=NOW)
    assert list(refused.value.fields) == [field]


def test_resetting_gives_a_first_password_and_takes_the_second_factor(seeded):
    account = create(seeded)
    account.must_change_password, account.totp_secret_sealed = False, b"sealed"
    password = service.reset_password(seeded, SYSTEM, account.id, now=NOW)
    assert secrets.password_matches(password, account.password_hash)
    assert account.must_change_password
    assert account.totp_secret_sealed is None


def test_tokens_are_ones_own(seeded):
    account, other = create(seeded), create(seeded, name="wangwu")
    actor = queries.as_actor(account)
    token, clear = tokens.create_token(seeded, actor, account, "推送", now=NOW)
    assert clear.encode() not in token.token_hash
    with pytest.raises(NotAllowed):
        tokens.create_token(seeded, actor, other, "推送", now=NOW)
    with pytest.raises(NotFound):
        tokens.revoke_token(seeded, queries.as_actor(other), token.id, now=NOW)
    tokens.revoke_token(seeded, actor, token.id, now=NOW)
    assert entry.by_token(seeded, clear, now=NOW) is None


def test_tokens_are_bounded(seeded):
    account = create(seeded)
    for _ in range(rules.MAX_TOKENS):
        tokens.create_token(seeded, SYSTEM, account, "推送", now=NOW)
    with pytest.raises(Conflict) as refused:
        tokens.create_token(seeded, SYSTEM, account, "推送", now=NOW)
    assert refused.value.code == "too_many_tokens"


def test_the_demonstration_keeps_what_works_and_mends_the_rest(seeded):
    first = demo.seed_demo(seeded, now=NOW)
    assert {row["role"] for row in first} == {role.value for role in rules.GRANTED_HERE}
    assert sum(row.get("office", {}).get("code") == "440106" for row in first) == 4
    assert demo.seed_demo(seeded, first, now=NOW) == first
    again = demo.seed_demo(seeded, now=NOW)
    assert len(seeded.scalars(select(Account)).all()) == len(first)
    for row in again:
        code = pyotp.TOTP(row["totp_secret"]).at(NOW) if "totp_secret" in row else ""
        entered = entry.authenticate(seeded, row["account"], row["password"], code=code, now=NOW)
        assert entered.role == row["role"]
        assert bool(code) is (entered.role in rules.SECOND_FACTOR)
        assert entry.by_token(seeded, row["token"], now=NOW).account.name == row["account"]
    assert list(audit.broken_links(seeded)) == []
