"""授权复核: an account that may see identities, clues or logs, or make accounts, takes two people to come to life.

One administrator asks, another person agrees: a second administrator, or a reviewer or leader over that office. Until
then nothing changes, so that an administrator alone can give himself nothing, not even by a forgotten password.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, delete, func, literal, or_, select, update
from sqlalchemy.orm import Session, joinedload

from tracker.accounts import alarms, rules
from tracker.accounts.models import Account, AccountGrant, ApiToken, RecoveryCode, SignIn
from tracker.accounts.rules import DEED_LABELS, Deed
from tracker.audit import service as audit
from tracker.errors import Conflict, Invalid, NotFound
from tracker.offices.models import Office
from tracker.offices.queries import below
from tracker.offices.rules import Level
from tracker.permissions import GRANTS, Actor, Permission, Role, require, require_other

_DECIDERS = [
    role.value for role in Role if Permission.ACCOUNT_CONFIRM in GRANTS[role] and role != Role.SYSTEM
]


def do_or_ask(
    session: Session,
    actor: Actor,
    account: Account,
    deed: Deed,
    *,
    password_hash: str | None = None,
    now: datetime,
) -> bool:
    """Do the deed at once where one person is enough, else ask for the second; return whether it was done.

    The workers and commands of the machine itself need nobody. Raises Conflict when it is asked for already, or when
    there is nobody who could agree.
    """
    if actor.is_system or not rules.needs_two(Role(account.role)):
        carry_out(session, account, deed, password_hash, now=now)
        return True
    if waiting(session, [account.id]):
        raise Conflict("这个账号已有一项操作在等待复核，请先复核或撤回。", code="grant_waiting")
    deciders = _nearest(session, actor, account)
    if not deciders:
        raise Conflict(
            "没有第二个人可以复核：请先由服务器管理人员用 tracker account create 建立另一位管理员。",
            code="nobody_to_confirm",
        )
    session.add(
        AccountGrant(
            account_id=account.id,
            deed=deed.value,
            password_hash=password_hash,
            asked_by_id=actor.account_id,
            asked_by_name=actor.name,
            asked_at=now,
        )
    )
    session.flush()
    sentence = f"“{actor.name}”申请{DEED_LABELS[deed]}“{account.display_name}”（{account.name}），请到“授权复核”复核。"
    for decider in deciders:
        alarms.sound(session, decider, sentence, now=now)
    return False


def carry_out(
    session: Session, account: Account, deed: Deed, password_hash: str | None, *, now: datetime
) -> None:
    """Let the account in, or replace its password; with the old password goes all that whoever took it over would keep."""
    account.is_active = True
    if deed is Deed.RESET and password_hash:
        account.password_hash, account.password_changed_at = password_hash, now
        account.must_change_password = True
        account.totp_secret_sealed = account.totp_step = None
        account.oidc_issuer = account.oidc_subject = None
        session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
        session.execute(delete(SignIn).where(SignIn.account_id == account.id))
        live = (ApiToken.account_id == account.id) & ApiToken.revoked_at.is_(None)
        session.execute(update(ApiToken).where(live).values(revoked_at=now))
    session.flush()


def decide(
    session: Session, actor: Actor, grant_id: int, *, agree: bool, reason: str = "", now: datetime
) -> AccountGrant:
    """Agree or refuse as the second person and return the request; who asked may take it back by refusing.

    Raises NotFound outside the actor's subtree, NotAllowed for agreeing to what he asked for or to his own account,
    Conflict when it was decided meanwhile, Invalid for a refusal without a reason.
    """
    require(actor, Permission.ACCOUNT_CONFIRM)
    grant = session.scalars(
        _decided_by(actor).where(AccountGrant.id == grant_id).with_for_update(of=AccountGrant)
    ).first()
    if grant is None:
        raise NotFound("没有找到这项复核，或不在您的管理范围内。")
    if grant.decided_at is not None:
        raise Conflict("这项操作已经复核过了。", code="grant_decided")
    if agree:
        require_other(actor, grant.asked_by_id, "账号授权")
        require_other(actor, grant.account_id, "账号授权")
        carry_out(session, grant.account, Deed(grant.deed), grant.password_hash, now=now)
    elif len(reason.strip()) < 2:
        raise Invalid("请写明不同意的理由。", fields={"reason": ["此项必填。"]})
    grant.agreed, grant.reason, grant.password_hash = agree, reason.strip() or None, None
    grant.decided_by_id, grant.decided_by_name, grant.decided_at = actor.account_id, actor.name, now
    session.flush()
    _tell(session, actor, grant, now)
    return grant


def _tell(session: Session, actor: Actor, grant: AccountGrant, now: datetime) -> None:
    what = f"{DEED_LABELS[Deed(grant.deed)]}“{grant.account.display_name}”"
    if grant.asked_by_id is not None and grant.asked_by_id != actor.account_id:
        answer = "同意" if grant.agreed else f"不同意（{grant.reason}）"
        alarms.sound(session, grant.asked_by_id, f"“{actor.name}”{answer}您申请的{what}。", now=now)
    told = {"name": grant.account.name, "kind": grant.deed, "reason": grant.reason or ""}
    done = "confirm_grant" if grant.agreed else "refuse_grant"
    audit.record(session, actor, done, "account", grant.account_id, told, now=now)


def drop(session: Session, actor: Actor, account: Account, *, now: datetime) -> None:
    """Close what waits for the account, which is shut out now; does nothing when nothing waits."""
    grant = waiting(session, [account.id]).get(account.id)
    if grant is not None:
        grant.agreed, grant.reason, grant.password_hash = False, "账号已停用", None
        grant.decided_by_id, grant.decided_by_name, grant.decided_at = actor.account_id, actor.name, now
        session.flush()


def listed(session: Session, actor: Actor, *, limit: int = 50) -> Sequence[AccountGrant]:
    """Return the requests in the actor's subtree: those waiting first, then the latest decided."""
    found = _decided_by(actor).order_by(
        AccountGrant.decided_at.is_not(None), AccountGrant.decided_at.desc(), AccountGrant.id
    )
    return session.scalars(found.limit(limit)).all()


def n_waiting(session: Session, actor: Actor, *, now: datetime) -> int:
    """Return how many requests wait for this very person, for the figure beside the entry."""
    del now
    waiting = _decided_by(actor).where(
        AccountGrant.decided_at.is_(None),
        AccountGrant.asked_by_id.is_distinct_from(actor.account_id),
        AccountGrant.account_id != actor.account_id,
    )
    return session.scalar(select(func.count()).select_from(waiting.subquery())) or 0


def waiting(session: Session, account_ids: Iterable[int]) -> dict[int, AccountGrant]:
    """Return the request each of the accounts waits for, by account."""
    found = select(AccountGrant).where(
        AccountGrant.account_id.in_(list(account_ids)), AccountGrant.decided_at.is_(None)
    )
    return {one.account_id: one for one in session.scalars(found)}


def _decided_by(actor: Actor) -> Select[AccountGrant]:
    found = (
        select(AccountGrant)
        .join(AccountGrant.account)
        .outerjoin(Office, Office.id == Account.office_id)
        .options(joinedload(AccountGrant.account).joinedload(Account.office))
    )
    return found.where(_reaches(actor))


def _reaches(actor: Actor) -> ColumnElement[bool]:
    """Return the condition under which the actor may decide; over accounts without an office the whole province may."""
    within = below(Office.path, actor.office_path)
    if actor.office_path == "/" or actor.office_level == Level.PROVINCE:
        return or_(within, Account.office_id.is_(None))
    return within


def _nearest(session: Session, actor: Actor, account: Account) -> list[int]:
    """Return the ids of those nearest to the account's office who could agree, at most twenty."""
    path = account.office.path if account.office else "/"
    above = literal(path).startswith(Office.path)
    reaches = or_(above, Account.office_id.is_(None))
    if account.office is None:
        reaches = or_(Account.office_id.is_(None), Office.level == Level.PROVINCE)
    found = session.execute(
        select(Account.id, func.coalesce(Office.path, "/"))
        .outerjoin(Account.office)
        .where(Account.role.in_(_DECIDERS), Account.is_active, reaches)
        .where(Account.id != account.id, Account.id.is_distinct_from(actor.account_id))
        .where(or_(Account.office_id.is_not(None), Account.role == Role.ADMINISTRATOR))
        .order_by(func.length(func.coalesce(Office.path, "/")).desc(), Account.id)
        .limit(20)
    ).all()
    return [one for one, its in found if its == found[0][1]]
