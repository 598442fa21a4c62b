"""From the first factor to a signed-in browser: the second factor where one is set up, then the sign-in itself."""

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from tracker import web
from tracker.accounts import door, entry, rules
from tracker.accounts.models import Account


def admit(account: Account, wanted: str) -> ResponseReturnValue:
    """Answer whom the first factor let in: a sign-in, or the way to the second factor where one is set up."""
    if not account.totp_secret_sealed:
        return begin(account, wanted)
    _end_former()
    door.remember_half(account, web.now(), wanted)
    return redirect(url_for("accounts.code"), 303)


def begin(account: Account, wanted: str) -> ResponseReturnValue:
    """Sign the browser in and lead it where its user wanted to go, or to what he has to settle first."""
    _end_former()
    browser = request.headers.get("User-Agent", "")
    door.remember(entry.begin(web.session(), account, browser=browser, now=web.now()))
    owes_factor = account.role in rules.SECOND_FACTOR and not account.totp_secret_sealed
    return redirect(url_for("account.own") if account.must_change_password or owes_factor else wanted, 303)


def _end_former() -> None:
    former = door.forget()
    if former:
        entry.end(web.session(), former, now=web.now())
