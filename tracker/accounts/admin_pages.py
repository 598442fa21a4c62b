"""/admin/accounts: create, disable and enable accounts of the own subtree."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import EXCLUDE, ValidationError

from tracker import web
from tracker.accounts import grants, queries, secrets, service
from tracker.accounts.rules import GRANTED_HERE
from tracker.accounts.schemas import AccountQuery, NewAccountSchema
from tracker.errors import Invalid, TrackerError
from tracker.offices import service as offices
from tracker.permissions import Permission, Role
from tracker.web import allow

blp = Blueprint("admin_accounts", __name__, url_prefix="/admin/accounts")


def _page(**shown: Any) -> str:
    """Return the page; shown: what this one answer has besides (problem, form, first password)."""
    try:
        asked = AccountQuery().load(request.args.to_dict(), unknown=EXCLUDE)
    except ValidationError:
        asked = AccountQuery().load({})
    query = asked["q"].strip()
    just_told = [shown["first"][0]] if "first" in shown else []  # may stand on another page of the list
    page = queries.managed(
        web.session(), web.actor(), query=query, cursor=asked["cursor"], limit=asked["limit"]
    )
    return render_template(
        "accounts/admin.html",
        accounts=page.items,
        waiting=grants.waiting(web.session(), [one.id for one in (*page.items, *just_told)]),
        q=query,
        older=url_for("admin_accounts.listing", q=query or None, cursor=page.next) if page.next else None,
        newer=url_for("admin_accounts.listing", q=query or None) if asked["cursor"] else None,
        roles=[role for role in Role if role in GRANTED_HERE],
        **shown,
    )


@blp.get("")
@allow(Permission.ACCOUNT_MANAGE)
def listing() -> str:
    """Show the accounts."""
    return _page()


@blp.post("")
@allow(Permission.ACCOUNT_MANAGE)
def create() -> ResponseReturnValue:
    """Create an account and show its first password in this answer only."""
    form = request.form.to_dict()
    session, password = web.session(), secrets.new_password()
    try:
        new = NewAccountSchema().load(form, unknown=EXCLUDE)
        code = new.pop("office_code").strip()
        office = offices.office(session, code) if code else None
        account = service.create(session, web.actor(), **new, office=office, password=password, now=web.now())
    except ValidationError as error:
        problem = Invalid("账号信息有误，请按提示修改。", fields=dict(error.messages_dict))
        return _page(problem=problem, form=form), problem.http_status
    except TrackerError as refused:
        return _page(problem=refused, form=form), refused.http_status
    return _page(first=(account, password))


@blp.post("/<int:account_id>/disable")
@allow(Permission.ACCOUNT_MANAGE)
def disable(account_id: int) -> ResponseReturnValue:
    """Shut an account out at once."""
    account = service.disable(web.session(), web.actor(), account_id, now=web.now())
    return _done(f"账号“{account.display_name}”已停用，其登录和令牌即刻失效。")


@blp.post("/<int:account_id>/enable")
@allow(Permission.ACCOUNT_MANAGE)
def enable(account_id: int) -> ResponseReturnValue:
    """Let a disabled account in again."""
    account = service.enable(web.session(), web.actor(), account_id, now=web.now())
    if account.is_active:
        return _done(f"账号“{account.display_name}”已启用。")
    return _done(f"已申请启用“{account.display_name}”，须由另一人复核后生效。")


@blp.post("/<int:account_id>/password")
@allow(Permission.ACCOUNT_MANAGE)
def reset_password(account_id: int) -> str:
    """Give an account a new first password and show it in this answer only."""
    password = service.reset_password(web.session(), web.actor(), account_id, now=web.now())
    return _page(first=(queries.one_managed(web.session(), web.actor(), account_id), password))


def _done(sentence: str) -> ResponseReturnValue:
    flash(sentence, "success")
    return redirect(url_for("admin_accounts.listing"), 303)
