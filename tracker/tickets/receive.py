"""受理: taking a complaint in, once and only once."""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from classifiers.hiding import NOBODY, Known, hide
from classifiers.words import search_tokens
from tracker import jobs
from tracker.categories.models import Category
from tracker.clock import local
from tracker.errors import Conflict, Invalid
from tracker.fields import cipher
from tracker.offices.models import Body, Division, Office
from tracker.permissions import Actor
from tracker.tickets import clocks, originals, repeats, service, triage
from tracker.tickets.models import Channel, Complainant, Ticket, complainant_indexes, number_sequence
from tracker.tickets.rules import KIND_LABELS, Kind, Status

CLOCK_SKEW = timedelta(minutes=10)
"""How far a client's clock may run ahead before its times are called future."""


EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
"""[P] Nothing older is received; an earlier date is a slip of the keyboard."""


USCC_SHOWN = 8
"""Characters of a firm's credit code that name no firm."""

_YEAR = timedelta(days=365.25)


_NEXT = select(func.nextval(func.pg_get_serial_sequence("ticket", "id")), number_sequence.next_value())
# the id beforehand: the first event's hash contains it, so ticket and event are written once and together


@dataclass(frozen=True)
class Received:
    """The ticket, and whether this call wrote it or found it there."""

    ticket: Ticket
    created: bool


def receive(
    session: Session,
    actor: Actor,
    intake: Mapping[str, Any],
    *,
    now: datetime,
    office: Office | None = None,
    idempotency_key: str | None = None,
    triage_now: bool = True,
) -> Received:
    """Take a complaint in and return the ticket, triaged and dispatched at once unless `triage_now` is off.

    intake: validated by `schemas.TicketIn`. office: the receiving office, the actor's own when not given.
    The same (channel, source_no) or the same key returns the first ticket, nothing written twice.
    Raises Invalid with the fields at fault; nothing is written then.
    """
    found = _already(session, actor, intake, idempotency_key)
    if found is not None:
        return Received(found, created=False)
    intake_office = office or _own_office(session, actor)
    ticket = _ticket(session, actor, intake, intake_office, now, idempotency_key)
    clocks.on_received(session, ticket)
    who = intake.get("complainant") or {}
    ticket.n_repeats = repeats.told_before(session, ticket, phone=who.get("phone"), id_no=who.get("id_no"))
    try:
        with session.begin_nested():
            session.add(ticket)
            session.flush()
            _keep_original(session, ticket, intake)
            service.append(
                session,
                ticket,
                actor,
                "receive",
                now=ticket.received_at,
                internal=False,
                data=_told_of(ticket, now),
            )
    except IntegrityError:
        found = _already(session, actor, intake, idempotency_key)
        if found is None:
            raise
        return Received(found, created=False)
    repeats.index(session, ticket)
    _write_complainant(session, ticket, intake.get("complainant"))
    if triage_now:
        triage.attempt(session, ticket, now=now, division_code=intake.get("division_code"))
    else:
        jobs.after_commit(session, jobs.Job.TRIAGE)
    return Received(ticket, created=True)


def _told_of(ticket: Ticket, now: datetime) -> dict[str, Any]:
    """Return what the first event tells; recorded_at, in UTC, only where it was written down after it came in."""
    told: dict[str, Any] = {"channel": ticket.channel_code, "category": ticket.category_code}
    if ticket.n_repeats:
        told["repeats"] = ticket.n_repeats
    if ticket.received_at < now:
        told["recorded_at"] = now.astimezone(UTC).isoformat()
    return told


def _already(session: Session, actor: Actor, intake: Mapping[str, Any], key: str | None) -> Ticket | None:
    conditions = []
    if intake.get("source_no"):
        conditions.append(
            (Ticket.channel_code == intake["channel"]) & (Ticket.source_no == intake["source_no"])
        )
    if key:
        conditions.append(Ticket.idempotency_key == _scoped(actor, key))
    for condition in conditions:
        found = session.scalar(
            select(Ticket)
            .where(condition)
            .options(joinedload(Ticket.office), joinedload(Ticket.intake_office))
        )
        if found is not None:
            return _same(_own(session, actor, found), intake, key)
    return None


def _same(found: Ticket, intake: Mapping[str, Any], key: str | None) -> Ticket:
    """Return the ticket a key was first used for, unless something else is told under it now: that must not be lost."""
    by_number = intake.get("source_no") and found.source_no == intake["source_no"]
    if key and not by_number and found.content != _shown(intake["content"].strip(), intake):
        told = f"先前提交的内容已受理为 {found.number}，这次内容不同，没有保存；确属另一件的，请再次提交。"
        raise Conflict(told, code="key_reused")
    return found


def _own(session: Session, actor: Actor, found: Ticket) -> Ticket:
    """Return the first ticket to who sent it or may see it; a stranger learns only that the number is spent."""
    sent_it = actor.account_id is not None and actor.account_id == found.created_by_id
    if not sent_it and not service.sees(session, actor, found):
        raise Conflict("这个来源编号已由其他单位受理，请核对编号。", code="source_no_taken")
    return found


def _scoped(actor: Actor, key: str) -> str:
    return f"{actor.account_id or 0}:{key}"


def _own_office(session: Session, actor: Actor) -> Office:
    office = session.get(Office, actor.office_id) if actor.office_id else None
    if office is None:
        raise Invalid("您的账号没有所属单位，不能受理工单，请联系管理员。", code="no_office")
    return office


def _ticket(
    session: Session, actor: Actor, intake: Mapping[str, Any], office: Office, now: datetime, key: str | None
) -> Ticket:
    received_at = intake.get("received_at") or now
    _check(session, intake, received_at, now)
    respondent = intake.get("respondent") or {}
    body = _body(session, respondent.get("body_code"))
    person = originals.known(intake.get("complainant"))
    title, content = as_kept(intake.get("title") or "", intake["content"], person)
    place = originals.known(intake.get("complainant"), in_texts=False)
    ticket_id, serial = session.execute(_NEXT).one()
    ticket = Ticket(
        id=ticket_id,
        number=f"{local(received_at):%Y%m%d}{serial:07d}",
        receipt_code=f"{secrets.randbelow(10**16):016d}",
        version=0,
        n_events=0,
        channel_code=intake["channel"],
        source_no=intake.get("source_no"),
        idempotency_key=_scoped(actor, key) if key else None,
        kind=Kind(intake["kind"]),
        status=Status.RECEIVED,
        title=title,
        content=content,
        occurred_at=intake.get("occurred_at"),
        place_text=hide(intake.get("place_text") or "", place) or None,
        division_code=intake.get("division_code"),
        respondent_name=hide(respondent.get("name") or "", person) or (body.name if body else None),
        respondent_body_id=body.id if body else None,
        respondent_level=respondent.get("level") or (body.level if body else None),
        officer_name=hide(respondent.get("officer_name") or "", person) or None,
        officer_cert_no=respondent.get("officer_cert_no"),
        party_kind=intake.get("party_kind"),
        uscc=_uscc(intake),
        urgent=bool(intake.get("urgent")),
        category_code=intake.get("category_code"),
        category_by="person" if intake.get("category_code") else None,
        received_at=received_at,
        last_event="receive",
        last_event_at=received_at,
        created_by_id=actor.account_id,
        search=func.to_tsvector("simple", " ".join(search_tokens(f"{title}\n{content}"))),
    )
    repeats.mark(ticket)
    ticket.office = office
    ticket.intake_office = office
    return ticket


def as_kept(title: str, content: str, person: Known = NOBODY) -> tuple[str, str]:
    """Return title and content as a ticket keeps them, so that a text only tried is read as its ticket would be.

    person: the complainant, hidden with whatever else names a person; without a title the first sentence is one.
    """
    shown = hide(content.strip(), person)
    return hide(title.strip(), person) or _title(shown), shown


def _shown(text: str, intake: Mapping[str, Any]) -> str:
    """Return the text as everybody reads it, without what names the complainant or anybody else."""
    return hide(text, originals.known(intake.get("complainant")))


def _keep_original(session: Session, ticket: Ticket, intake: Mapping[str, Any]) -> None:
    """Seal the complaint and its title as they came, where something was hidden in either."""
    said = [(intake.get("title") or "").strip(), intake["content"].strip()]
    hidden = [one for one in said if one] if any(_shown(one, intake) != one for one in said) else []
    if intake.get("place_text") and intake["place_text"] != ticket.place_text:
        hidden.append(f"地点：{intake['place_text']}")
    if intake.get("uscc"):
        hidden.append(f"统一社会信用代码：{intake['uscc'].upper()}")
    if hidden:
        originals.keep(session, ticket, originals.CONTENT, "\n\n".join(hidden))


def _uscc(intake: Mapping[str, Any]) -> str | None:
    """Return the credit code of the firm that complains as far as everybody may read it: kind of firm and county.

    The public register names its owner. Of whoever hides himself nothing is told.
    """
    code = (intake.get("uscc") or "").upper()
    if not code or originals.known(intake.get("complainant")).wholly:
        return None
    return code[:USCC_SHOWN].ljust(len(code), "*")


def _title(content: str) -> str:
    first = next(iter(content.splitlines()), "").strip()
    for stop in "。！？；!?;":
        first = first.split(stop)[0]
    return first[:40] or content[:40]


def _check(session: Session, intake: Mapping[str, Any], received_at: datetime, now: datetime) -> None:
    latest = now + CLOCK_SKEW
    wrong = {
        field: [sentence]
        for field, sentence, fits in _findings(session, intake, received_at, latest)
        if not fits
    }
    if wrong:
        raise Invalid("提交的内容有误，请按提示修改。", fields=wrong)


def _findings(
    session: Session, intake: Mapping[str, Any], received_at: datetime, latest: datetime
) -> Iterator[tuple[str, str, bool]]:
    """Yield (field, what is wrong with it, whether it is right after all)."""
    channel = session.get(Channel, intake["channel"])
    known = channel is not None and channel.is_active
    yield "channel", "没有这个来源渠道，请从渠道列表中选择。", known
    yield "kind", "没有这个诉求类型。", intake["kind"] in KIND_LABELS
    yield "received_at", "受理时间不能在将来，也不能早于2000年。", EARLIEST <= received_at <= latest
    yield "content", "内容不能为空。", bool(intake["content"].strip())
    if intake.get("occurred_at"):
        in_time = EARLIEST - 50 * _YEAR <= intake["occurred_at"] <= latest
        yield "occurred_at", "发生时间不能在将来，也不能早于1950年。", in_time
    if intake.get("division_code"):
        yield (
            "division_code",
            "没有这个行政区划代码。",
            session.get(Division, intake["division_code"]) is not None,
        )
    if intake.get("category_code"):
        category = session.get(Category, intake["category_code"])
        yield (
            "category_code",
            "没有这个事项分类，请选择二级分类。",
            category is not None and bool(category.parent_code),
        )
    body_code = (intake.get("respondent") or {}).get("body_code")
    if body_code:
        yield "respondent.body_code", "没有这个执法主体代码。", _body(session, body_code) is not None


def _body(session: Session, code: str | None) -> Body | None:
    return session.scalar(select(Body).where(Body.code == code)) if code else None


def _write_complainant(session: Session, ticket: Ticket, given: Mapping[str, Any] | None) -> None:
    if not given:
        return
    seal = cipher(session)
    phone = given.get("phone") or ""
    complainant = Complainant(
        ticket_id=ticket.id,
        name_sealed=seal.seal(given.get("name")),
        phone_sealed=seal.seal(phone),
        id_no_sealed=seal.seal(given.get("id_no")),
        address_sealed=seal.seal(given.get("address")),
        **complainant_indexes(seal, ticket.number, phone, given.get("id_no") or ""),
        anonymous=bool(given.get("anonymous")),
        hide_identity=bool(given.get("hide_identity")),
    )
    session.add(complainant)
