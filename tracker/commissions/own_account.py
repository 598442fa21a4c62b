"""What a liaison does to the own account: password, second factor, recovery codes, sign-ins."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from tracker.accounts import rules, secrets
from tracker.commissions.models import Liaison, LiaisonRecoveryCode, LiaisonSession
from tracker.errors import Invalid, NotFound
from tracker.fields import cipher
from tracker.permissions import Actor

log = structlog.get_logger()


def own(session: Session, actor: Actor) -> Liaison:
    """Return the liaison himself; raises NotFound when he was removed meanwhile."""
    liaison = session.get(Liaison, actor.account_id)
    if liaison is None:
        raise NotFound("当前身份没有账号。")
    return liaison


def change_password(session: Session, actor: Actor, *, old: str, new: str, keep: str, now: datetime) -> None:
    """Replace the password and end every sign-in but that of the secret `keep`; raises Invalid."""
    liaison = own(session, actor)
    require_password(liaison, old)
    problem = "新密码不能与旧密码相同。" if new == old else rules.password_problem(new, liaison.name)
    if problem:
        raise Invalid(problem, code="weak_password", fields={"new": [problem]})
    liaison.password_hash = secrets.hash_password(new)
    others = LiaisonSession.secret_hash != secrets.digest(keep)
    session.execute(delete(LiaisonSession).where(LiaisonSession.liaison_id == liaison.id, others))
    log.info("liaison_password_changed", liaison=liaison.id, at=now.isoformat())


def require_password(liaison: Liaison, password: str) -> None:
    """Raise Invalid unless this is the liaison's password."""
    if not secrets.password_matches(password, liaison.password_hash):
        raise Invalid("密码不正确，请重新输入。", code="wrong_password", fields={"password": ["密码不正确"]})


def replace_totp(session: Session, actor: Actor, *, secret: str, code: str, now: datetime) -> list[str]:
    """Let another telephone make the codes once it proved that it can; return fresh recovery codes. Raises Invalid."""
    liaison = own(session, actor)
    step = secrets.totp_step(secret, code, now, None) if secrets.is_totp(secret) else None
    if step is None:
        raise Invalid(
            "动态口令不正确，请核对手机时间后重试。", code="wrong_code", fields={"code": ["不正确"]}
        )
    liaison.totp_secret_sealed, liaison.totp_step = cipher(session).seal(secret) or b"", step
    log.info("liaison_totp_replaced", liaison=liaison.id, at=now.isoformat())
    return _fresh_codes(session, liaison)


def new_recovery_codes(session: Session, actor: Actor, *, password: str) -> list[str]:
    """Return fresh recovery codes, shown only now; the old ones work no more. Raises Invalid for a wrong password."""
    liaison = own(session, actor)
    require_password(liaison, password)
    return _fresh_codes(session, liaison)


def _fresh_codes(session: Session, liaison: Liaison) -> list[str]:
    session.execute(delete(LiaisonRecoveryCode).where(LiaisonRecoveryCode.liaison_id == liaison.id))
    codes = [secrets.new_recovery_code() for _ in range(rules.N_RECOVERY_CODES)]
    rows = [{"code_hash": secrets.digest(one), "liaison_id": liaison.id} for one in codes]
    session.execute(insert(LiaisonRecoveryCode), rows)
    return codes


def n_recovery_codes(session: Session, actor: Actor) -> int:
    """Return how many recovery codes are left."""
    mine = LiaisonRecoveryCode.liaison_id == actor.account_id
    return session.scalars(select(func.count()).select_from(LiaisonRecoveryCode).where(mine)).one()


def sign_ins(session: Session, actor: Actor, now: datetime) -> Sequence[LiaisonSession]:
    """Return the browsers signed in now, last seen first."""
    live = (LiaisonSession.seen_at > now - rules.IDLE) & (LiaisonSession.created_at > now - rules.ABSOLUTE)
    mine = select(LiaisonSession).where(LiaisonSession.liaison_id == actor.account_id, live)
    return session.scalars(mine.order_by(LiaisonSession.seen_at.desc(), LiaisonSession.id.desc())).all()


def sign_out(session: Session, actor: Actor, sign_in_id: int | None) -> None:
    """End one own sign-in, or all of them when none is named; raises NotFound for one that is not his or over."""
    mine = LiaisonSession.liaison_id == actor.account_id
    if sign_in_id is None:
        session.execute(delete(LiaisonSession).where(mine))
        return
    one = delete(LiaisonSession).where(mine, LiaisonSession.id == sign_in_id).returning(LiaisonSession.id)
    if session.execute(one).first() is None:
        raise NotFound("这台设备已经退出。")
