"""Reply templates as texts: the variables they may use, how they are filled, and what is still to be written; pure.

Some variables the system fills from the ticket. The others are blanks (空) that only the officer can fill: they come out
as 【金额】, and no reply leaves with one of them in it.
"""

import re
from collections.abc import Mapping

from tracker import placeholders

FROM_TICKET: dict[str, str] = {
    "工单编号": "工单的编号",
    "标题": "工单的标题",
    "受理日期": "受理诉求的日期",
    "事项分类": "工单的事项分类",
    "被投诉单位": "被投诉的执法单位",
    "承办单位": "承办工单的监督机构",
    "答复日期": "填写答复的日期",
}
"""Variables the system fills, with what stands for each."""

BLANKS: dict[str, str] = {
    "核查经过": "何时、以什么方式核查，如“于3月5日到现场核查并调阅案卷”",
    "查明事实": "查明了什么",
    "整改措施": "责令纠正、退还、道歉等具体做法",
    "整改日期": "整改完成的日期",
    "金额": "退还、返还的金额，写明单位",
    "依据": "法律、法规、规章的名称和条款",
    "理由": "作出结论的理由",
    "其他渠道": "应当走的法定渠道和联系方式",
    "期限": "后续步骤的期限",
}
"""Variables the officer fills in himself, with what is meant."""

VARIABLES: dict[str, str] = {**FROM_TICKET, **BLANKS}
LONGEST = 3000

_SHOWN = {name: f"【{name}】" for name in BLANKS}

_BLANK = re.compile(r"【([^【】]{1,20})】")


def check(text: str) -> str:
    """Return the template with plain line ends; raises Invalid naming an unknown variable or what else is wrong."""
    clean = text.replace("\r\n", "\n").strip()
    placeholders.check(clean, VARIABLES, longest=LONGEST)
    return clean


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return the text with the ticket's values put in and every blank shown as 【name】; raises Invalid as `check`."""
    return placeholders.fill(check(text), {**_SHOWN, **values})


def draft(text: str) -> str:
    """Return the text with every blank shown as 【name】 and the ticket's own variables left, as many tickets share it."""
    kept = {name: f"{{{{{name}}}}}" for name in FROM_TICKET}
    return fill(text, kept)


def unfilled(text: str) -> tuple[str, ...]:
    """Return the blanks and variables that still stand in a reply, each once, in order."""
    found = [name for name in _BLANK.findall(text) if name in VARIABLES]
    return tuple(dict.fromkeys([*found, *placeholders.names(text)]))


def without_blanks(text: str) -> str:
    """Return a filled template with its blanks taken out, to compare a reply with."""
    return _BLANK.sub("", text)
