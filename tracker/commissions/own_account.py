"""What a liaison does to the own account: password, second factor, recovery codes, sign-ins."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from nacl.public import PrivateKey
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from tracker.accounts import rules, secrets
from tracker.commissions import desk, entry, members, passphrases
from tracker.commissions.models import Liaison, LiaisonRecoveryCode, LiaisonSession, LiaisonToken
from tracker.commissions.rules import OWN_AFFAIRS
from tracker.errors import Conflict, Invalid, NotFound
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
    private = require_password(session, liaison, old)
    problem = "新密码不能与旧密码相同。" if new == old else rules.password_problem(new, liaison.name)
    if problem:
        raise Invalid(problem, code="weak_password", fields={"new": [problem]})
    members.keep(session, liaison, private, new, now=now)
    liaison.temporary_until = None
    others = LiaisonSession.secret_hash != secrets.digest(keep)
    session.execute(delete(LiaisonSession).where(LiaisonSession.liaison_id == liaison.id, others))
    log.info("liaison_password_changed", liaison=liaison.id, at=now.isoformat())


def require_password(session: Session, liaison: Liaison, password: str) -> PrivateKey:
    """Return the liaison's private key, which his password opens; raises Invalid for another password."""
    private = members.unlock(session, liaison, password)
    if private is None:
        raise Invalid("密码不正确，请重新输入。", code="wrong_password", fields={"password": ["密码不正确"]})
    return private


def settle_in(
    session: Session, actor: Actor, *, new: str, secret: str, code: str, keep: str, now: datetime
) -> list[str]:
    """Replace, at the first sign-in, the password and the one-time secret somebody else made; return recovery codes.

    keep: the secret of this browser, the only one that stays signed in. Raises Invalid, and Conflict when both are his own
    already.
    """
    liaison = own(session, actor)
    if liaison.temporary_until is None:
        raise Conflict("密码已是您自己的，请在“修改密码”中修改。", code="settled")
    same = members.unlock(session, liaison, new) is not None
    problem = "新密码不能与初始密码相同。" if same else rules.password_problem(new, liaison.name)
    if problem:
        raise Invalid(problem, code="weak_password", fields={"new": [problem]})
    codes = replace_totp(session, actor, secret=secret, code=code, now=now)
    members.keep(session, liaison, passphrases.held(session).private, new, now=now)
    liaison.temporary_until = None
    others = LiaisonSession.secret_hash != secrets.digest(keep)
    session.execute(delete(LiaisonSession).where(LiaisonSession.liaison_id == liaison.id, others))
    desk.enter(session, actor, OWN_AFFAIRS, liaison.commission_code, "password", now=now)
    return codes


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
    require_password(session, liaison, password)
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


def tokens(session: Session, actor: Actor) -> Sequence[LiaisonToken]:
    """Return the live tokens of the own programs, the newest first."""
    live = select(LiaisonToken).where(
        LiaisonToken.liaison_id == actor.account_id, LiaisonToken.revoked_at.is_(None)
    )
    return session.scalars(live.order_by(LiaisonToken.id.desc())).all()


def new_token(session: Session, actor: Actor, *, label: str, password: str, now: datetime) -> str:
    """Return a token for a program, shown only now, that opens what the liaison opens. Raises Invalid, or Conflict."""
    liaison = own(session, actor)
    private = require_password(session, liaison, password)
    label = " ".join(label.split())
    if not 1 <= len(label) <= 80:
        raise Invalid("请写明令牌的用途（80字以内）。", fields={"label": ["此项必填。"]})
    if len(tokens(session, actor)) >= rules.MAX_TOKENS:
        raise Conflict(f"最多{rules.MAX_TOKENS}个令牌，请先停用不用的。", code="too_many_tokens")
    token = entry.issue_token(session, liaison, private, label=label, now=now)
    desk.enter(session, actor, OWN_AFFAIRS, liaison.commission_code, "token", now=now, note=label)
    return token


def revoke_token(session: Session, actor: Actor, token_id: int, *, now: datetime) -> None:
    """Let a token of one's own work no more; raises NotFound for one that is not his or revoked already."""
    mine = (LiaisonToken.id == token_id) & (LiaisonToken.liaison_id == actor.account_id)
    gone = update(LiaisonToken).where(mine, LiaisonToken.revoked_at.is_(None))
    done = session.execute(gone.values(revoked_at=now, member_key=None).returning(LiaisonToken.id))
    if done.first() is None:
        raise NotFound("没有这个令牌，或已停用。")
