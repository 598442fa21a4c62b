"""五、反映镇街综合执法队伍的，由县级监督机构办理，司法所协助。"""

from tests.scenarios.conftest import TakenIn
from tests.scenarios.steps import CONTENT, OFFICES, REPLY


def test_the_district_leads_and_the_street_assists(taken_in: TakenIn) -> None:
    """石牌街道执法队被反映：区司法局主办，石牌司法所协办。"""
    words = "石牌街道综合行政执法队把我的三轮车拖走，不给文书。"
    case = taken_in("天河话务员", words, category_code="E4")
    assert case.office == "天河区司法局"
    seen = case.read("石牌司法所承办人")
    assert seen["assisting_office"]["code"] == OFFICES["石牌司法所"]

    # 司法所看得到，但主办的步骤不归它
    case.refused("石牌司法所承办人", "签收", code="not_your_office")
    case.step("天河承办人", "签收", then="办理中")

    # 区局请司法所到现场，司法所交来意见后区局才答复
    asked = {"office": OFFICES["石牌司法所"], "task": "请到现场了解扣车经过"}
    case.step("天河承办人", "请求协办", then="办理中", **asked)
    case.refused("天河承办人", "答复", code="co_handlers_open", **REPLY)
    case.step("石牌司法所承办人", "提交协办意见", then="办理中", opinion="已走访，扣车未当场开具清单。")
    case.replied("天河承办人", "天河审核人")
    case.step("天河话务员", "回访", then="已办结", **CONTENT)
