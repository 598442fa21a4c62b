"""What names a person is hidden, in whatever dress; what the office needs to act stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.hiding import Known, hide

KNOWN = Known(("张小明",), ("13812345678", "440106199001011234"), ("天河区石牌街道青梧巷5号之三402",))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("电话13812345678，请回电", "电话138********，请回电"),
        ("电话 138 1234 5678。", "电话 138 **** ****。"),
        ("138-1234-5678", "138**********"),
        ("+8613812345678", "+86138********"),
        ("１３８１２３４５６７８", "１３８********"),
        ("一三八一二三四五六七八打给我", "一三八********打给我"),
        ("幺三八一二三四五六七八", "幺三八********"),
        ("座机020-87654321", "座机020*********"),
        ("身份证440106199001011234", "身份证440***************"),
        ("身份证44010619900101123X", "身份证440***************"),
        ("老身份证440106900101123号", "老身份证440************号"),
        ("卡号6222 0212 3456 7890 123", "卡号6222 **** **** **** ***"),
        ("车牌粤A12345被拖走", "车牌粤A****5被拖走"),
        ("粤B·D12345新能源", "粤B******5新能源"),
        ("微信号zhang_san88", "微信号***********"),
        ("QQ：12345678", "QQ：********"),
        ("信用代码92440106MA5XUAN11Y", "信用代码92440106**********"),
        ("食品经营许可证号：JY24401060012345", "食品经营许可证号：****************"),
        ("道路运输证粤交字第440100123456号", "道路运输证粤交字第************号"),
    ],
)
def test_what_names_a_person_is_hidden(text, shown):
    assert hide(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "罚款20000元，收据0012345号",
        "打12345没人理，12315也不管",
        "2026年3月15日上午9点30分",
        "决定书文号穗天市监罚〔2026〕123号",
        "执法证号19010212345",
        "工单号202611230000042",
        "一三得三，三三得九",
        "统一社会信用代码11440106007500000X",
        "没有许可证罚款100000元",
        "执照2026-03-01到期",
        "一共一万三千八百元",
    ],
)
def test_what_the_office_needs_stays(text):
    assert hide(text) == text


def test_a_known_name_is_hidden_wherever_it_stands():
    assert hide("我叫张小明，张小明是店主，张先生", Known(("张小明",))) == "我叫张**，张**是店主，张先生"
    assert hide("欧阳明月说", Known(("欧阳明月", "", "我"))) == "欧***说"


@given(st.text(alphabet="电话粤A0123456789一三八 -张小明QX微信号\n", max_size=80))
def test_hiding_keeps_the_length_and_hides_nothing_twice(text):
    once = hide(text, KNOWN)
    assert len(once) == len(text)
    assert hide(once, KNOWN) == once
    assert "张小明" not in once
    assert all(shown in {"*", was} for shown, was in zip(once, text, strict=True))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("打 1 3 8 1 2 3 4 5 6 7 8", "打 1 3 * * * * * * * * *"),
        ("号码是138-12-34-56-78", "号码是138************"),
        ("一 三 八 一 二 三 四 五 六 七 八", "一 三 * * * * * * * * *"),
        ("440106 19900101 1234", "440*** ******** ****"),
        ("住天河区石牌街道青梧巷5号之三402", "住天河区石牌街道**********"),
        ("到青梧巷5号之三402找我", "到**********找我"),
        ("石牌街道的青梧巷很窄", "石牌街道的青梧巷很窄"),
    ],
)
def test_what_is_known_is_hidden_in_any_dress(text, shown):
    assert hide(text, KNOWN) == shown


def test_of_whoever_hides_himself_nothing_stays_readable():
    shown = hide("我叫张小明，电话13812345678", Known(("张小明",), ("13812345678",), wholly=True))
    assert shown == "我叫***，电话***********"
