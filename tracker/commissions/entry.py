"""Liaisons come in: password and one-time code to a session, cookie or token to an actor.

The password opens the liaison's own key, which then lies under the secret of the cookie; whoever comes in by cookie or
token has it in the unit of work (`passphrases.held`). A refusal is returned, not raised: the failed try must be
committed, and an exception would roll it back.
"""

from datetime import datetime, timedelta

from nacl.public import PrivateKey
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, joinedload

from tracker.accounts import rules, secrets
from tracker.commissions import members, passphrases
from tracker.commissions.models import (
    Commission,
    Liaison,
    LiaisonFailure,
    LiaisonRecoveryCode,
    LiaisonSession,
    LiaisonToken,
)
from tracker.fields import cipher
from tracker.permissions import Actor, Role

WRONG = "登录名、密码或动态口令不正确，请重新输入。"
"""One sentence for all three, so that nobody learns which part was right."""
EXPIRED = "初始密码已过期，请本机关联络员重新授予，或由两名保管人恢复。"


def authenticate(
    session: Session, name: str, password: str, code: str, *, now: datetime
) -> tuple[Liaison, PrivateKey] | str:
    """Return the liaison and his key when name, password and one-time code fit, else the sentence to show.

    An unknown name costs the same time and counts the same failures as a known one.
    """
    name = rules.login(name)[:200]
    key = secrets.digest(name)
    failed = session.get(LiaisonFailure, key)
    if failed and failed.failed_at > now - rules.FORGOTTEN_AFTER:
        until = rules.wait_until(failed.n_failures, failed.failed_at)
        if now < until:
            return rules.wait_sentence(until, now, "请本机关同事重新授予")
    liaison = session.scalar(select(Liaison).where(Liaison.name == name, Liaison.is_active))
    private = members.unlock(session, liaison, password)
    if liaison is None or private is None or not _code_fits(session, liaison, code, now):
        _count(session, key, now)
        return WRONG
    if liaison.temporary_until is not None and liaison.temporary_until <= now:
        return EXPIRED
    session.execute(delete(LiaisonFailure).where(LiaisonFailure.name_hash == key))
    return liaison, private


def failures(session: Session, name: str, *, now: datetime) -> int:
    """Return how many tries at the name failed since its owner last came in; he is told when it is more than slips."""
    failed = session.get(LiaisonFailure, secrets.digest(rules.login(name)[:200]))
    return failed.n_failures if failed and failed.failed_at > now - rules.FORGOTTEN_AFTER else 0


def _code_fits(session: Session, liaison: Liaison, code: str, now: datetime) -> bool:
    recovery = secrets.plain_recovery_code(code)
    if recovery:
        return _recovers(session, liaison, recovery)
    step = secrets.totp_step(cipher(session).open(liaison.totp_secret_sealed), code, now, liaison.totp_step)
    if step is None:
        return False
    # compare-and-set: of two requests with the same code only one gets in
    taken = update(Liaison).where(Liaison.id == liaison.id, Liaison.totp_step.is_distinct_from(step))
    return session.execute(taken.values(totp_step=step).returning(Liaison.id)).first() is not None


def _recovers(session: Session, liaison: Liaison, code: str) -> bool:
    """Use up the recovery code; of two requests with the same one only one gets in."""
    mine = (LiaisonRecoveryCode.liaison_id == liaison.id) & (
        LiaisonRecoveryCode.code_hash == secrets.digest(code)
    )
    used = delete(LiaisonRecoveryCode).where(mine).returning(LiaisonRecoveryCode.liaison_id)
    return session.execute(used).first() is not None


def _count(session: Session, key: bytes, now: datetime) -> None:
    old = now - rules.FORGOTTEN_AFTER
    session.execute(delete(LiaisonFailure).where(LiaisonFailure.failed_at < old))
    failure = insert(LiaisonFailure).values(name_hash=key, n_failures=1, failed_at=now)
    again = {"n_failures": LiaisonFailure.n_failures + 1, "failed_at": now}
    session.execute(failure.on_conflict_do_update(index_elements=[LiaisonFailure.name_hash], set_=again))


def begin(
    session: Session, liaison: Liaison, private: PrivateKey, *, browser: str = "", now: datetime
) -> str:
    """Open a session for the liaison and return the secret for the cookie; those that ran out are forgotten."""
    over = (LiaisonSession.seen_at <= now - rules.IDLE) | (LiaisonSession.created_at <= now - rules.ABSOLUTE)
    session.execute(delete(LiaisonSession).where(over))
    secret = secrets.new_secret()
    row = LiaisonSession(
        secret_hash=secrets.digest(secret),
        liaison_id=liaison.id,
        created_at=now,
        seen_at=now,
        address=session.info.get("address"),
        browser=browser[:200],
        member_key=passphrases.under_secret(private, secret),
    )
    session.add(row)
    return secret


def end(session: Session, secret: str) -> None:
    """Close the session of this cookie; does nothing when it is over already."""
    session.execute(delete(LiaisonSession).where(LiaisonSession.secret_hash == secrets.digest(secret)))


def by_secret(session: Session, secret: str, *, now: datetime) -> Actor | None:
    """Return who sits at the browser with this cookie, or None when the session is over."""
    found = session.get(LiaisonSession, secrets.digest(secret))
    if found is None or rules.has_run_out(found.created_at, found.seen_at, now):
        return None
    if now - found.seen_at >= timedelta(minutes=1):
        found.seen_at = now
    return _actor(session, found.liaison_id, passphrases.from_secret(found.member_key, secret))


def by_token(session: Session, token: str) -> Actor | None:
    """Return whose program calls with this token, or None when it is unknown or revoked."""
    found = session.get(LiaisonToken, secrets.digest(token))
    if found is None or found.revoked_at is not None:
        return None
    return _actor(session, found.liaison_id, passphrases.from_secret(found.member_key, token))


def _actor(session: Session, liaison_id: int, private: PrivateKey | None) -> Actor | None:
    liaison = session.scalar(
        select(Liaison)
        .where(Liaison.id == liaison_id, Liaison.is_active)
        .options(joinedload(Liaison.commission).load_only(Commission.code, Commission.name, Commission.level))
    )
    if liaison is None:
        return None
    if private is not None:
        passphrases.hold(session, liaison.id, private)
    return as_actor(liaison)


def owes_password(session: Session, actor: Actor) -> bool:
    """Return whether the liaison still uses the password somebody else made for him."""
    mine = select(Liaison.temporary_until).where(Liaison.id == actor.account_id)
    return session.scalar(mine) is not None


def as_actor(liaison: Liaison) -> Actor:
    """Return the liaison as the door and the services know him; no office, since liaisons stand in no office tree."""
    return Actor(
        account_id=liaison.id,
        name=liaison.display_name,
        role=Role.LIAISON,
        office_id=None,
        office_path=f"/commission/{liaison.commission_code}/",
        office_level=liaison.commission.level,
        office_name=liaison.commission.name,
    )


def issue_token(
    session: Session, liaison: Liaison, private: PrivateKey, *, label: str = "", now: datetime
) -> str:
    """Return a new API token for the liaison, shown this once; his key lies under it, so that programs can open boxes."""
    token = secrets.new_token()
    session.add(
        LiaisonToken(
            token_hash=secrets.digest(token),
            liaison_id=liaison.id,
            created_at=now,
            label=label,
            member_key=passphrases.under_secret(private, token),
        )
    )
    session.flush()
    return token
