from dataclasses import replace

import pytest

from tests.world import NOW
from tracker.replies import quality
from tracker.replies.quality import Surroundings, Weight
from tracker.replies.rules import Outcome

QUESTION = (
    "天河区城管执法队三月一日到我店里检查，没有出示执法证，当场罚了我三千块钱，也没有开票据，我要投诉。"
)
AROUND = Surroundings(NOW, QUESTION)
GOOD = "经3月2日到现场核查并调阅案卷，您反映的情况属实，已责令执法队于3月5日退还罚款三千元并当面道歉。"
PLAIN = "经3月2日现场核查并调阅执法记录仪视频，两名执法人员均已出示证件，程序合法。"


def codes(text: str, outcome: Outcome | None = Outcome.EXPLAINED, around: Surroundings = AROUND) -> list[str]:
    return [one.code for one in quality.look_over(text, outcome, around)]


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        (GOOD, Outcome.RECTIFIED),
        (PLAIN, Outcome.EXPLAINED),
        (PLAIN + "未发现您反映的情形。如有疑问请致电020-12345678。", Outcome.UNTRUE),
        ("经核查情况部分属实，执法队已当场改正，其余部分符合规定，不予支持。", Outcome.PARTLY_TRUE),
        ("经核查情况属实，执法队已于3月3日解除扣押并返还三轮车一辆，请您核对。", Outcome.RECTIFIED),
        ("经3月2日核查，处罚决定合法，您要求退还罚款没有依据，不予退还罚款，请您理解。", Outcome.PARTLY_TRUE),
    ],
)
def test_a_good_reply_goes_out_as_it_is(text: str, outcome: Outcome) -> None:
    assert codes(text, outcome) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("。。。。。。。。。。！！", "empty"),
        ("【查明事实】【整改措施】【整改日期】", "empty"),
        (PLAIN + "整改日期为【整改日期】。", "unfilled_blanks"),
        (PLAIN + "金额{{金额}}。", "unfilled_blanks"),
        (PLAIN + "身份证440106199001011234。", "id_number"),
        (PLAIN + "身份证 4401 0619 9001 0112 34。", "id_number"),
        (PLAIN + "联系电话138 0013 8000。", "mobile_number"),
        (PLAIN + "联系电话１３８００１３８０００。", "mobile_number"),
    ],
)
def test_what_must_not_go_out_is_refused(text: str, code: str) -> None:
    found = quality.look_over(text, Outcome.EXPLAINED, AROUND)
    assert code in {one.code for one in found if one.weight is Weight.REFUSAL}
    assert all(one.message.endswith("。") for one in found)


def test_a_reply_without_outcome_is_refused() -> None:
    assert codes(PLAIN, None) == ["missing_outcome"]


@pytest.mark.parametrize(
    ("text", "outcome", "code"),
    [
        ("已按规定依法处理完毕，谢谢。", Outcome.EXPLAINED, "too_short"),
        (PLAIN + "另于×月×日告知。", Outcome.EXPLAINED, "blank_marks"),
        ("您好，" + QUESTION, Outcome.EXPLAINED, "copies_question"),
        ("经核查情况属实，已责令该队改正，并对有关人员批评教育。", Outcome.RECTIFIED, "missing_date"),
        ("经核查情况部分属实，执法队已经改正不当做法，谢谢您的监督。", Outcome.PARTLY_TRUE, "missing_date"),
        ("经核查情况属实，已责令执法队于3月5日退还罚款并道歉。", Outcome.RECTIFIED, "missing_amount"),
        (PLAIN + "未发现您反映的情形。", Outcome.RECTIFIED, "outcome_differs"),
        ("经3月2日现场核查，执法队已退还罚款三千元，并作出书面检查。", Outcome.UNTRUE, "outcome_differs"),
        (PLAIN + "涉及车辆粤A12345。", Outcome.EXPLAINED, "plate"),
        (PLAIN + "执法证号粤01234567。", Outcome.EXPLAINED, "licence_number"),
        (PLAIN + "该诉求系缠访，已报领导批示。", Outcome.EXPLAINED, "internal_words"),
        (PLAIN + "有关问题线索已移送纪委。", Outcome.EXPLAINED, "internal_words"),
    ],
)
def test_what_should_be_looked_at_again_is_pointed_out(text: str, outcome: Outcome, code: str) -> None:
    found = quality.look_over(text, outcome, AROUND)
    assert code in {one.code for one in found}
    assert all(one.weight is Weight.WARNING and one.message.endswith("。") for one in found)


def test_a_template_without_a_word_of_the_case_is_pointed_out() -> None:
    template = "您好！您反映的问题收悉。该事项依照规定应当通过其他法定渠道处理，请您按告知的途径提出。"
    around = replace(AROUND, templates=(template,))
    assert codes(template, Outcome.OTHER_ROUTE, around) == ["template_only"]
    blank = replace(AROUND, templates=(template + "【理由】",))
    assert codes(template, Outcome.OTHER_ROUTE, blank) == ["template_only"]
    assert codes(template + "【理由】", Outcome.OTHER_ROUTE, blank) == ["unfilled_blanks"]
    assert codes(template + "我们已于3月2日电话告知。", Outcome.OTHER_ROUTE, around) == []


def test_the_complainant_is_not_named() -> None:
    known = replace(AROUND, name="张小明", phone="020-81234567")
    assert codes("张小明：" + PLAIN, around=known) == ["names_complainant"]
    assert codes(PLAIN + "电话020 8123 4567。", around=known) == ["phone_of_complainant"]
    assert codes("张先生：" + PLAIN, around=known) == []


def test_a_hidden_identity_cannot_be_found_by_trying_names() -> None:
    hidden = replace(AROUND, hidden=True)
    for name in ("张小明先生", "李四女士", "王先生"):
        assert codes(f"{name}：" + PLAIN, around=hidden) == ["names_person"]
    assert codes("您好，" + PLAIN, around=hidden) == []


def test_refusals_come_first() -> None:
    found = quality.look_over(
        "内部意见：请示领导后再定【金额】，电话13800138000。", Outcome.EXPLAINED, AROUND
    )
    weights = [one.weight for one in found]
    assert weights == sorted(weights)
    assert {Weight.REFUSAL, Weight.WARNING} == set(weights)
