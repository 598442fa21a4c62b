"""The second factor (动态口令): set up with a proof, recovered with codes that work once, removed where the post allows."""

from datetime import datetime

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from tracker.accounts import alarms, queries, rules, secrets
from tracker.accounts.models import Account, RecoveryCode
from tracker.audit import service as audit
from tracker.errors import Invalid, NotAllowed
from tracker.fields import cipher
from tracker.permissions import Actor


def set_up(session: Session, actor: Actor, *, secret: str, code: str, now: datetime) -> list[str]:
    """Turn the second factor on once a code proves that the app has the secret; return fresh recovery codes.

    Raises Invalid when the code does not fit, NotAllowed for a token of limited scope.
    """
    queries.require_whole(actor)
    account = queries.own(session, actor)
    step = secrets.totp_step(secret, code, now, None) if secrets.is_totp(secret) else None
    if step is None:
        raise Invalid(
            "动态口令不正确，请核对手机时间后重试。", code="wrong_code", fields={"code": ["不正确"]}
        )
    account.totp_secret_sealed, account.totp_step = cipher(session).seal(secret), step
    codes = _fresh_codes(session, account)
    alarms.sound(session, account.id, "您的账号启用了动态口令。如不是您本人操作，请立即联系管理员。", now=now)
    audit.record(session, actor, "set_totp", "account", account.id, now=now)
    return codes


def remove(session: Session, actor: Actor, *, password: str, now: datetime) -> Account:
    """Turn the second factor off; raises Invalid for a wrong password, NotAllowed where the post must have one."""
    queries.require_whole(actor)
    account = queries.own(session, actor)
    if account.role in rules.SECOND_FACTOR:
        raise NotAllowed("您的岗位必须使用动态口令，不能停用。", code="second_factor_needed")
    queries.require_password(account, password, "password")
    account.totp_secret_sealed = account.totp_step = None
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    alarms.sound(session, account.id, "您的账号停用了动态口令。如不是您本人操作，请立即修改密码。", now=now)
    session.flush()
    audit.record(session, actor, "remove_totp", "account", account.id, now=now)
    return account


def new_recovery_codes(session: Session, actor: Actor, *, password: str, now: datetime) -> list[str]:
    """Return fresh recovery codes, shown only now; the old ones work no more. Raises Invalid for a wrong password."""
    queries.require_whole(actor)
    account = queries.own(session, actor)
    queries.require_password(account, password, "password")
    if not account.totp_secret_sealed:
        raise Invalid("请先启用动态口令。", code="no_second_factor")
    codes = _fresh_codes(session, account)
    audit.record(session, actor, "new_recovery_codes", "account", account.id, now=now)
    return codes


def n_recovery_codes(session: Session, account_id: int) -> int:
    """Return how many recovery codes of the account are left."""
    counted = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.account_id == account_id)
    return session.scalars(counted).one()


def _fresh_codes(session: Session, account: Account) -> list[str]:
    session.flush()
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    codes = [secrets.new_recovery_code() for _ in range(rules.N_RECOVERY_CODES)]
    rows = [{"code_hash": secrets.digest(one), "account_id": account.id} for one in codes]
    session.execute(insert(RecoveryCode), rows)
    return codes
