"""Signs of corruption in a complaint (leaf categories H): hints for a person, never a decision.

The rules stand in `data/clue_signs.csv`: a few words that set a rule off, and what must or must not stand around them.
What is denied (没有收红包) gives no sign, what is only made a condition does (不送礼就不办). Gifts and favours between
private people (teachers, doctors, shops) are no signs; they are where an official is named nearer. Not covered: irony, and
signs that need knowledge from outside the text.
"""

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from classifiers.matching import Matcher

PHRASES: Final = Path(__file__).parent / "data" / "clue_signs.csv"
"""Columns: code (leaf, or `-` for words that only look like a sign), phrases (set off by `|`), before, after, unless, actor.

`before` and `after` are patterns that must be met within a few characters of the same clause (`^`: right beside); `unless`
is looked for around the phrase. In patterns `_` is any character of the clause and `@` any of the sentence. actor: empty
(anybody), `public` (no sign when a private person is nearer) or `named` (an official must be named).
"""

_BEFORE: Final = 34
_AFTER: Final = 34
_AROUND: Final = 8
_GAP: Final = 6
_ACTOR_BEFORE: Final = 60
_ACTOR_AFTER: Final = 24

_DENIED: Final = re.compile(
    r"(?:没有?人|没谁|无人|没有?|从来?没有?|从未|未曾?|不是说?|并非|并不是?|不存在|绝无|没发现|未发现|拒绝|拒收|谢绝|退回|退还|严禁|禁止|不准|不许"
    r"|不得|杜绝|防止|避免|谨防|不用|不需要|无需|不要求|不会|不曾|毫无|不|别)[^,。;!?\n]{0,4}$"
)
_NOT_DENIED: Final = re.compile(
    r"(?:不得不|无不|是不是|是否|有没有|有无|难道_*|能不能|要不要|不知道?是?|不排除|不就是|岂不|莫不是|怀疑|不仅|不但|不光|不止|不只|不惜"
    r"|不给|不送|不交|不请|忍不住|要不|不然|不敢|不断|不停|没少|不管|不少|不满足)[^,。;!?\n]{0,5}$".replace("_", "[^,。;!?\n]")
)
_CONDITION: Final = re.compile(
    r"[^。!?\n]{0,8}?(?:就(?!是|算|好)|才|所以|别想|休想|办不|过不了|通不过|卡着|拖着|不给办|不批|刁难|故意|为难|往死里|免谈|根本|到位|够)"
)
_PRIVATE: Final = re.compile(
    "老师|教师|班主任|校长|教练|驾校|医生|医师|护士|主刀|医院|学校|幼儿园|培训|卖家|商家|店家|店员|客服|中介|物业|业委会|保安|媒婆|导游|房东|租客|包工头"
    "|公司领导|公司老板|经理|主管(?!部门)|人事(?!局)|同事|邻居|楼上|快递|外卖|平台|网店|直播|主播|银行|保险公司|开发商|婚|随礼|酒席|美容|健身|装修|4S店|游戏"
    "|聚会|员工|微信群|餐馆老板|饭店老板|工厂老板|老板娘|司机师傅|导购|超市|超市老板|商场|淘宝|网购|彩票"
)
_OFFICIAL: Final = re.compile(
    "执法|局|队长|队里|队员|所长|所里|科长|股长|处长|站长|主任(?<!班主任)|书记|镇长|县长|区长|市长|乡长|(?<!公司)(?<!校)领导|干部|公职|公务员|当官|官员|城管|交警"
    "|民警|警察|派出所|公安|市监|工商|税务|专管员|消防|环保|住建|国土|应急|安监|卫监|卫健|文旅|运管|路政|海事|渔政|街道办|政府|机关|窗口|审批|批文|办证的|验收"
    "|检查|来查|办案|稽查|协管|辅警|中队|大队|支队|罚|查封|扣押|扣车|扣我|扣的|案子|案件|立案|监管|部门|居委|网格|法院|检察|上级|巡查|片区|放行|许可|监察|收费站"
)


@dataclass(frozen=True, slots=True)
class ClueSign:
    """One sign. code: leaf H1–H4; phrase: the words as they stand in the text; span: start and end in characters."""

    code: str
    phrase: str
    span: tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Rule:
    """A row of the table, its patterns compiled."""

    code: str
    before: re.Pattern[str] | None
    after: re.Pattern[str] | None
    unless: re.Pattern[str] | None
    actor: str

    def met(self, text: str, start: int, end: int) -> tuple[int, int] | None:
        """Return the span of all that makes the sign, or None when something is missing or speaks against it."""
        low, high = max(0, start - _BEFORE), end + _AFTER
        first, last = start, end
        if self.unless and self.unless.search(text, max(0, start - _AROUND), end + _AROUND):
            return None
        if self.before:
            if not (found := self.before.search(text, low, start)):
                return None
            first = found.start()
        if self.after:
            if not (found := self.after.match(text, end, high)):
                return None
            last = found.end()
        return first, last


def find_signs(text: str) -> tuple[ClueSign, ...]:
    """Return the signs in a cleaned text in order of appearance, each wording once."""
    seen: dict[str, ClueSign] = {}
    for start, end, rules in _matcher().find(text):
        for rule in rules:
            span = rule.met(text, start, end)
            if span is None or _is_denied(text, *span) or not _fits(rule.actor, text, *span):
                continue
            phrase = text[slice(*span)]
            seen.setdefault(phrase, ClueSign(rule.code, phrase, span))
            break
    return tuple(seen.values())


def _is_denied(text: str, start: int, end: int) -> bool:
    """Return whether the clause says that it is not so, and does not make a condition of it."""
    low = max(0, start - _AROUND - _GAP)
    if not _DENIED.search(text, low, start) or _NOT_DENIED.search(text, low, start):
        return False
    return not _CONDITION.match(text, end, end + _AFTER)


def _fits(actor: str, text: str, start: int, end: int) -> bool:
    """Return whether the one who does it can be an official: one named in the clause, else whoever is named nearest."""
    if not actor:
        return True
    if _OFFICIAL.search(text, _clause_start(text, start), _clause_end(text, end)):
        return True
    low = max(0, start - _ACTOR_BEFORE)
    private = _last(_PRIVATE, text, low, end)
    official = _last(_OFFICIAL, text, low, start)
    if private < 0 and official < 0:
        private = _first(_PRIVATE, text, end, end + _ACTOR_AFTER)
        official = _first(_OFFICIAL, text, end, end + _ACTOR_AFTER)
        return official > 0 or (private < 0 and actor != "named")
    return official > private or (actor != "named" and private < 0)


def _clause_start(text: str, at: int) -> int:
    return max(text.rfind(mark, max(0, at - _ACTOR_BEFORE), at) for mark in ",。;!?\n") + 1


def _clause_end(text: str, at: int) -> int:
    ends = [found for mark in ",。;!?\n" if (found := text.find(mark, at, at + _ACTOR_AFTER)) >= 0]
    return min(ends, default=at + _ACTOR_AFTER)


def _last(pattern: re.Pattern[str], text: str, low: int, high: int) -> int:
    """Return where the last match begins, -1 when there is none."""
    return max((found.start() for found in pattern.finditer(text, low, high)), default=-1)


def _first(pattern: re.Pattern[str], text: str, low: int, high: int) -> int:
    found = pattern.search(text, low, high)
    return found.start() if found else -1


@cache
def _matcher() -> Matcher[list[_Rule]]:
    by_phrase: dict[str, list[_Rule]] = {}
    with PHRASES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            rule = None if row["code"] == "-" else _rule(row)
            for phrase in row["phrases"].split("|"):
                rules = by_phrase.setdefault(phrase, [])
                if rule is not None:
                    rules.append(rule)
    return Matcher(by_phrase.items())


def _rule(row: dict[str, str]) -> _Rule:
    before, after, unless = (
        (row[name] or "").replace("_", "[^,。;!?\n]").replace("@", "[^。!?\n]") for name in ("before", "after", "unless")
    )
    gap = f"[^,。;!?\n]{{0,{_GAP}}}"
    return _Rule(
        row["code"],
        re.compile(f"(?:{before[1:]})$" if before[0] == "^" else f"(?:{before}){gap}$") if before else None,
        re.compile(f"(?:{after[1:]})" if after[0] == "^" else f"{gap}?(?:{after})") if after else None,
        re.compile(unless) if unless else None,
        row["actor"] or "",
    )
