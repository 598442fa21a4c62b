"""/accounts/grants: what two people must agree on, for the second of them."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker import web
from tracker.accounts import grants
from tracker.accounts.rules import DEED_LABELS
from tracker.permissions import Permission
from tracker.web import allow

blp = Blueprint("account_grants", __name__, url_prefix="/accounts/grants")


@blp.get("")
@allow(Permission.ACCOUNT_CONFIRM)
def listing() -> str:
    """Show what waits and what was decided lately."""
    found = grants.listed(web.session(), web.actor())
    return render_template("accounts/grants.html", grants=found, deeds=DEED_LABELS)


@blp.post("/<int:grant_id>/agree")
@allow(Permission.ACCOUNT_CONFIRM)
def agree(grant_id: int) -> ResponseReturnValue:
    """Agree as the second person; the account is open at once."""
    grant = grants.decide(web.session(), web.actor(), grant_id, agree=True, now=web.now())
    return _done(f"已同意，账号“{grant.account.display_name}”即刻生效。")


@blp.post("/<int:grant_id>/refuse")
@allow(Permission.ACCOUNT_CONFIRM)
def refuse(grant_id: int) -> ResponseReturnValue:
    """Refuse with a reason, or take the own request back; nothing changes."""
    reason = request.form.get("reason", "")[:200]
    grants.decide(web.session(), web.actor(), grant_id, agree=False, reason=reason, now=web.now())
    return _done("已退回，账号没有变化。")


def _done(sentence: str) -> ResponseReturnValue:
    flash(sentence, "success")
    return redirect(url_for("account_grants.listing"), 303)
