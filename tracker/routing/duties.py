"""The duty list (职责清单): whose business a complaint is that names nobody, and how a new list takes effect."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from tracker.audit import service as audit
from tracker.audit.rules import Detail
from tracker.categories.models import Category
from tracker.clock import local_date
from tracker.errors import Invalid
from tracker.offices.models import Body, Division
from tracker.offices.registry import aliases
from tracker.offices.rules import trade_asked
from tracker.permissions import Actor, Permission, require
from tracker.routing import queries
from tracker.routing.facts import Duty, DutyMatch, Place
from tracker.routing.models import DutyItem

MOST_ITEMS = 5000
"""Lines in force at once: a text is compared with every one of them [P]."""
LEAST_WORD = 2
"""A shorter word would be found in nearly every text."""


@dataclass(frozen=True)
class Line:
    """One line as a sheet tells it; see the model for the fields. row: number in the file, counted as its reader does."""

    row: int
    item: str
    words: tuple[str, ...]
    category: str
    division: str
    body: str
    office: str
    basis: str


@dataclass(frozen=True)
class BadRow:
    """A row that cannot be taken, and the sentence that says why."""

    row: int
    sentence: str


def match(session: Session, text: str, category: str, place: Place | None, on: date) -> Duty | None:
    """Return what the list in force says of a complaint that names nobody; an item beats a category.

    Of several items the one of the nearest division decides, then the one with the longest word in the text.
    """
    found = queries.duties(session, text, category, place.path if place else "", on)
    if not found:
        return None
    first = found[0]
    listed = next((one for one in found if not one.item), None)
    by_item = bool(first.item)
    return Duty(
        match=DutyMatch.ITEM if by_item else DutyMatch.CATEGORY,
        name=first.item or _category_name(session, first.category_code or ""),
        body=first.body,
        office_code=first.office_code,
        basis=first.basis,
        beaten=f"按分类应为{listed.body}" if by_item and listed and listed.body != first.body else "",
    )


def _category_name(session: Session, code: str) -> str:
    row = session.get(Category, code)
    return row.name if row else code


def current(session: Session, on: date, *, limit: int = MOST_ITEMS) -> Sequence[DutyItem]:
    """Return the lines in force on a local date or later, by division and item."""
    return session.scalars(
        select(DutyItem)
        .where(or_(DutyItem.effective_to.is_(None), DutyItem.effective_to > on))
        .order_by(DutyItem.division_code, DutyItem.item, DutyItem.category_code, DutyItem.id)
        .limit(limit)
    ).all()


def replace(
    session: Session,
    actor: Actor,
    lines: Sequence[Line],
    *,
    effective_from: date,
    whole: bool,
    reason: str,
    now: datetime,
) -> tuple[int, list[BadRow]]:
    """Put the lines into force from a local date; return (how many, rows that could not be taken).

    A line takes the place of the one before for the same item or category in the same division. whole: the list is all
    there is, and what it does not hold ends that day. Nothing is written when one row is bad. Raises Invalid and
    NotAllowed.
    """
    require(actor, Permission.TABLE_EDIT)
    if effective_from < local_date(now):
        raise Invalid("生效日期不能早于今天，已受理的工单按当时的清单办理。", code="effective_in_past")
    if not reason.strip():
        raise Invalid("请写明为什么更新清单，如依据的文件。", code="reason_needed")
    bad = check(session, lines)
    if bad or not lines:
        return 0, bad
    ending = [one for one in _open(session) if whole or _key(one) in {_told(line) for line in lines}]
    if len(_open(session)) - len(ending) + len(lines) > MOST_ITEMS:
        raise Invalid(f"职责清单最多{MOST_ITEMS:,}条，请合并后再导入。", code="too_many_rows")
    _end(session, ending, effective_from)
    session.add_all(_row(line, actor, effective_from, now) for line in lines)
    session.flush()
    told: Detail = {
        "n": len(lines),
        "n_ended": len(ending),
        "from": effective_from.isoformat(),
        "reason": reason,
    }
    audit.record(session, actor, "import", "duty_list", effective_from.isoformat(), told, now=now)
    return len(lines), []


def _open(session: Session) -> Sequence[DutyItem]:
    return session.scalars(select(DutyItem).where(DutyItem.effective_to.is_(None))).all()


def _key(one: DutyItem) -> tuple[str, str, str]:
    return one.division_code, one.item, "" if one.item else one.category_code or ""


def _told(line: Line) -> tuple[str, str, str]:
    return line.division, line.item, "" if line.item else line.category


def _end(session: Session, rows: Sequence[DutyItem], on: date) -> None:
    """End the lines on that day; one that would only have begun later never comes into force."""
    ids = [one.id for one in rows]
    if ids:
        session.execute(update(DutyItem).where(DutyItem.id.in_(ids)).values(effective_to=on))
        session.expire_all()


def _row(line: Line, actor: Actor, on: date, now: datetime) -> DutyItem:
    words = tuple(dict.fromkeys((line.item, *line.words))) if line.item else ()
    return DutyItem(
        item=line.item,
        words=list(words),
        category_code=line.category or None,
        division_code=line.division,
        body=line.body,
        office_code=line.office,
        basis=line.basis,
        effective_from=on,
        recorded_at=now,
        recorded_by_id=actor.account_id,
        recorded_by_name=actor.name,
    )


def check(session: Session, lines: Sequence[Line]) -> list[BadRow]:
    """Return the rows that cannot be taken, each with one sentence."""
    divisions = set(
        session.scalars(select(Division.code).where(Division.code.in_({one.division for one in lines})))
    )
    categories = set(session.scalars(select(Category.code)))
    offices = queries.office_states(session, {one.office for one in lines if one.office})
    said = {one.body for one in lines}
    bodies = session.execute(
        select(Body.code, Body.name).where(or_(Body.code.in_(said), Body.name.in_(said)), Body.is_active)
    )
    known = {word for pair in bodies for word in pair}
    seen: dict[tuple[str, str, str], int] = {}
    bad = []
    for line in lines:
        told = _shape_fault(line) or _reference_fault(line, divisions, categories, offices, known)
        first = seen.setdefault(_told(line), line.row)
        if not told and first != line.row:
            told = f"与第{first}行重复，请只保留一行。"
        if told:
            bad.append(BadRow(line.row, told))
    return bad


def _shape_fault(line: Line) -> str:
    if not line.item and not line.category:
        return "事项名称和事项分类至少填一项。"
    if not line.body:
        return "没有填执法主体。"
    if any(len(word) < LEAST_WORD for word in (line.item, *line.words) if word):
        return "事项名称和别称至少两个字，否则会与无关的诉求匹配。"
    if len(line.item) > 200 or len(line.body) > 200 or len(line.words) > 50:
        return "事项名称、执法主体不超过200字，别称不超过50个。"
    return ""


def _reference_fault(
    line: Line, divisions: set[str], categories: set[str], offices: dict[str, bool], bodies: set[str]
) -> str:
    if line.division not in divisions:
        return f"没有代码为“{line.division}”的行政区划。"
    if line.category and line.category not in categories:
        return f"没有代码为“{line.category}”的事项分类。"
    if line.office and not offices.get(line.office):
        state = "已撤销" if line.office in offices else "不存在"
        return f"承办机构“{line.office}”{state}，请改为现行监督机构的代码。"
    if line.body not in bodies and not trade_asked(line.body, aliases())[0]:
        return f"执法主体“{line.body[:30]}”不在主体库中，也看不出是哪个领域的部门。"
    return ""
