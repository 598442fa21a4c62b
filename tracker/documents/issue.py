"""制发: from what the officer typed to a numbered letter, its bytes, and an event on every ticket it is about."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from tracker.audit import service as audit
from tracker.calendar import service as calendar
from tracker.calendar.deadlines import UNIT_LABELS, Clock, Deadline, Timetable
from tracker.clock import local_date
from tracker.documents import addressees, layouts, letters, numbers, queries, rules, wordlayouts
from tracker.documents.letters import Letter
from tracker.documents.models import Document, DocumentFile, DocumentLayout, DocumentTicket
from tracker.documents.rules import KIND_LABELS, TERMS, Kind
from tracker.errors import Conflict, NotAllowed
from tracker.offices.models import Office
from tracker.permissions import Actor, require
from tracker.tickets import handle
from tracker.tickets import service as tickets
from tracker.tickets.models import Ticket
from tracker.tickets.rules import OPEN, STATUS_LABELS, Status

_CLOCKS = {Kind.OPINION: Clock.CORRECT, Kind.DECISION: Clock.DECISION_REPORT}
_RECEIPT = Clock.SIGN
_BLANK_NUMBER = "〔{year}〕　号（预览）"


@dataclass(frozen=True)
class Draft:
    """A letter ready but for its number, and all that is stored with it."""

    kind: Kind
    office: Office
    prefix: str
    addressee: addressees.Addressee
    tickets: Sequence[Ticket]
    letter: Letter
    due: Deadline
    days: int | None


def may_issue(actor: Actor, kind: Kind) -> str | None:
    """Return why the actor may not issue the kind at all, or None."""
    try:
        require(actor, TERMS[kind].permission)
    except NotAllowed:
        return f"您的岗位不能制发{KIND_LABELS[kind]}，请交本单位审核人或裁决人制发。"
    if actor.office_id is None:
        return "您的账号不属于任何单位，不能制发文书。"
    return rules.issue_refusal(kind, addressees.level(actor))


def issue(session: Session, actor: Actor, given: dict[str, Any], *, now: datetime) -> Document:
    """Issue a document and return it: numbered, with its bytes stored, on the timeline of each of its tickets.

    given: by `schemas.IssueIn`; a repeated once_key of the same person gives the first document. Raises NotFound,
    NotAllowed, Conflict, Invalid; no number is used up then.
    """
    draft = _draft(session, actor, given, now=now, lock=True)
    once_key = f"{actor.account_id}:{given['once_key']}" if given.get("once_key") else None
    known = queries.issued_by_request(session, once_key) if once_key else None
    if known is not None:
        return known  # the tickets are locked, so that of two equal requests the second comes here
    year = local_date(now).year
    serial = numbers.take(session, draft.prefix, year)
    letter = replace(draft.letter, number=rules.number(draft.prefix, year, serial))
    document = _stored(session, actor, draft, letter, (year, serial), now)
    document.once_key = once_key
    _keep_files(session, document, letter, wordlayouts.used(session, draft.office, draft.kind))
    _tell_tickets(session, actor, draft, document, now)
    session.flush()
    told = {"number": document.number, "kind": document.kind.value, "to": document.to_name}
    audit.record(session, actor, "issue", "document", document.id, told, now=now)
    return document


def preview(
    session: Session, actor: Actor, given: dict[str, Any], *, now: datetime
) -> tuple[Letter, DocumentLayout | None]:
    """Return the letter as it would be issued, its number left blank, and the own Word layout it would be made with.

    Nothing is written. Raises as `issue`.
    """
    draft = _draft(session, actor, given, now=now, lock=False)
    return draft.letter, wordlayouts.used(session, draft.office, draft.kind)


def _draft(session: Session, actor: Actor, given: dict[str, Any], *, now: datetime, lock: bool) -> Draft:
    kind = Kind(given["kind"])
    refusal = may_issue(actor, kind)
    if refusal:
        raise NotAllowed(refusal, code="may_not_issue")
    found = _tickets(session, actor, kind, given["tickets"], lock=lock)
    office = session.get_one(Office, actor.office_id)
    addressee = addressees.resolve(session, actor, kind, given)
    addressees.refuse_strangers(kind, addressee, found)
    prefix = numbers.prefix_of(session, office, kind)
    table = addressees.timetable_of(session, addressee.office, addressee.body, office)
    due, days = _due(table, kind, given.get("days"), now)
    letter = _letter(session, kind, office, addressee, found, given, _phrase(due, days), now)
    letter = replace(letter, number=prefix + _BLANK_NUMBER.format(year=local_date(now).year))
    addressees.refuse_personal_data(session, letter, found, addressee, office)
    return Draft(kind, office, prefix, addressee, found, letter, due, days)


def _tickets(
    session: Session, actor: Actor, kind: Kind, asked: Sequence[str], *, lock: bool
) -> Sequence[Ticket]:
    """Return the tickets in the order of their numbers, so that two writers never wait for each other in a circle."""
    found = []
    for number in sorted(set(asked)):
        ticket = tickets.lock(session, actor, number) if lock else tickets.find(session, actor, number)
        if TERMS[kind].opens and ticket.status not in OPEN:
            now_is = STATUS_LABELS[Status(ticket.status)]
            raise Conflict(
                f"工单 {number} 当前为“{now_is}”，不能再制发{KIND_LABELS[kind]}。", code="ticket_ended"
            )
        found.append(ticket)
    return found


def _due(table: Timetable, kind: Kind, days: int | None, now: datetime) -> tuple[Deadline, int | None]:
    """Return when the answer is due and the working days asked for, None where the deadline table decides."""
    if days is None and kind in _CLOCKS:
        return table.due(_CLOCKS[kind], from_at=now), None
    wanted = days or TERMS[kind].days
    assert wanted is not None
    return table.due(_RECEIPT, from_at=now, amount=wanted), wanted


def _phrase(due: Deadline, days: int | None) -> str:
    if days is None:
        return f"自收到之日起{due.days}{UNIT_LABELS[due.unit]}内"
    return f"于{rules.written_date(due.due_on)}前（{days}个工作日内）"


def _letter(
    session: Session,
    kind: Kind,
    office: Office,
    addressee: addressees.Addressee,
    found: Sequence[Ticket],
    given: dict[str, Any],
    until: str,
    now: datetime,
) -> Letter:
    """Return the letter without its number. until: the time limit in words."""
    listed = addressees.listing(session, found)
    row = queries.template(session, kind)
    recheck = calendar.timetable(session).rule(Clock.RECHECK_ASK, on=local_date(now))
    values = {
        "工单编号": found[0].number + ("等" if len(found) > 1 else ""),
        "工单件数": str(len(found)),
        "受理日期": rules.written_date(local_date(found[0].received_at)),
        "事项分类": "、".join(dict.fromkeys(one[2] for one in listed)),
        "涉及单位": "、".join(dict.fromkeys(one[3] for one in listed)),
        "主送单位": addressee.name,
        "发文单位": office.name,
        "事实": given["facts"],
        "依据": given["basis"],
        "要求": given["demand"],
        "期限": until,
        "复核期限": f"{recheck.amount}{UNIT_LABELS[recheck.unit]}",
    }
    return Letter(
        organ=office.name,
        number="",
        title=letters.title(kind, given.get("subject") or _subject(found)),
        to=addressee.name,
        paragraphs=letters.fill(row.text if row else letters.DEFAULTS[kind], values),
        rows=tuple(listed) if len(found) > 1 or kind is Kind.WORK_ORDER else (),
        date=rules.written_date(local_date(now)),
        cc=rules.printable(given.get("cc") or "").rstrip("。"),
    )


def _subject(found: Sequence[Ticket]) -> str:
    several = f"等{len(found)}件" if len(found) > 1 else ""
    return f"行政执法监督工单{found[0].number}{several}"


def _stored(
    session: Session, actor: Actor, draft: Draft, letter: Letter, taken: tuple[int, int], now: datetime
) -> Document:
    to = draft.addressee
    table = addressees.timetable_of(session, to.office, to.body, draft.office)
    receipt = table.due(_RECEIPT, from_at=now)
    document = Document(
        kind=draft.kind,
        prefix=draft.prefix,
        year=taken[0],
        serial=taken[1],
        number=letter.number,
        office_id=draft.office.id,
        to_office_id=to.office.id if to.office else None,
        to_body_id=to.body.id if to.body else None,
        to_name=to.name,
        title=letter.title,
        letter=letter.facts(),
        issued_at=now,
        issued_by_id=actor.account_id,
        issued_by_name=actor.name,
        days=draft.days,
        due_at=draft.due.due_at,
        due_provisional=draft.due.provisional,
        from_receipt=draft.days is None,
        receipt_due_at=receipt.due_at,
        office=draft.office,
        to_office=to.office,
        to_body=to.body,
    )
    session.add(document)
    session.flush()
    session.add_all(DocumentTicket(document_id=document.id, ticket_id=one.id) for one in draft.tickets)
    return document


def _keep_files(session: Session, document: Document, letter: Letter, own: DocumentLayout | None) -> None:
    document.layout_id = own.id if own else None
    session.add(_file(document, "docx", layouts.docx(letter, own.content if own else None)))
    face = layouts.typeface()
    if face is not None:
        session.add(_file(document, "pdf", layouts.pdf(letter, made_at=document.issued_at, face=face)))


def _file(document: Document, made_as: str, content: bytes) -> DocumentFile:
    return DocumentFile(
        document_id=document.id,
        format=made_as,
        content=content,
        n_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        made_at=document.issued_at,
    )


def _tell_tickets(session: Session, actor: Actor, draft: Draft, document: Document, now: datetime) -> None:
    """Write an event on each ticket; the addressee's inbox is told once. A 督办函 puts its tickets under supervision."""
    for n, ticket in enumerate(draft.tickets):
        if draft.kind is Kind.URGING and not ticket.supervised:
            handle.supervise(session, actor, ticket, {"reason": f"制发{document.number}督办函"}, now)
        told: dict[str, Any] = {"document": document.id, "number": document.number, "kind": draft.kind.value}
        if n == 0 and draft.addressee.office is not None:
            told["office_code"] = draft.addressee.office.code
        note = f"{KIND_LABELS[draft.kind]} {document.number}，发{document.to_name}"
        tickets.append(session, ticket, actor, "document", now=now, note=note, data=told)
