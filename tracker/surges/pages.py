"""/surges: open alarms with their sentence and chart, those of the past, and the answer to each."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError

from tracker.clock import local_date
from tracker.errors import Invalid, TrackerError
from tracker.permissions import Permission, allowed
from tracker.surges import present, queries, schemas, service
from tracker.surges.models import SurgeAlarm
from tracker.tickets.actions import lists
from tracker.web import actor, allow, now, session

blp = Blueprint("surges_pages", __name__, url_prefix="/surges")

BLUEPRINTS = (blp,)
BADGES = {"/surges": queries.n_unanswered}


@blp.get("")
@allow(Permission.SURGE_READ)
def index() -> ResponseReturnValue:
    """Show the open alarms first, then a page of the closed ones."""
    return _page()


def _page(refused: TrackerError | None = None, tried: int | None = None) -> ResponseReturnValue:
    """Return the page. refused, tried: why the last answer was not taken, and which alarm it was for."""
    cursor = request.args.get("cursor", "")
    at = int(cursor) if cursor.isdecimal() and len(cursor) < 18 and int(cursor) > 0 else None
    opened = queries.opened(session(), actor())
    closed, following = queries.alarms(session(), actor(), state="closed", cursor=at)
    sentences = service.sentences(session(), [*opened, *closed], local_date(now()))
    page = render_template(
        "surges/index.html",
        opened=[_card(one, sentences) for one in opened],
        closed=[_card(one, sentences) for one in closed],
        record=queries.record(session(), actor(), now=now()),
        refused=refused,
        tried=tried,
        most=queries.OPEN_MOST,
        size=(present.WIDTH, present.HEIGHT, present.FOOT),
        older=url_for(".index", cursor=following, _anchor="closed") if following else None,
        newer=url_for(".index", _anchor="closed") if at else None,
    )
    return page, (refused.http_status if refused else 200)


def _card(one: SurgeAlarm, sentences: dict[int, str]) -> dict[str, Any]:
    """Return one alarm with its drawing and how many of its tickets the reader may open."""
    readable = allowed(actor(), Permission.TICKET_READ)
    return {
        "alarm": one,
        "sentence": sentences[one.id],
        "chart": present.chart(one),
        "tickets": present.listing(one) if readable else None,
        "n_mine": queries.n_tickets(session(), one, actor()) if readable else 0,
    }


@blp.post("/<int:alarm_id>/answer")
@allow(Permission.SURGE_ANSWER)
def answer(alarm_id: int) -> ResponseReturnValue:
    """Take an answer; what is wrong with it is said beside its form."""
    try:
        given = schemas.AnswerIn().load(
            {name: value for name, value in request.form.items() if name != "csrf_token"}
        )
    except ValidationError as error:
        refused = Invalid("没有保存，请写明核查情况（2至500字）。", fields=lists(error.messages))
        service.find(session(), actor(), alarm_id)
        return _page(refused, alarm_id)
    service.answer(session(), actor(), alarm_id, now=now(), **given)
    flash("已记录对预警的答复。", "success")
    return redirect(url_for(".index"), 303)
