"""What each permission is called where somebody chooses the limits of a token."""

from collections.abc import Collection

from tracker.permissions import Permission

WORDS: dict[str, str] = {
    "ticket:read": "查看工单",
    "ticket:intake": "登记诉求",
    "ticket:triage": "派单改派",
    "ticket:handle": "承办工单",
    "ticket:review": "审核答复、延期、退单",
    "ticket:rule": "裁决退单",
    "ticket:urge": "催办",
    "ticket:supervise": "督办",
    "ticket:instruct": "登记领导批示",
    "ticket:verify": "销号验收",
    "ticket:call_back": "回访评价",
    "reply_template:edit": "维护答复模板",
    "precedent:switch": "启停派单先例",
    "document:read": "查看督办文书",
    "document:sign": "签收督办文书",
    "document:order": "制发工单",
    "document:issue": "制发提醒函、督办函、移送函",
    "document:decide": "制发意见书、决定书",
    "contact:reveal": "查看联系方式",
    "clue:propose": "提出线索移送",
    "clue:approve": "审批线索移送",
    "campaign:read": "查看专项",
    "campaign:manage": "管理专项",
    "import": "导入",
    "export": "导出",
    "notice:read": "查看消息",
    "notice:manage": "处理未送达消息",
    "report:read": "查看看板",
    "table:read": "查看基础表",
    "table:edit": "维护基础表",
    "surge:read": "查看预警",
    "surge:answer": "处置预警",
    "model:read": "查看模型",
    "model:manage": "管理模型",
    "account:manage": "管理账号",
    "account:confirm": "复核账号授权",
    "audit:read": "查看审计",
}


def told(permissions: Collection[Permission]) -> list[tuple[str, str]]:
    """Return (value, words) of the permissions a token may be limited to, in the order of the table of permissions."""
    return [
        (one.value, WORDS.get(one.value, one.value))
        for one in Permission
        if one in permissions and one is not Permission.SIGNED_IN
    ]
