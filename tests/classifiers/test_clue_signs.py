"""Sentences with and without a hint of corruption; half of them are traps."""

import csv
import re
from pathlib import Path

import pytest

from classifiers.clean import clean
from classifiers.clue_signs import ALONE, MAX_SIGNS, find_signs, rules_by_phrase, with_hint

with (Path(__file__).parent / "clue_cases.csv").open(encoding="utf-8", newline="") as file:
    CASES = [(clean(row["text"]), row["sign"] == "yes") for row in csv.DictReader(file)]


def test_nearly_all_hints_are_seen_and_few_others() -> None:
    seen = [(is_sign, bool(find_signs(text))) for text, is_sign in CASES]
    right = sum(is_sign and found for is_sign, found in seen)
    assert len(CASES) >= 150
    assert right / sum(is_sign for is_sign, _ in seen) >= 0.98
    assert right / sum(found for _, found in seen) >= 0.85


@pytest.mark.parametrize("text", [text for text, is_sign in CASES if is_sign])
def test_every_sign_shows_its_words_and_its_leaf(text: str) -> None:
    for sign in find_signs(text):
        assert text[slice(*sign.span)] == sign.phrase
        assert sign.code in {"H1", "H2", "H3", "H4"}


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("队长收红包", ["H1"]),
        ("他没有收红包", []),
        ("医生收红包", []),
        ("医生收红包,卫健局的人也收红包", ["H1"]),
        ("不送红包就不给办", ["H1"]),
        ("难道没有保护伞", ["H3"]),
        ("规定严禁吃拿卡要", []),
        ("所长的小舅子开的公司", ["H2"]),
        ("物业经理的小舅子开的公司", []),
        ("举报后第二天就来查我", ["H4"]),
        ("网店后台", []),
    ],
)
def test_denials_conditions_and_who_does_it(text: str, codes: list[str]) -> None:
    assert sorted({sign.code for sign in find_signs(text)}) == codes


@pytest.mark.parametrize("piece", ["烟草", "举报投诉反映", "给他一百块", "他弟", "队长红包", "换了笔录"])
def test_a_hostile_text_of_20000_characters_is_read_once(piece: str) -> None:
    text = (piece * 20_000)[:20_000]
    assert len(find_signs(text)) <= MAX_SIGNS


def test_every_pattern_of_the_table_can_be_compiled() -> None:
    rules = {rule for rules in rules_by_phrase().values() for rule in rules}
    patterns = {pattern for rule in rules for pattern in (rule.before, rule.after, rule.unless) if pattern}
    assert len(patterns) > 100
    for pattern in patterns:
        re.compile(pattern)


@pytest.mark.parametrize(
    ("share", "leaves", "codes"),
    [
        (ALONE, ["A1", "H2"], ["H2"]),
        (ALONE, ["A1", "A2"], ["H3"]),
        (ALONE - 0.01, ["H1", "H2"], []),
    ],
)
def test_what_only_the_model_hears_is_a_sign_without_words(
    share: float, leaves: list[str], codes: list[str]
) -> None:
    found = with_hint((), share, leaves)
    assert [(sign.code, sign.phrase) for sign in found] == [(code, "") for code in codes]


def test_words_stand_whatever_the_model_hears() -> None:
    signs = find_signs("队长收红包")
    assert with_hint(signs, 0.0, ["A1"]) == signs
