"""Where each person wants urgent notices sent besides the inbox; his own choice, sealed at rest."""

import re
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from tracker.audit import service as audit
from tracker.errors import Invalid, NotAllowed
from tracker.fields import cipher
from tracker.notices.models import NoticeAddress
from tracker.permissions import Actor, Permission, require

SHAPES: Mapping[str, tuple[re.Pattern[str], str]] = {
    "email": (
        re.compile(r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}"),
        "邮箱地址不对，请写成 name@example.gov.cn。",
    ),
    "sms": (re.compile(r"1[3-9]\d{9}"), "手机号应为 11 位数字，以 1 开头。"),
}
"""What an address looks like with each gateway that has personal ones, and the sentence for one that does not."""


def mine(session: Session, actor: Actor) -> dict[str, str]:
    """Return the actor's own addresses in clear, by gateway."""
    require(actor, Permission.NOTICE_READ)
    rows = session.scalars(select(NoticeAddress).where(NoticeAddress.account_id == actor.account_id))
    return {row.gateway: cipher(session).open(row.address_sealed) for row in rows}


def choose(session: Session, actor: Actor, chosen: Mapping[str, str], *, now: datetime) -> None:
    """Keep the actor's addresses by gateway; an empty one turns that gateway off for him.

    Raises Invalid naming the field for an address that cannot be one, NotAllowed for those without an account.
    """
    require(actor, Permission.NOTICE_READ)
    if actor.account_id is None:
        raise NotAllowed("只有个人账号可以设置通知方式。", code="no_account")
    for gateway, address in chosen.items():
        _keep(session, actor.account_id, gateway, address.strip(), now)
    told: dict[str, str | int] = {
        name: "on" if address.strip() else "off" for name, address in chosen.items()
    }
    audit.record(session, actor, "choose", "notice_address", actor.account_id, told, now=now)


def _keep(session: Session, account_id: int, gateway: str, address: str, now: datetime) -> None:
    if gateway not in SHAPES:
        raise Invalid("没有这种通知方式。", code="no_such_gateway")
    shape, sentence = SHAPES[gateway]
    if not address:
        session.execute(
            delete(NoticeAddress).where(
                NoticeAddress.account_id == account_id, NoticeAddress.gateway == gateway
            )
        )
        return
    if not shape.fullmatch(address):
        raise Invalid(sentence, code="bad_address", fields={gateway: [sentence]})
    row = insert(NoticeAddress).values(
        account_id=account_id, gateway=gateway, address_sealed=cipher(session).seal(address), changed_at=now
    )
    changed = {"address_sealed": row.excluded.address_sealed, "changed_at": row.excluded.changed_at}
    session.execute(row.on_conflict_do_update(index_elements=["account_id", "gateway"], set_=changed))
