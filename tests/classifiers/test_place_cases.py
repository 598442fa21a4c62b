"""Texts from many provinces against the divisions that ship: what is named there, and what only looks like a place."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.places import DivisionRow, Places
from tracker.tickets.engine import division_rows

ROWS = division_rows()
PLACES = Places(ROWS, "440000")
with (Path(__file__).parent / "place_cases.csv").open(encoding="utf-8", newline="") as file:
    CASES = [(row["text"], row["codes"]) for row in csv.DictReader(file)]


def codes(text: str) -> str:
    return " ".join(place.code for place in PLACES.find(text))


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_what_is_named(text: str, expected: str) -> None:
    assert codes(text) == expected


def test_the_cases_are_many_and_from_everywhere() -> None:
    assert len(CASES) >= 200
    named = {code[:2] for _, expected in CASES for code in expected.split()}
    assert len(named) >= 25


def test_every_city_and_county_is_found_by_its_whole_name() -> None:
    names = {code: name for code, name, _, _ in ROWS}
    above = {code: parent for code, _, _, parent in ROWS}
    missed = []
    for code, name, level, parent in ROWS:
        whole = name
        at = parent
        while at is not None:
            whole = names[at] + whole
            at = above[at]
        found = [place.code for place in PLACES.find(f"我在{whole},想反映一件事")]
        if level in ("province", "city", "county") and found != [code]:
            missed.append((whole, found))
    assert missed == []


FAR: list[DivisionRow] = [
    ("110105001", "朝外街道", "township", "110105"),
    ("110105003", "三里屯街道", "township", "110105"),
    ("430121101", "黄花镇", "township", "430121"),
    ("431302100", "杉山镇", "township", "431302"),
    ("341202001", "文峰街道", "township", "341202"),
    ("410502001", "文峰街道", "township", "410502"),
]
EVERYWHERE = Places([*ROWS, *FAR], "440000")
NO_HOME = Places([*ROWS, *FAR])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("朝阳区三里屯的店", ["110105003"]),  # what follows tells which 朝阳区
        ("朝阳区城管,在三里屯街道那边", ["110105003"]),
        ("长沙县黄花镇", ["430121101"]),
        ("黄花镇的店,在长沙", ["430121101"]),  # what stands elsewhere in the text tells which
        ("黄花镇的店", ["441881138"]),  # and else the home province does
        ("杉山镇的店", ["431302100"]),
        ("文峰街道的店", []),  # two far away, none at home
        ("安阳文峰区文峰街道", ["410502001"]),
    ],
)
def test_same_names_are_told_apart_by_the_text_then_by_home(text: str, expected: list[str]) -> None:
    assert [place.code for place in EVERYWHERE.find(text)] == expected


def test_without_a_home_every_bearer_is_offered() -> None:
    assert {place.code for place in NO_HOME.find("文峰街道的店")} == {"341202001", "410502001"}


def test_a_name_in_an_enterprise_counts_less_than_one_that_stands_free() -> None:
    (company,) = PLACES.find("广州天河某某有限公司")
    (free,) = PLACES.find("广州天河的店")
    assert company.confidence < free.confidence


PIECES = [
    "广州市",
    "天河",
    "区",
    "石牌",
    "街道",
    "朝阳",
    "市",
    "中",
    "东莞",
    "长安镇",
    "路",
    "的",
    "县",
    "😀",
    "\u200b",
    "公司",
    "人",
]


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_spans_lie_in_the_text_in_order_and_begin_with_a_name(text: str) -> None:
    found = PLACES.find(text)
    assert [place.span[0] for place in found] == sorted(place.span[0] for place in found)
    for place in found:
        assert 0 <= place.span[0] < place.span[1] <= len(text)
        assert place.name.startswith(("广东省", "北京市", "吉林省", "辽宁省", "山东省", "四川省"))
        assert 0 < place.confidence <= 1


@given(st.text(alphabet=st.characters(), max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    assert all(text[slice(*place.span)] for place in PLACES.find(text))
