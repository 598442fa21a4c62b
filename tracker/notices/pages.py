"""The inbox page."""

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from tracker.notices import queries, service
from tracker.permissions import Permission
from tracker.web import actor, allow, now, session

blp = Blueprint("notices_pages", __name__)

BLUEPRINTS = (blp,)
BADGES = {"/notices": queries.n_unread}


@blp.get("/notices")
@allow(Permission.NOTICE_READ)
def inbox() -> ResponseReturnValue:
    """Show the inbox, newest first, unread ones marked by word and weight."""
    unread_only = request.args.get("unread") == "1"
    items, following = queries.inbox(
        session(),
        actor(),
        now=now(),
        unread_only=unread_only,
        before=request.args.get("before", type=int),
    )
    return render_template(
        "notices/inbox.html",
        items=items,
        unread_only=unread_only,
        n_unread=queries.n_unread(session(), actor(), now=now()),
        cap=queries.UNREAD_CAP,
        older=f"/notices?before={following}{'&unread=1' if unread_only else ''}" if following else None,
        newer="/notices" if request.args.get("before") else None,
    )


@blp.post("/notices/read")
@allow(Permission.NOTICE_READ)
def read() -> ResponseReturnValue:
    """Mark one notice, or all, as read; one that speaks of a ticket opens it."""
    notice_id = request.form.get("id", type=int)
    service.mark_read(session(), actor(), [notice_id] if notice_id is not None else None, now=now())
    number = request.form.get("ticket", "")
    return redirect(f"/tickets/{number}" if number.isdigit() else "/notices")
