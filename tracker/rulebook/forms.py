"""The form of one rule: what is shown in its inputs, and the rule read from what was typed."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from marshmallow import ValidationError

from tracker.errors import Invalid
from tracker.routing.facts import Rule
from tracker.routing.schemas import NewRule
from tracker.routing.wording import (
    FEATURE_WORDS,
    OUTCOME_WORDS,
    TARGET_WORDS,
    VALUE_WORDS,
    condition_text,
    read_condition,
)
from tracker.tickets.actions import lists

_FLAGS = ("assisting", "leadership", "verified")
_NEEDED = {"code", "priority", "outcome", "target", "effective_from", "because", "basis"}
_INPUTS: tuple[dict[str, Any], ...] = (
    {
        "name": "code",
        "label": "规则编码",
        "widget": "text",
        "max": 60,
        "help": "如 market_online，以后不能改",
    },
    {
        "name": "priority",
        "label": "优先级",
        "widget": "number",
        "max": 10_000,
        "min": 0,
        "help": "数字小的先用",
    },
    {"name": "outcome", "label": "处理方式", "widget": "select", "choices": list(OUTCOME_WORDS.items())},
    {"name": "target", "label": "去向", "widget": "select", "choices": list(TARGET_WORDS.items())},
    {
        "name": "effective_from",
        "label": "生效日期",
        "widget": "date",
        "help": "不早于今天；当天零时起受理的适用",
    },
    {"name": "office_code", "label": "指定机构", "widget": "office", "help": "仅去向为“指定机构”时填写"},
    {
        "name": "refers_to",
        "label": "比照的规则编码",
        "widget": "text",
        "max": 64,
        "help": "仅去向为“比照其他规则”时填写",
    },
    {
        "name": "reason",
        "label": "为什么修改（保存时必填）",
        "widget": "text",
        "max": 300,
        "help": "如依据的文件、裁决，记入历次版本",
    },
    {
        "name": "condition",
        "label": "条件",
        "widget": "textarea",
        "rows": 2,
        "max": 1000,
        "help": "例：单位性质=部门|政府；单位层级=县级；省份代码≠440000。各项全部符合才适用，“|”为其中之一，“≠”为都不是，不写为任何情形。",
    },
    {"name": "because", "label": "派单理由（承办单位会看到）", "widget": "textarea", "rows": 1, "max": 300},
    {"name": "basis", "label": "依据", "widget": "textarea", "rows": 1, "max": 500},
    {
        "name": "flags",
        "label": "另外",
        "widget": "checkboxes",
        "choices": [
            ("assisting", "当地司法所协办"),
            ("leadership", "进入领导处理队列"),
            ("verified", "依据已与公布文本核对"),
        ],
    },
)


def shown(rule: Rule, today: date) -> dict[str, str]:
    """Return what the inputs hold for a rule that is about to be changed."""
    told = {
        "code": rule.code,
        "priority": str(rule.priority),
        "condition": condition_text(rule.condition),
        "outcome": rule.outcome.value,
        "target": rule.target.value,
        "office_code": rule.office_code,
        "refers_to": rule.refers_to,
        "because": rule.because,
        "basis": rule.basis,
        "effective_from": max(rule.effective_from, today).isoformat(),
        "expected": str(rule.version),
    }
    return told | {"flags": " ".join(name for name in _FLAGS if getattr(rule, name))}


def blank(today: date) -> dict[str, str]:
    """Return what the inputs of a new rule hold."""
    return {
        "priority": "115",
        "outcome": "dispatch",
        "target": "same_level",
        "effective_from": today.isoformat(),
    }


def fields(
    values: Mapping[str, str], errors: Mapping[str, list[str]], *, is_new: bool
) -> list[dict[str, Any]]:
    """Return the inputs in order, as the shared macro draws them."""
    inputs = [dict(one) for one in _INPUTS if is_new or one["name"] != "code"]
    for one in inputs:
        name = one["name"]
        told = values.get(name, "")
        one |= {"value": told.split() if name == "flags" else told, "errors": errors.get(name, [])}
        one["required"] = name in _NEEDED
    return inputs


def read(form: Mapping[str, str], known: Rule | None) -> tuple[Rule, str]:
    """Return the rule typed and the reason given. known: the version before, None for a new rule.

    form["flags"]: the names of what is ticked, between blanks. The reason may be empty, as for a trial; saving asks for
    it. Raises Invalid with the fields that cannot be taken.
    """
    told: dict[str, Any] = {
        name: form[name].strip()
        for name in ("priority", "outcome", "target", "because", "basis", "effective_from")
        if form.get(name, "").strip()
    }
    told |= {name: form.get(name, "").strip() for name in ("office_code", "refers_to")}
    told |= {name: name in form.get("flags", "").split() for name in _FLAGS}
    told["code"] = known.code if known else form.get("code", "").strip()
    try:
        told["condition"] = read_condition(form.get("condition", ""))
    except Invalid as error:
        raise Invalid(error.message, code=error.code, fields={"condition": [error.message]}) from error
    try:
        loaded = NewRule(exclude=("reason", "expected")).load(told)
    except ValidationError as error:
        raise Invalid("没有保存，请改正标出的各项。", fields=lists(error.messages)) from error
    return Rule(**loaded), form.get("reason", "").strip()


def legend() -> list[tuple[str, str]]:
    """Return what conditions may speak of: (feature, its values) in words."""
    free = {"province": "六位省级区划代码，如 440000", "category": "一级（如 A）或二级（如 A1）分类代码"}
    return [
        (word, free.get(name) or "|".join(VALUE_WORDS[name].values())) for name, word in FEATURE_WORDS.items()
    ]
