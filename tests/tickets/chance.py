"""What somebody at random might send with an action: mostly what it asks for, sometimes not."""

import base64
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from tests.factories import REASON
from tracker.permissions import Actor

OFFICES = ("440000", "440100", "440106", "440104", "440106006", "440104001")
CATEGORIES = ("C1", "C2", "F3", "G2", "A2", "E1")
GRADES = ("very_satisfied", "satisfied", "basically_satisfied", "dissatisfied", "very_dissatisfied")
WEIGHTS = {
    **dict.fromkeys(("accept", "reply", "review", "call-back", "rule", "decide-appeal", "appeal"), 8.0),
    **dict.fromkeys(("sign-return", "decide-return", "settle-return"), 8.0),
    **dict.fromkeys(("co-reply", "resume", "unmerge", "close", "decide-extension"), 4.0),
    **dict.fromkeys(("merge", "redispatch", "terminate"), 0.4),
    **dict.fromkeys(("return", "extend", "co-handle", "suspend", "rework"), 2.0),
    **dict.fromkeys(
        (
            *("withdraw", "reject", "redirect", "archive", "note", "urge", "recategorise", "supervise"),
            "instruct",
            "share",
        ),
        0.1,
    ),
}
"""How likely somebody does what he may, 1 where nothing is said: steps onward often, ends and talk seldom."""
PAPER = {"name": "核查笔录.txt", "content": base64.b64encode("现场核查笔录".encode()).decode()}
JUNK: tuple[dict[str, Any], ...] = (
    {},
    {"nonsense": 1},
    {"reason": None, "office": 7},
    {"approve": "maybe", "opinion": ""},
    {"days": "many", "lead": "0", "category": "Z9", "reached": True},
)


def _yes(random: Random) -> bool:
    return random.random() < 0.6


def _returned(random: Random) -> dict[str, Any]:
    reason = random.choice(("not_our_duty", "not_our_area", "insufficient"))
    given: dict[str, Any] = {"reason": reason, "basis": "职责清单", "statement": "该事项不归我局监督。"}
    given |= {"evidence": [PAPER]} if random.random() < 0.3 else {}
    return given | ({"claimed_office": random.choice(OFFICES)} if _yes(random) else {})


def _ruled(random: Random) -> dict[str, Any]:
    ruling = random.choice(("uphold", "redispatch", "designate", "handle_first"))
    given: dict[str, Any] = {"ruling": ruling, "reason": "按职责清单裁决", "office": random.choice(OFFICES)}
    given |= {"precedent": False} if random.random() < 0.3 else {}
    return given | ({"category": random.choice(CATEGORIES)} if random.random() < 0.3 else {})


def _settled(random: Random) -> dict[str, Any]:
    ruling = random.choice(("uphold", "redispatch"))
    return {"ruling": ruling, "reason": "按职责清单议定", "office": random.choice(OFFICES)}


def _shared(random: Random) -> dict[str, Any]:
    until = f"2026-{random.randint(3, 8):02d}-{random.randint(1, 28):02d}"
    return {"office": random.choice(OFFICES), "until": until, "reason": "有关联案件，供查阅"}


def _replied(random: Random) -> dict[str, Any]:
    given: dict[str, Any] = {
        "outcome": "partly_true",
        "public_text": "经核查情况部分属实，已责令改正并说明。",
    }
    given |= {"evidence": [PAPER]} if _yes(random) else {}
    return given | ({"overrule_reason": "协办单位逾期未复"} if _yes(random) else {})


def _called(random: Random) -> dict[str, Any]:
    if random.random() < 0.3:
        return {"reached": False}
    return {"reached": True, "grade": random.choice(GRADES), "solved": _yes(random)}


def _redispatched(random: Random) -> dict[str, Any]:
    given = {"office": random.choice(OFFICES), "reason": "按职责改派"}
    return given | ({"category": random.choice(CATEGORIES)} if _yes(random) else {})


def _split(random: Random) -> dict[str, Any]:
    parts = [
        {"title": f"第{n}件", "content": f"第{n}件事：天河区城管局执法标准前后不一致。"}
        | ({"category": random.choice(CATEGORIES)} if _yes(random) else {})
        | ({"office": random.choice(OFFICES)} if _yes(random) else {})
        for n in range(1, random.choice((3, 3, 4)))
    ]
    return {"parts": parts, "reason": "涉及不同事项"}


GIVEN: dict[str, Callable[[Random], dict[str, Any]]] = {
    "accept": lambda _: {},
    "resume": lambda _: {},
    "archive": lambda _: {},
    "note": lambda _: {"note": "已电话联系诉求人。"},
    "redispatch": _redispatched,
    "return": _returned,
    "rule": _ruled,
    "sign-return": lambda random: {"approve": random.random() < 0.8, "opinion": "已阅"},
    "decide-return": _settled,
    "settle-return": _settled,
    "extend": lambda random: {"days": random.randint(1, 12), "reason": "需要委托鉴定", "basis": "办法第十条"},
    "decide-extension": lambda random: {"approve": _yes(random), "opinion": "已阅"},
    "co-handle": lambda random: (
        {"office": random.choice(OFFICES), "task": "请协助调取案卷"}
        | ({"days": random.randint(1, 5)} if _yes(random) else {})
    ),
    "split": _split,
    "co-recall": lambda random: {"office": random.choice(OFFICES), "reason": "已自行查清"},
    "share": _shared,
    "unshare": lambda random: {"office": random.choice(OFFICES), "reason": "不再需要查阅"},
    "co-reply": lambda _: {"opinion": "已调取案卷，见附件。"},
    "recategorise": lambda random: {"category": random.choice(CATEGORIES), "route": _yes(random)},
    "redirect": lambda _: {"channel": "12315", "reason": "消费纠纷"},
    "reject": lambda _: {"reason": "outside_duty", "route": "请向街道办事处反映"},
    "terminate": lambda random: REASON | ({"approve": _yes(random)} if _yes(random) else {}),
    "reply": _replied,
    "review": lambda random: {"approve": _yes(random), "opinion": "已阅"},
    "call-back": _called,
    "appeal": lambda _: {"reason": "诉求超出法律规定", "proof": "回访录音"},
    "decide-appeal": lambda random: {"approve": _yes(random), "opinion": "已阅"},
    "verify": lambda random: {"approve": _yes(random), "opinion": "已到现场"},
    "instruct": lambda _: {"text": "请依法核实，尽快回复群众。", "given_by": "分管领导", "days": 3},
    "look-back": lambda _: {"result": "未见反弹"},
}


def chosen(random: Random, may: Sequence[tuple[Actor, str]]) -> tuple[Actor, str]:
    """Return one of the (person, action) pairs that are lawful."""
    return random.choices(may, [WEIGHTS.get(name, 1.0) for _, name in may])[0]


def given(random: Random, name: str, numbers: list[str]) -> dict[str, Any]:
    """Return an input the action's schema takes. numbers: of tickets that exist."""
    if name == "merge":
        return {"lead": random.choice(numbers), **REASON}
    return GIVEN.get(name, lambda _: dict(REASON))(random)


def junk(random: Random, name: str, numbers: list[str]) -> dict[str, Any]:
    """Return an input that may be anything."""
    if random.random() < 0.5:
        return given(random, name, numbers)
    return dict(random.choice(JUNK))
