"""What a body is in the sentence that names it: complained about, told of the matter, asked to act, or only addressed.

A body that was told and did nothing is complained about. Decided by the words right before and after the name; irony and
bodies that are only called 他们 are beyond it.
"""

import re
from typing import Final

ACCUSED: Final = "accused"
TOLD: Final = "told"
HELPER: Final = "helper"
ADDRESSEE: Final = "addressee"
ELSEWHERE: Final = "elsewhere"
"""A body of some other region that the text does not name (外省的市场监管局): accused, but none of ours."""

STRENGTH: Final = {ACCUSED: 4, ELSEWHERE: 3, TOLD: 2, HELPER: 1, ADDRESSEE: 0}
"""Which role stays when a body is named several times."""

_BEFORE: Final = 26
_AFTER: Final = 14
_LATER: Final = 70

_SALUTATION: Final = re.compile(r"(?:尊敬的|敬爱的|亲爱的|此致|致|呈报?)[^,。:!?\n]{0,20}$")
_LINE_START: Final = re.compile(r"(?:^|\n)[ ]?(?:致|给|呈|您好|你好|各位|广大)?[,:!、 ]*$")
_GREETED: Final = re.compile(
    r"(?:的)?(?:各位|诸位|全体)?(?:相关|主要|有关)?(?:领导|局长|队长|所长|同志|负责人|工作人员|主任|书记|科长|处长|厅长|大人)?(?:们|您)?"
    r"[,!、 ]*(?:您好|你好|您们好|你们好|大家好|敬启|台鉴|:|\n|$)"
)
_ASKED: Final = re.compile(
    r"(?:希望|盼望|期望|(?<![邀宴申])请求?|(?<![看张])望|要求|建议|麻烦|呼吁|恳求|拜托|督促|责成|敦促|需要|应由|应该由|最好由|能否|能不能|可否"
    r"|可不可以|什么时候)(?:贵|当地|有关|相关|上级|我们?|本地|你们?|各级|领导|安排|通知|联系|协调|派|叫|让|由|的|和|[省市区县镇]|尽快|及时|马上"
    r"|赶紧|转告|转|给|帮忙|问问?|有){0,4}$"
)
_NO_HELP: Final = re.compile(
    r"(?:的)?(?:人|执法人员|工作人员|领导|部门|队员|同志|们){0,2}(?:今后|以后|也|都|能够?|可以|立即|尽快|马上|依法|早日|认真){0,3}"
    r"(?:不要|别|不能|停止|改正|规范|公平|公正|文明|解释|道歉|退|返还|归还|撤销|撤回|给我|给个|给出|纠正|整改|赔|依法行政|作出|解除|解封|放|吃|喝|公开|说明)"
)
_REPORTED_TO: Final = re.compile(
    r"(?:反映给|反映到|举报到|举报给|投诉到|投诉给|上报给?|报给|报到|告到|打给|联系|致电|求助|告诉|告知|去找|找过|找了|找到|报了|反馈给"
    r"|转给|转到|转交给?|移送给?|移交给?)(?:了|过|到|当地|有关|相关|的|辖区|本地|所在地|上级|[省市区县镇]){0,3}$"
)
_TO: Final = re.compile(
    r"(?:向|跟|和|对|到|去|给|找|打|报|问|往|在)(?:了|过|当地|有关|相关|的|辖区|本地|所在地|上级|[省市区县镇]){0,3}$"
)
_REPORTED: Final = re.compile(
    r"(?:的)?(?:人|工作人员|领导|窗口|值班室|官网|信箱|热线|那里|那边){0,2}(?:多次|已经|也|都|曾|口头|书面|实名|匿名|电话|当面|提出|进行|做|过|了){0,3}"
    r"(?:反映|反应|举报|投诉|报告|报案|报警|求助|申诉|说过|说了|说明|电话|信访|反馈|检举|核实)"
)
_ACTED: Final = re.compile(
    r"(?:的)?(?:人|工作人员|领导|部门)?(?:也|都|已经?|很快|及时|马上|当天|就|后来|接到举报后?|接报后?|[,]){0,3}"
    r"(?:受理了|立案了|查处了|处理了|处罚了他|罚了他|取缔了|答复了|回复了|出面|帮|表示感谢|解决了|很负责|很热情|接到(?:我|举报|投诉)|收到(?:我|举报|投诉))"
)
_IDLE: Final = re.compile(
    r"不管|不理|没人管|没有人管|无人管|不作为|推诿|推脱|推给|推来|踢皮球|不予|不受理|不立案|没立案|没有立案|未立案|一直没|一直未|一直不|至今没|至今未|至今不"
    r"|没有?任?何?(?:回复|答复|回音|消息|下文|动静|结果|反应|处理|处罚|行动|人来|人理|来|去|查|解决)|不回复|不答复|不处理|不查|不来|不去|未处理|未答复|未回复|拖着|拖了|不了了之|敷衍|不归"
    r"|不属于|不是他们|置之不理|石沉大海|拒绝|拒不|让我(?:去?找|等)|叫我(?:去?找|等)|压着|迟迟|泄露|泄漏|通风报信|视而不见|走过场|包庇|袒护|还是(?:老样子|照样|一样)|毫无"
    r"|杳无音信|电话打不通|不接|挂(?:了|断)|反而|反过来|却(?:说|不|没|把|告诉)|都说不|互相|转来转去|把我(?:的|举报|信息)|告诉了?(?:店|被举报|老板|对方|他)|说(?:没|不|管不|无法|无权|这事)|推三阻四"
)
_OTHER_REGION: Final = re.compile(
    r"(?:外省|外地|外市|外县|外区|邻省|邻市|异地|别的?[省市县区]|其他[省市县区]|隔壁[省市县区]|另[外一]个?[省市县]|某省|兄弟省)(?:份)?(?:的|某|一个|有个|来的|那边的?|[市县区]的?){0,3}$"
)
_MAY_ASK: Final = re.compile("[望请求要议烦吁托成促能由否候]")
_MAY_ADDRESS: Final = re.compile("[敬爱致呈]")
_MAY_BE_ELSEWHERE: Final = re.compile("[外邻异别他壁另某兄]")
"""Characters without which the longer patterns cannot match: most bodies have none of them in front."""
_YOU: Final = re.compile(
    r"(?:你们|贵局|贵单位|你局|贵所|你单位|贵队|你所)的?(?:[^,。!?\n]{0,6})(?:执法|罚|扣|拆|收|查封|没收|办案|人员|态度|不作为|的人|下属|工作|乱)"
)


def role_of(text: str, begin: int, start: int, end: int) -> str:
    """Return the role of the body written at `text[start:end]`; with its place or level word it begins at `begin`."""
    before = text[max(0, begin - _BEFORE) : begin]
    after = text[end : end + _AFTER]
    if _MAY_BE_ELSEWHERE.search(before) and _OTHER_REGION.search(text, max(0, start - _BEFORE), start):
        return ELSEWHERE
    if (_MAY_ADDRESS.search(before) and _SALUTATION.search(before)) or (
        _LINE_START.search(before) and _GREETED.match(text, end, end + _AFTER)
    ):
        return ACCUSED if _YOU.search(text, end) else ADDRESSEE
    if _MAY_ASK.search(before) and _ASKED.search(before):
        return ACCUSED if _NO_HELP.match(after) else HELPER
    was_told = _REPORTED_TO.search(before) or (_TO.search(before) and _REPORTED.match(after))
    if was_told or _ACTED.match(after):
        return ACCUSED if _IDLE.search(text, end, end + _LATER) else TOLD
    return ACCUSED
