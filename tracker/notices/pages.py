"""The inbox, where else one wants to be told, letters to superior departments, and the dead-letter list."""

from flask import Blueprint, current_app, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from tracker.errors import TrackerError
from tracker.notices import addresses, gateways, letters, outgoing, queries, service
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


@blp.get("/notices/settings")
@allow(Permission.NOTICE_READ)
def settings() -> ResponseReturnValue:
    """Show where the reader is told besides the inbox."""
    return _settings(None)


def _settings(problem: TrackerError | None) -> ResponseReturnValue:
    known = gateways.of(current_app.extensions["settings"])
    page = render_template(
        "notices/settings.html",
        offered=[(name, gateways.LABELS[name]) for name in addresses.SHAPES if name in known],
        held=addresses.mine(session(), actor()),
        problem=problem,
    )
    return page, (problem.http_status if problem else 200)


@blp.post("/notices/settings")
@allow(Permission.NOTICE_READ)
def choose() -> ResponseReturnValue:
    """Keep the reader's addresses."""
    chosen = {name: request.form[name] for name in addresses.SHAPES if name in request.form}
    try:
        addresses.choose(session(), actor(), chosen, now=now())
    except TrackerError as refused:
        return _settings(refused)
    flash("已保存通知方式。", "success")
    return redirect("/notices/settings", 303)


@blp.get("/notices/letters")
@allow(Permission.TICKET_REVIEW)
def letters_owed() -> ResponseReturnValue:
    """Show the letters the own office owes to superior departments."""
    return _letters(None)


def _letters(problem: TrackerError | None) -> ResponseReturnValue:
    page = render_template("notices/letters.html", letters=letters.owed(session(), actor()), problem=problem)
    return page, (problem.http_status if problem else 200)


@blp.post("/notices/letters/<int:letter_id>")
@allow(Permission.TICKET_REVIEW)
def settle_letter(letter_id: int) -> ResponseReturnValue:
    """Take down that a letter went, or why not."""
    is_sent, reason = request.form.get("done") == "sent", request.form.get("reason", "")
    try:
        letters.settle(session(), actor(), letter_id, is_sent=is_sent, reason=reason, now=now())
    except TrackerError as refused:
        return _letters(refused)
    flash("已记为发出。" if is_sent else "已记为不发。", "success")
    return redirect("/notices/letters", 303)


@blp.get("/admin/notices")
@allow(Permission.NOTICE_MANAGE)
def dead() -> ResponseReturnValue:
    """Show the notices no gateway took."""
    return _dead(None)


def _dead(problem: TrackerError | None) -> ResponseReturnValue:
    before = request.args.get("before", "")
    at = int(before) if before.isdecimal() and len(before) < 18 else None
    items, following = outgoing.dead(session(), actor(), before=at)
    page = render_template(
        "notices/dead.html",
        items=items,
        labels=gateways.LABELS,
        older=f"/admin/notices?before={following}" if following else None,
        newer="/admin/notices" if at else None,
        problem=problem,
    )
    return page, (problem.http_status if problem else 200)


@blp.post("/admin/notices/<int:delivery_id>")
@allow(Permission.NOTICE_MANAGE)
def settle_dead(delivery_id: int) -> ResponseReturnValue:
    """Send a given-up notice again, or drop it with a reason."""
    again = request.form.get("do") == "retry"
    try:
        if again:
            outgoing.retry(session(), actor(), delivery_id, now=now())
        else:
            outgoing.drop(session(), actor(), delivery_id, request.form.get("reason", ""), now=now())
    except TrackerError as refused:
        return _dead(refused)
    flash("已重新排队发送。" if again else "已记为不再发送。", "success")
    return redirect("/admin/notices", 303)
