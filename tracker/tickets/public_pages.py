"""群众查询 as a page: stage, next date and what was published, for who holds the right pair."""

from collections.abc import Mapping

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError

from tracker.errors import NotFound, TrackerError
from tracker.tickets import public_door, public_query, schemas
from tracker.web import now, public, session

blp = Blueprint("public_pages", __name__)
public_door.keep_time(blp)


@blp.get("/query")
@public
def ask() -> ResponseReturnValue:
    """Show the empty form."""
    return render_template("tickets/query.html", given={}, answer=None, problem=None)


@blp.post("/query")
@public
def answer() -> ResponseReturnValue:
    """Show the progress, or one and the same sentence for every pair that opens nothing."""
    given = {
        name: request.form.get(name, "").replace(" ", "") for name in ("number", "phone_tail", "receipt_code")
    }
    try:
        public_door.count_try(given)
        found = public_query.answer(session(), schemas.PublicQueryIn().load(given))
    except ValidationError:
        return _refused(NotFound(public_query.SAME_ANSWER), given)
    except TrackerError as refused:
        return _refused(refused, given)
    return render_template("tickets/query.html", given=given, answer=found, problem=None)


def _refused(refused: TrackerError, given: Mapping[str, str]) -> ResponseReturnValue:
    page = render_template("tickets/query.html", given=given, answer=None, problem=refused.message)
    return page, refused.http_status


@blp.post("/query/facts")
@public
def facts() -> ResponseReturnValue:
    """Append what the complainant adds; needs the receipt code."""
    given = {"receipt_code": request.form.get("receipt_code", "").replace(" ", "")}
    typed, too_much, status = request.form.get("text", ""), "", 200
    try:
        public_door.count_try(given)
        text = schemas.FactsIn().load({"text": typed})["text"]
        public_query.add_facts(session(), given["receipt_code"], text, now=now())
    except ValidationError:
        n = len(typed.strip())
        too_much, status = (
            f"补充情况应为2至{schemas.FACTS_MAX}字，现有{n}字，没有提交；内容仍在框内，请修改后再提交。",
            422,
        )
    except TrackerError as refused:
        return _refused(refused, {})
    else:
        typed = ""
        flash("已补充，承办单位会看到。", "success")
    try:
        found = public_query.answer(session(), given)
    except TrackerError as refused:
        return _refused(refused, {})
    page = render_template(
        "tickets/query.html", given=given, answer=found, problem=None, typed=typed, too_much=too_much
    )
    return page, status
