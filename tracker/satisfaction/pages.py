"""The public rating page behind the one-time link."""

from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError

from tracker.errors import TrackerError
from tracker.satisfaction import links, present, schemas
from tracker.tickets import public_door, public_query
from tracker.web import now, public, session

blp = Blueprint("satisfaction_pages", __name__)
public_door.keep_time(blp)

BLUEPRINTS = (blp,)


def _secret() -> str:
    return str(current_app.config["SECRET_KEY"])


@blp.get("/rate/<token>")
@public
def rate_page(token: str) -> ResponseReturnValue:
    """Show the reply and the five grades."""
    return _page(token, {}, {}, 200)


@blp.post("/rate/<token>")
@public
def rate(token: str) -> ResponseReturnValue:
    """Take the answer once and say what follows."""
    given: dict[str, Any] = request.form.to_dict()
    given.pop("csrf_token", None)
    given["tags"] = request.form.getlist("tags")
    try:
        clean = schemas.RateIn().load(given)
    except ValidationError as error:
        problems = error.messages if isinstance(error.messages, dict) else {}
        return _page(token, given, problems, 422)
    answer = links.rate(session(), token, clean, secret=_secret(), now=now())
    return render_template("satisfaction/rated.html", **present.rated(answer))


@blp.post("/rate")
@public
def find() -> ResponseReturnValue:
    """Lead who holds number and phone tail, or the receipt code, to the rating page of the ticket."""
    given = {
        name: (request.form.get(name) or "").strip() for name in ("receipt_code", "number", "phone_tail")
    }
    public_door.count_try(given)
    ticket = public_query.find(session(), given)
    return redirect(f"/rate/{links.issue(session(), ticket, secret=_secret(), now=now())}")


def _page(token: str, given: dict[str, Any], problems: dict[str, Any], status: int) -> ResponseReturnValue:
    try:
        opened = links.open_(session(), token, secret=_secret(), now=now())
    except TrackerError as error:
        return render_template("satisfaction/rated.html", message=error.message), error.http_status
    page = render_template(
        "satisfaction/rate.html", token=token, given=given, problems=problems, **present.form(opened)
    )
    return page, status
