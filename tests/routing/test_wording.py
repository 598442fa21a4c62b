"""Conditions in words are read back as they were, and what cannot be read is named."""

import pytest
from hypothesis import given, settings

from tests.routing.test_validity import CONDITIONS
from tracker.errors import Invalid
from tracker.routing.conditions import FEATURES, VALUES
from tracker.routing.facts import DecisionKind, Target
from tracker.routing.seed_rules import seed_rules
from tracker.routing.validity import OUTCOMES
from tracker.routing.wording import (
    FEATURE_WORDS,
    OUTCOME_WORDS,
    TARGET_WORDS,
    VALUE_WORDS,
    condition_text,
    read_condition,
    read_word,
)


def test_everything_has_a_word() -> None:
    assert set(FEATURE_WORDS) == set(FEATURES)
    assert {name: set(words) for name, words in VALUE_WORDS.items()} == {
        name: set(values) for name, values in VALUES.items()
    }
    assert set(OUTCOME_WORDS) == set(DecisionKind)
    assert set(TARGET_WORDS) == set(Target) == set(OUTCOMES)


def test_the_rules_we_ship_read_back() -> None:
    for rule in seed_rules():
        assert read_condition(condition_text(rule.condition)) == rule.condition
    assert condition_text({"kind": ["department", "government"], "province": {"not": "440000"}}) == (
        "单位性质=部门|政府；省份代码≠440000"
    )


@settings(max_examples=100, deadline=None)
@given(CONDITIONS)
def test_any_condition_reads_back(condition: dict[str, object]) -> None:
    def plain(value: object) -> object:
        if isinstance(value, dict):
            return {"not": plain(value["not"])}
        return value[0] if isinstance(value, list) and len(value) == 1 else value

    assert read_condition(condition_text(condition)) == {name: plain(one) for name, one in condition.items()}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("颜色=红", "看不懂"),
        ("单位性质", "看不懂"),
        ("单位性质=公司", "没有取值“公司”"),
        ("单位性质=部门；单位性质=政府", "写了两次"),
    ],
)
def test_what_cannot_be_read_is_named(text: str, told: str) -> None:
    with pytest.raises(Invalid, match=told):
        read_condition(text)


def test_words_and_values_both_count() -> None:
    assert read_word(OUTCOME_WORDS, "派单", "处理方式") == read_word(OUTCOME_WORDS, "dispatch", "处理方式")
    with pytest.raises(Invalid, match="处理方式“退回”"):
        read_word(OUTCOME_WORDS, "退回", "处理方式")
    assert read_condition("任何情形") == read_condition("") == {}
