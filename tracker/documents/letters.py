"""The text of a document: templates with variables in braces, and the letter filled from them; pure.

A template is plain text, one paragraph a line, with variables such as {{主送单位}}. Nothing in it is executed.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from tracker import placeholders
from tracker.documents.rules import KIND_LABELS, Kind, printable

VARIABLES: dict[str, str] = {
    "工单编号": "涉及工单的编号，多件时为第一件",
    "工单件数": "涉及工单的件数",
    "受理日期": "第一件工单的受理日期",
    "事项分类": "涉及事项的分类",
    "涉及单位": "被投诉单位",
    "主送单位": "文书发给谁",
    "发文单位": "本单位名称",
    "事实": "制发时填写",
    "依据": "制发时填写",
    "要求": "制发时填写",
    "期限": "如“于2026年3月16日前”，或“自收到之日起30日内”",
    "复核期限": "申请复核的期限，如“10个工作日”",
}
"""Every variable a template may use, with what stands in for it."""

_LONGEST = 4000

DEFAULTS: dict[Kind, str] = {
    Kind.REMINDER: (
        "我单位在办理行政执法监督工单{{工单编号}}（共{{工单件数}}件）中发现：\n"
        "{{事实}}\n"
        "依据{{依据}}，现就有关事项提醒如下：\n"
        "{{要求}}\n"
        "请{{期限}}将落实情况书面反馈我单位。\n"
        "特此函告。"
    ),
    Kind.URGING: (
        "行政执法监督工单{{工单编号}}（共{{工单件数}}件）由你单位办理。经查：\n"
        "{{事实}}\n"
        "依据{{依据}}，现予督办，要求如下：\n"
        "{{要求}}\n"
        "请{{期限}}办结并书面报告办理结果；逾期未办结的，将按规定予以通报。\n"
        "特此函告。"
    ),
    Kind.OPINION: (
        "我单位在行政执法监督中（工单{{工单编号}}，共{{工单件数}}件），就你单位的行政执法行为进行了核查。现查明：\n"
        "{{事实}}\n"
        "依据{{依据}}，现提出如下监督意见：\n"
        "{{要求}}\n"
        "请你单位{{期限}}自行纠正，并将纠正情况书面报告我单位。\n"
        "对本意见书有异议的，可以自收到之日起{{复核期限}}内向我单位申请复核；复核期间不停止执行。"
    ),
    Kind.DECISION: (
        "我单位在行政执法监督中（工单{{工单编号}}，共{{工单件数}}件），就你单位的行政执法行为进行了核查。现查明：\n"
        "{{事实}}\n"
        "依据{{依据}}，现作出如下监督决定：\n"
        "{{要求}}\n"
        "请你单位{{期限}}将执行情况书面报告我单位。\n"
        "对本决定书不服的，可以自收到之日起{{复核期限}}内向我单位申请复核；复核期间不停止执行。"
    ),
    Kind.TRANSFER: (
        "我单位在办理行政执法监督工单{{工单编号}}（共{{工单件数}}件）中发现，下列事项属于你单位职责范围：\n"
        "{{事实}}\n"
        "依据{{依据}}，现移送你单位依法处理。\n"
        "{{要求}}\n"
        "请{{期限}}将处理情况函告我单位。\n"
        "特此函告。"
    ),
    Kind.WORK_ORDER: (
        "现将下列行政执法监督工单（共{{工单件数}}件）交你单位办理。\n"
        "{{事实}}\n"
        "依据{{依据}}，办理要求如下：\n"
        "{{要求}}\n"
        "请{{期限}}办结并答复。"
    ),
}

BASES: dict[Kind, str] = dict.fromkeys(Kind, "《行政执法监督条例》的有关规定")
"""What the form proposes as basis; the officer names the article."""

HEAD = ("工单编号", "受理日期", "事项分类", "涉及单位", "办理期限")
COLUMNS = (40, 24, 28, 40, 24)
"""Relative widths of the list of tickets."""


@dataclass(frozen=True)
class Letter:
    """All that stands on the paper. rows: one per ticket, empty for a letter about a single one that needs no list."""

    organ: str
    number: str
    title: str
    to: str
    paragraphs: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    date: str
    cc: str
    head: tuple[str, ...] = HEAD
    columns: tuple[int, ...] = COLUMNS

    def facts(self) -> dict[str, Any]:
        """Return the letter as plain data, as it is stored and handed to the layouts."""
        listed = {name: list(getattr(self, name)) for name in ("paragraphs", "head", "columns")}
        return {**asdict(self), **listed, "rows": [list(row) for row in self.rows]}


def letter(facts: Mapping[str, Any]) -> Letter:
    """Return the letter stored as `Letter.facts`."""
    rows = tuple(tuple(row) for row in facts["rows"])
    listed = {name: tuple(facts[name]) for name in ("paragraphs", "head", "columns")}
    return Letter(**{**facts, **listed, "rows": rows})


def check(text: str) -> str:
    """Return the template, its line ends made plain; raises Invalid naming what is wrong with it."""
    clean = printable(text).strip()
    placeholders.check(clean, VARIABLES, longest=_LONGEST)
    return clean


def fill(template: str, values: Mapping[str, str]) -> tuple[str, ...]:
    """Return the paragraphs of the template with its variables replaced; raises Invalid as `check`.

    A value of several lines becomes several paragraphs. Braces inside values stay as they were typed.
    """
    text = placeholders.fill(check(template), values)
    return tuple(line.strip() for line in printable(text).split("\n") if line.strip())


def title(kind: Kind, subject: str) -> str:
    """Return what stands above the text: 关于…的督办函; an 意见书, 决定书 or 工单 bears its own name."""
    if kind in {Kind.OPINION, Kind.DECISION}:
        return KIND_LABELS[kind]
    if kind is Kind.WORK_ORDER:
        return "行政执法监督工单"
    return f"关于{subject}的{KIND_LABELS[kind]}"
