"""Coming in and staying in: password to sign-in, sign-in or token to actor.

A refusal is returned, not raised: the failed try must be committed, and an exception would roll it back.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, joinedload

from tracker.accounts import alarms, queries, rules, second_factor, secrets
from tracker.accounts.models import Account, ApiToken, FailedSignIn, RecoveryCode, SignIn
from tracker.audit import service as audit
from tracker.fields import cipher
from tracker.permissions import Permission

WRONG = "登录名或密码不正确，请重新输入。"


@dataclass(frozen=True)
class Refusal:
    """Why somebody was not let in. http_status: 401, or 429 when he has to wait."""

    code: str
    message: str
    http_status: int = 401


@dataclass(frozen=True)
class Entered:
    """The account that may act. sign_in_id: None for a token. scopes: what the token may of what the account may."""

    account: Account
    sign_in_id: int | None
    scopes: frozenset[Permission] | None = None


def authenticate(
    session: Session, name: str, password: str, *, code: str = "", now: datetime
) -> Account | Refusal:
    """Return the account if name, password and, where set up, one-time code fit; else why not."""
    account = by_password(session, name, password, now=now)
    if isinstance(account, Refusal) or not account.totp_secret_sealed:
        return account
    if not code.strip():
        return Refusal("code_needed", "请输入身份验证器上的6位动态口令。")
    return by_code(session, account, code, now=now)


def by_password(session: Session, name: str, password: str, *, now: datetime) -> Account | Refusal:
    """Return the account if name and password fit, else why not; where a second factor is set up, `by_code` comes next.

    An unknown name costs the same time, counts the same failures and reads the same answer as a wrong password.
    """
    name = rules.login(name)[:200]
    waiting = _waiting(session, name, now)
    if waiting:
        return waiting
    account = queries.by_name(session, name) if rules.NAME.fullmatch(name) else None
    matches = secrets.password_matches(password, account.password_hash if account else secrets.nobodys_hash())
    if account is None or not matches or not account.is_active:
        return _failed(session, account, name, Refusal("wrong_password", WRONG), now)
    if secrets.needs_rehash(account.password_hash):
        account.password_hash = secrets.hash_password(password)
    if not account.totp_secret_sealed:
        _forgive(session, name)
    return account


def by_code(session: Session, account: Account, code: str, *, now: datetime) -> Account | Refusal:
    """Return the account whose password fitted if the one-time code, or a recovery code, fits as well; else why not."""
    waiting = _waiting(session, account.name, now)
    if waiting:
        return waiting
    if not account.is_active or not (
        _code_fits(session, account, code, now) or _recovers(session, account, code, now)
    ):
        refusal = Refusal("wrong_code", "动态口令不正确或已用过，请等下一个。")
        return _failed(session, account, account.name, refusal, now)
    _forgive(session, account.name)
    return account


def _waiting(session: Session, name: str, now: datetime) -> Refusal | None:
    failed = session.get(FailedSignIn, secrets.digest(name), populate_existing=True)
    if failed and failed.failed_at > now - rules.FORGOTTEN_AFTER:
        until = rules.wait_until(failed.n_failures, failed.failed_at)
        if now < until:
            return Refusal("wait", rules.wait_sentence(until, now), 429)
    return None


def _forgive(session: Session, name: str) -> None:
    session.execute(delete(FailedSignIn).where(FailedSignIn.name_hash == secrets.digest(name)))


def _code_fits(session: Session, account: Account, code: str, now: datetime) -> bool:
    secret = cipher(session).open(account.totp_secret_sealed)
    step = secrets.totp_step(secret, code, now, account.totp_step)
    if step is None:
        return False
    # compare-and-set: of two requests with the same code only one gets in
    taken = update(Account).where(Account.id == account.id, Account.totp_step.is_distinct_from(step))
    return session.execute(taken.values(totp_step=step).returning(Account.id)).first() is not None


def _recovers(session: Session, account: Account, code: str, now: datetime) -> bool:
    """Use up the recovery code; of two requests with the same one only one gets in."""
    plain = secrets.plain_recovery_code(code)
    if not plain:
        return False
    mine = (RecoveryCode.account_id == account.id) & (RecoveryCode.code_hash == secrets.digest(plain))
    used = session.execute(delete(RecoveryCode).where(mine).returning(RecoveryCode.account_id)).first()
    if used is None:
        return False
    left = second_factor.n_recovery_codes(session, account.id)
    sentence = (
        f"您的账号刚用恢复码登录，还剩{left}个恢复码。如不是您本人操作，请立即修改密码并重新设置动态口令。"
    )
    alarms.sound(session, account.id, sentence, now=now)
    return True


def _failed(session: Session, account: Account | None, name: str, refusal: Refusal, now: datetime) -> Refusal:
    old = now - rules.FORGOTTEN_AFTER
    session.execute(delete(FailedSignIn).where(FailedSignIn.failed_at < old))
    count = insert(FailedSignIn).values(name_hash=secrets.digest(name), n_failures=1, failed_at=now)
    counted = count.on_conflict_do_update(
        index_elements=[FailedSignIn.name_hash],
        set_={"n_failures": FailedSignIn.n_failures + 1, "failed_at": now},
    ).returning(FailedSignIn.n_failures)
    n = session.scalars(counted).one()
    if account and n in rules.TOLD_FAILURES:
        address = session.info.get("address") or "未知地址"
        alarms.sound(session, account.id, rules.locked_sentence(n, address, now), now=now)
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
    """Return whose program calls with this token, or None when it is over, unknown or the account disabled."""
    if not token.startswith(secrets.TOKEN_PREFIX):
        return None
    found = (
        select(ApiToken, Account)
        .join(Account, Account.id == ApiToken.account_id)
        .where(ApiToken.token_hash == secrets.digest(token), queries.token_is_live(now), Account.is_active)
        .options(joinedload(Account.office))
    )
    row = session.execute(found).first()
    if row is None:
        return None
    if row.ApiToken.used_at is None or now - row.ApiToken.used_at >= timedelta(minutes=1):
        _touch(session, ApiToken, row.ApiToken.id, "used_at", now)
    scopes = row.ApiToken.scopes
    # a permission that was since renamed opens nothing
    known = frozenset(one for one in Permission if one.value in scopes) if scopes is not None else None
    return Entered(row.Account, None, known)


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
