"""Whom a document goes to, and what must not go with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from tracker.calendar import service as calendar
from tracker.calendar.deadlines import Timetable
from tracker.categories.models import Category
from tracker.clock import local_date
from tracker.documents import rules
from tracker.documents.letters import Letter
from tracker.documents.rules import KIND_LABELS, Kind, Secret
from tracker.errors import Invalid, NotAllowed
from tracker.fields import cipher
from tracker.offices.models import Body, Division, Office
from tracker.offices.rules import Level
from tracker.permissions import Actor, is_above
from tracker.tickets.dispatch import office_by_code
from tracker.tickets.models import Complainant, Ticket


@dataclass(frozen=True)
class Addressee:
    """To whom a document goes: a supervision office, an enforcement body, or somebody outside by name."""

    name: str
    office: Office | None = None
    body: Body | None = None


def timetable_of(session: Session, office: Office | None, body: Body | None, sender: Office) -> Timetable:
    """Return the timetable where the answer is worked on: the addressee's, or the sender's for somebody outside."""
    table = calendar.timetable(session)
    if body is not None:
        return table.at(session.get_one(Division, body.division_code).path)
    return table.at((office or sender).path)


def level(actor: Actor) -> Level:
    """Return the level of the actor's office."""
    return Level(actor.office_level)


def resolve(session: Session, actor: Actor, kind: Kind, given: dict[str, Any]) -> Addressee:
    """Return the one addressee given (to_office, to_body or to_name); raises Invalid, NotAllowed."""
    asked = [name for name in ("to_office", "to_body", "to_name") if given.get(name)]
    if len(asked) != 1:
        raise _wrong(
            "请填写一个主送单位：监督机构、执法主体或其他单位三者选一。", asked[0] if asked else "to_office"
        )
    if asked == ["to_office"]:
        return _office(session, actor, kind, given["to_office"])
    if kind is Kind.WORK_ORDER:
        raise _wrong("工单只能发给下级行政执法监督机构，请选择承办单位。", asked[0])
    if asked == ["to_body"]:
        return _body(session, actor, kind, given["to_body"])
    return _outside(kind, given["to_name"])


def _wrong(sentence: str, field: str, code: str = "bad_addressee") -> Invalid:
    return Invalid(sentence, code=code, fields={field: [sentence]})


def _office(session: Session, actor: Actor, kind: Kind, code: str) -> Addressee:
    office = office_by_code(session, code, "to_office")
    if office.id == actor.office_id:
        raise _wrong("主送单位就是本单位，请选择其他单位。", "to_office")
    if kind is not Kind.TRANSFER and not is_above(actor, office.path):
        raise NotAllowed(f"{KIND_LABELS[kind]}只能发给本单位的下级机构。", code="not_below")
    return Addressee(office.name, office=office)


def _body(session: Session, actor: Actor, kind: Kind, code: str) -> Addressee:
    body = session.scalar(
        select(Body).where(Body.code == code, Body.is_active).options(joinedload(Body.division))
    )
    if body is None:
        raise _wrong("没有这个执法主体，请从列表中选择。", "to_body", "unknown_body")
    if kind is Kind.TRANSFER:
        return Addressee(body.name, body=body)
    if not body.division.path.startswith(actor.office_path):
        raise NotAllowed(f"{KIND_LABELS[kind]}只能发给本级及下级政府的执法主体。", code="not_below")
    if body.is_vertical and kind in {Kind.OPINION, Kind.DECISION}:
        raise NotAllowed(
            f"{body.name}实行垂直管理，不能对其制发{KIND_LABELS[kind]}；请用移送函告知其上级主管部门。",
            code="vertical_body",
        )
    return Addressee(body.name, body=body)


def _outside(kind: Kind, name: str) -> Addressee:
    if kind is not Kind.TRANSFER:
        raise _wrong(f"{KIND_LABELS[kind]}的主送单位请从监督机构或执法主体中选择。", "to_name")
    if rules.names_commission(name):
        raise _wrong(
            "向纪检监察机关移送问题线索，请在“线索”中办理，不用移送函。", "to_name", "use_clue_transfer"
        )
    return Addressee(rules.printable(name))


def refuse_strangers(kind: Kind, addressee: Addressee, found: Sequence[Ticket]) -> None:
    """Raise Invalid when a ticket has nothing to do with the addressee."""
    for ticket in found:
        if kind in {Kind.URGING, Kind.WORK_ORDER} and addressee.office is not None:
            if not ticket.office.path.startswith(addressee.office.path):
                raise _wrong(f"工单 {ticket.number} 不由{addressee.name}办理，请另行制发。", "tickets")
        elif kind in {Kind.OPINION, Kind.DECISION} and addressee.body is not None:
            body = ticket.respondent_body
            if body is not None and addressee.body.id not in {body.id, body.superior_id}:
                raise _wrong(
                    f"工单 {ticket.number} 反映的是{body.name}，不是{addressee.name}，请核对。", "tickets"
                )


def listing(session: Session, found: Sequence[Ticket]) -> list[tuple[str, ...]]:
    """Return a row for each ticket: number, date of receipt, category, body, due date; nothing the complainant wrote."""
    codes = {one.category_code for one in found if one.category_code}
    named = select(Category.code, Category.name).where(Category.code.in_(codes))
    names = {row.code: row.name for row in session.execute(named)}
    return [
        (
            one.number,
            local_date(one.received_at).isoformat(),
            names.get(one.category_code or "", "—"),
            rules.printable(one.respondent_name or (one.respondent_body and one.respondent_body.name) or "—"),
            local_date(one.due_at).isoformat() if one.due_at else "—",
        )
        for one in found
    ]


def refuse_personal_data(
    session: Session, letter: Letter, found: Sequence[Ticket], addressee: Addressee, office: Office
) -> None:
    """Raise Invalid when anything on the paper tells who complained, or holds a phone or identity number."""
    known = {addressee.name, office.name, *_places(session, found)}
    known |= {one.respondent_body.name for one in found if one.respondent_body}
    told = rules.personal_data(_text(letter), _secrets(session, found), sorted(known, key=len, reverse=True))
    if told:
        raise Invalid(
            f"文书中含有{told}，不得写入发给他人的文书，请删去后再制发。",
            code="personal_data",
            fields={"facts": [f"含有{told}。"]},
        )


def _text(letter: Letter) -> str:
    cells = [cell for row in letter.rows for cell in row[1:]]
    return "\n".join([letter.title, letter.to, letter.cc, *letter.paragraphs, *cells])


def _places(session: Session, found: Sequence[Ticket]) -> set[str]:
    codes = {code for one in found for code in one.office.path.split("/") if code}
    codes |= {one.division_code for one in found if one.division_code}
    return set(session.scalars(select(Division.name).where(Division.code.in_(codes))).all())


def _secrets(session: Session, found: Sequence[Ticket]) -> list[Secret]:
    """Return what is known of the complainants, opened in memory only to be looked for."""
    key = cipher(session)
    held = session.scalars(select(Complainant).where(Complainant.ticket_id.in_([one.id for one in found])))
    secrets = []
    for one in held:
        if one.hide_identity or one.anonymous:
            continue  # trying names and numbers until one is refused in other words would tell them
        secrets += [
            Secret("姓名", key.open(one.name_sealed)),
            Secret("电话", key.open(one.phone_sealed)),
            Secret("证件号码", key.open(one.id_no_sealed)),
        ]
    secrets += [Secret("统一社会信用代码", one.uscc.rstrip("*")) for one in found if one.uscc]
    return [secret for secret in secrets if secret.value]
