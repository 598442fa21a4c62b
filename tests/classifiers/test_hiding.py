"""What names a person is hidden, in whatever dress; what the office needs to act stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.hiding import hide


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
        "统一社会信用代码91440101MA5CU6XG1B",
        "一共一万三千八百元",
    ],
)
def test_what_the_office_needs_stays(text):
    assert hide(text) == text


def test_a_known_name_is_hidden_wherever_it_stands():
    assert hide("我叫张小明，张小明是店主，张先生", ["张小明"]) == "我叫张**，张**是店主，张先生"
    assert hide("欧阳明月说", ["欧阳明月", "", "我"]) == "欧***说"


@given(st.text(alphabet="电话粤A0123456789一三八 -张小明QX微信号\n", max_size=80))
def test_hiding_keeps_the_length_and_hides_nothing_twice(text):
    once = hide(text, ["张小明"])
    assert len(once) == len(text)
    assert hide(once, ["张小明"]) == once
    assert "张小明" not in once
    assert all(shown in {"*", was} for shown, was in zip(once, text, strict=True))
