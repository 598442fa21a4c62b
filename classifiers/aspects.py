"""What a complaint is besides its category: the kind of request, the type of act, who complains and about which trade.

Each is told by phrases of its own in `data/aspects.csv` (aspect, value, phrase, weight) and left open when none is there:
a clerk fills it in. Not covered: acts told only by what they did (他们把门锁了).
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from classifiers.bodies import BodyMention
from classifiers.body_roles import ACCUSED, TOLD
from classifiers.matching import Matcher, is_negated

PHRASES: Final = Path(__file__).parent / "data" / "aspects.csv"

KINDS: Final = ("enquiry", "help", "complaint", "report", "suggestion")
"""咨询, 求助, 投诉, 举报, 建议."""
ACT_TYPES: Final = ("处罚", "许可", "强制", "征收", "征用", "给付", "确认", "登记", "裁决", "检查")
PARTIES: Final = ("enterprise", "sole_trader", "person")
"""企业, 个体工商户, 个人."""


@dataclass(frozen=True, slots=True)
class Aspects:
    """The separate fields; None where the text does not tell.

    kind: one of KINDS. act_type: one of ACT_TYPES. party: one of PARTIES. domain: as in the domain table (市场监管 …), of the
    body complained about, else of what the matter is.
    """

    kind: str | None
    act_type: str | None
    party: str | None
    domain: str | None


def find_aspects(text: str, bodies: tuple[BodyMention, ...] = ()) -> Aspects:
    """Return the fields of a cleaned text; bodies: what `Bodies.find` returned for it."""
    scores: dict[str, dict[str, float]] = {"kind": {}, "act_type": {}, "party": {}, "domain": {}}
    for start, end, values in _matcher().find(text):
        if is_negated(text, start, end):
            continue
        for aspect, value, weight in values:
            scores[aspect][value] = scores[aspect].get(value, 0.0) + weight
    return Aspects(
        kind=_best(scores["kind"]),
        act_type=_best(scores["act_type"]),
        party=_best(scores["party"]),
        domain=_domain(bodies) or _best(scores["domain"]),
    )


def _domain(bodies: tuple[BodyMention, ...]) -> str | None:
    """Return the domain of the first body accused, else of the first one told."""
    for role in (ACCUSED, TOLD):
        for body in bodies:
            if body.role == role and body.domain:
                return body.domain
    return None


def _best(scores: dict[str, float]) -> str | None:
    """Return the value with most weight, None without any; of equals the one named first in the text."""
    return max(scores, key=lambda value: scores[value]) if scores else None


@cache
def _matcher() -> Matcher[list[tuple[str, str, float]]]:
    by_phrase: dict[str, list[tuple[str, str, float]]] = {}
    with PHRASES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for phrase in row["phrases"].split("|"):
                by_phrase.setdefault(phrase, []).append((row["aspect"], row["value"], float(row["weight"])))
    return Matcher(by_phrase.items())
