"""Looking over a reply before it goes out: what is missing, what does not belong in it; pure.

A refusal stops the reply. A warning asks the officer to look again; what he leaves standing goes with the reply to the
reviewer.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from classifiers.identifiers import Identifiers, find_identifiers, is_uscc
from tracker.replies import wording
from tracker.replies.rules import Outcome


class Weight(StrEnum):
    """What a finding does."""

    REFUSAL = "refusal"
    """The reply is not taken."""
    WARNING = "warning"
    """The officer confirms, and the reviewer sees it."""


@dataclass(frozen=True)
class Finding:
    """One thing found: a stable code, its weight, and a sentence the officer can act on."""

    code: str
    weight: Weight
    message: str


@dataclass(frozen=True)
class Surroundings:
    """What a reply is looked at against.

    question: the complaint's own text. templates: filled for the ticket. name, phone: the complainant's, "" where they
    are not known or must not be compared. hidden: the complainant hides his identity; then nothing is compared with
    what is kept of him, since trying names until one is found would tell it, and every named person is pointed out.
    """

    now: datetime
    question: str = ""
    templates: Sequence[str] = ()
    name: str = ""
    phone: str = ""
    hidden: bool = False


@dataclass(frozen=True)
class _Reply:
    text: str
    plain: str
    outcome: Outcome | None
    found: Identifiers
    around: Surroundings


LEAST_CHARACTERS = 10
"""[P] Letters, ideographs and digits below which a reply says nothing."""
SHORT_CHARACTERS = 20
"""[P] Below this it is pointed out as too short."""
COPIED_SHARE = 0.6
"""[P] A reply of which so large a share stands in the question answers nothing."""
_RUN = 6
_GAPS = re.compile(r"(?<=[\dXx])[\s\-－—·.]+(?=[\dXx])")
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_ID_NO = re.compile(r"(?<![\dA-Za-z])\d{17}[\dXx](?![\dA-Za-z])")
_MARKS = re.compile(r"[×＿_]{2,}|[×＿_]\s*[年月日元]|[XxＸ]{2,}\s*[年月日元]|[（(]\s*(?:此处|请填写|待填)")
_PAYS_BACK = re.compile(
    r"退款|退费|返款|(?:退还|返还|清退|退回|退赔|赔偿|补偿)[^，。；！？]{0,15}(?:款|费|金(?!属)|钱|元)"
)
_NOT_PAID = re.compile(r"(?:不予|无需|无须|不应|不存在|未能|申请|要求|请求|可以|是否)[^，。；！？]{0,6}$")
_PUTS_RIGHT = re.compile(
    r"(?:已|现已|完成|予以)[^，。；！？]{0,12}(?:整改|纠正|改正|退还|返还|撤销|更正|解除)"
)
_AT_ONCE = re.compile(r"当日|当天|当场|即日|次日|\d{1,2}\s*(?:个工作)?日内")
_UNTRUE = re.compile(r"不属实|未发现|不存在您?反映|与事实不符")
_TITLES = "先生|女士|小姐|同志|老板|师傅"
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆"
    "汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_PERSON = re.compile(rf"[{_SURNAMES}][\u4e00-\u9fff]{{0,2}}(?:{_TITLES})")

INTERNAL: dict[str, tuple[str, ...]] = {
    "内部流转用语": (
        "内部",
        "领导批示",
        "领导签批",
        "请示",
        "会议纪要",
        "拟办意见",
        "工作群",
        "退单",
        "改派",
    ),
    "考核用语": ("考核", "扣分", "满意率", "回访话术", "申诉剔除"),
    "纪检线索用语": ("问题线索", "线索移送", "移送纪委", "移送纪检", "纪委监委", "监察委"),
    "评价诉求人的用语": (
        "缠访",
        "闹访",
        "无理取闹",
        "恶意投诉",
        "职业打假",
        "维稳",
        "稳控",
        "刁民",
        "重点人员",
    ),
}
"""[P] Words that belong to the offices and not into what a complainant reads, by what they are."""


def look_over(text: str, outcome: Outcome | None, around: Surroundings) -> list[Finding]:
    """Return what is wrong with the public part of a reply, refusals first; nothing when it may go out as it is."""
    normal = unicodedata.normalize("NFKC", text).strip()
    squeezed = _GAPS.sub("", normal)
    reply = _Reply(normal, squeezed, outcome, find_identifiers(normal, around.now), around)
    found = [one for look in _LOOKS for one in look(reply)]
    return sorted(found, key=lambda one: one.weight is Weight.WARNING)


def _refusal(code: str, message: str) -> Finding:
    return Finding(code, Weight.REFUSAL, message)


def _warning(code: str, message: str) -> Finding:
    return Finding(code, Weight.WARNING, message)


def _bare(text: str) -> str:
    return "".join(one for one in text if one.isalnum())


def _says_something(reply: _Reply) -> Iterator[Finding]:
    n = len(_bare(wording.without_blanks(reply.text)))
    if n < LEAST_CHARACTERS:
        yield _refusal("empty", "答复没有实质内容，请写明核查情况和处理结果。")
    elif n < SHORT_CHARACTERS:
        yield _warning("too_short", "答复过短，请写明怎样核查、查明什么、如何处理。")


def _has_outcome(reply: _Reply) -> Iterator[Finding]:
    if reply.outcome is None:
        yield _refusal("missing_outcome", "请选择办理结论。")


def _has_no_blanks(reply: _Reply) -> Iterator[Finding]:
    left = wording.unfilled(reply.text)
    if left:
        told = "、".join(f"【{name}】" for name in left)
        yield _refusal("unfilled_blanks", f"还有没有填写的空：{told}，请填写后再提交。")
    elif _MARKS.search(reply.text):
        yield _warning("blank_marks", "答复中有“××”“___”一类待填的记号，请核对是否漏填。")


def _is_more_than_a_template(reply: _Reply) -> Iterator[Finding]:
    said = _bare(wording.without_blanks(reply.text))
    for template in () if wording.unfilled(reply.text) else reply.around.templates:
        if said and said == _bare(wording.without_blanks(unicodedata.normalize("NFKC", template))):
            yield _warning("template_only", "答复与模板一字不差，请补充本件的核查情况和处理结果。")
            return


def _answers_in_own_words(reply: _Reply) -> Iterator[Finding]:
    said, asked = _bare(reply.text), _bare(unicodedata.normalize("NFKC", reply.around.question))
    runs = [said[at : at + _RUN] for at in range(len(said) - _RUN + 1)]
    if runs and sum(run in asked for run in runs) / len(runs) >= COPIED_SHARE:
        yield _warning("copies_question", "答复大部分照抄诉求内容，请写明核查情况和处理结果。")


def _tells_when_and_how_much(reply: _Reply) -> Iterator[Finding]:
    if reply.outcome not in {Outcome.RECTIFIED, Outcome.PARTLY_TRUE}:
        return
    claimed = reply.outcome is Outcome.RECTIFIED or _PUTS_RIGHT.search(reply.text)
    if claimed and not reply.found.dates and not _AT_ONCE.search(reply.text):
        yield _warning("missing_date", "答复称已整改，但没有写明整改完成的日期。")
    paid = [one for one in _PAYS_BACK.finditer(reply.text) if not _NOT_PAID.search(reply.text[: one.start()])]
    if paid and not reply.found.amounts:
        yield _warning("missing_amount", "答复称已退还款项，但没有写明金额。")


def _fits_its_outcome(reply: _Reply) -> Iterator[Finding]:
    if reply.outcome is Outcome.RECTIFIED and _UNTRUE.search(reply.text):
        yield _warning("outcome_differs", "办理结论为“属实已整改”，正文却称不属实或未发现，请核对。")
    if reply.outcome is Outcome.UNTRUE and not _UNTRUE.search(reply.text) and _PUTS_RIGHT.search(reply.text):
        yield _warning("outcome_differs", "办理结论为“不属实”，正文却称已经整改，请核对。")


def _holds_no_numbers_of_people(reply: _Reply) -> Iterator[Finding]:
    if _ID_NO.search(reply.plain) and not all(is_uscc(one) for one in _ID_NO.findall(reply.plain)):
        yield _refusal("id_number", "公开的答复中有身份证号码，请删去。")
    if _MOBILE.search(reply.plain):
        yield _refusal("mobile_number", "公开的答复中有手机号码，请删去；联系方式请写办公室的固定电话。")
    elif reply.around.phone and _digits(reply.around.phone) in _digits(reply.text):
        yield _refusal("phone_of_complainant", "公开的答复中有诉求人的电话，请删去。")
    if reply.found.plates:
        yield _warning("plate", f"公开的答复中有车牌号（{reply.found.plates[0]}），请核对是否需要写。")
    if reply.found.usccs or reply.found.certificates:
        yield _warning("licence_number", "公开的答复中有证照号码，请核对是否需要写。")


def _digits(text: str) -> str:
    return "".join(one for one in text if one.isdigit())


def _names_nobody(reply: _Reply) -> Iterator[Finding]:
    if reply.around.hidden:
        if _PERSON.search(reply.text):
            yield _warning("names_person", "诉求人要求保密身份，答复中却写了人的姓名，请改为“诉求人”或“您”。")
    elif len(reply.around.name) >= 2 and reply.around.name in reply.text:
        yield _warning("names_complainant", "公开的答复中写了诉求人的姓名，建议改为“您”。")


def _stays_public(reply: _Reply) -> Iterator[Finding]:
    for what, words in INTERNAL.items():
        used = [word for word in words if word in reply.text]
        if used:
            told = "、".join(f"“{word}”" for word in used)
            yield _warning("internal_words", f"公开的答复中有{what}{told}，请改写或移到内部说明。")


_LOOKS: tuple[Callable[[_Reply], Iterator[Finding]], ...] = (
    _says_something,
    _has_outcome,
    _has_no_blanks,
    _is_more_than_a_template,
    _answers_in_own_words,
    _tells_when_and_how_much,
    _fits_its_outcome,
    _holds_no_numbers_of_people,
    _names_nobody,
    _stays_public,
)
