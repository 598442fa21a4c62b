"""The page door of the groups room: the list by heat, one group with its tickets."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError

from tracker.errors import Invalid, NotFound, TrackerError
from tracker.groups import present, queries, rules, schemas, service
from tracker.groups.queries import Summary
from tracker.permissions import Permission
from tracker.tickets import page, view
from tracker.tickets import service as tickets
from tracker.tickets.actions import lists
from tracker.web import actor, allow, now, session

blp = Blueprint("groups_pages", __name__)


def _asked(schema: type[schemas.ListIn] | type[schemas.MembersIn]) -> dict[str, Any]:
    given = {name: value for name, value in request.args.items() if value}
    try:
        found: dict[str, Any] = schema().load(given)
    except ValidationError as error:
        raise Invalid("筛选条件有误，请从列表重新选择。", fields=lists(error.messages)) from error
    return found


@blp.get("/groups")
@allow(Permission.TICKET_READ)
def index() -> ResponseReturnValue:
    """群体诉求: matters that several tickets are about, the hottest first."""
    asked = _asked(schemas.ListIn)
    found, following = queries.hottest(session(), actor(), now=now(), **asked)
    return render_template(
        "groups/list.html",
        rows=present.groups(session(), actor(), found, now=now(), days=asked["days"]),
        days=asked["days"],
        periods=rules.PERIODS,
        width=rules.N_BARS * (rules.BAR_PX + rules.GAP_PX),
        rules=rules,
        older=page.address(request.args, cursor=following) if following else None,
        first=page.address(request.args, cursor=None) if asked["cursor"] else None,
    )


@blp.get("/groups/<number>")
@allow(Permission.TICKET_READ)
def show(number: str) -> ResponseReturnValue:
    """One group, found by any of its tickets, with the tickets the reader may see."""
    asked = _asked(schemas.MembersIn)
    group, limit = _group(number), asked["limit"]
    found = queries.members(session(), actor(), group.group_id, before=asked["cursor"], limit=limit + 1)
    known = view.words(session(), found[:limit], {})
    days = max(rules.USUAL_PERIOD, (now() - group.first_at).days + 1)
    return render_template(
        "groups/show.html",
        number=number,
        group=present.groups(session(), actor(), [group], now=now(), days=days)[0],
        rows=[
            view.row(session(), one, known, now()) | {"received_at": one.received_at} for one in found[:limit]
        ],
        rules=rules,
        width=rules.N_BARS * (rules.BAR_PX + rules.GAP_PX),
        older=page.address(request.args, cursor=found[limit - 1].id) if len(found) > limit else None,
        first=page.address(request.args, cursor=None) if asked["cursor"] else None,
    )


def _group(number: str) -> Summary:
    ticket = tickets.find(session(), actor(), number)
    found = queries.of_ticket(session(), actor(), ticket.id)
    if found is None:
        raise NotFound("该工单还没有完成归组，请一分钟后再试。", code="not_grouped_yet")
    return found


@blp.post("/groups/<number>/join")
@allow(Permission.TICKET_TRIAGE)
def join(number: str) -> ResponseReturnValue:
    """Put the ticket named in the form into this group."""
    other = request.form.get("number", "").strip()[:20]
    try:
        with session().begin_nested():
            service.join(session(), actor(), other, number, now=now())
    except TrackerError as refused:
        flash(refused.message, "danger")
    else:
        flash(f"已将工单 {other} 并入本组。", "success")
    return redirect(url_for(".show", number=number))


@blp.post("/groups/<number>/leave")
@allow(Permission.TICKET_TRIAGE)
def leave(number: str) -> ResponseReturnValue:
    """Take this ticket out of its group."""
    try:
        with session().begin_nested():
            service.take_out(session(), actor(), number, now=now())
    except TrackerError as refused:
        flash(refused.message, "danger")
    else:
        flash(f"已将工单 {number} 移出，系统不会再把它归回去。需要时可在原组页面重新并入。", "success")
    return redirect(page.back(request.form.get("back")))
