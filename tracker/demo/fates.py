"""What becomes of each demo ticket: steps with who does them and how many hours after the one before."""

from dataclasses import dataclass, field
from random import Random
from typing import Any


@dataclass(frozen=True)
class Step:
    """One step. who: role that does it; after_h: hours since the step before; gives: input of the action."""

    after_h: float
    who: str
    action: str
    gives: dict[str, Any] = field(default_factory=dict)


OUTCOMES = ("rectified", "partly_true", "untrue", "explained", "unverifiable")
REPLIES = {
    "rectified": "经核查，您反映的情况属实。该执法单位已在我单位责令后5个工作日内纠正，退还罚款2600元，并批评教育有关人员，感谢您的监督。",
    "partly_true": "经核查，您反映的情况部分属实。检查程序确有不规范之处，该单位已当场改正并书面说明；处罚决定有法律依据，予以维持。",
    "untrue": "经调取执法记录仪视频和案卷核查，未发现您反映的情形。执法人员两人到场并出示证件，程序合法。如仍有异议，请提供新的线索。",
    "explained": "就您的诉求，我单位已电话说明裁量基准和计算方法，并告知您可在六十日内申请行政复议。",
    "unverifiable": "我单位已到现场核查并走访周边商户，因时间较久、监控已覆盖，无法查实。如有新证据请随时补充。",
}
EVIDENCE = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def reply(random: Random, after_h: float) -> Step:
    """Return the office's reply with a coded outcome."""
    outcome = random.choices(OUTCOMES, (40, 25, 15, 14, 6))[0]
    return Step(after_h, "officer", "reply", {"outcome": outcome, "public_text": REPLIES[outcome]})


def call_back(random: Random, *, content: bool = True) -> Step:
    """Return a call-back that reached the complainant."""
    if content:
        grade = random.choices(("very_satisfied", "satisfied", "basically_satisfied"), (45, 40, 15))[0]
        return Step(
            random.uniform(4, 40), "operator", "call-back", {"reached": True, "grade": grade, "solved": True}
        )
    grade = random.choice(("dissatisfied", "very_dissatisfied"))
    return Step(
        random.uniform(4, 40), "operator", "call-back", {"reached": True, "grade": grade, "solved": False}
    )


def _handled(random: Random) -> list[Step]:
    return [
        Step(random.uniform(0.5, 30), "officer", "accept"),
        reply(random, random.uniform(24, 200)),
        Step(random.uniform(1, 20), "reviewer", "review", {"approve": True, "opinion": "同意答复。"}),
    ]


def closed(random: Random) -> list[Step]:
    """The common way: signed, replied, reviewed, called back, closed."""
    return [*_handled(random), call_back(random)]


def reworked(random: Random) -> list[Step]:
    """Dissatisfied, done again by somebody else, then content."""
    again = [
        reply(random, random.uniform(24, 90)),
        Step(3, "reviewer", "review", {"approve": True, "opinion": "同意。"}),
        call_back(random),
    ]
    return [*_handled(random), call_back(random, content=False), *again]


def to_call_back(random: Random) -> list[Step]:
    """Waits for the call-back; some were tried once in vain."""
    steps = _handled(random)
    if random.random() < 0.4:
        steps.append(Step(5, "operator", "call-back", {"reached": False, "remark": "无人接听"}))
    return steps


def to_review(random: Random) -> list[Step]:
    """Waits for the reviewer."""
    return _handled(random)[:2]


def in_hand(random: Random) -> list[Step]:
    """The office works on it."""
    steps = _handled(random)[:1]
    if random.random() < 0.3:
        steps.append(Step(6, "officer", "note", {"note": "已约当事人周四到所里做笔录。"}))
    if random.random() < 0.2:
        steps.append(Step(8, "operator", "urge", {"reason": "诉求人再次来电询问进度。"}))
    return steps


def unsigned(random: Random) -> list[Step]:
    """Waits for signature."""
    del random
    return []


SIGNED = {"approve": True, "opinion": "情况属实，同意退单。"}
ABOVE = "above"
"""Stands for the office above the one in charge."""
RETURN = {
    "reason": "not_our_duty",
    "basis": "本单位职责清单第三条",
    "statement": "该事项由市级机关作出，应由市级监督机构办理。",
}


def returned(random: Random) -> list[Step]:
    """Waits for a ruling."""
    return [*to_sign(random), Step(random.uniform(1, 6), "reviewer", "sign-return", SIGNED)]


def to_sign(random: Random) -> list[Step]:
    """Waits for the reviewer's signature under a return."""
    return [Step(random.uniform(2, 20), "officer", "return", RETURN)]


def sent_up(random: Random) -> list[Step]:
    """Returned, ruled to be the business of the office above, and handled there: a precedent for the next."""
    ruling = {
        "ruling": "redispatch",
        "office": ABOVE,
        "reason": "该项检查由市级统一部署，县区不掌握依据，由市级办理。",
    }
    return [*returned(random), Step(10, "arbiter", "rule", ruling), *closed(random)]


def handled_first(random: Random) -> list[Step]:
    """Returned, told to handle first, and handled; whose business it was is still to be settled."""
    ruling = {"ruling": "handle_first", "reason": "职责一时难以划清，诉求人等不起，由你局先办。"}
    return [*returned(random), Step(8, "arbiter", "rule", ruling), *_handled(random)]


def upheld(random: Random) -> list[Step]:
    """Returned, upheld, and then handled by the same office."""
    ruling = {"ruling": "uphold", "reason": "被投诉单位为同级部门，原派单正确，请抓紧办理。"}
    return [*returned(random), Step(10, "arbiter", "rule", ruling), *closed(random)]


def extended(random: Random) -> list[Step]:
    """Asked for more time and got it."""
    asked = {"days": 5, "reason": "需委托鉴定，鉴定机构出具报告约一周。", "basis": "地方12345管理规定"}
    return [
        Step(random.uniform(1, 20), "officer", "accept"),
        Step(random.uniform(20, 90), "officer", "extend", asked),
        Step(5, "reviewer", "decide-extension", {"approve": True, "opinion": "理由充分，同意延期。"}),
    ]


def suspended(random: Random) -> list[Step]:
    """Waits for something outside the office."""
    why = {"reason": "相关行政复议正在审理，等待复议决定。"}
    return [Step(random.uniform(1, 20), "officer", "accept"), Step(30, "officer", "suspend", why)]


def supervised(random: Random) -> list[Step]:
    """In hand, under supervision."""
    why = {"reason": "同一单位被多次投诉，列入督办。"}
    return [Step(random.uniform(1, 20), "officer", "accept"), Step(40, "arbiter", "supervise", why)]


def co_handled(random: Random) -> list[Step]:
    """In hand, with another office helping."""
    asked = {"office": "440106006", "task": "请到现场走访周边商户并协助调取监控。"}
    return [Step(random.uniform(1, 20), "officer", "accept"), Step(20, "officer", "co-handle", asked)]


def terminated(random: Random) -> list[Step]:
    """Ended early with approval."""
    return [
        Step(random.uniform(1, 20), "officer", "accept"),
        Step(50, "officer", "terminate", {"reason": "诉求人已就同一事项提起行政诉讼，法院已立案。"}),
        Step(8, "reviewer", "terminate", {"reason": "情况属实，同意终止。", "approve": True}),
    ]


def withdrawn(random: Random) -> list[Step]:
    """Taken back by the complainant."""
    return [
        Step(
            random.uniform(1, 40), "operator", "withdraw", {"reason": "诉求人来电表示已协商解决，申请撤回。"}
        )
    ]


OLD = (
    (closed, 65),
    (reworked, 9),
    (upheld, 10),
    (sent_up, 4),
    (terminated, 3),
    (withdrawn, 3),
    (suspended, 2),
    (in_hand, 4),
)
NEW = (
    (closed, 16),
    (to_call_back, 14),
    (to_review, 12),
    (in_hand, 18),
    (unsigned, 12),
    (returned, 6),
    (to_sign, 2),
    (handled_first, 2),
    (extended, 6),
    (suspended, 3),
    (supervised, 4),
    (co_handled, 4),
    (reworked, 3),
)


def fate(random: Random, age_days: float) -> list[Step]:
    """Return the steps of a ticket received so many days ago: old ones are mostly closed, new ones at every stage."""
    table = OLD if age_days > 30 else NEW
    chosen = random.choices([one for one, _ in table], [weight for _, weight in table])[0]
    return chosen(random)
