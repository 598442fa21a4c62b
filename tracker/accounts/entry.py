"""Coming in and staying in: password to sign-in, sign-in or token to actor.

A refusal is returned, not raised: the failed try must be committed, and an exception would roll it back.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, joinedload

from tracker.accounts import queries, rules, secrets
from tracker.accounts.models import Account, ApiToken, FailedSignIn, SignIn
from tracker.audit import service as audit
from tracker.fields import cipher

WRONG = "登录名或密码不正确，请重新输入。"


@dataclass(frozen=True)
class Refusal:
    """Why somebody was not let in. http_status: 401, or 429 when he has to wait."""

    code: str
    message: str
    http_status: int = 401


@dataclass(frozen=True)
class Entered:
    """The account that may act, and whether it has to change its password first. sign_in_id: None for a token."""

    account: Account
    sign_in_id: int | None


def authenticate(
    session: Session, name: str, password: str, *, code: str = "", now: datetime
) -> Account | Refusal:
    """Return the account if name, password and, where set up, one-time code fit; else why not.

    An unknown name costs the same time, counts the same failures and reads the same answer as a wrong password.
    """
    name = rules.login(name)[:200]
    key = secrets.digest(name)
    failed = session.get(FailedSignIn, key, populate_existing=True)
    if failed and failed.failed_at > now - rules.FORGOTTEN_AFTER:
        until = rules.wait_until(failed.n_failures, failed.failed_at)
        if now < until:
            return Refusal("wait", rules.wait_sentence(until, now), 429)
    account = queries.by_name(session, name) if rules.NAME.fullmatch(name) else None
    matches = secrets.password_matches(password, account.password_hash if account else secrets.nobodys_hash())
    if account is None or not matches or not account.is_active:
        return _failed(session, account, key, Refusal("wrong_password", WRONG), now)
    if account.totp_secret_sealed:
        if not code.strip():
            return Refusal("code_needed", "请输入身份验证器上的6位动态口令。")
        if not _code_fits(session, account, code, now):
            return _failed(
                session, account, key, Refusal("wrong_code", "动态口令不正确或已用过，请等下一个。"), now
            )
    session.execute(delete(FailedSignIn).where(FailedSignIn.name_hash == key))
    if secrets.needs_rehash(account.password_hash):
        account.password_hash = secrets.hash_password(password)
    return account


def _code_fits(session: Session, account: Account, code: str, now: datetime) -> bool:
    secret = cipher(session).open(account.totp_secret_sealed)
    step = secrets.totp_step(secret, code, now, account.totp_step)
    if step is None:
        return False
    # compare-and-set: of two requests with the same code only one gets in
    taken = update(Account).where(Account.id == account.id, Account.totp_step.is_distinct_from(step))
    return session.execute(taken.values(totp_step=step).returning(Account.id)).first() is not None


def _failed(
    session: Session, account: Account | None, key: bytes, refusal: Refusal, now: datetime
) -> Refusal:
    old = now - rules.FORGOTTEN_AFTER
    session.execute(delete(FailedSignIn).where(FailedSignIn.failed_at < old))
    count = insert(FailedSignIn).values(name_hash=key, n_failures=1, failed_at=now)
    count = count.on_conflict_do_update(
        index_elements=[FailedSignIn.name_hash],
        set_={"n_failures": FailedSignIn.n_failures + 1, "failed_at": now},
    )
    session.execute(count)
    actor = queries.as_actor(account) if account else None
    thing_id = account.id if account else "未知账号"
    audit.record(session, actor, "sign_in_failed", "account", thing_id, {"reason": refusal.message}, now=now)
    return refusal


def begin(session: Session, account: Account, *, browser: str, now: datetime) -> str:
    """Open a sign-in for the account and return the secret for its cookie."""
    over = (SignIn.seen_at <= now - rules.IDLE) | (SignIn.created_at <= now - rules.ABSOLUTE)
    session.execute(delete(SignIn).where(SignIn.account_id == account.id, over))
    secret = secrets.new_secret()
    session.add(
        SignIn(
            account_id=account.id,
            secret_hash=secrets.digest(secret),
            created_at=now,
            seen_at=now,
            address=session.info.get("address"),
            browser=browser[:200],
        )
    )
    account.signed_in_at = now
    session.flush()
    audit.record(session, queries.as_actor(account), "sign_in", "account", account.id, now=now)
    return secret


def end(session: Session, secret: str, *, now: datetime) -> None:
    """Close the sign-in of this cookie; does nothing when it is over already."""
    entered = by_secret(session, secret, now=now)
    if entered:
        session.execute(delete(SignIn).where(SignIn.id == entered.sign_in_id))
        actor = queries.as_actor(entered.account)
        audit.record(session, actor, "sign_out", "account", entered.account.id, now=now)


def by_secret(session: Session, secret: str, *, now: datetime) -> Entered | None:
    """Return who sits at the browser with this cookie, or None when the sign-in is over; notes that he was seen."""
    found = (
        select(SignIn, Account)
        .join(Account, Account.id == SignIn.account_id)
        .where(SignIn.secret_hash == secrets.digest(secret), Account.is_active)
        .options(joinedload(Account.office))
    )
    row = session.execute(found).first()
    if row is None or rules.has_run_out(row.SignIn.created_at, row.SignIn.seen_at, now):
        return None
    if now - row.SignIn.seen_at >= rules.SEEN_EVERY:
        _touch(session, SignIn, row.SignIn.id, "seen_at", now)
    return Entered(row.Account, row.SignIn.id)


def by_token(session: Session, token: str, *, now: datetime) -> Entered | None:
    """Return whose program calls with this token, or None when it is revoked, unknown or the account disabled."""
    if not token.startswith(secrets.TOKEN_PREFIX):
        return None
    found = (
        select(ApiToken, Account)
        .join(Account, Account.id == ApiToken.account_id)
        .where(ApiToken.token_hash == secrets.digest(token), ApiToken.revoked_at.is_(None), Account.is_active)
        .options(joinedload(Account.office))
    )
    row = session.execute(found).first()
    if row is None:
        return None
    if row.ApiToken.used_at is None or now - row.ApiToken.used_at >= timedelta(minutes=1):
        _touch(session, ApiToken, row.ApiToken.id, "used_at", now)
    return Entered(row.Account, None)


def _touch(
    session: Session, table: type[SignIn] | type[ApiToken], row_id: int, column: str, now: datetime
) -> None:
    """Note the moment unless another request is just doing so; nobody waits for a note."""
    free = select(table.id).where(table.id == row_id).with_for_update(skip_locked=True)
    session.execute(
        update(table)
        .where(table.id.in_(free.scalar_subquery()))
        .values({column: now})
        .execution_options(synchronize_session=False)
    )
