"""自助评价：诉求人凭一次性链接自己打分，和电话回访一样算数。"""

from collections.abc import Callable

from tests.scenarios.conftest import TakenIn
from tests.scenarios.steps import CONTENT
from tests.seeded import Caller


def test_a_bad_mark_by_link_leads_to_rework(taken_in: TakenIn, by: Callable[[None], Caller]) -> None:
    """诉求人在链接里打了不满意：重办；链接用过即废，重办后发新链接。"""
    case = taken_in("天河话务员", "天河区城管局执法标准前后不一致。", category_code="C1")
    case.handled("天河承办人", "天河审核人")
    link = case.post("天河话务员", "rating-link")["api"]
    public = by(None)
    shown = public.get(link).get_json()
    assert "部分属实" in str(shown)
    assert "李志强" not in str(shown), "不透露承办人"
    assert public.post(link, {"grade": "dissatisfied"}).status_code == 422
    assert public.post(link, {"grade": "dissatisfied", "solved": True}).status_code == 200
    assert case.read("天河审核人")["status"] == "rework"
    again = public.post(link, {"grade": "satisfied", "solved": True})
    assert (again.status_code, again.get_json()["code"]) == (409, "already_rated")

    case.replied("天河另一承办人", "天河审核人")
    fresh = case.post("天河话务员", "rating-link")["api"]
    assert fresh != link
    assert public.post(fresh, {"grade": CONTENT["grade"], "solved": True}).status_code == 200
    assert case.read("天河话务员")["status"] == "closed"
