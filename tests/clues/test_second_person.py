"""The second envelope where two must agree."""

import pytest

from tests.clues.desks import Desk, forwarded, set_up
from tests.clues.sides import Sides

CODE = "440104"
REASON = "需向诉求人核实"


@pytest.fixture
def two(sides: Sides) -> tuple[Desk, Desk]:
    """Two liaisons of a commission where both must agree."""
    first = set_up(sides, CODE, "jw.first")[0].settled()
    second = first.admits("jw.second", "乙某").settled()
    done = first.post("/commission/second-person", password=first.password)
    assert done.status_code == 303, done.text
    return first, second


def waiting(desk: Desk, number: str) -> list[dict]:
    token = desk.token()
    answer = desk.sides.desk_client.get(
        f"/api/v1/clues/{number}", headers={"Authorization": f"Bearer {token}"}
    )
    return answer.json["identity_requests"]


def test_one_asks_another_agrees_then_the_first_opens_for_a_day(sides: Sides, two) -> None:
    first, second = two
    number = forwarded(sides, CODE)
    first.post(f"/clues/{number}/actions/sign")
    assert "张小明" not in first.post(f"/clues/{number}/identity", reason=REASON).text
    (asked,) = waiting(second, number)
    assert (asked["who"], asked["reason"]) == ("甲某", REASON)
    page = second.client.get(f"/clues/{number}").text
    assert f"/identity/{asked['id']}/agree" in page
    assert f"/identity/{asked['id']}/agree" not in first.client.get(f"/clues/{number}").text

    agree = f"/clues/{number}/identity/{asked['id']}/agree"
    first.post(agree)
    assert "另一人" in first.client.get(f"/clues/{number}").text
    assert "张小明" not in first.post(f"/clues/{number}/identity", reason=REASON).text
    second.post(agree)
    assert "张小明" in first.post(f"/clues/{number}/identity", reason=REASON).text
    assert "张小明" not in second.post(f"/clues/{number}/identity", reason=REASON).text
    log = first.client.get(f"/clues/{number}").text
    assert "申请查看诉求人身份" in log
    assert "同意查看诉求人身份" in log

    sides.later(hours=25)
    first.enter()
    assert "张小明" not in first.post(f"/clues/{number}/identity", reason=REASON).text


def test_programs_are_told_to_wait(sides: Sides, two) -> None:
    first, second = two
    number = forwarded(sides, CODE)
    calling = {"Authorization": f"Bearer {first.token()}"}
    other = {"Authorization": f"Bearer {second.token()}"}
    path = f"/api/v1/clues/{number}/identity"
    refused = sides.desk_client.post(path, headers=calling, json={"reason": REASON})
    assert refused.json["code"] == "not_signed"
    first.post(f"/clues/{number}/actions/sign")
    assert sides.desk_client.post(path, headers=calling, json={"reason": REASON}).status_code == 202
    again = sides.desk_client.post(path, headers=calling, json={"reason": REASON})
    assert again.json["code"] == "already_asked"
    (asked,) = sides.desk_client.get(f"/api/v1/clues/{number}", headers=calling).json["identity_requests"]
    agree = f"{path}/{asked['id']}/agree"
    assert sides.desk_client.post(agree, headers=calling).json["code"] == "second_person_needed"
    assert sides.desk_client.post(agree, headers=other).status_code == 200
    assert sides.desk_client.post(agree, headers=other).status_code == 404
    found = sides.desk_client.post(path, headers=calling, json={"reason": REASON})
    assert found.json["name"] == "张小明"


def test_a_request_nobody_answers_runs_out(sides: Sides, two) -> None:
    first, second = two
    number = forwarded(sides, CODE)
    first.post(f"/clues/{number}/actions/sign")
    first.post(f"/clues/{number}/identity", reason=REASON)
    sides.later(days=8)
    for one in two:
        one.enter()
    assert waiting(second, number) == []
    first.post(f"/clues/{number}/identity", reason=REASON)
    assert len(waiting(second, number)) == 1


def test_nobody_lets_in_a_second_person_of_his_own_making(sides: Sides, two) -> None:
    first, _ = two
    page = first.client.get("/commission").text
    assert '/commission/members"' not in page
    given = {"name": "jw.puppet", "display_name": "丙某", "password": first.password}
    refused = first.post("/commission/members", **given)
    assert refused.status_code == 409
    assert "两名保管人" in refused.text
