"""证据材料: files kept with the ticket, known by their hash."""

import hashlib
from datetime import datetime

from sqlalchemy.orm import Session

from tracker.audit import service as audit
from tracker.errors import Conflict, Invalid, NotFound, Unavailable
from tracker.permissions import Actor, Permission, require
from tracker.replies import queries, rules, scanning
from tracker.replies.models import EvidenceFile
from tracker.replies.rules import Scan
from tracker.rights import ACTIONS
from tracker.tickets import originals, service
from tracker.tickets.actions import require_related
from tracker.tickets.models import Ticket
from tracker.tickets.rules import FINAL


def attach(
    session: Session, actor: Actor, ticket: Ticket, name: str, content: bytes, *, now: datetime
) -> EvidenceFile:
    """Keep the file with the locked ticket and return it; the same bytes twice are one file.

    Raises Invalid when the file is empty, too large, of a kind that evidence may not be or holds a virus, Unavailable
    when the scanner that should look at it does not answer.
    """
    refusal = rules.file_refusal(content)
    if refusal:
        raise Invalid(refusal, code="bad_file", fields={"evidence": [refusal]})
    sha256 = hashlib.sha256(content).hexdigest()
    known = queries.same_file(session, ticket, sha256)
    if known is not None:
        return known
    if queries.n_files(session, ticket) >= rules.MAX_FILES:
        raise Conflict(f"一张工单最多保存{rules.MAX_FILES}个证据文件。", code="too_many_files")
    name = originals.shown_by(session, ticket, rules.clean_name(name), actor)
    scan = _scanned(session, actor, ticket.number, name, content, now)
    file = EvidenceFile(
        ticket_id=ticket.id,
        office_id=actor.office_id,
        name=name,
        content_type=rules.content_type(content),
        n_bytes=len(content),
        sha256=sha256,
        content=content,
        scan=scan.value,
        scanned_at=now if scan is Scan.CLEAN else None,
        uploaded_by_id=actor.account_id,
        uploaded_by_name=actor.name,
        uploaded_at=now,
    )
    session.add(file)
    session.flush()
    service.append(
        session, ticket, actor, "evidence", now=now, note=file.name, data={"file": file.id, "sha256": sha256}
    )
    return file


def _scanned(session: Session, actor: Actor, number: str, name: str, content: bytes, now: datetime) -> Scan:
    """Return what the scanner made of the bytes; a virus is refused, and the refusal stays in the audit log."""
    try:
        verdict = scanning.scanner(session).scan([content])
    except scanning.ScannerDownError as error:
        raise Unavailable(
            "杀毒服务暂时不通，文件没有保存，请稍后重试；急需时请联系管理员。", code="scanner_down"
        ) from error
    if verdict.scan is not None:
        return verdict.scan
    sentence = f"文件“{name}”含有病毒（{verdict.threat}），已拒收；请在本机杀毒后重新上传。"
    refused = Invalid(sentence, code="infected_file", fields={"evidence": [sentence]})
    detail = {"file": name, "sha256": hashlib.sha256(content).hexdigest(), "threat": verdict.threat}

    def trace(fresh: Session) -> None:
        audit.record(fresh, actor, "infected_file", "ticket", number, detail, now=now)

    refused.trace = trace
    raise refused


def upload(
    session: Session, actor: Actor, number: str, name: str, content: bytes, *, now: datetime
) -> EvidenceFile:
    """Attach a file to a ticket of the own office, or one the own office co-handles; return the file.

    Raises NotFound, NotAllowed, Conflict when the ticket is at its end, Invalid as `attach`.
    """
    require(actor, Permission.TICKET_HANDLE)
    ticket = service.lock(session, actor, number)
    require_related(session, actor, ticket, ACTIONS["upload"])
    if ticket.status in FINAL:
        raise Conflict("工单已结束，不能再上传证据材料。", code="ticket_ended")
    return attach(session, actor, ticket, name, content, now=now)


def read(session: Session, actor: Actor, number: str, file_id: int) -> EvidenceFile:
    """Return one file with its bytes; raises NotFound, Conflict when the bytes no longer match their hash."""
    require(actor, Permission.TICKET_READ)
    ticket = service.find(session, actor, number)
    file = queries.file(session, ticket, file_id)
    if file is None:
        raise NotFound("没有找到这个证据文件。")
    session.refresh(file, ["content"])
    if hashlib.sha256(file.content).hexdigest() != file.sha256:
        raise Conflict("证据文件与登记的校验值不符，请联系管理员。", code="file_damaged")
    return file
