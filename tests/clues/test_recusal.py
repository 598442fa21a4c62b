"""回避 and the least that is needed: who may not act, and what may not travel in the open part of a package."""

import json

import pytest
from sqlalchemy import select, text

from tests import factories
from tests.clues.large import Form
from tests.clues.sides import CLUE, Sides
from tests.clues.test_large import TYPED
from tracker.accounts import queries as accounts
from tracker.accounts import secrets
from tracker.accounts.models import Account, ApiToken
from tracker.clues import propose
from tracker.errors import NotAllowed
from tracker.permissions import SYSTEM

OWN = "广州市天河区司法局"
PHONE, ID_NO, CARD = "13800138000", "440106199001011237", "6222021234567890123"


def proposed(sides: Sides, login: str = "officer", **changes):
    path = f"/api/v1/tickets/{changes.pop('ticket', None) or sides.ticket()}/clues"
    return sides.by(login).post(path, {**CLUE, **changes})


@pytest.mark.parametrize(
    "told",
    [
        {"person": "李志强"},
        {"person": " 李　志 强 "},
        {"person": "李志强科长"},
        {"person": "李志强 同志"},
        {"person": "李志強"},
        {"facts": "李志强、梁国栋收受商户香烟并索要餐费。"},
        {"report": "经核查，李 志强在场。"},
    ],
)
def test_nobody_proposes_himself(sides: Sides, told: dict[str, str]) -> None:
    answer = proposed(sides, **told)
    assert (answer.status_code, answer.json["code"]) == (403, "recusal")
    assert "回避" in answer.json["message"]


@pytest.mark.parametrize(
    "unit",
    [
        {"unit": OWN},
        {"unit_code": "440106-SF"},
        *(
            {"unit": name}
            for name in (
                "天河区司法局",
                "广州天河司法局执法监督科",
                "天河司法局",
                "广州市 天河区司法局（执法监督科）",
                "区司法局执法监督科",
                "司法局",
            )
        ),
    ],
)
def test_an_office_does_not_handle_what_is_said_of_itself(sides: Sides, unit: dict[str, str]) -> None:
    answer = proposed(sides, **unit)
    assert (answer.status_code, answer.json["code"]) == (403, "recusal"), answer.text
    assert "上一级" in answer.json["message"]


@pytest.mark.parametrize(
    ("unit", "receiver"),
    [
        ("广州市司法局执法监督处", "440000"),
        ("越秀区司法局执法监督科", "440100"),
        ("天河区城市管理和综合执法局", "440106"),
        ("天河区司法鉴定所", "440106"),
    ],
)
def test_of_another_office_it_may_be_said(sides: Sides, unit: str, receiver: str) -> None:
    """Of a supervision office, however written, the commission above it is told."""
    answer = proposed(sides, unit=unit)
    assert answer.status_code == 201, answer.text
    assert answer.json["receiver"]["code"] == receiver


def test_the_office_above_may(sides: Sides) -> None:
    with sides.office.unit_of_work() as session:
        ticket = factories.take_in(session, complainant=factories.caller())
        factories.act(session, ticket, "city.operator", "redispatch", office="440100", reason="上级办理")
        number = ticket.number
    answer = proposed(sides, "city.officer", ticket=number, unit=OWN)
    assert answer.status_code == 201, answer.text
    assert answer.json["receiver"]["code"] == "440100"


@pytest.mark.parametrize(
    ("login", "told"),
    [
        ("officer2", {"person": "黄丽敏"}),
        ("reviewer", {"person": "梁国栋"}),
        ("reviewer", {"person": "梁国栋科长"}),
        ("reviewer", {"person": "科长梁 国 栋 同志"}),
        ("reviewer", {"person": "梁国棟"}),
        ("officer2", {"facts": "王某某、黄丽敏在检查中索要餐费。"}),
        ("reviewer", {"report": "商户称梁 国栋也在场，\n有转账记录。"}),
    ],
)
def test_to_the_person_named_there_is_no_clue(sides: Sides, login: str, told: dict[str, str]) -> None:
    """Not refused, for a refusal would tell him: the same answer as for a number that does not exist."""
    number = proposed(sides, **told).json["number"]
    absent = sides.by(login).get("/api/v1/clues/none")
    seen = sides.by(login).get(f"/api/v1/clues/{number}")
    assert (seen.status_code, seen.json) == (absent.status_code, absent.json)
    assert number not in sides.by(login).get("/api/v1/clues").text
    for step in ("co-sign", "approve", "refuse", "send", "withdraw"):
        assert sides.step(login, number, step, opinion="材料有误").status_code == 404
    page = sides.office_client.get(f"/clues/{number}", headers=factories.headers(login))
    assert page.status_code == 404
    assert number in sides.by("officer").get("/api/v1/clues").text


def hire(sides: Sides, login: str, name: str) -> None:
    """Let 天河区司法局 have one officer more, once for all tests of this database."""
    with sides.office.unit_of_work() as session:
        if accounts.by_name(session, login) is not None:
            return
        beside = session.scalars(select(Account).where(Account.name == "officer")).one()
        told = {"role": beside.role, "office_id": beside.office_id, "password_hash": "!"}
        at = {"created_at": factories.NOW, "password_changed_at": factories.NOW}
        account = Account(name=login, display_name=name, **told, **at)
        session.add(account)
        session.flush()
        hashed = secrets.digest(factories.token(login))
        session.add(
            ApiToken(account_id=account.id, label="测试", token_hash=hashed, created_at=factories.NOW)
        )


def is_absent_for(sides: Sides, login: str, number: str) -> bool:
    """Return whether number, page, list, steps and API say to that person what they say of no clue at all."""
    caller, page = sides.by(login), factories.headers(login)
    absent, seen = (caller.get(f"/api/v1/clues/{one}") for one in ("none", number))
    return (
        (seen.status_code, seen.json) == (absent.status_code, absent.json)
        and sides.step(login, number, "withdraw", opinion="材料有误").status_code == 404
        and sides.office_client.get(f"/clues/{number}", headers=page).status_code == 404
        and sides.office_client.get(f"/clues/{number}/evidence/1", headers=page).status_code == 404
        and number not in sides.office_client.get("/clues", headers=page).text
        and number not in caller.get("/api/v1/clues?limit=1000").text
    )


@pytest.mark.parametrize(
    ("steps", "stage"),
    [
        ((("officer2", "co-sign"), ("reviewer", "approve"), ("reviewer", "send")), "sent"),
        ((("officer2", "co-sign"), ("reviewer", "refuse")), "refused"),
        ((("reviewer", "withdraw"),), "withdrawn"),
    ],
)
def test_once_wiped_a_clue_is_left_to_those_who_took_part(
    sides: Sides, steps: tuple[tuple[str, str], ...], stage: str
) -> None:
    """Nothing tells any more whom it named: neither he nor a colleague who had no part in it finds it."""
    hire(sides, "named", "周文博")
    hire(sides, "idle", "宋佳怡")
    number = proposed(sides, person="周文博").json["number"]
    assert is_absent_for(sides, "named", number)
    assert not is_absent_for(sides, "idle", number)
    for login, step in steps:
        assert sides.step(login, number, step, opinion="经研究，同意").status_code == 200
    assert is_absent_for(sides, "named", number)
    assert is_absent_for(sides, "idle", number)
    for login in {"officer", *(login for login, _ in steps)}:
        assert sides.by(login).get(f"/api/v1/clues/{number}").json["stage"] == stage
        assert number in sides.by(login).get("/api/v1/clues?limit=1000").text


def test_whom_an_opinion_asks_to_decide_still_sees_the_clue(sides: Sides) -> None:
    number = proposed(sides, opinion="建议移送，请梁国栋审批。").json["number"]
    assert not is_absent_for(sides, "reviewer", number)


def test_a_page_of_the_list_is_full_though_clues_are_left_out(sides: Sides) -> None:
    """Left out where the rows are counted, not after."""
    kept = [proposed(sides).json["number"]]
    left_out = [proposed(sides, facts="黄丽敏等人索要餐费。").json["number"] for _ in range(3)]
    kept.append(proposed(sides).json["number"])
    first = sides.by("officer2").get("/api/v1/clues?limit=1").json
    then = sides.by("officer2").get(f"/api/v1/clues?limit=1&cursor={first['next']}").json
    assert [one["number"] for one in first["items"] + then["items"]] == kept[::-1]
    seen = sides.by("officer").get("/api/v1/clues?limit=5").json["items"]
    assert [one["number"] for one in seen] == [kept[1], *left_out[::-1], kept[0]]


def test_whoever_is_called_otherwise_meanwhile_is_still_the_one_named(sides: Sides) -> None:
    hire(sides, "renamed", "卢晓东")
    number = proposed(sides, report="商户称卢晓东在场。").json["number"]
    rename = text("UPDATE account SET display_name = :name WHERE name = 'renamed'")
    with sides.owner.begin() as connection:
        connection.execute(rename, {"name": "卢东"})
    assert is_absent_for(sides, "renamed", number)


def test_whom_a_draft_names_is_kept_sealed_until_the_wipe(sides: Sides) -> None:
    number = proposed(sides, facts="王某某、黄丽敏在检查中索要餐费。").json["number"]
    row = text("SELECT named_index, clue::text AS said FROM clue WHERE number = :n")
    with sides.owner.connect() as connection:
        before = connection.execute(row, {"n": number}).one()
    assert len(before.named_index) == 3  # the person; her name and her account
    assert "黄丽敏" not in before.said
    sides.step("officer", number, "withdraw", opinion="材料有误")
    with sides.owner.connect() as connection:
        assert connection.execute(row, {"n": number}).one().named_index is None


def test_nothing_is_ever_proposed_by_the_system(sides: Sides) -> None:
    with sides.office.unit_of_work() as session, pytest.raises(NotAllowed) as refused:
        propose.propose(session, SYSTEM, sides.ticket(), {**CLUE, "rank": "section"}, now=sides.clock())
    assert refused.value.code == "person_needed"


def test_what_names_the_complainant_travels_in_the_envelope_alone(sides: Sides) -> None:
    given = {
        **TYPED,
        "facts": f"诉求人张小明（{PHONE}）称向账户{CARD}转账，身份证{ID_NO}。",
        "report": f"已电话{PHONE[:3]} {PHONE[3:7]} {PHONE[7:]}联系张小明核实。",
        "place": f"张小明店内，电话{PHONE}",
        "occurred": f"3月2日张小明来电{PHONE}",
        "opinion": f"请联系张小明{PHONE}",
    }
    form = Form(given, {f"张小明{PHONE}转账.mp4": (5000, 1)})
    told = {"wsgi.input": form, "CONTENT_LENGTH": str(form.length), "CONTENT_TYPE": form.content_type}
    made = sides.office_client.post(
        f"/api/v1/tickets/{sides.ticket()}/clues",
        headers=factories.headers("officer"),
        environ_overrides=told,
    )
    number = made.json["number"]
    draft = sides.office_client.get(f"/clues/{number}", headers=factories.headers("officer2")).text
    sides.step("officer2", number, "co-sign", opinion=f"已听张小明{PHONE}陈述")
    sides.step("reviewer", number, "approve", opinion="同意")
    sides.step("reviewer", number, "send")
    liaison = sides.liaison()
    liaison.act(number, "sign")
    content = json.dumps(liaison.get(f"/api/v1/clues/{number}").json, ensure_ascii=False)
    for word in ("小明", PHONE, f"{PHONE[:3]} {PHONE[3:7]}", ID_NO, CARD):
        assert word not in draft
        assert word not in content
    assert "王某某" in content
    assert "转账.mp4" in content
    who = liaison.post(f"/api/v1/clues/{number}/identity", {"reason": "需向诉求人核实"})
    assert (who.json["name"], who.json["phone"]) == ("张小明", PHONE)


def test_one_who_hides_himself_is_hidden_when_the_package_is_sealed(sides: Sides) -> None:
    """Before that stars in a draft would tell a guesser that he guessed right; the page promises no more than that."""
    with sides.office.unit_of_work() as session:
        ticket = factories.take_in(session, complainant=factories.caller(hide_identity=True))
        factories.act(
            session, ticket, "operator", "redispatch", office="440106", reason="按属地派单", category="C1"
        )
        number = ticket.number
    page = sides.office_client.get(f"/clues/new?ticket={number}", headers=factories.headers("officer")).text
    assert "要求保密身份或匿名的诉求人，其姓名到封装发送时才隐去" in page
    clue = proposed(sides, ticket=number, facts="诉求人张小明称其索要香烟。").json["number"]
    assert "张小明" in sides.office_client.get(f"/clues/{clue}", headers=factories.headers("officer")).text
    for login, step in (("officer2", "co-sign"), ("reviewer", "approve"), ("reviewer", "send")):
        assert sides.step(login, clue, step).status_code == 200
    liaison = sides.liaison()
    liaison.act(clue, "sign")
    assert "张小明" not in liaison.get(f"/api/v1/clues/{clue}").get_data(as_text=True)
    assert "小明" not in json.dumps(liaison.get(f"/api/v1/clues/{clue}").json, ensure_ascii=False)


def test_a_package_holds_nothing_that_is_not_needed(sides: Sides) -> None:
    """Every key of it by name: whoever adds one has to say so here."""
    number = sides.sent(evidence=[])
    liaison = sides.liaison()
    liaison.act(number, "sign")
    content = liaison.get(f"/api/v1/clues/{number}").json
    assert set(content["register"]) == {
        *(
            "person",
            "unit",
            "post",
            "rank",
            "rank_label",
            "amount_fen",
            "amount",
            "facts",
            "occurred",
            "place",
        ),
        *("ticket", "found_at"),
    }
    assert set(content["letter"]) == {
        *("number", "date", "basis", "receiver", "receiver_code", "because", "flagged", "sender", "text"),
    }
    assert set(content["approval"][0]) == {"step", "label", "who", "at", "opinion"}
