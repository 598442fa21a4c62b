"""What a liaison does with a package: 签收, 受理, 部分受理, 转送, 退回, 处置, 反馈."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.calendar import service as calendar
from tracker.calendar.deadlines import Clock
from tracker.commissions import delivery, desk, generations, pieces, receipts
from tracker.commissions.models import Commission, CommissionKey, Package
from tracker.commissions.receipts import Signed
from tracker.commissions.rules import Deed, Receipt, Stage, after
from tracker.errors import Conflict, Invalid
from tracker.permissions import Actor

Given = Mapping[str, Any]


def perform(
    session: Session, actor: Actor, number: str, deed: Deed, given: Given, *, now: datetime
) -> Package:
    """Do the deed and return the package, locked until the transaction ends.

    given: validated by the deed's schema. Raises NotFound, Conflict (the stage forbids it) or Invalid.
    """
    package = desk.find(session, actor, number, lock=True)
    target = after(Stage(package.stage), deed)
    note = _DEEDS[deed](session, actor, package, given, now)
    package.stage = target
    session.flush()
    desk.record(session, actor, package, deed.value, now=now, note=note)
    return package


def _sign(session: Session, actor: Actor, package: Package, given: Given, now: datetime) -> str:
    del given
    if not desk.is_intact(session, package):
        raise Conflict(
            "收到的内容与封装时的校验值不一致，不能签收，请联系发送机关重新移送。", code="digest_mismatch"
        )
    key = _signing_key(session, package)
    pieces.prove(session, package, desk.inside(session, package)["evidence"])
    package.signed_at, package.signed_by, package.receipt_generation = now, actor.name, key.generation
    given_receipt = _receipt(package)
    package.receipt_hash = given_receipt.hash()
    package.receipt_signature = receipts.sign(given_receipt, generations.opened(session, key).signing)
    _set_due(session, package, Clock.CLUE_FORWARD, now)
    return ""


def _signing_key(session: Session, package: Package) -> CommissionKey:
    """Return the newest generation, whose signature counts now; raises Conflict or Unavailable when something is amiss."""
    generations.require_vouched(session, package.commission_code)
    commission = session.get_one(Commission, package.commission_code)
    key = generations.newest(session, commission)
    if key is None:
        raise Conflict("本机关尚未启用密钥，不能签收。", code="not_set_up")
    return key


def receipt(package: Package) -> Signed:
    """Return the receipt of a signed package; raises Conflict before it is signed. Those of before carry no signature."""
    desk.require_signed(package)
    return Signed(_receipt(package), package.receipt_signature or b"")


def _receipt(package: Package) -> Receipt:
    assert package.signed_at is not None
    assert package.signed_by is not None
    return Receipt(
        package.number,
        package.commission_code,
        package.digest,
        package.signed_at,
        package.signed_by,
        package.receipt_generation,
    )


def _accept(session: Session, actor: Actor, package: Package, given: Given, now: datetime) -> str:
    del actor
    package.decided_at = now
    _set_due(session, package, Clock.CLUE_DISPOSE, now)
    return given.get("opinion") or ""


def _forward(session: Session, actor: Actor, package: Package, given: Given, now: datetime) -> str:
    del actor
    target = session.scalar(select(Commission).where(Commission.code == given["commission"]))
    if target is None or target.code == package.commission_code:
        raise Invalid("请选择另一个纪检监察机关。", fields={"commission": ["没有这个机关，或就是本机关。"]})
    if session.get(Package, (package.number, target.code)) is not None:
        raise Conflict("该线索曾在该机关办理，不能再转回，请退回发送机关。", code="was_there")
    content = json.dumps(desk.content(session, package), ensure_ascii=False).encode()
    envelope = desk.own_envelope(session, package)
    delivery.deliver(
        session,
        number=package.number,
        commission_code=target.code,
        generation=target.generation or 0,
        sender_name=package.sender_name,
        sent_at=now,
        ciphertext=generations.seal_to(target.public_key, content),
        envelope=generations.seal_to(target.public_key, envelope) if envelope is not None else None,
        files=pieces.forward(session, package, target.code),
    )
    package.decided_at, package.forwarded_to = now, target.code
    package.due_at = package.due_rule = None
    return f"转送{target.name}：{given['reason']}"


def _return(session: Session, actor: Actor, package: Package, given: Given, now: datetime) -> str:
    del session, actor
    package.decided_at = package.released_at = now
    package.released = given["reason"]
    package.due_at = package.due_rule = None
    return str(given["reason"])


def _dispose(session: Session, actor: Actor, package: Package, given: Given, now: datetime) -> str:
    del session, actor
    package.disposition, package.disposed_at = given["disposition"], now
    package.due_at = package.due_rule = None
    return str(given["opinion"])


def _feedback(session: Session, actor: Actor, package: Package, given: Given, now: datetime) -> str:
    del session, actor
    package.released, package.released_at = given["text"], now
    return str(given["text"])


_DEEDS: dict[Deed, Callable[[Session, Actor, Package, Given, datetime], str]] = {
    Deed.SIGN: _sign,
    Deed.ACCEPT: _accept,
    Deed.ACCEPT_PART: _accept,
    Deed.FORWARD: _forward,
    Deed.RETURN: _return,
    Deed.DISPOSE: _dispose,
    Deed.FEEDBACK: _feedback,
}


def _set_due(session: Session, package: Package, clock: Clock, now: datetime) -> None:
    deadline = calendar.due_at(session, clock=clock, from_at=now)
    package.due_at, package.due_rule = deadline.due_at, deadline.rule_code
