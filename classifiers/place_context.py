"""What the words around a place's name make of it: the scene, an enterprise's or road's name, where somebody lives or is from."""

import re
from collections.abc import Iterator
from enum import Enum
from typing import Final

_AFTER: Final = 24
_BEFORE: Final = 6
_BEFORE_HOME: Final = 12

ROAD: Final = re.compile(
    r"[东南西北中新老前后上下环内外]{0,2}[一二三四五六七八九十\d]{0,3}"
    r"(?:大道|大街|大桥|马路|公路|路(?!过|人|政|费|边摊)|街(?!道|办|上|边|坊|头)|巷|弄|胡同|高速|隧道|立交|高架)"
    r"|国道|省道|道(?!路|歉|理|德|具)|桥|河(?!道|北|南)|江(?!苏|西)|山(?!寨|西|东)|湖(?!南|北)|港(?!务|航|口)|水库|村|涌"
    r"|观(?![察看音点])|寺|庙"
)
"""A road, water or village called after the place: 天河路, 中山大道. Only after a short name."""

_NO_PART_OF_A_NAME: Final = "的在被把和与及对去来我你您他她它了是有到这那个家某向从给让叫说跟也都就还因为所局查罚管执市区县镇不没用做开"
_IN_NAME: Final = rf"(?:(?![{_NO_PART_OF_A_NAME}])[\u4e00-\u9fffA-Za-z()])"
_COMPANY: Final = re.compile(
    rf"(?:市|区|县)?(?:某{{1,3}}|[A-Za-z×*xX]{{1,4}})?{_IN_NAME}{{0,14}}?"
    r"(?:有限责任公司|有限公司|股份公司|分公司|公司|集团|合作社|事务所|商行|经营部|研究院|研究所|饮食店|服务部|服务站|个体户)"
)
_BRAND: Final = re.compile(
    r"(?:烤鸭|拉面|牛肉|刀削面|烩面|米粉|米线|酸辣粉|热干面|小面|火锅|小吃|烧烤|烧鹅|烧腊|卤|鸡|鸭|鱼|肠粉|螺蛳粉|粉店|面馆|面店|包子"
    r"|肉夹馍|羊肉|串串|麻辣烫|风味|人家|菜馆|菜系|土菜|菜(?!市|场|农|篮|贩|摊|园|地)|特产|老字号|本帮|现代|大众|本田|丰田|奔驰|汽车(?!站|客运|修|维修|城|租)"
    r"|啤酒|白酒|酒厂|白药|茅台|日报|晚报|世家|话(?!务)|银行|牌(?!照|坊)|款|产(?!业)|货|茶|烟(?!草|花))"
)
_ESTATE: Final = re.compile(
    rf"{_IN_NAME}{{0,5}}?(?:小区|花园|花苑|公寓|世家|大厦|名都|豪庭|山庄|华庭|华府|新村|名苑|雅苑|名城|国际城|酒店|宾馆|饭店|酒楼|酒家|酒庄"
    r"|商场|百货|广场|超市|餐厅|大排档|料理|足浴|美发|理发|药房)"
)
_INSTITUTE: Final = re.compile(
    rf"{_IN_NAME}{{0,4}}?(?:大学|学院|医院|中学|小学|幼儿园|机场|[东南西北]?站(?!队|点|岗|着|出)|火车站|车站|博物馆|动物园)"
)
_ORIGIN: Final = re.compile(
    r"(?:本地)?(?:人(?![社民力流大事口防武行士间才们])|籍|老乡|口音|户口|户籍|的?(?:车牌|牌照|号牌)|牌照|的车|车主|方言|妹|仔|佬|那边来|过来的|来的|来(?:大陆|内地))"
)
_FROM: Final = re.compile(
    r"(?:老家是?在?|来自于?|祖籍|籍贯|户籍(?:所在)?地?[是为在属]{0,2}|户口[是为在属]{1,2}|老乡在)$"
)
_LIVES: Final = re.compile(
    r"(?:家住(?:在|于)?|[我们咱人家]{1,2}(?:现在|目前|平时|一直|都|就)?(?:居|租|暂|现)?住(?:在|于)?|(?:我|们|咱|自己)家是?在"
    r"|(?:居住|常住|现住)(?:地|址)?[是为在于:]?|住址[是为在:]?|住的(?:地方|小区)[是在])$"
)
_IS_FROM: Final = re.compile(r"(?:我|我们|本人|咱们?)(?:也|都)?(?:是|系|作为)(?:一[名个])?$")
_RESIDENT: Final = re.compile(r"的?(?:一[名个])?(?:普通)?(?:居民|村民|街坊|市民|住户)|的人(?![大民员事])")
_OPENS: Final = ("", "在", ",", ".", "\n", "，", "。")
_LIVES_AFTER: Final = re.compile(r"(?:居住|住)(?=[,，。.的着]|$)|的?(?:居民|村民)(?=[,，。.])")
"""What follows a home that opens a clause: 天河区居民,在…; 我在越秀住,到…."""
_AT_WORK: Final = re.compile(
    r"的?(?:店|铺|门面|档|厂|公司|仓库|工地|市场)|开[了着的]?|经营|做(?:生意|买卖)|摆|被|遭"
)
"""What follows when somebody does not only live there: 我家在越秀区开了店."""
_TOWARDS: Final = re.compile(
    r"(?:[发运寄飞开销送]往|运到|运去|送到|寄到|发到|卖到|销到|发货到|回|去过|学的)$"
)

_ACTS: Final = re.compile(
    r"(?:[这那]边)?的?(?:城管|综合(?:行政)?执法|执法[队办所局人]|市监|市场监|派出所|工商所|税务所|交警|司法所|规划所|街道办|镇政府"
    r"|街?[被遭])"
)
"""What follows a place's name that cannot but say where an authority acted: 市桥城管, 在市桥被罚."""


class Role(Enum):
    """What a place's name is in its sentence."""

    SCENE = "scene"
    IN_A_NAME = "in a name"
    RESIDENCE = "residence"
    NOTHING = "nothing"


def role_of(text: str, start: int, end: int, *, bare: bool, at_home: bool) -> Role:
    """Return the role of the place at `text[start:end]`; bare: a short name with nothing above it."""
    if _ORIGIN.match(text, end, end + _AFTER) or _FROM.search(text, max(0, start - _BEFORE), start):
        return Role.NOTHING
    if _is_residence(text, start, end):
        return Role.RESIDENCE
    if bare and (_BRAND.match(text, end, end + _AFTER) or ROAD.match(text, end, end + _AFTER)):
        return Role.NOTHING
    if bare and _ESTATE.match(text, end, end + _AFTER):
        return Role.IN_A_NAME if at_home else Role.NOTHING
    if (
        _COMPANY.match(text, end, end + _AFTER)
        or (bare and _INSTITUTE.match(text, end, end + _AFTER))
        or _TOWARDS.search(text, max(0, start - _BEFORE), start)
    ):
        return Role.IN_A_NAME
    return Role.SCENE


def _is_residence(text: str, start: int, end: int) -> bool:
    before = max(0, start - _BEFORE_HOME)
    if _LIVES.search(text, before, start):
        return not _AT_WORK.match(text, end, end + _AFTER)
    if _IS_FROM.search(text, before, start):
        return bool(_RESIDENT.match(text, end, end + _AFTER))
    return text[start - 1 : start] in _OPENS and bool(_LIVES_AFTER.match(text, end, end + _AFTER))


def acts_at(text: str) -> Iterator[int]:
    """Yield where names end, if there are any, after which an authority is said to act."""
    return (found.start() for found in _ACTS.finditer(text) if found.start())
