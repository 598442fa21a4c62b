from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from tracker.accounts import entry, grants, queries, rules, secrets, service, tokens
from tracker.accounts.models import Account, AccountAlarm
from tracker.audit.models import AuditEntry
from tracker.errors import Conflict, Invalid, NotAllowed, NotFound
from tracker.offices import service as offices
from tracker.permissions import SYSTEM, Role

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PASSWORD = "correct horse battery"
NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)


@pytest.fixture
def people(new_account, as_actor):
    """Return the actors: one administrator of everything, one of the district, its reviewer, another district's."""
    posts = {
        "boss": (Role.ADMINISTRATOR, None),
        "admin": (Role.ADMINISTRATOR, "440106"),
        "reviewer": (Role.REVIEWER, "440106"),
        "officer": (Role.OFFICER, "440106"),
    }
    return {name: as_actor(new_account(name, role, code)) for name, (role, code) in posts.items()}


def create(session, actor, role=Role.OFFICER, code="440106", name="lisi"):
    office = offices.office(session, code) if code else None
    given = {"name": name, "display_name": "李四", "role": role, "office": office, "password": PASSWORD}
    return service.create(session, actor, **given, now=NOW)


def one_waiting(session, account):
    return grants.waiting(session, [account.id])[account.id]


def enters(session, name="lisi", password=PASSWORD):
    return isinstance(entry.by_password(session, name, password, now=NOW), Account)


def test_an_account_that_sees_identities_opens_when_another_agreed(seeded, people):
    account = create(seeded, people["admin"])
    grant = one_waiting(seeded, account)
    assert not enters(seeded)
    with pytest.raises(NotAllowed) as refused:
        grants.decide(seeded, people["admin"], grant.id, agree=True, now=NOW)
    assert refused.value.code == "second_person_needed"
    assert grants.n_waiting(seeded, people["admin"], now=NOW) == 0
    assert grants.n_waiting(seeded, people["reviewer"], now=NOW) == 1
    grants.decide(seeded, people["reviewer"], grant.id, agree=True, now=NOW)
    assert enters(seeded)
    with pytest.raises(Conflict) as again:
        grants.decide(seeded, people["boss"], grant.id, agree=True, now=NOW)
    assert again.value.code == "grant_decided"
    about = select(AuditEntry.action, AuditEntry.actor_id).where(AuditEntry.thing == "account")
    by = dict(seeded.execute(about.order_by(AuditEntry.id)).all())
    assert by["add"] == people["admin"].account_id
    assert by["confirm_grant"] == people["reviewer"].account_id


def test_a_reset_password_opens_nothing_before_it_is_agreed(seeded, people):
    account = create(seeded, SYSTEM)
    account.totp_secret_sealed = b"sealed"
    _, token = tokens.create_token(seeded, SYSTEM, account, "推送", now=NOW)
    new = service.reset_password(seeded, people["admin"], account.id, now=NOW)
    assert not enters(seeded, password=new)
    assert secrets.password_matches(PASSWORD, account.password_hash)
    grants.decide(seeded, people["boss"], one_waiting(seeded, account).id, agree=True, now=NOW)
    assert enters(seeded, password=new)
    assert account.must_change_password
    assert account.totp_secret_sealed is None
    assert entry.by_token(seeded, token, now=NOW) is None
    told = seeded.scalars(select(AccountAlarm.text).where(AccountAlarm.account_id == account.id)).all()
    assert any("申请重置" in text for text in told)


def test_a_refusal_leaves_everything_as_it_was(seeded, people):
    account = create(seeded, SYSTEM)
    service.reset_password(seeded, people["admin"], account.id, now=NOW)
    grant = one_waiting(seeded, account)
    with pytest.raises(Invalid):
        grants.decide(seeded, people["reviewer"], grant.id, agree=False, now=NOW)
    grants.decide(seeded, people["reviewer"], grant.id, agree=False, reason="本人没有申请", now=NOW)
    assert enters(seeded)
    assert grant.password_hash is None
    asker = people["admin"].account_id
    told = seeded.scalars(select(AccountAlarm.text).where(AccountAlarm.account_id == asker)).all()
    assert told[-1].endswith("不同意（本人没有申请）您申请的重置密码“李四”。")


def test_nobody_agrees_to_his_own_account(seeded, people):
    reviewer = queries.one_managed(seeded, people["boss"], people["reviewer"].account_id)
    service.reset_password(seeded, people["admin"], reviewer.id, now=NOW)
    with pytest.raises(NotAllowed):
        grants.decide(seeded, people["reviewer"], one_waiting(seeded, reviewer).id, agree=True, now=NOW)


def test_strangers_do_not_know_of_it(seeded, people, new_account):
    new_account("boss2", Role.ADMINISTRATOR, None)
    auditor = create(seeded, people["boss"], Role.AUDITOR, None, "auditor1")
    grant = one_waiting(seeded, auditor)
    with pytest.raises(NotFound):
        grants.decide(seeded, people["admin"], grant.id, agree=True, now=NOW)
    assert grants.listed(seeded, people["admin"]) == []
    with pytest.raises(NotAllowed):
        grants.decide(seeded, people["officer"], grant.id, agree=True, now=NOW)


def test_one_thing_waits_at_a_time_and_disabling_ends_it(seeded, people):
    account = create(seeded, people["admin"])
    with pytest.raises(Conflict) as refused:
        service.enable(seeded, people["boss"], account.id, now=NOW)
    assert refused.value.code == "grant_waiting"
    service.disable(seeded, people["boss"], account.id, now=NOW)
    assert grants.waiting(seeded, [account.id]) == {}
    service.enable(seeded, people["boss"], account.id, now=NOW)
    assert not account.is_active
    grants.decide(seeded, people["admin"], one_waiting(seeded, account).id, agree=True, now=NOW)
    assert enters(seeded)


def test_a_post_that_sees_nothing_of_it_needs_one_person(seeded, people):
    assert not rules.needs_two(Role.ARBITER)
    assert create(seeded, people["admin"], Role.ARBITER).is_active


def test_without_a_second_person_the_way_is_told(seeded, new_account, as_actor):
    boss = as_actor(new_account("boss", Role.ADMINISTRATOR, None))
    with pytest.raises(Conflict) as refused:
        create(seeded, boss)
    assert refused.value.code == "nobody_to_confirm"


def test_pages_of_both_people(client, seeded, new_account, sign_in):
    for name, role, code in (("admin", Role.ADMINISTRATOR, "440106"), ("reviewer", Role.REVIEWER, "440106")):
        new_account(name, role, code, totp=SECRET if role is Role.ADMINISTRATOR else None)
    sign_in("admin", totp=SECRET)
    form = {"name": "lisi", "display_name": "李四", "role": "officer", "office_code": "440106"}
    made = client.post("/admin/accounts", data=form)
    assert "须由另一人在“授权复核”中同意后才生效" in made.text
    assert "待复核" in client.get("/admin/accounts?q=lisi").text
    own = client.get("/accounts/grants")
    assert "撤回" in own.text
    assert "同意后即刻生效" not in own.text
    account = seeded.scalars(select(Account).where(Account.name == "lisi")).one()
    grant = one_waiting(seeded, account)
    assert client.post(f"/accounts/grants/{grant.id}/agree").status_code == 403
    other = client.application.test_client()
    other.post("/login", data={"name": "reviewer", "password": PASSWORD})
    assert "李四" in other.get("/accounts/grants").text
    assert other.post(f"/accounts/grants/{grant.id}/agree").status_code == 303
    done = other.get("/accounts/grants").text
    assert "即刻生效" in done
    assert "已同意" in done


def test_the_api_says_the_same(client, seeded, new_account):
    def bearer(name, role):
        account = new_account(name, role)
        _, clear = tokens.create_token(seeded, SYSTEM, account, "测试", now=NOW)
        seeded.commit()
        return {"Authorization": f"Bearer {clear}"}

    admin, reviewer = bearer("admin", Role.ADMINISTRATOR), bearer("reviewer", Role.REVIEWER)
    new = {"name": "lisi", "display_name": "李四", "role": "officer", "office_code": "440106"}
    account = client.post("/api/v1/accounts", json=new, headers=admin).json["account"]
    assert account["is_active"] is False
    waiting = client.get("/api/v1/account-grants", headers=reviewer).json["items"]
    assert [(one["deed"], one["agreed"]) for one in waiting] == [("create", None)]
    path = f"/api/v1/account-grants/{waiting[0]['id']}"
    assert client.post(f"{path}/refuse", json={"reason": ""}, headers=reviewer).status_code == 422
    assert client.post(f"{path}/agree", headers=admin).json["code"] == "second_person_needed"
    assert client.post(f"{path}/agree", headers=reviewer).json["account"]["is_active"] is True


def test_a_decision_has_its_moment(seeded, people):
    account = create(seeded, people["admin"])
    grant = one_waiting(seeded, account)
    grants.decide(seeded, people["boss"], grant.id, agree=True, now=NOW + timedelta(hours=1))
    assert (grant.decided_at - grant.asked_at) == timedelta(hours=1)
