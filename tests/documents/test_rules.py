from datetime import UTC, date, datetime

import pytest

from tracker.documents import letters, rules
from tracker.documents.rules import Kind, Secret, State
from tracker.errors import Invalid
from tracker.offices.rules import Level

AT = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("names", "prefix"),
    [
        (["广东省"], "粤执监督"),
        (["广东省", "广州市"], "穗执监督"),
        (["广东省", "广州市", "天河区"], "穗天河执监督"),
        (["广东省", "广州市", "天河区", "石牌街道"], "穗天河石牌执监督"),
        (["广东省", "东莞市", "虎门镇"], "东虎门执监督"),
        (["广东省", "韶关市", "乳源瑶族自治县"], "韶乳源瑶族执监督"),
    ],
)
def test_the_head_of_numbers_comes_from_the_place(names: list[str], prefix: str) -> None:
    assert rules.default_prefix(names) == prefix
    assert rules.prefix_refusal(prefix) is None


@pytest.mark.parametrize("prefix", ["", "粤", "粤执监督2026", "粤执 监督", "粤" * 17])
def test_a_head_that_is_no_head_is_refused(prefix: str) -> None:
    assert "2至16个汉字" in str(rules.prefix_refusal(prefix))


def test_a_number_reads_as_it_is_written() -> None:
    assert rules.number("粤执监督", 2026, 7) == "粤执监督〔2026〕7号"
    assert rules.written_date(date(2026, 3, 2)) == "2026年3月2日"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, State.UNSIGNED),
        ({"signed_at": AT}, State.CORRECTING),
        ({"signed_at": AT, "answered_at": AT}, State.ANSWERED),
        ({"signed_at": AT, "closed_at": AT}, State.DONE),
        ({"signed_at": AT, "answered_at": AT, "voided_at": AT}, State.VOID),
    ],
)
def test_the_state_follows_from_the_facts(facts: dict[str, datetime], expected: State) -> None:
    blank = dict.fromkeys(("signed_at", "answered_at", "closed_at", "voided_at"))
    assert rules.state(**{**blank, **facts}) is expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "lowest"),
    [
        (Kind.REMINDER, Level.TOWNSHIP),
        (Kind.TRANSFER, Level.TOWNSHIP),
        (Kind.URGING, Level.COUNTY),
        (Kind.OPINION, Level.COUNTY),
        (Kind.DECISION, Level.COUNTY),
    ],
)
def test_the_lowest_level_that_may_issue(kind: Kind, lowest: Level) -> None:
    allowed = [level for level in Level if rules.issue_refusal(kind, level) is None]
    assert allowed == list(Level)[: lowest.depth + 1]


SECRETS = [
    Secret("姓名", "高明"),
    Secret("电话", "02081234567"),
    Secret("统一社会信用代码", "91440101MA5XXXXX1A"),
]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("诉求人高明反映", "诉求人的姓名"),
        ("来电020-8123 4567", "诉求人的电话"),
        ("企业91440101ma5xxxxx1a反映", "诉求人的统一社会信用代码"),
        ("联系１３８ ００１３ ８０００", "一个手机号码"),
        ("证件 440106-19900101-1234", "一个身份证号码"),
        ("佛山市高明区市场监督管理局检查六次", None),
        ("工单2026030200001，罚款138001380001元", None),
    ],
)
def test_personal_data_is_found_however_it_is_written(text: str, told: str | None) -> None:
    assert rules.personal_data(text, SECRETS, ["佛山市高明区", "高明区"]) == told


VALUES = dict.fromkeys(letters.VARIABLES, "某")


@pytest.mark.parametrize("kind", list(Kind))
def test_every_text_we_bring_can_be_filled(kind: Kind) -> None:
    paragraphs = letters.fill(letters.DEFAULTS[kind], VALUES)
    assert len(paragraphs) > 2
    assert not [one for one in paragraphs if "{" in one]


def test_an_unknown_variable_is_named() -> None:
    with pytest.raises(Invalid) as refused:
        letters.check("请{{主送单位}}于{{完成时间}}前办结。")
    assert refused.value.code == "unknown_variable"
    assert "“完成时间”" in refused.value.message
    assert "主送单位" in refused.value.message


@pytest.mark.parametrize("text", ["请{{主送单位办结。", "办结}}。", "  ", "长" * 4001])
def test_a_broken_text_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        letters.check(text)
    assert refused.value.code in {"bad_template", "unknown_variable"}


def test_what_was_typed_is_never_read_as_a_variable() -> None:
    typed = {**VALUES, "事实": "一、{{依据}}\n二、{% raw %}"}
    assert letters.fill("查明：\n{{事实}}", typed) == ("查明：", "一、{{依据}}", "二、{% raw %}")


def test_a_commission_is_told_from_other_addressees() -> None:
    assert rules.names_commission("中共某区纪委")
    assert rules.names_commission("某市监察委员会")
    assert not rules.names_commission("某市公安局")
