"""Reading accounts, their sessions and tokens."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from tracker.accounts import rules, secrets
from tracker.accounts.models import Account, ApiToken, SignIn
from tracker.errors import Invalid, NotAllowed, NotFound
from tracker.offices.models import Office
from tracker.offices.queries import below
from tracker.permissions import Actor, Permission, Role


@dataclass(frozen=True)
class Page:
    """Some accounts by login name, and the cursor of the page after them (None at the end)."""

    items: Sequence[Account]
    next: str | None


def by_name(session: Session, name: str) -> Account | None:
    """Return the account with the login name, its office loaded, or None."""
    found = select(Account).where(Account.name == rules.login(name)).options(joinedload(Account.office))
    return session.scalars(found).first()


def _managed(actor: Actor) -> Select[Account]:
    found = select(Account).outerjoin(Account.office).options(contains_eager(Account.office))
    if actor.office_path == "/":
        return found
    return found.where(below(Office.path, actor.office_path))


def managed(
    session: Session, actor: Actor, *, query: str = "", cursor: str | None = None, limit: int = 50
) -> Page:
    """Return the accounts of the actor's subtree whose name, login or office contains the query."""
    found = _managed(actor)
    if query:
        found = found.where(
            or_(
                Account.name.contains(query.lower(), autoescape=True),
                Account.display_name.contains(query, autoescape=True),
                Office.name.contains(query, autoescape=True),
            )
        )
    if cursor:
        found = found.where(Account.name > cursor)
    rows = session.scalars(found.order_by(Account.name).limit(limit + 1)).all()
    return Page(rows[:limit], rows[limit - 1].name if len(rows) > limit else None)


def one_managed(session: Session, actor: Actor, account_id: int) -> Account:
    """Return the account; raises NotFound outside the actor's subtree."""
    account = session.scalars(_managed(actor).where(Account.id == account_id)).first()
    if account is None:
        raise NotFound("没有找到该账号，或不在您的管理范围内。")
    return account


def own(session: Session, actor: Actor) -> Account:
    """Return the actor's own account with its office; raises NotFound for the workers, who have none."""
    found = select(Account).where(Account.id == actor.account_id).options(joinedload(Account.office))
    account = session.scalars(found).first()
    if account is None:
        raise NotFound("当前身份没有账号。")
    return account


def live_sign_ins(session: Session, account_id: int, now: datetime) -> Sequence[SignIn]:
    """Return the browsers signed in to the account now, last seen first."""
    found = select(SignIn).where(
        SignIn.account_id == account_id,
        SignIn.seen_at > now - rules.IDLE,
        SignIn.created_at > now - rules.ABSOLUTE,
    )
    return session.scalars(found.order_by(SignIn.seen_at.desc(), SignIn.id.desc())).all()


def require_password(account: Account, password: str, field: str) -> None:
    """Raise Invalid, naming the field, unless this is the account's password."""
    if not secrets.password_matches(password, account.password_hash):
        raise Invalid("密码不正确，请重新输入。", code="wrong_password", fields={field: ["密码不正确"]})


def require_whole(actor: Actor) -> None:
    """Raise NotAllowed for a token of limited scope, which could otherwise give itself more."""
    if actor.scopes is not None:
        raise NotAllowed("这个令牌的权限有限，不能更改账号。", code="token_too_narrow")


def token_is_live(now: datetime) -> ColumnElement[bool]:
    """Return the condition that a token was not revoked and has not run out."""
    endless = ApiToken.expires_at.is_(None) | (ApiToken.expires_at > now)
    return ApiToken.revoked_at.is_(None) & endless


def live_tokens(session: Session, account_id: int, now: datetime) -> Sequence[ApiToken]:
    """Return the account's tokens that still open the door, newest first."""
    found = select(ApiToken).where(ApiToken.account_id == account_id, token_is_live(now))
    return session.scalars(found.order_by(ApiToken.id.desc())).all()


def as_actor(account: Account, scopes: frozenset[Permission] | None = None) -> Actor:
    """Return who acts through the account; its office must be loaded. scopes: the limits of the token he acts by."""
    office = account.office
    return Actor(
        account_id=account.id,
        name=account.display_name,
        role=Role(account.role),
        office_id=account.office_id,
        office_path=office.path if office else "/",
        office_level=office.level if office else "province",
        office_name=office.name if office else "",
        scopes=scopes,
    )
