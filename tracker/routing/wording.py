"""Conditions and rules in the words of the office, and back: what sheets and forms show is what they read."""

import re
from collections.abc import Mapping
from typing import Any

from tracker.errors import Invalid
from tracker.offices.rules import LEVEL_NAMES
from tracker.routing.conditions import VALUES
from tracker.routing.facts import DecisionKind, Target

FEATURE_WORDS: Mapping[str, str] = {
    "kind": "单位性质",
    "level": "单位层级",
    "supervision_level": "监督机构层级",
    "branch": "分局或派出机构",
    "vertical": "垂直管理",
    "joint": "共同实施",
    "conduct": "仅反映个人作风",
    "province": "省份代码",
    "place_level": "发生地层级",
    "ambiguous": "地名有歧义",
    "named": "写明单位",
    "reached": "地点够具体",
    "category": "事项分类",
    "duty": "职责清单匹配",
}
_LEVELS = {level.value: name for level, name in LEVEL_NAMES.items()}
_YES_NO = {"yes": "是", "no": "否"}
VALUE_WORDS: Mapping[str, Mapping[str, str]] = {
    "kind": {
        "department": "部门",
        "government": "政府",
        "government_outpost": "派出机关",
        "outpost": "派出机构（设立单位不明）",
        "township_team": "镇街综合执法队",
        "supervision": "行政执法监督机构",
        "none": "未写明",
    },
    "level": _LEVELS,
    "supervision_level": _LEVELS,
    "place_level": {**_LEVELS, "none": "不明"},
    "duty": {"item": "事项匹配", "category": "分类匹配", "none": "未使用"},
    **{name: _YES_NO for name, values in VALUES.items() if set(values) == set(_YES_NO)},
}
OUTCOME_WORDS: Mapping[str, str] = {
    DecisionKind.DISPATCH.value: "派单",
    DecisionKind.REDIRECT.value: "转其他渠道",
    DecisionKind.MANUAL.value: "人工研判",
}
TARGET_WORDS: Mapping[str, str] = {
    Target.SAME_LEVEL.value: "同级政府的监督机构",
    Target.SUPERIOR.value: "上一级监督机构",
    Target.FOUNDER.value: "设立它的政府的监督机构",
    Target.LOWEST_COMMON.value: "共同的上级监督机构",
    Target.PLACE.value: "发生地县级监督机构",
    Target.OTHER_PROVINCE.value: "外省热线",
    Target.MINISTRY.value: "司法部",
    Target.PERSON.value: "人工研判台",
    Target.OFFICE.value: "指定机构",
    Target.RULE.value: "比照其他规则",
}
ALWAYS = "任何情形"
_PART = re.compile(r"^\s*([^=≠]+?)\s*(=|≠|!=)\s*(.+?)\s*$")


def condition_text(condition: Mapping[str, Any]) -> str:
    """Return the condition in words, "单位性质=部门|政府；省份代码≠440000"; `read_condition` reads it again."""
    parts = []
    for name, wanted in condition.items():
        absent = isinstance(wanted, Mapping)
        value = wanted["not"] if absent else wanted
        words = VALUE_WORDS.get(name, {})
        listed = [value] if isinstance(value, str) else value
        told = "|".join(words.get(one, one) for one in listed)
        parts.append(f"{FEATURE_WORDS.get(name, name)}{'≠' if absent else '='}{told}")
    return "；".join(parts) or ALWAYS


def read_condition(text: str) -> dict[str, Any]:
    """Return the condition told in words; raises Invalid naming the part that cannot be read."""
    names = {word: name for name, word in FEATURE_WORDS.items()}
    found: dict[str, Any] = {}
    for part in re.split(r"[；;\n]", text):
        if not part.strip() or part.strip() == ALWAYS:
            continue
        match = _PART.match(part.replace("＝", "="))
        name = names.get(match[1], match[1]) if match else ""
        if match is None or name not in FEATURE_WORDS:
            raise Invalid(
                f"看不懂条件“{part.strip()[:40]}”，请写成“{FEATURE_WORDS['kind']}=部门|政府”，可用："
                f"{'、'.join(FEATURE_WORDS.values())}。",
                code="bad_condition",
            )
        if name in found:
            raise Invalid(f"条件“{FEATURE_WORDS[name]}”写了两次，请合并为一项。", code="bad_condition")
        listed = [_value(name, one.strip()) for one in re.split(r"[|｜、，,]", match[3]) if one.strip()]
        value: Any = listed[0] if len(listed) == 1 else listed
        found[name] = value if match[2] == "=" else {"not": value}
    return found


def _value(name: str, word: str) -> str:
    words = VALUE_WORDS.get(name, {})
    value = {told: value for value, told in words.items()}.get(word, word)
    if words and value not in words:
        raise Invalid(
            f"条件“{FEATURE_WORDS[name]}”没有取值“{word[:20]}”，可用：{'、'.join(words.values())}。",
            code="bad_condition",
        )
    return value


def read_word(words: Mapping[str, str], told: str, what: str) -> str:
    """Return the value a word (or the value itself) stands for; raises Invalid with the words there are."""
    value = {word: value for value, word in words.items()}.get(told.strip(), told.strip())
    if value not in words:
        raise Invalid(f"{what}“{told[:20]}”无法识别，可用：{'、'.join(words.values())}。", code="bad_word")
    return value
