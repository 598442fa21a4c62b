"""Signs of corruption in a complaint (leaf categories H): hints for a person, never a decision.

The rules stand in `data/clue_signs.csv`: a few words that set a rule off, and what must or must not stand around them.
What is denied (没有收红包) gives no sign, what is only made a condition does (不送礼就不办). Gifts and favours between
private people (teachers, doctors, shops) are no signs; they are where an official is named nearer. Not covered: irony, and
signs that need knowledge from outside the text.
"""

import csv
import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Final

from classifiers.matching import Matcher

PHRASES: Final = Path(__file__).parent / "data" / "clue_signs.csv"
"""Columns: code (leaf, or `-` for words that only look like a sign), phrases (set off by `|`), before, after, unless, actor.

`before` and `after` are patterns that must be met within a few characters of the same clause (`^`: right beside); `unless`
is looked for around the phrase. In patterns `_` is any character of the clause and `@` any of the sentence. actor: empty
(anybody), `public` (no sign when a private person is nearer) or `named` (an official must be named).
"""

ALONE: Final = 0.25
"""How probable a hint must be for the model before it is shown without any of our words. Chosen so that of texts it had not
seen hardly any hint is missed (docs/classification.md)."""
MAX_SIGNS: Final = 30
"""Signs looked for in one text; nobody reads more."""
_BEFORE: Final = 44
_AFTER: Final = 44
_AROUND: Final = 8
_GAP: Final = 6
_ACTOR_BEFORE: Final = 60
_ACTOR_AFTER: Final = 24
_MARKS: Final = ",。;!?\n"

_DENIED: Final = re.compile(
    r"(?:不认为|不觉得|不代表|没见过|没听说|没有?人|没谁|无人|没有?|从来?没有?|从未|未曾?|不是说?|并非|并不是?|不存在|绝无|没发现|未发现|拒绝|拒收|谢绝|退回|退还|严禁|禁止|不准|不许"
    r"|不得|杜绝|防止|避免|谨防|不用|不需要|无需|不要求|不会|不曾|毫无|不|别)[^,。;!?\n]{0,4}$"
)
_NOT_DENIED: Final = re.compile(
    r"(?:不得不|无不|是不是|怕不是|该不会|莫非|是否|有没有|有无|难道_*|能不能|要不要|不知道?是?|不排除|不就是|岂不|莫不是|怀疑|不仅|不但|不光|不止|不只|不惜"
    r"|不给|不送|不交|不请|忍不住|要不|不然|不敢|不断|不停|没少|不管|不少|不满足)[^,。;!?\n]{0,5}$".replace(
        "_", "[^,。;!?\n]"
    )
)
_FLATLY: Final = re.compile(
    r"(?:不是说?|并非|并不是?|不认为|不觉得|没见过|没听说|不存在|拒绝|拒收|谢绝|严禁|禁止|不准|不许|不得|杜绝|防止|避免)[^,。;!?\n]{0,4}$"
)
_CONDITION: Final = re.compile(
    r"[^。!?\n]{0,8}?(?:就(?=不|没|罚|卡|拖|来|查|扣|办|过|给|别|得|说|挨|往|天天|慢慢|叫|让|拆|要|只能|被|抓|停)|才|所以|别想|休想|办不|过不了|通不过"
    r"|卡着|拖着|不给办|不批|刁难|故意|为难|往死里|免谈|根本|到位|够)"
)
_DENIED_INSIDE: Final = re.compile(
    r"(?:没有?|并未|从未|未曾|未)(?:人?泄|人知|股|为难|收|拿|针对|报复|威胁|找|告诉|透|刁难|给过|要过|被|影响|找过)"
)
_DENIED_AFTER: Final = re.compile(
    r"[^。!?\n]{0,10}?(?:瞎传|瞎说|是?误会|没有的事|谣言|传言|不实|没这回事|不存在|子虚乌有|不是真的|还给了?我|追出来还|摆手不要|没肯收|没有收下|没收下|退给我|退了回来)"
)


_PRIVATE: Final = (
    "护工 工头 甲方 婚介 相亲"
    " 老师 教师 班主任 校长 校领导 教练 驾校 医生 医师 护士 主刀 医院 学校 幼儿园 培训班 培训机构 卖家 商家 店家 店员 客服 中介"
    " 物业 业委会 保安 媒婆 导游 房东 租客 包工头 公司领导 公司老板 经理 人事部 同事 邻居 楼上 快递 外卖 平台 网店 直播 主播 银行"
    " 保险公司 开发商 婚礼 结婚 随礼 酒席 美容 健身 装修公司 4S店 游戏 聚会 员工 微信群 餐馆老板 饭店老板 工厂老板 老板娘 导购 超市"
    " 商场 淘宝 网购 彩票 公司主管"
)
_OFFICIAL: Final = (
    "执法 局 队长 队里 队员 所长 所里 科长 股长 处长 站长 主任 书记 镇长 县长 区长 市长 乡长 领导 干部 公职 公务员 当官 官员 城管"
    " 交警 民警 警察 派出所 公安 市监 工商 税务 专管员 消防 环保 住建 国土 应急 安监 卫监 卫健 文旅 运管 路政 海事 渔政 街道办 政府"
    " 机关 窗口 审批 批文 办证的 验收 检查 来查 办案 稽查 协管 辅警 中队 大队 支队 罚 查封 扣押 扣车 扣我 扣的 案子 案件 立案 监管"
    " 部门 居委 网格 法院 检察 上级 巡查 片区 放行 许可 监察 收费站 抽检 抽样 检疫 检验员 考官 管理员 土管 科员 烟草专卖 查卫生 查消防 罚单"
)


@dataclass(frozen=True, slots=True)
class ClueSign:
    """One sign. code: leaf H1–H4; phrase: the words as they stand in the text; span: start and end in characters."""

    code: str
    phrase: str
    span: tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Rule:
    """A row of the table, its patterns written out; an empty one asks for nothing."""

    code: str
    before: str
    after: str
    unless: str
    actor: str

    def met(self, text: str, start: int, end: int) -> tuple[int, int] | None:
        """Return the span of all that makes the sign, or None when something is missing or speaks against it."""
        low, high = max(0, start - _BEFORE), end + _AFTER
        first, last = start, end
        if self.before:
            if not (found := _compiled(self.before).search(text, low, start)):
                return None
            first = found.start()
        if self.after:
            if not (found := _compiled(self.after).match(text, end, high)):
                return None
            last = found.end()
        if self.unless and _compiled(self.unless).search(text, max(0, start - _AROUND), end + _AROUND):
            return None
        return first, last


def find_signs(text: str) -> tuple[ClueSign, ...]:
    """Return the signs in a cleaned text in order of appearance, each wording once."""
    hits = list(_matcher().find(text))
    other_words = {at: end for start, end, rules in hits if not rules for at in range(start, end)}
    actors = _Actors(text)
    found: list[ClueSign] = []
    for start, end, rules in hits:
        if other_words.get(start, 0) >= end:
            continue
        for rule in rules:
            span = rule.met(text, start, end)
            if span and not _is_denied(text, *span) and actors.fit(rule.actor, *span):
                found.append(ClueSign(rule.code, text[slice(*span)], span))
                break
        if len(found) >= MAX_SIGNS:
            break
    return _widest(found)


def with_hint(signs: tuple[ClueSign, ...], share: float, leaves: Sequence[str]) -> tuple[ClueSign, ...]:
    """Return the signs, or one without words (empty phrase and span) where only the model that has read thousands hears one.

    share: how probable a hint is for that model (0–1). leaves: the likeliest categories, best first; the first of H names a
    sign without words.
    """
    if signs or share < ALONE:
        return signs
    return (ClueSign(next((leaf for leaf in leaves if leaf.startswith("H")), "H3"), "", (0, 0)),)


def _widest(found: list[ClueSign]) -> tuple[ClueSign, ...]:
    """Return the signs in order without those that overlap an earlier one or repeat its words."""
    kept: dict[str, ClueSign] = {}
    reached = 0
    for sign in sorted(found, key=lambda sign: (sign.span[0], -sign.span[1])):
        if sign.span[0] >= reached and sign.phrase not in kept:
            kept[sign.phrase] = sign
            reached = sign.span[1]
    return tuple(kept.values())


def _is_denied(text: str, start: int, end: int) -> bool:
    """Return whether the clause says that it is not so, and does not make a condition of it."""
    if _DENIED_INSIDE.search(text, start + 1, end) or _DENIED_AFTER.match(text, end, end + _AFTER):
        return True
    low = max(0, start - _AROUND - _GAP)
    if not _DENIED.search(text, low, start) or _NOT_DENIED.search(text, low, start):
        return False
    return bool(_FLATLY.search(text, low, start)) or not _CONDITION.match(text, end, end + _AFTER)


class _Actors:
    """Who is named where in a text: officials and private people."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _named(self) -> tuple[list[int], list[bool]]:
        """Where somebody is named, in order, and whether that is an official."""
        hits = list(_actors().find(self._text))
        return [start for start, _, _ in hits], [is_official for _, _, is_official in hits]

    def fit(self, actor: str, start: int, end: int) -> bool:
        """Return whether the one who does it can be an official: named in the clause, else whoever is named nearest."""
        if not actor:
            return True
        at, official = self._named
        first, last = bisect_left(at, self._clause_start(start)), bisect_left(at, self._clause_end(end))
        if any(official[first:last]):
            return True
        following = bisect_left(at, end)
        if following and at[following - 1] >= start - _ACTOR_BEFORE:
            return official[following - 1]
        if following < len(at) and at[following] < end + _ACTOR_AFTER:
            return official[following]
        return actor == "public" or any(official)

    def _clause_start(self, at: int) -> int:
        low = max(0, at - _ACTOR_BEFORE)
        return max(low, max(self._text.rfind(mark, low, at) for mark in _MARKS) + 1)

    def _clause_end(self, at: int) -> int:
        high = at + _ACTOR_AFTER
        return min(
            (found for mark in _MARKS if (found := self._text.find(mark, at, high)) >= 0), default=high
        )


@cache
def _actors() -> Matcher[bool]:
    return Matcher(
        [*((word, False) for word in _PRIVATE.split()), *((word, True) for word in _OFFICIAL.split())]
    )


@cache
def _matcher() -> Matcher[list[_Rule]]:
    return Matcher(rules_by_phrase().items(), overlapping=True)


def rules_by_phrase() -> dict[str, list[_Rule]]:
    """Return the table: phrase → rules that it sets off, none for words that only look like a sign."""
    by_phrase: dict[str, list[_Rule]] = {}
    with PHRASES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            rule = None if row["code"] == "-" else _rule(row)
            for phrase in row["phrases"].split("|"):
                rules = by_phrase.setdefault(phrase, [])
                if rule is not None:
                    rules.append(rule)
    return by_phrase


def _rule(row: dict[str, str]) -> _Rule:
    before, after, unless = (
        (row[name] or "").replace("_", "[^,。;!?\n]").replace("@", "[^。!?\n]").replace("~", "[^\n]")
        for name in ("before", "after", "unless")
    )
    gap = f"[^,。;!?\n]{{0,{_GAP}}}"
    return _Rule(
        row["code"],
        before and (f"(?:{before[1:]})$" if before[0] == "^" else f"(?:{before}){gap}$"),
        after and (f"(?:{after[1:]})" if after[0] == "^" else f"{gap}?(?:{after})"),
        unless,
        row["actor"] or "",
    )


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compile when first needed: all of them at once would take a third of the time the engine has to start."""
    return re.compile(pattern)
