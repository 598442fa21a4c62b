"""答复模板: which an office's replies may begin with, who may change them, and one filled for a ticket."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from tracker.audit import service as audit
from tracker.categories.models import Category
from tracker.clock import local_date
from tracker.errors import Invalid, NotFound
from tracker.offices import queries as offices
from tracker.offices.models import Office
from tracker.permissions import Actor, Permission, require
from tracker.replies import queries, wording
from tracker.replies.models import ReplyTemplate
from tracker.replies.rules import OUTCOME_LABELS, Outcome
from tracker.tickets.models import Ticket

EVERYWHERE = "通用"
"""What the templates of no office are called."""


@dataclass(frozen=True)
class Offered:
    """A template as an office sees it. category: code, None for every category; inherited: written by an office above."""

    id: int
    outcome: Outcome
    category: str | None
    text: str
    office: str
    inherited: bool
    is_active: bool
    changed_at: datetime
    changed_by: str

    @property
    def label(self) -> str:
        """What the list of templates calls it."""
        return f"{OUTCOME_LABELS[self.outcome]} · {self.category or '全部分类'}"


def of_office(session: Session, office: Office | None, *, with_hidden: bool = False) -> list[Offered]:
    """Return the templates that hold for the office: for each category and outcome the nearest row on its path.

    office: None for those that hold where no office wrote its own. with_hidden: also those switched off, for the page on
    which they are switched on again.
    """
    line = offices.offices_on(session, office.path) if office else []
    rows = sorted(queries.templates(session, [one.id for one in line]), key=_depth)
    nearest = {(row.category_code, row.outcome): row for row in rows}
    found = [_offered(row, office) for row in nearest.values() if row.is_active or with_hidden]
    return sorted(found, key=_order)


def _depth(row: ReplyTemplate) -> int:
    return len(row.office.path) if row.office else 0


def _order(one: Offered) -> tuple[int, str]:
    return list(Outcome).index(one.outcome), one.category or ""


def _offered(row: ReplyTemplate, office: Office | None) -> Offered:
    return Offered(
        row.id,
        Outcome(row.outcome),
        row.category_code,
        row.wording,
        row.office.short_name if row.office else EVERYWHERE,
        row.office_id != (office.id if office else None),
        row.is_active,
        row.changed_at,
        row.changed_by_name,
    )


def for_category(found: Iterable[Offered], category: str | None) -> list[Offered]:
    """Return those that fit a category: its own, its letter's and the general ones, the most fitting first."""
    fitting = [one for one in found if one.category is None or (category or "").startswith(one.category)]
    return sorted(fitting, key=lambda one: (list(Outcome).index(one.outcome), -len(one.category or "")))


def for_ticket(session: Session, ticket: Ticket, now: datetime) -> list[Offered]:
    """Return the templates for the ticket's category and office, filled with what the ticket tells."""
    told = values(session, ticket, now)
    found = for_category(of_office(session, ticket.office), ticket.category_code)
    return [Offered(**{**vars(one), "text": wording.fill(one.text, told)}) for one in found]


def values(session: Session, ticket: Ticket, now: datetime) -> Mapping[str, str]:
    """Return what stands for each variable the system fills."""
    category = session.get(Category, ticket.category_code) if ticket.category_code else None
    return {
        "工单编号": ticket.number,
        "标题": ticket.title,
        "受理日期": _written(ticket.received_at),
        "事项分类": category.name if category else "行政执法",
        "被投诉单位": ticket.respondent_name or "被投诉单位",
        "承办单位": ticket.office.name,
        "答复日期": _written(now),
    }


def _written(at: datetime) -> str:
    on = local_date(at)
    return f"{on.year}年{on.month}月{on.day}日"


def editing_office(session: Session, actor: Actor) -> Office | None:
    """Return the office whose templates the actor changes: his own, None (those of no office) when he has none."""
    require(actor, Permission.REPLY_TEMPLATE)
    return session.get(Office, actor.office_id) if actor.office_id else None


def put(session: Session, actor: Actor, given: Mapping[str, Any], *, now: datetime) -> ReplyTemplate:
    """Write the own office's template for a category and outcome, replacing the one it had; return it.

    given: outcome, category (None for all), text, is_active. Raises NotAllowed, Invalid naming an unknown variable.
    """
    office = editing_office(session, actor)
    category = given.get("category")
    if category is not None and session.get(Category, category) is None:
        raise Invalid(
            "没有这个事项分类，请从列表中选择。",
            code="unknown_category",
            fields={"category": ["没有这个分类。"]},
        )
    text = wording.check(given["text"])
    outcome = Outcome(given["outcome"])
    row = queries.template_of(session, office, category, outcome)
    if row is None:
        row = ReplyTemplate(
            office_id=office.id if office else None, category_code=category, outcome=outcome.value
        )
        session.add(row)
    row.wording, row.is_active = text, given.get("is_active", True)
    row.changed_at, row.changed_by_name = now, actor.name
    session.flush()
    told = _told(row, office)
    audit.record(
        session, actor, "reply_template", "reply_template", row.id, told | {"active": row.is_active}, now=now
    )
    return row


def remove(session: Session, actor: Actor, template_id: int, *, now: datetime) -> None:
    """Drop a template of the own office, so that the one above holds again; raises NotAllowed, NotFound."""
    office = editing_office(session, actor)
    row = session.get(ReplyTemplate, template_id)
    if row is None or row.office_id != (office.id if office else None):
        raise NotFound("没有找到这个模板，或它属于其他单位。")
    told = _told(row, office)
    session.delete(row)
    session.flush()
    audit.record(session, actor, "reply_template_removed", "reply_template", template_id, told, now=now)


def _told(row: ReplyTemplate, office: Office | None) -> dict[str, str]:
    return {
        "office": office.code if office else "",
        "category": row.category_code or "",
        "outcome": row.outcome,
    }
