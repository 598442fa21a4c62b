"""What of a text the linear model sees.

Words, neighbouring words, characters and the title; for the domain model also the hits of the lexicon and a few flags (is
a body named, is an act of enforcement named, who else is accused).
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Final

from classifiers import words
from classifiers.bodies import names_body
from classifiers.lexicon import Lexicon

BLOCK_WEIGHTS: Final[Mapping[str, float]] = {"w": 1.0, "c": 1.0, "t": 1.2, "l": 0.6, "f": 0.3}
"""How much each block counts: words, characters, title, lexicon, flags. Chosen by cross-validation."""

MEASURED_BLOCKS: Final = frozenset({"l", "f"})
"""Blocks whose values are weights already, not counts of words: no rarity, shortened only when longer than 1."""

FORMAT: Final = 1
"""Raised whenever a text would yield other features; a model of another format is refused."""

REDIRECT: Final = "J"
"""First letter of the leaves that are no matter of enforcement supervision."""

UNGROUNDED: Final = 0.4
"""What an accusing phrase counts where nothing shows that enforcement is meant: a teacher's 乱收费 is not a body's."""

_ACT: Final = re.compile(
    "罚|执法|查封|扣押|扣了|扣我|被扣|封条|冻结|立案|强拆|拆除|拆了|决定书|告知书|查处|抄牌|贴条|开单|来查|检查|收走|没收|吊销"
)
_PERMIT: Final = re.compile("许可|审批|办证|发证|换证|执照|备案|核准|窗口|办事大厅|政务")
_PRIVATE: Final = re.compile(
    "学校|老师|教师|小学|中学|大学|幼儿园|医院|医生|护士|物业|业委会|开发商|商家|店家|卖家|老板|邻居|房东|银行|公交|驾校|客服|快递"
)
_ASK: Final = re.compile("请问|咨询|想问|问下|问一下|想了解|请教|盼复|怎么办理|如何办理")


def extract(title: str, text: str, lexicon: Lexicon | None = None) -> dict[str, dict[str, float]]:
    """Return block → feature → value of a cleaned title and text.

    Values of words and characters are damped counts (1 + ln n); features carry their block's letter and a colon, so that
    no two blocks share a name.
    """
    both = f"{title}\n{text}" if title else text
    tokens = words.cut(both)
    blocks = {
        "w": _damped(_word_grams(tokens, "w:")),
        "c": _damped(_character_grams(both, "c:")),
    }
    if title:
        blocks["t"] = _damped([*_word_grams(words.cut(title), "t:"), *_character_grams(title, "tc:")])
    if lexicon is not None:
        blocks["f"] = _flags(both)
        blocks["l"] = _lexicon(lexicon.score(both), grounded="f:none" not in blocks["f"])
    return blocks


def _lexicon(scores: Mapping[str, float], *, grounded: bool) -> dict[str, float]:
    """Return the lexicon's features; grounded: the text names a body or an act of enforcement or a permit."""
    return {
        f"l:{leaf}": weight * (1.0 if grounded or leaf.startswith(REDIRECT) else UNGROUNDED)
        for leaf, weight in scores.items()
    }


def _flags(text: str) -> dict[str, float]:
    body, act, permit = names_body(text), bool(_ACT.search(text)), bool(_PERMIT.search(text))
    raised = {
        "f:body": body,
        "f:act": act,
        "f:body and act": body and act,
        "f:permit": permit,
        "f:private": bool(_PRIVATE.search(text)),
        "f:ask": bool(_ASK.search(text)),
        "f:none": not (body or act or permit),
    }
    return {name: 1.0 for name, is_raised in raised.items() if is_raised}


def _word_grams(tokens: tuple[str, ...], prefix: str) -> list[str]:
    grams = [prefix + token.lower() for token in tokens]
    grams += [f"{prefix}{a}_{b}".lower() for a, b in pairwise(tokens)]
    return grams


def _character_grams(text: str, prefix: str) -> Iterator[str]:
    for piece in text.split():
        for i, char in enumerate(piece):
            yield prefix + char
            if i + 1 < len(piece):
                yield prefix + piece[i : i + 2]


def _damped(names: Iterable[str]) -> dict[str, float]:
    return {name: 1.0 + math.log(n) for name, n in Counter(names).items()}
