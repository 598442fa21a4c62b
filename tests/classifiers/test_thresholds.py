"""Cuts chosen from costs: least cost, monotone, careful with few answers."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers import thresholds
from classifiers.thresholds import DEFAULT, FLOOR, LEAN, NEVER, Answer, Cost, Costs

some_answers = st.lists(
    st.builds(
        Answer,
        st.sampled_from(["甲", "乙", "丙"]),
        st.integers(0, 40).map(lambda i: i / 40),
        st.booleans(),
    ),
    max_size=60,
)
price = st.floats(0.01, 100)


def cost_of(said: list[Answer], cut: float, cost: Cost) -> float:
    acted = [one for one in said if one.share >= cut]
    return sum(not one.right for one in acted) * cost.wrong + (len(said) - len(acted)) * cost.look


@given(some_answers.filter(bool), price, price)
def test_no_other_cut_is_cheaper(said: list[Answer], wrong: float, look: float) -> None:
    cost = Cost(wrong, look)
    chosen = cost_of(said, thresholds.cheapest_cut(said, cost), cost)
    assert all(
        chosen <= cost_of(said, cut, cost) + 1e-9 for cut in {0.0, NEVER, *(one.share for one in said)}
    )


@given(some_answers, price, price, price)
def test_a_dearer_mistake_never_lowers_a_cut(
    said: list[Answer], wrong: float, more: float, look: float
) -> None:
    cheap = thresholds.choose_from(said, "甲乙丙", Costs(Cost(wrong, look)))
    dear = thresholds.choose_from(said, "甲乙丙", Costs(Cost(wrong + more, look)))
    assert all(dear[label] >= cheap[label] for label in "甲乙丙")


@given(some_answers)
def test_every_label_gets_a_usable_cut_and_few_answers_open_no_door(said: list[Answer]) -> None:
    cuts = thresholds.choose_from(said, "甲乙丙丁", Costs())
    assert set(cuts) == set("甲乙丙丁")
    for label, cut in cuts.items():
        assert 0 <= cut <= NEVER
        if sum(one.label == label for one in said) < LEAN:
            assert cut >= FLOOR


def test_a_label_that_is_always_wrong_is_never_acted_on() -> None:
    wrong = [Answer("甲", 0.95, False)] * 500
    right = [Answer("乙", 0.6, True)] * 500
    cuts = thresholds.choose_from([*wrong, *right], ["甲", "乙"], Costs())
    assert cuts["甲"] > 0.95
    assert cuts["乙"] <= 0.62


def test_a_label_may_have_a_cost_of_its_own() -> None:
    said = [Answer(label, 0.7 + i / 100, i % 3 > 0) for label in "甲乙" for i in range(25)]
    cuts = thresholds.choose_from(said, "甲乙", Costs(Cost(1, 1), {"乙": Cost(50, 1)}))
    assert cuts["甲"] < cuts["乙"]


def test_nothing_known_keeps_the_default() -> None:
    assert thresholds.choose_from([], ["甲"], Costs()) == {"甲": DEFAULT}
    assert thresholds.choose(np.zeros((0, 1), dtype=np.float32), ["甲"], []) == {"甲": DEFAULT}


def test_probabilities_become_answers_and_cuts() -> None:
    shares = np.array([[0.9, 0.1], [0.2, 0.8]], dtype=np.float32)
    assert thresholds.answers(shares, ["甲", "乙"], ["甲", "甲"]) == [
        Answer("甲", 0.9, True),
        Answer("乙", 0.8, False),
    ]
    assert set(thresholds.choose(shares, ["甲", "乙"], ["甲", "甲"])) == {"甲", "乙"}


def test_the_outcome_counts_what_is_acted_on() -> None:
    said = [Answer("甲", 0.9, True), Answer("甲", 0.8, False), Answer("甲", 0.1, True)]
    assert thresholds.outcome(said, {"甲": 0.5}) == thresholds.Outcome(3, 2, 1)


def test_answers_are_kept_with_the_model(tmp_path: Path) -> None:
    said = [Answer("甲,\n“乙”", 0.1234, True), Answer("丙", 1.0, False)]
    thresholds.write(tmp_path, said)
    assert thresholds.read(tmp_path) == said
    thresholds.write(tmp_path, said[:1], thresholds.COMPARED)
    assert thresholds.read(tmp_path) == [*said, said[0]]


@pytest.mark.parametrize("content", ["", "label,share,right\n甲,x,1\n", "nonsense\n1\n"])
def test_unreadable_answers_are_none(tmp_path: Path, content: str) -> None:
    (tmp_path / thresholds.ANSWERS).write_text(content, encoding="utf-8")
    assert thresholds.read(tmp_path) == []
    assert thresholds.read(tmp_path / "absent") == []
