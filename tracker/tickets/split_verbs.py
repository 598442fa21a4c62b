"""The actions that part a ticket into several, and what may be said with them."""

from typing import Any

from marshmallow import fields, validate

from tracker.tickets import splitting
from tracker.tickets.actions import Action
from tracker.tickets.schemas import CONTENT_MAX, REQUIRED, ReasonIn, Strict, text_field

MOST_PARTS = 10
"""[P] The most matters one complaint is split into."""


def _text(label: str, **more: Any) -> Any:
    field = text_field(label, required=True, **more)
    field.error_messages = {**field.error_messages, "required": f"请填写{label}。"}
    return field


class PartIn(Strict):
    """One matter of a split ticket: what it is about; category and office where the clerk knows them."""

    title = _text("标题", longest=200)
    content = _text("内容", longest=CONTENT_MAX, rows=3)
    category = text_field("事项分类", longest=10, widget="category", help="不选则由系统按内容分类。")
    office = text_field("承办单位", longest=20, widget="office", help="不选则按派单规则派出。")


class SplitIn(Strict):
    """Splitting (拆分) into two and more matters."""

    parts = fields.List(
        fields.Nested(PartIn),
        required=True,
        validate=validate.Length(min=2, max=MOST_PARTS, error=f"请拆成2至{MOST_PARTS}件。"),
        metadata={"label": "拆成哪几件", "widget": "rows", "row": "第{n}件"},
        error_messages={**REQUIRED, "invalid": "应是一个列表。"},
    )
    reason = text_field("拆分理由", required=True, shortest=2)


SPLIT_ACTIONS: tuple[Action, ...] = (
    Action(
        "split",
        "拆分",
        SplitIn,
        splitting.split,
        offered=splitting.may_split,
    ),
    Action(
        "unsplit",
        "撤销拆分",
        ReasonIn,
        splitting.unsplit,
        offered=splitting.may_unsplit,
    ),
)
