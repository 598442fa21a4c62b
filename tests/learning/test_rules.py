"""When a challenger is refused, and which texts are kept for comparing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.learning.rules import Judged, compare, is_frozen, refusal, verdict

FINE = [Judged("A1", "A1", "A1")] * 40


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (FINE, None),
        ([*FINE, Judged("B1", "A1", "B1")], None),
        (FINE[:19], "不足以判断"),
        ([], "不足以判断"),
        ([*FINE, Judged("A1", "A1", "B1")], "改错1条"),
        ([*FINE, Judged("A1", "A1", "B1"), Judged("B1", "A1", "B1")], None),
        ([*FINE, *[Judged("H1", "H1", "A1")], *[Judged("A1", "B1", "A1")] * 5], "廉洁线索类"),
        ([*FINE, Judged("G2", "G2", "A1"), *[Judged("A1", "B1", "A1")] * 5], "少数类"),
        (
            [
                *FINE,
                *[Judged("F2", "F2", "F2")] * 6,
                *[Judged("F2", "F2", "A1")] * 5,
                *[Judged(label, "A1", label) for label in ("B1", "B2", "C2", "C3", "D1", "D2")],
            ],
            "“F2”",
        ),
    ],
)
def test_a_worse_challenger_is_refused_with_a_sentence(rows, words):
    told = refusal(compare(rows))
    assert told is None if words is None else words in (told or "") and told.endswith("。")


judged = st.lists(st.builds(Judged, *[st.sampled_from(["A1", "B1", "H1"])] * 3, st.booleans()), max_size=60)


@given(judged)
def test_a_comparison_adds_up(rows):
    found = compare(rows)
    assert found.n == len(rows) == sum(one.n for one in found.labels.values())
    gained = sum(one.after == one.true for one in rows) - sum(one.before == one.true for one in rows)
    assert found.n_fixed - found.n_broken == gained
    assert all(
        0 <= share <= 1 for one in found.labels.values() for share in (one.f1_after, one.recall_before)
    )
    assert f"{found.n}条" in verdict(found)


@given(judged)
def test_the_same_model_is_refused_only_for_too_few_texts(rows):
    same = [Judged(one.true, one.before, one.before) for one in rows]
    assert (refusal(compare(same)) is None) == (len(same) >= 20)


def test_one_text_in_five_is_kept_for_ever():
    texts = [f"第{i}件诉求" for i in range(5000)]
    frozen = [one for one in texts if is_frozen("", one)]
    assert 0.17 < len(frozen) / len(texts) < 0.23
    assert frozen == [one for one in texts if is_frozen("", f" {one}\n")]
