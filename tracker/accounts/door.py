"""Who sends the present request: a program with a token, or a browser with a sign-in."""

from collections.abc import Callable
from datetime import datetime
from typing import cast

from flask import current_app, g, request
from flask import session as cookie
from sqlalchemy.orm import Session, joinedload

from tracker.accounts import entry, queries, rules, secrets
from tracker.accounts.models import Account
from tracker.errors import NotAllowed
from tracker.limits import Limits
from tracker.permissions import Actor

_KEY = "sign_in"
_HALF = "half"
_FIRST = {
    "account.own",
    "account.change_password",
    "account.new_totp",
    "account.set_totp",
    "account.sign_out_everywhere",
}
"""What one may do while the first password or the second factor is still to be settled, besides public views."""


def identify(session: Session, now: datetime) -> Actor | None:
    """Return the actor of the request or None; raises NotAllowed while first password or second factor are to be settled.

    A request with a bearer token is judged by the token alone: it skipped the CSRF check, so no cookie may help it.
    """
    header = request.headers.get("Authorization", "")
    if header.startswith("Bearer "):
        entered = entry.by_token(session, header.removeprefix("Bearer ").strip(), now=now)
    else:
        secret = cookie.get(_KEY)
        entered = entry.by_secret(session, secret, now=now) if isinstance(secret, str) else None
    if entered is None:
        return None
    g.sign_in_id = entered.sign_in_id
    owed = _owed(entered)
    if owed and not _may_come_first():
        raise owed
    return queries.as_actor(entered.account, entered.scopes)


def _owed(entered: entry.Entered) -> NotAllowed | None:
    """Return what must be done at the screen first: the own password, then the second factor of the posts that need it.

    A token was made by somebody who had done both, or by the administrator of the machine.
    """
    account = entered.account
    if account.must_change_password:
        sentence = "请先在“我的账号”（/account）修改初始密码，再办理其他事项。"
        return NotAllowed(sentence, code="password_change_needed")
    if entered.sign_in_id and not account.totp_secret_sealed and account.role in rules.SECOND_FACTOR:
        sentence = "您的岗位必须使用动态口令，请先在“我的账号”（/account）设置，再办理其他事项。"
        return NotAllowed(sentence, code="second_factor_needed")
    return None


def _may_come_first() -> bool:
    endpoint = request.endpoint or ""
    view = current_app.view_functions.get(endpoint)
    return endpoint in _FIRST or getattr(view, "permission", None) is None


def bounded(attempt: Callable[[], Account | entry.Refusal]) -> Account | entry.Refusal:
    """Return what the attempt came to, or a refusal when too many have failed from this address of late.

    A success costs nothing: a whole office that signs in behind one address must not lock itself out.
    """
    limits = cast(Limits, current_app.extensions["limits"])
    address = rules.neighbourhood(request.remote_addr or "")
    most, seconds = rules.ADDRESS_FAILURES, rules.ADDRESS_SECONDS
    if limits.spent("sign-in-address", address) >= most:
        return entry.Refusal("wait", rules.too_many_sentence(seconds), 429)
    outcome = attempt()
    if isinstance(outcome, entry.Refusal):
        limits.count("sign-in-address", address, seconds=seconds)
    return outcome


def remember_half(account: Account, now: datetime, wanted: str) -> None:
    """Note in the browser that the password of the account fitted; good for five minutes and this password only."""
    cookie.clear()
    cookie[_HALF] = {
        "account": account.id,
        "at": int(now.timestamp()),
        "password": _mark(account),
        "wanted": wanted,
    }


def half_way(session: Session, now: datetime) -> tuple[Account, str] | None:
    """Return whose password fitted in this browser a moment ago and where he wanted to go, or None."""
    held = cookie.get(_HALF)
    if not isinstance(held, dict) or now.timestamp() - held["at"] > rules.HALF_WAY.total_seconds():
        return None
    account = session.get(Account, held["account"], options=[joinedload(Account.office)])
    if account is None or not account.is_active or held["password"] != _mark(account):
        return None
    return account, rules.local_address(held["wanted"])


def _mark(account: Account) -> str:
    return secrets.digest(account.password_hash).hex()[:16]


def sign_in_id() -> int | None:
    """Return the sign-in of the present request, None when a token was used."""
    return cast("int | None", g.get("sign_in_id"))


def remember(secret: str) -> None:
    """Give the browser the secret of its new sign-in, and nothing of what it held before."""
    cookie.clear()
    cookie[_KEY] = secret


def forget() -> str:
    """Take the secret from the browser and return it, "" when it had none."""
    secret = cookie.get(_KEY)
    cookie.clear()
    return secret if isinstance(secret, str) else ""
