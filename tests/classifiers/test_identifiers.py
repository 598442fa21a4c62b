from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.identifiers import find_identifiers, is_id_number, is_uscc
from classifiers.numerals import read_number

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)  # a Monday, noon in Shanghai


@pytest.mark.parametrize(
    ("number", "valid"),
    [
        ("11010519491231002X", True),  # the example of GB 11643
        ("11010519491231002x", True),
        ("110105194912310021", False),
        ("110105194902310021", False),  # 31 February
        ("01010519491231002X", False),
        ("123", False),
        ("", False),
    ],
)
def test_identity_numbers(number: str, valid: bool) -> None:
    assert is_id_number(number) is valid


@pytest.mark.parametrize(
    ("code", "valid"),
    [
        ("91350100M000100Y43", True),  # the example of GB 32100
        ("91350100m000100y43", True),
        ("91350100M000100Y44", False),
        ("91350100M000101Y43", False),
        ("9135010OM000100Y43", False),  # letter O is not in the alphabet
        ("9135", False),
    ],
)
def test_credit_codes(code: str, valid: bool) -> None:
    assert is_uscc(code) is valid


@given(st.integers(0, 16), st.sampled_from("0123456789"))
def test_any_single_wrong_digit_of_an_identity_number_is_noticed(place: int, digit: str) -> None:
    right = "11010519491231002X"
    changed = right[:place] + digit + right[place + 1 :]
    assert is_id_number(changed) is (changed == right)


def test_everything_in_one_text() -> None:
    found = find_identifiers(
        "本人电话138 0013 8000,座机020-81234567,身份证11010519491231002X,公司91350100M000100Y43,"
        "车牌粤B·12345和粤AD12345,执法证号:19010012345,罚了我两万五",
        NOW,
    )
    assert found.phones == ("13800138000", "02081234567")
    assert found.id_numbers == ("11010519491231002X",)
    assert found.usccs == ("91350100M000100Y43",)
    assert found.plates == ("粤B12345", "粤AD12345")
    assert found.certificates == ("19010012345",)
    assert [amount.fen for amount in found.amounts] == [2_500_000]


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("罚款5000元", [500_000]),
        ("罚款1.2万元", [1_200_000]),
        ("罚五千块", [500_000]),
        ("交了3,000.50元", [300_050]),
        ("罚两万五千元", [2_500_000]),
        ("罚了三万", [3_000_000]),
        ("一年罚了六千万元", [6_000_000_000]),
        ("收了十二块钱", [1_200]),
        ("罚款20人", []),
        ("元旦那天", []),
        ("罚了3次", []),
    ],
)
def test_amounts(text: str, fen: list[int]) -> None:
    assert [amount.fen for amount in find_identifiers(text, NOW).amounts] == fen


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("昨天下午", ["2026-11-22"]),
        ("前天来的", ["2026-11-21"]),
        ("2026年3月5日", ["2026-03-05"]),
        ("2026-03-05", ["2026-03-05"]),
        ("11月20号", ["2026-11-20"]),
        ("12月20日", ["2025-12-20"]),
        ("去年12月1日", ["2025-12-01"]),
        ("上周三", ["2026-11-18"]),
        ("上个月5号", ["2026-10-05"]),
        ("3天前", ["2026-11-20"]),
        ("两个月前", ["2026-09-23"]),
        ("2月30日", []),
        ("十月三号那天", ["2026-10-03"]),
        ("没有日期", []),
    ],
)
def test_days_are_read_against_the_day_of_receipt(text: str, days: list[str]) -> None:
    assert [date.on for date in find_identifiers(text, NOW).dates] == days


def test_the_day_of_receipt_is_the_local_one() -> None:
    just_past_midnight = datetime(2026, 11, 22, 16, 30, tzinfo=UTC)
    assert find_identifiers("今天", just_past_midnight).dates[0].on == "2026-11-23"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("三千五", 3500),
        ("一百零五", 105),
        ("十二", 12),
        ("2万", 20000),
        ("两万五", 25000),
        ("一亿二千万", 120_000_000),
    ],
)
def test_numerals(text: str, value: int) -> None:
    assert read_number(text) == Decimal(value)


@given(st.text(max_size=200))
def test_no_text_breaks_it(text: str) -> None:
    find_identifiers(text, NOW)
