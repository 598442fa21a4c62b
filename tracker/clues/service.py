"""联署, 审批, 发送, 撤回: what follows a proposal, each step by another person, and the delivery of what was approved."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tracker.calendar.deadlines import Clock
from tracker.clues import evidence, package, queries, redaction
from tracker.clues.models import Clue, ClueEntry, ClueOpinion
from tracker.clues.propose import enter, set_due
from tracker.clues.rules import Stage, Step, after, possible
from tracker.commissions import delivery, generations
from tracker.db import Database
from tracker.errors import Conflict, Invalid, NotAllowed, TrackerError
from tracker.permissions import SYSTEM, Actor, Permission, allowed, require, require_other

log = structlog.get_logger()

GRACE = timedelta(hours=1)
"""[P] So long after the approval a person may still withdraw or send; then the worker sends. The limit is 24 h."""


def perform(
    session: Session, actor: Actor, number: str, step: Step, given: Mapping[str, Any], *, now: datetime
) -> Clue:
    """Do the step and return the clue, locked until the transaction ends. Sending what is sent changes nothing.

    given: `opinion`, required when refusing or withdrawing. Raises NotFound, NotAllowed (post, office, same person),
    Conflict (stage, receiver without a key) or Invalid.
    """
    clue = queries.find(session, actor, number, lock=True)
    _require_post(actor, clue, step)
    if step is Step.SEND and clue.stage == Stage.SENT:
        return clue
    target = after(Stage(clue.stage), step)
    opinion = (given.get("opinion") or "").strip()
    _check(actor, clue, step, opinion)
    opinion = redaction.in_draft(session, clue.ticket_id, actor)(opinion)
    enter(session, clue, actor, step.value, opinion, now=now)
    if step is Step.SEND:
        _send(session, clue, now)
    _note(session, actor, clue, step, now)
    clue.stage = target
    clue.version += 1
    session.flush()
    return clue


def offered(actor: Actor, clue: Clue) -> list[Step]:
    """Return the steps the actor may take now, so that nothing offered only leads to a refusal."""
    may_decide = allowed(actor, Permission.CLUE_APPROVE) and actor.office_id == clue.office_id
    is_involved = actor.account_id in {clue.proposed_by_id, clue.co_signed_by_id}
    fits = {
        Step.CO_SIGN: actor.account_id != clue.proposed_by_id,
        Step.APPROVE: may_decide and not is_involved,
        Step.REFUSE: may_decide and not is_involved,
        Step.SEND: may_decide,
        Step.WITHDRAW: may_decide or actor.account_id == clue.proposed_by_id,
    }
    return [step for step in possible(Stage(clue.stage)) if fits[step]]


def _require_post(actor: Actor, clue: Clue, step: Step) -> None:
    if step is Step.CO_SIGN or (step is Step.WITHDRAW and actor.account_id == clue.proposed_by_id):
        return
    require(actor, Permission.CLUE_APPROVE)
    if not actor.is_system and actor.office_id != clue.office_id:
        raise NotAllowed("只有决定移送的单位可以办理这一步。", code="not_your_office")


def _check(actor: Actor, clue: Clue, step: Step, opinion: str) -> None:
    if actor.account_id is None and step is not Step.SEND:
        raise NotAllowed("这一步须由人员办理。", code="person_needed")
    if step in {Step.REFUSE, Step.WITHDRAW} and len(opinion) < 2:
        raise Invalid("请写明理由。", fields={"opinion": ["此项必填。"]})
    if step is Step.CO_SIGN:
        require_other(actor, clue.proposed_by_id, "联署")
    if step in {Step.APPROVE, Step.REFUSE}:
        require_other(actor, clue.proposed_by_id, "移送审批")
        require_other(actor, clue.co_signed_by_id, "移送审批")


def _note(session: Session, actor: Actor, clue: Clue, step: Step, now: datetime) -> None:
    """Keep who and when, start the next clock, and wipe the draft once it is no longer needed here."""
    if step is Step.CO_SIGN:
        clue.co_signed_by_id, clue.co_signed_at = actor.account_id, now
        set_due(session, clue, Clock.CLUE_DECIDE, now)
    elif step is Step.APPROVE:
        clue.decided_by_id, clue.approved_at = actor.account_id, now
        set_due(session, clue, Clock.CLUE_DELIVER, now)
    else:
        if step is Step.REFUSE:
            clue.decided_by_id = actor.account_id
        clue.draft_sealed = clue.person_index = clue.named_index = None
        clue.due_at = clue.due_rule = None
        evidence.wipe(session, clue)
        if step is Step.SEND:
            _forget(session, clue)


def _forget(session: Session, clue: Clue) -> None:
    """Drop what was said of the person and why this commission is competent, now that both travel in the package."""
    clue.because = ""
    of_steps = select(ClueEntry.id).where(
        ClueEntry.clue_id == clue.id, ClueEntry.step.not_in(package.READINGS)
    )
    session.execute(delete(ClueOpinion).where(ClueOpinion.entry_id.in_(of_steps)))


def _send(session: Session, clue: Clue, now: datetime) -> None:
    """Seal everything to the receiver and hand it over in this very transaction; the sender cannot open it again."""
    receiver = delivery.addresses(session, [clue.receiver_code]).get(clue.receiver_code)
    if receiver is None:
        raise Conflict("接收机关已不存在，请撤回后重新提出。", code="no_commission")
    files = evidence.send(session, clue)
    envelope = package.identity(session, clue)
    clue.package_digest = delivery.deliver(
        session,
        number=clue.number,
        commission_code=receiver.code,
        generation=receiver.generation or 0,
        sender_name=clue.office.name,
        sent_at=now,
        ciphertext=generations.seal_to(receiver.public_key, package.document(session, clue, files, now)),
        envelope=generations.seal_to(receiver.public_key, envelope) if envelope else None,
        files=[one.digest for one in files],
    )
    clue.sent_at = now


def read(session: Session, actor: Actor, clue: Clue, *, now: datetime) -> dict[str, Any] | None:
    """Return the draft with its evidence list in clear and log the reading; None once it was wiped."""
    found = package.draft(session, clue)
    if found is None:
        return None
    found["evidence"] = evidence.labels(session, clue)
    enter(session, clue, actor, "read", now=now)
    return found


def read_evidence(
    session: Session, actor: Actor, clue: Clue, n: int, *, database: Database, now: datetime
) -> tuple[evidence.Label, Iterator[bytes]]:
    """Return one file of the draft, its clear pieces read from `database` one by one, and log the reading.

    Raises NotFound once it was wiped.
    """
    found = evidence.clear(database, session, clue, n)
    enter(session, clue, actor, "evidence", f"第{n}份", now=now)
    return found


def drain(session: Session, *, now: datetime) -> int:
    """Send the longest waiting of the clues that were approved and left alone for `GRACE`; return how many went, 0 or 1.

    One at a time, since each may bring files of hundreds of megabytes. One that cannot be sent, as while its receiver has
    no keys yet, is left as it is, holds up no other and is tried again when the clock rings.
    """
    due = (
        (Clue.stage == Stage.APPROVED.value)
        & (Clue.approved_at <= now - GRACE)
        & delivery.can_receive(Clue.receiver_code)
    )
    for clue_id in session.scalars(select(Clue.id).where(due).order_by(Clue.approved_at)).all():
        one = select(Clue.number).where(Clue.id == clue_id, due).with_for_update(of=Clue, skip_locked=True)
        number = session.scalar(one)
        if number is None:
            continue  # somebody else is at it
        try:
            with session.begin_nested():
                perform(session, SYSTEM, number, Step.SEND, {}, now=now)
        except TrackerError as error:
            log.error("clue_not_sent", code=error.code)  # not which one: logs know nothing of clues
        else:
            return 1
    return 0
