"""The actions that share a ticket with another office and call it back, and what may be said with them."""

from marshmallow import fields

from tracker.tickets import shares
from tracker.tickets.actions import Action
from tracker.tickets.schemas import REQUIRED, Strict, text_field


class ShareIn(Strict):
    """Sharing (共享): with which office, why and until which day."""

    office = text_field("共享给哪个单位", required=True, longest=20, widget="office")
    until = fields.Date(
        required=True,
        metadata={
            "label": "截止日期",
            "widget": "date",
            "help": f"含当日，最长{shares.MOST_DAYS}天；到期自动收回。",
        },
        error_messages={**REQUIRED, "invalid": "日期格式应如 2026-03-31。"},
    )
    reason = text_field("共享理由", required=True, shortest=4, longest=500)


class UnshareIn(Strict):
    """Calling a share back (收回共享)."""

    office = text_field("收回与哪个单位的共享", required=True, longest=20, widget="office")
    reason = text_field("理由", required=True, shortest=2, longest=500)


SHARE_ACTIONS: tuple[Action, ...] = (
    Action("share", "共享", ShareIn, shares.share),
    Action("unshare", "收回共享", UnshareIn, shares.unshare, offered=shares.is_shared),
)
