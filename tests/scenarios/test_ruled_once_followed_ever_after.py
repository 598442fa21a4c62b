"""裁决成为先例：同一单位、同一类诉求下一次直接派对；停用之后照规则派。"""

from collections.abc import Callable

from tests.scenarios.conftest import TakenIn
from tests.scenarios.steps import AGREED, CONTENT, OFFICES
from tests.seeded import Caller

WORDS = "天河区市场监督管理局多次到我店检查，一个月查了六次，没有检查通知。"
AGAIN = "又来了：天河区市场监督管理局上周三次到隔壁店检查，都没有检查通知。"


def test_the_next_one_goes_to_the_right_office_at_once(
    taken_in: TakenIn, by: Callable[[str], Caller]
) -> None:
    """天河局退单，裁决由市局办；下一件同类诉求直接派市局，理由写明先例。"""
    city = OFFICES["广州市司法局"]
    first = taken_in("天河话务员", WORDS, category_code="A3")
    first.returned("天河承办人", "天河审核人", reason="not_our_duty", claimed_office=city)
    first.step(
        "广州裁决人",
        "裁决退单",
        then="待签收",
        ruling="redispatch",
        reason="该项检查由市局统一部署",
        office=city,
    )
    second = first.another("天河话务员", AGAIN, category_code="A3")
    assert second.office == "广州市司法局"
    assert "裁决先例" in second.told["because"]
    assert first.number in second.told["because"]

    arbiter = by("arbiter")
    (row,) = arbiter.get("/api/v1/routing/precedents").get_json()["items"]
    assert (row["ticket_number"], row["office_code"], row["ended_at"]) == (first.number, city, None)
    off = {"active": False, "reason": "职责清单已修订"}
    assert by("reviewer").post(f"/api/v1/routing/precedents/{row['id']}/switch", off).status_code == 403
    assert arbiter.post(f"/api/v1/routing/precedents/{row['id']}/switch", off).status_code == 200
    third = second.another("天河话务员", f"{AGAIN}还罚了款。", category_code="A3")
    assert third.office == "天河区司法局"


def test_handled_first_and_settled_later(taken_in: TakenIn) -> None:
    """先办后议：天河先办，诉求人不等；办结后议定属市局职责，工单不动，先例照样成立。"""
    city = OFFICES["广州市司法局"]
    case = taken_in("天河话务员", WORDS, category_code="C1")
    due = case.told["due_at"]
    case.returned("天河承办人", "天河审核人", reason="not_our_duty", claimed_office=city)
    case.step("广州裁决人", "裁决退单", then="待签收", ruling="handle_first", reason="时限将到，先办后议")
    assert (case.office, case.told["due_at"]) == ("天河区司法局", due)
    told = case.refused(
        "天河承办人",
        "退单",
        code="may_not_return",
        reason="not_our_duty",
        basis="职责清单",
        statement="不归本局管。",
    )
    assert "先办后议" in told
    case.handled("天河承办人", "天河审核人")
    case.step("天河话务员", "回访", then="已办结", **CONTENT)
    case.step(
        "广州裁决人",
        "议定职责",
        then="已办结",
        ruling="redispatch",
        reason="该项检查由市局统一部署",
        office=city,
    )
    assert case.office == "天河区司法局"
    again = case.another("天河话务员", AGAIN, category_code="C1")
    assert again.office == "广州市司法局"
    again.step("广州承办人", "签收", then="办理中")
    again.step("广州承办人", "申请延期", then="办理中", days=3, reason="需要委托鉴定", basis="办法第十条")
    again.step("广州审核人", "审批延期", then="办理中", **AGREED)
