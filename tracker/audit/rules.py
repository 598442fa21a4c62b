"""Pure rules of the audit log: what an entry is made of and how entries are chained."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

Detail = Mapping[str, "str | int | bool | Sequence[str] | None"]
"""What a reader needs besides; no fractions, which a database may write otherwise than we hashed them."""

GENESIS = bytes(32)
"""The hash before the first entry."""

ACTION_LABELS: dict[str, str] = {
    "sign_in": "登录",
    "sign_in_failed": "登录失败",
    "sign_out": "退出登录",
    "sign_out_everywhere": "退出全部登录",
    "add": "新增",
    "change": "修改",
    "move": "调整隶属",
    "disable": "停用",
    "enable": "启用",
    "change_password": "修改密码",
    "reset_password": "重置密码",
    "confirm_grant": "同意授权",
    "refuse_grant": "不同意授权",
    "set_totp": "启用动态口令",
    "remove_totp": "停用动态口令",
    "revoke": "撤销",
    "reveal": "查看联系方式",
    "group": "并入群体诉求",
    "ungroup": "移出群体诉求",
    "switch_model": "切换模型",
    "retrain": "再训练模型",
    "sign_out_one": "退出一台设备",
    "bind_oidc": "绑定统一身份",
    "unbind_oidc": "解除统一身份",
    "new_recovery_codes": "重新生成恢复码",
    "rotate_key": "更换密钥",
    "backup": "备份",
    "export": "导出",
    "import": "导入",
    "undo_import": "撤销导入",
    "upload": "上传",
    "use": "启用版式",
    "put_aside": "停用版式",
    "infected_file": "拒收带毒文件",
    "issue": "制发",
    "signed": "签收",
    "answered": "反馈",
    "rechecked": "复查",
    "objected": "申请复核",
    "reviewed": "复核决定",
    "retimed": "时限重算",
    "voided": "作废",
    "answer": "答复",
    "choose": "选定",
    "close": "登记停工",
    "reopen": "取消停工",
    "load": "载入",
    "settle": "办结",
    "retry": "重发",
    "drop": "放弃发送",
    "reply_template": "保存答复模板",
    "reply_template_removed": "删除答复模板",
}
"""What a reader sees instead of the stable name; an action without a label is shown by its name."""

READ_LABELS: dict[str, str] = {
    "tickets": "工单",
    "intake": "来电登记",
    "callbacks": "回访",
    "returns": "退单裁决",
    "supervision": "督办",
    "documents": "监督文书",
    "campaigns": "专项整治",
    "findings": "整治问题",
    "groups": "群体诉求",
    "imports": "导入批次",
    "surges": "态势预警",
    "indicators": "统计",
    "reports": "统计（接口）",
    "replies": "答复模板",
    "admin": "管理页面",
    "clues": "线索移送",
}
"""What was read, by the first part of its address, in the reader's words."""

THING_LABELS: dict[str, str] = {
    "account": "账号",
    "token": "接口令牌",
    "office": "监督机构",
    "body": "执法主体",
    "ticket": "工单",
    "clue": "线索移送",
    "campaign": "专项整治",
    "import": "导入批次",
    "text_model": "分类模型",
    "triage_cost": "错派成本",
    "audit": "审计记录",
    "indicators": "统计",
    "document": "监督文书",
    "document_layout": "文书版式",
    "document_prefix": "发文机关代字",
    "document_template": "文书模板",
    "reply_template": "答复模板",
    "import_batch": "导入批次",
    "duty_list": "职责清单",
    "routing_rule": "派单规则",
    "precedent": "裁决先例",
    "category": "事项分类",
    "deadline_rule": "时限规则",
    "calendar_day": "工作日历",
    "calendar_year": "年度日历",
    "calendar_closure": "停工",
    "surge_alarm": "态势预警",
    "notice_address": "通知地址",
    "delivery": "通知发送",
    "superior_letter": "上级来文",
    "field_key": "个人信息密钥",
    "system": "系统",
}
"""The kinds of things an entry speaks of."""

DETAIL_LABELS: dict[str, str] = {
    "reason": "理由",
    "field": "字段",
    "name": "名称",
    "role": "岗位",
    "office": "单位",
    "account": "账号",
    "label": "用途",
    "is_active": "启用",
    "rows": "行数",
    "from": "起",
    "to": "止",
    "format": "格式",
    "scopes": "权限",
    "days": "有效天数",
    "number": "编号",
    "kind": "种类",
    "category": "分类",
    "file": "文件",
    "tickets": "工单数",
    "gateway": "发送渠道",
    "why": "原因",
    "n": "数量",
    "tab": "标签页",
    "is_false": "误报",
    "sign_in": "登录编号",
    "group_size": "件数",
    "with": "对方工单",
    "side": "哪一侧",
}
"""The names of details in the reader's words."""


@dataclass(frozen=True)
class Entry:
    """The facts of one entry that its hash covers."""

    at: datetime
    actor_id: int | None
    actor_name: str
    office_id: int | None
    office_path: str
    action: str
    thing: str
    thing_id: str
    detail: Detail
    address: str | None


def entry_hash(previous: bytes, entry: Entry) -> bytes:
    """Return the SHA-256 over the hash before and every fact of the entry (32 bytes)."""
    facts = [
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.actor_id,
        entry.actor_name,
        entry.office_id,
        entry.office_path,
        entry.action,
        entry.thing,
        entry.thing_id,
        entry.detail,
        entry.address,
    ]
    line = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(previous + line.encode()).digest()


@dataclass(frozen=True)
class Reading:
    """The facts of one reading that its seal covers."""

    id: int
    at: datetime
    actor_id: int | None
    actor_name: str
    office_id: int | None
    office_path: str
    thing: str
    thing_id: str
    asked: str
    address: str | None


def seal_hash(previous: bytes, n: int, readings: Sequence[Reading]) -> bytes:
    """Return the SHA-256 over the hash before, the number of the seal and every fact of its readings in order (32 bytes)."""
    digest = hashlib.sha256(previous + str(n).encode())
    for one in readings:
        facts = {**asdict(one), "at": one.at.astimezone(UTC).isoformat(timespec="microseconds")}
        line = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        digest.update(line.encode() + b"\n")
    return digest.digest()


_LONG_DIGITS = re.compile(r"(?<!\d)(\d{3})\d{4,}(?!\d)")


def without_digits(text: str) -> str:
    """Return the text with all but the first three of seven or more digits hidden: telephones, identity numbers.

    A ticket number, which is as long, is hidden with them; what was read is named elsewhere.
    """
    return _LONG_DIGITS.sub(r"\1…", text)


def storable(value: str, length: int) -> str:
    """Return the text as the database can hold it: no NUL, no half surrogates, cut to the length."""
    return value.replace("\x00", "").encode("utf-8", "ignore").decode()[:length]


def label(action: str) -> str:
    """Return the action in the reader's words."""
    return ACTION_LABELS.get(action, action)
