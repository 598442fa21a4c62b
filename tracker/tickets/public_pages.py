"""群众查询 as a page: stage, next date and what was published, for who holds the right pair."""

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError

from tracker.errors import NotFound
from tracker.tickets import public_query, schemas
from tracker.web import now, public, session

blp = Blueprint("public_pages", __name__)


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
        found = public_query.answer(session(), schemas.PublicQueryIn().load(given))
    except (NotFound, ValidationError):
        page = render_template(
            "tickets/query.html", given=given, answer=None, problem=public_query.SAME_ANSWER
        )
        return page, 404
    return render_template("tickets/query.html", given=given, answer=found, problem=None)


@blp.post("/query/facts")
@public
def facts() -> ResponseReturnValue:
    """Append what the complainant adds; needs the receipt code."""
    code = request.form.get("receipt_code", "").replace(" ", "")
    try:
        text = schemas.FactsIn().load({"text": request.form.get("text", "")})["text"]
        public_query.add_facts(session(), code, text, now=now())
    except ValidationError:
        flash("请写明要补充的情况，2至2000字。", "warning")
    except NotFound:
        return render_template(
            "tickets/query.html", given={}, answer=None, problem=public_query.SAME_ANSWER
        ), 404
    else:
        flash("已补充，承办单位会看到。", "success")
    found = public_query.answer(session(), {"receipt_code": code})
    return render_template("tickets/query.html", given={"receipt_code": code}, answer=found, problem=None)
