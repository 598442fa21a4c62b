import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.anchors import Anchored
from classifiers.clean import clean
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
        ("罚款三千五", [350_000]),
        ("要我两万八", [2_800_000]),
        ("罚了3千5", [350_000]),
        ("罚1.5万", [1_500_000]),
        ("一共交了12万5千元", [12_500_000]),
        ("罚了一万零五百元", [1_050_000]),
        ("塞给队长五百", [50_000]),
        ("¥300", [30_000]),
        ("300元和两百块", [30_000, 20_000]),
        ("罚了我3000", [300_000]),
        ("扣了12分", []),
        ("收了300斤", []),
        ("给了我三天", []),
        ("几百块钱", []),
        ("石块砸了", []),
        ("元宵节", []),
        ("0元", []),
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


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026年3月底", "2026-03-21", "2026-03-31"),
        ("2月底", "2026-02-21", "2026-02-28"),
        ("3月15号晚上", "2026-03-15", "2026-03-15"),
        ("今年5月份", "2026-05-01", "2026-05-31"),
        ("12月", "2025-12-01", "2025-12-31"),
        ("上个月", "2026-10-01", "2026-10-31"),
        ("上个月底", "2026-10-21", "2026-10-31"),
        ("上上周五", "2026-11-13", "2026-11-13"),
        ("上周末", "2026-11-21", "2026-11-22"),
        ("上周", "2026-11-16", "2026-11-22"),
        ("国庆期间", "2026-10-01", "2026-10-07"),
        ("去年国庆", "2025-10-01", "2025-10-07"),
        ("春节前后", "2026-02-17", "2026-02-23"),
        ("中秋节", "2026-09-25", "2026-09-27"),
        ("元旦", "2026-01-01", "2026-01-03"),
        ("去年年底", "2025-12-01", "2025-12-31"),
        ("今年上半年", "2026-01-01", "2026-06-30"),
        ("2024年", "2024-01-01", "2024-12-31"),
        ("15号晚上", "2026-11-15", "2026-11-15"),
        ("30号早上", "2026-10-30", "2026-10-30"),
        ("两年前", "2024-11-23", "2024-11-23"),
        ("大前天", "2026-11-20", "2026-11-20"),
    ],
)
def test_stretches_of_days_have_a_first_and_a_last_one(text: str, first: str, last: str) -> None:
    (found,) = find_identifiers(text, NOW).dates
    assert (found.on, found.until) == (first, last)


@pytest.mark.parametrize(
    "text", ["20号楼", "第15号", "几天前", "9999年前", "二百五一", "三个月", "星期几", "2026年13月1日"]
)
def test_what_is_no_day(text: str) -> None:
    found = find_identifiers(text, NOW).dates
    assert [one.on for one in found if one.on == one.until] == []


def test_a_festival_beyond_the_table_leaves_the_year() -> None:
    assert [day.phrase for day in find_identifiers("1999年春节", NOW).dates] == ["1999年"]


@pytest.mark.parametrize(
    ("text", "plates"),
    [
        ("粤B12345", ("粤B12345",)),
        ("粤B·D12345", ("粤BD12345",)),  # new energy: one more character
        ("粤BD1234挂", ("粤BD1234挂",)),
        ("川a 88888", ("川A88888",)),
        ("京A8888I", ()),  # no letter I on a plate
        ("广B12345", ()),
    ],
)
def test_plates(text: str, plates: tuple[str, ...]) -> None:
    assert find_identifiers(text, NOW).plates == plates


@pytest.mark.parametrize(
    ("text", "certificates"),
    [
        ("执法证号:粤A123456", ("粤A123456",)),
        ("警号012345", ("012345",)),
        ("工号为 A1024", ("A1024",)),
        ("证件编号是19010012345", ("19010012345",)),
        ("出示执法证", ()),
        ("食品经营许可证", ()),
    ],
)
def test_certificates(text: str, certificates: tuple[str, ...]) -> None:
    assert find_identifiers(text, NOW).certificates == certificates


def test_full_width_digits_are_read_after_cleaning() -> None:
    found = find_identifiers(clean("电话１３８００１３８０００，３月５日罚款５０００元"), NOW)
    assert found.phones == ("13800138000",)
    assert [amount.fen for amount in found.amounts] == [500_000]
    assert [day.on for day in found.dates] == ["2026-03-05"]


class Counting:
    """A pattern that counts the characters it is shown."""

    def __init__(self, pattern: str) -> None:
        self._pattern = re.compile(pattern)
        self.shown = 0

    def search(self, text: str, low: int, high: int) -> re.Match[str] | None:
        self.shown += high - low
        return self._pattern.search(text, low, high)


@pytest.mark.parametrize("piece", ["月", "1月", "一", "1" * 30 + "月", "月1"])
def test_a_hostile_text_is_only_looked_at_around_its_anchors(piece: str) -> None:
    """Every anchor costs one look of bounded reach: time grows with the text and not with its square."""
    text = (piece * 20_000)[:20_000]
    pattern = Counting(r"(?:[0-9]{1,2})月")
    found = list(Anchored([(("月",), pattern)], before=14, after=14).find(text))  # type: ignore[list-item]
    assert pattern.shown <= 200 * text.count("月")
    assert len(found) <= text.count("月")


@pytest.mark.parametrize(
    "piece",
    ["月", "元", "一", "1", "罚", "前", "万", "1,", "年1月", "证1", "粤B1", "13", "收三", "A", "国庆"],
)
def test_a_hostile_text_of_20000_characters_is_read(piece: str) -> None:
    found = find_identifiers((piece * 20_000)[:20_000], NOW)
    assert found.id_numbers == found.usccs == ()


def test_a_match_is_told_once_however_many_anchors_it_has() -> None:
    forms = [(("年", "月"), re.compile("[0-9]+年[0-9]+月"))]
    assert [match[0] for _, match in Anchored(forms, before=10, after=10).find("2026年3月和2025年1月")] == [
        "2026年3月",
        "2025年1月",
    ]


@given(st.integers(1, 99_999_999))
def test_sums_are_read_as_they_were_written(yuan: int) -> None:
    assert [amount.fen for amount in find_identifiers(f"罚款{yuan}元", NOW).amounts] == [yuan * 100]


@given(st.dates(date(2000, 1, 1), date(2026, 11, 23)))
def test_full_dates_are_read_as_they_were_written(day: date) -> None:
    text = f"在{day.year}年{day.month}月{day.day}日那天"
    assert [one.on for one in find_identifiers(text, NOW).dates] == [day.isoformat()]


@given(st.text(alphabet="一二三十百千万0123456789年月日号上周前天今去元块罚收,.-", max_size=60))
def test_spans_are_where_the_words_are(text: str) -> None:
    found = find_identifiers(text, NOW)
    for one in (*found.amounts, *found.dates):
        assert text[slice(*one.span)].strip() == one.phrase
    assert all(day.on <= day.until for day in found.dates)
    assert all(amount.fen > 0 for amount in found.amounts)


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
