"""终止：承办单位申请，另一位审核人批准；不批准就回到原来的环节。"""

from tests.scenarios.conftest import TakenIn

WORDS = "天河区城管局执法标准前后不一致。"
SUED = {"reason": "诉求人已就同一事项起诉"}


def test_one_asks_and_another_agrees(taken_in: TakenIn) -> None:
    """第一次不同意，回到办理中；第二次同意，终止。"""
    case = taken_in("天河话务员", WORDS, category_code="C1")
    case.step("天河承办人", "签收", then="办理中")
    case.refused("天河话务员", "终止", code="not_allowed", **SUED)
    case.step("天河承办人", "终止", then="终止待批", **SUED)
    case.refused("天河另一承办人", "终止", code="not_allowed", **SUED, approve=True)
    case.refused("天河审核人", "终止", code="invalid", **SUED)  # 须明确同意或不同意
    case.step("天河审核人", "终止", then="办理中", reason="仍应依法答复诉求人", approve=False)
    case.step("天河承办人", "终止", then="终止待批", **SUED)
    case.step("天河审核人", "终止", then="已终止", reason="法院已立案，同意终止", approve=True)
    assert case.as_the_complainant_sees_it()["status"] == "已终止"


def test_who_asked_does_not_agree(taken_in: TakenIn) -> None:
    """审核人自己申请的终止，自己不能批。"""
    case = taken_in("天河话务员", WORDS, category_code="C1")
    case.step("天河承办人", "签收", then="办理中")
    case.step("天河审核人", "终止", then="终止待批", **SUED)
    case.refused("天河审核人", "终止", code="second_person_needed", **SUED, approve=True)
    assert "终止" in case.offered("广州审核人"), "本单位没有第二个人，由上级审批"
    case.step("广州审核人", "终止", then="已终止", reason="法院已立案，同意终止", approve=True)


def test_the_office_above_does_not_ask_in_its_place(taken_in: TakenIn) -> None:
    """上级可以审批终止，但不能替承办单位申请。"""
    case = taken_in("天河话务员", WORDS, category_code="C1")
    case.step("天河承办人", "签收", then="办理中")
    assert "终止" not in case.offered("广州审核人")
    case.refused("广州审核人", "终止", code="not_your_office", **SUED)


def test_out_of_a_suspension_the_days_come_back(taken_in: TakenIn) -> None:
    """挂起中申请终止未获同意：回到办理中，挂起的工作日照还。"""
    case = taken_in("天河话务员", WORDS, category_code="C1")
    case.step("天河承办人", "签收", then="办理中")
    due = case.told["due_at"]
    case.step("天河承办人", "挂起", then="挂起", reason="等待鉴定意见")
    case.days_later(7)
    case.step("天河承办人", "终止", then="终止待批", **SUED)
    case.step("天河审核人", "终止", then="办理中", reason="仍应依法答复诉求人", approve=False)
    assert case.told["due_at"] > due
