"""What the columns of a file mean, and the states of batches and rows."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

from classifiers.hiding import Known, hide

MAX_ROWS = 100_000
MAX_BYTES = 50 * 1024 * 1024
TITLE_MAX = 200
"""Characters of a title, as intake takes it."""


class BatchState(StrEnum):
    """Where a batch stands."""

    RUNNING = "running"
    """导入中."""
    DONE = "done"
    """已完成."""
    UNDONE = "undone"
    """已撤销."""


BATCH_LABELS: dict[BatchState, str] = {
    BatchState.RUNNING: "导入中",
    BatchState.DONE: "已完成",
    BatchState.UNDONE: "已撤销",
}


class RowState(StrEnum):
    """What became of a row."""

    WAITING = "waiting"
    """待处理."""
    OK = "ok"
    """已受理."""
    SAME = "same"
    """已有，未重复受理."""
    BAD = "bad"
    """有误，未受理."""


COMPLAINT_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "source_no": ("source_no", "id", "来源编号", "编号", "工单编号", "留言编号", "序号"),
    "title": ("title", "标题", "主题", "留言主题"),
    "content": ("content", "内容", "诉求内容", "留言详情", "正文"),
    "kind": ("kind", "诉求类型", "类型"),
    "place_text": ("place_text", "地点", "事发地点", "地址"),
    "division_code": ("division_code", "区划代码"),
    "occurred_at": ("occurred_at", "发生时间"),
    "received_at": ("received_at", "受理时间", "来电时间"),
    "respondent": ("respondent", "被投诉单位", "被反映单位"),
    "officer_cert_no": ("officer_cert_no", "执法证号"),
    "name": ("name", "姓名", "诉求人", "联系人"),
    "phone": ("phone", "电话", "联系电话", "手机号"),
    "id_no": ("id_no", "身份证号", "证件号码"),
    "uscc": ("uscc", "统一社会信用代码"),
    "hide_identity": ("hide_identity", "保密", "是否保密"),
    "urgent": ("urgent", "紧急", "是否紧急"),
}
"""Field → the names its column may bear; the template uses the first Chinese one."""

TEMPLATE_HEADS = (
    "来源编号",
    "标题",
    "内容",
    "诉求类型",
    "地点",
    "发生时间",
    "被投诉单位",
    "姓名",
    "电话",
    "是否保密",
    "是否紧急",
)
KINDS = {"咨询": "enquiry", "求助": "help", "投诉": "complaint", "举报": "report", "建议": "suggestion"}
_MOMENT = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T\s]*(\d{1,2}):(\d{2})(.*))?"
)
_YES = {"是", "1", "true", "yes", "y", "√"}


def columns(header: Sequence[str], meanings: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    """Return field → position of its column; of two columns with one meaning the first named in the table wins."""
    at = {name.strip().lower(): index for index, name in reversed(list(enumerate(header)))}
    found = {}
    for field, names in meanings.items():
        index = next((at[name.lower()] for name in names if name.lower() in at), None)
        if index is not None:
            found[field] = index
    return found


def pick(cells: Sequence[str], where: Mapping[str, int]) -> dict[str, str]:
    """Return field → cell, blank ones left out."""
    values = {field: cells[index].strip() for field, index in where.items() if index < len(cells)}
    return {field: value for field, value in values.items() if value}


def iso_moment(written: str) -> str:
    """Return a moment as people write it (2026/3/1 9:30, 2026年3月1日) in ISO 8601; anything else as it is."""
    found = _MOMENT.fullmatch(written.strip())
    if found is None:
        return written
    year, month, day, hour, minute, rest = found.groups()
    clock = f"{int(hour):02d}:{minute}{rest.strip()}" if hour else "00:00"
    return f"{year}-{int(month):02d}-{int(day):02d}T{clock}"


def intake(values: Mapping[str, str], *, channel: str) -> dict[str, object]:
    """Return what `TicketIn` is to validate for one row of complaints; unknown kinds are passed on to be refused."""
    kind = values.get("kind", "投诉")
    given: dict[str, object] = {
        "channel": channel,
        "kind": KINDS.get(kind, kind),
        "content": values.get("content", ""),
        "urgent": values.get("urgent", "").lower() in _YES,
    }
    for field in ("title", "source_no", "place_text", "division_code", "occurred_at", "received_at", "uscc"):
        if field in values:
            given[field] = iso_moment(values[field]) if field.endswith("_at") else values[field]
    if (
        len(str(given.get("title", ""))) > TITLE_MAX
    ):  # nothing is cut off: what is too long for a title begins the text
        given["content"] = f"{given['title']}\n{given['content']}"
        given["title"] = str(given["title"])[:TITLE_MAX]
    if "respondent" in values or "officer_cert_no" in values:
        given["respondent"] = {
            "name": values.get("respondent"),
            "officer_cert_no": values.get("officer_cert_no"),
        }
    person = {field: values[field] for field in ("name", "phone", "id_no") if field in values}
    if person:
        given["complainant"] = {
            **person,
            "hide_identity": values.get("hide_identity", "").lower() in _YES,
        }
    return given


def masked(values: Mapping[str, str]) -> dict[str, str]:
    """Return the cells of a row with everything that names a person hidden."""
    said = {field: values.get(field, "").strip() for field in ("name", "phone", "id_no", "uscc")}
    person = Known((said["name"],), (said["phone"], said["id_no"], said["uscc"]), wholly=True)
    return {field: hide(value, person) for field, value in values.items()}
