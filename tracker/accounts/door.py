"""Who sends the present request: a program with a token, or a browser with a sign-in."""

from datetime import datetime
from typing import cast

from flask import current_app, g, request
from flask import session as cookie
from sqlalchemy.orm import Session

from tracker.accounts import entry, queries
from tracker.errors import NotAllowed
from tracker.permissions import Actor

_KEY = "sign_in"


def identify(session: Session, now: datetime) -> Actor | None:
    """Return the actor of the request or None; raises NotAllowed while the first password is still to be changed.

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
    if entered.account.must_change_password and not _may_come_first():
        raise NotAllowed(
            "请先在“我的账号”（/account）修改初始密码，再办理其他事项。", code="password_change_needed"
        )
    return queries.as_actor(entered.account)


def _may_come_first() -> bool:
    endpoint = request.endpoint or ""
    view = current_app.view_functions.get(endpoint)
    return endpoint.startswith("account.") or getattr(view, "permission", None) is None


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
