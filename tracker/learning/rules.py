"""What is learned from, what is kept for comparing, and when a challenger is refused; pure."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tracker.categories.rules import CLUE_CLASS

LEAST_COMPARED = 20
"""[P] Fewer texts than this decide nothing."""
ENOUGH_OF_A_LABEL = 10
"""[P] Texts of a label from which on its own score counts."""
TOLERATED = 0.1
"""[P] How far the F1 of one label may fall (0–1) while the whole gets better."""
TOLERATED_MACRO = 0.01
"""[P] How far the mean F1 over the labels may fall."""
TRAINING_HOURS = 2
"""A training that is not done after so long is given up, so that it cannot be tried for ever."""
_ONE_IN = 5


class Step(StrEnum):
    """How far a training is."""

    WAITING = "waiting"
    """排队"""
    TRAINING = "training"
    """训练"""
    COMPARING = "comparing"
    """比较"""
    DONE = "done"
    """完成"""
    FAILED = "failed"
    """未完成"""


STEP_LABELS: dict[Step, str] = {
    Step.WAITING: "排队等候",
    Step.TRAINING: "正在训练",
    Step.COMPARING: "正在与在用模型比较",
    Step.DONE: "已完成",
    Step.FAILED: "未完成",
}
STEP_PERCENT: dict[Step, int] = {
    Step.WAITING: 5,
    Step.TRAINING: 25,
    Step.COMPARING: 80,
    Step.DONE: 100,
    Step.FAILED: 100,
}


def is_frozen(title: str, text: str) -> bool:
    """Return whether a text is kept for comparing: one in five, the same for ever, equal texts alike."""
    digest = hashlib.sha256("".join(f"{title}{text}".split()).encode()).digest()
    return digest[0] * 256 + digest[1] < 65536 // _ONE_IN


@dataclass(frozen=True)
class Judged:
    """One text neither model learned from: what is true, what each said. is_base: shipped, not a person's correction."""

    true: str
    before: str
    after: str
    is_base: bool = False


@dataclass(frozen=True)
class LabelChange:
    """A label's F1 and recall (0–1) before and after, over its n texts."""

    n: int
    f1_before: float
    f1_after: float
    recall_before: float
    recall_after: float


@dataclass(frozen=True)
class Comparison:
    """Both models on the same texts. n_fixed: wrong before, right after; n_broken: the other way round."""

    n: int
    n_base: int
    accuracy_before: float
    accuracy_after: float
    macro_f1_before: float
    macro_f1_after: float
    n_fixed: int
    n_broken: int
    labels: Mapping[str, LabelChange]


def compare(rows: Sequence[Judged]) -> Comparison:
    """Return how the two models fare; all shares are 0 for no rows."""
    truth = [one.true for one in rows]
    before, after = [one.before for one in rows], [one.after for one in rows]
    f1_before, f1_after = _f1_of_each(truth, before), _f1_of_each(truth, after)
    counts = Counter(truth)
    labels = {
        label: LabelChange(
            n, f1_before[label][0], f1_after[label][0], f1_before[label][1], f1_after[label][1]
        )
        for label, n in sorted(counts.items())
    }
    return Comparison(
        n=len(rows),
        n_base=sum(one.is_base for one in rows),
        accuracy_before=_mean([one.before == one.true for one in rows]),
        accuracy_after=_mean([one.after == one.true for one in rows]),
        macro_f1_before=_mean([one.f1_before for one in labels.values()]),
        macro_f1_after=_mean([one.f1_after for one in labels.values()]),
        n_fixed=sum(one.before != one.true == one.after for one in rows),
        n_broken=sum(one.before == one.true != one.after for one in rows),
        labels=labels,
    )


def _f1_of_each(truth: Sequence[str], said: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Return (F1, recall) of every true label."""
    n_true, n_said = Counter(truth), Counter(said)
    hit = Counter(true for true, label in zip(truth, said, strict=True) if true == label)
    return {
        label: (round(2 * hit[label] / (n + n_said[label]), 4), round(hit[label] / n, 4))
        for label, n in n_true.items()
    }


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), 4) if values else 0.0


def refusal(found: Comparison) -> str | None:
    """Return why the challenger may not be used, or None when it is not worse than what it was compared to."""
    if found.n < LEAST_COMPARED:
        return f"可供比较的样本只有{found.n}条（至少需要{LEAST_COMPARED}条），不足以判断好坏。"
    if found.n_broken > found.n_fixed:
        return (
            f"在{found.n}条未学过的样本上改对{found.n_fixed}条、改错{found.n_broken}条，"
            f"正确率由{found.accuracy_before:.1%}降到{found.accuracy_after:.1%}。"
        )
    return _clue_refusal(found) or _label_refusal(found)


def _clue_refusal(found: Comparison) -> str | None:
    clues = [(label, one) for label, one in found.labels.items() if label.startswith(CLUE_CLASS)]
    missed_before = sum(round(one.n * (1 - one.recall_before)) for _, one in clues)
    missed_after = sum(round(one.n * (1 - one.recall_after)) for _, one in clues)
    if missed_after > missed_before:
        return f"廉洁线索类（{CLUE_CLASS}）漏判由{missed_before}条增到{missed_after}条。"
    return None


def _label_refusal(found: Comparison) -> str | None:
    if found.macro_f1_after < found.macro_f1_before - TOLERATED_MACRO:
        return f"各类平均成绩由{found.macro_f1_before:.1%}降到{found.macro_f1_after:.1%}，少数类被牺牲。"
    for label, one in found.labels.items():
        if one.n >= ENOUGH_OF_A_LABEL and one.f1_after < one.f1_before - TOLERATED:
            return f"“{label}”类成绩由{one.f1_before:.1%}降到{one.f1_after:.1%}，下降过多。"
    return None


def verdict(found: Comparison) -> str:
    """Return what the comparison came to for a challenger that is not refused."""
    return (
        f"在{found.n}条未学过的样本上改对{found.n_fixed}条、改错{found.n_broken}条，"
        f"正确率由{found.accuracy_before:.1%}到{found.accuracy_after:.1%}。"
    )
