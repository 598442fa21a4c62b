"""Members of a commission: its liaisons, each with a key pair of his own, to whom every generation of keys is sealed.

A colleague who is unlocked, or two custodians, let somebody in; whoever lost his password is let in anew, since nobody
can open his old key for him. Who leaves loses his copies, and a new generation begins without him.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from nacl.public import PrivateKey
from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from tracker.accounts import rules, secrets
from tracker.commissions import custodians, desk, generations, passphrases
from tracker.commissions.generations import Pair
from tracker.commissions.models import (
    Commission,
    CommissionKey,
    KeyCopy,
    Liaison,
    LiaisonRecoveryCode,
    LiaisonSession,
    LiaisonToken,
    MemberKey,
)
from tracker.commissions.rules import OWN_AFFAIRS
from tracker.errors import Conflict, Invalid, NotFound
from tracker.fields import cipher
from tracker.permissions import Actor, Role

TEMPORARY_FOR = timedelta(days=7)
"""[P] So long a password made by somebody else can be used for the first sign-in."""


@dataclass(frozen=True)
class Admitted:
    """Somebody who was let in, with what he is told once: password and secret for one-time codes."""

    liaison: Liaison
    private: PrivateKey
    password: str
    totp_secret: str


def custodians_of(commission: Commission) -> Actor:
    """Return who acts when two custodians do, at the command line."""
    return Actor(
        account_id=None,
        name="保管人（两人）",
        role=Role.LIAISON,
        office_id=None,
        office_path=f"/commission/{commission.code}/",
        office_level=commission.level,
        office_name=commission.name,
    )


def locked(session: Session, code: str) -> Commission:
    """Return the commission, its members and keys nobody else's to change until the transaction ends; raises NotFound."""
    found = session.scalar(
        select(Commission)
        .where(Commission.code == code)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound(f"没有代码为 {code} 的纪检监察机关。", code="no_commission")
    return found


def set_up(
    session: Session,
    commission: Commission,
    *,
    name: str,
    display_name: str,
    now: datetime,
    anew: bool = False,
) -> tuple[Admitted, list[str]]:
    """Give the commission keys, its first liaison and its custodians; return him and the three shares, told once.

    anew: where nobody can open anything any more; what was sealed before stays closed for good. Raises Conflict when
    the commission has keys and `anew` is not set, Invalid for an unusable name.
    """
    if commission.generation is not None and not anew:
        raise Conflict(
            f"{commission.name}已启用密钥；增补联络员请由现有联络员授予，或运行 tracker commission recover。",
            code="already_set_up",
        )
    for row in generations.every(session, commission.code):
        row.custodian_copy = b""
    commission.second_person = False  # there is but one now
    shares = custodians.appoint(commission, now=now)
    admitted = _let_in(session, commission, name, display_name, now)
    member = session.get_one(MemberKey, admitted.liaison.id)
    row, _ = generations.begin(session, commission, [member], vouched_by=None, now=now)
    note = f"第{row.generation}代；首名联络员{display_name}"
    desk.enter(session, custodians_of(commission), OWN_AFFAIRS, commission.code, "set-up", now=now, note=note)
    return admitted, shares


def admit(
    session: Session, actor: Actor, commission: Commission, *, name: str, display_name: str, now: datetime
) -> Admitted:
    """Let a colleague in, or in anew, by the unlocked liaison who acts; every generation he can open is sealed to him.

    Raises Conflict when the one who acts holds no key, the name is taken elsewhere, or only custodians may let in, as where
    two must agree to open an envelope; Invalid for an unusable name.
    """
    if commission.second_person:
        # or one liaison could let in a second person of his own making
        raise Conflict(
            "本机关查看诉求人身份须两人同意，授予联络员因此须由两名保管人办理（tracker commission recover）。",
            code="custodians_needed",
        )
    if session.scalar(select(Liaison.name).where(Liaison.id == actor.account_id)) == rules.login(name):
        raise Conflict("不能重新授予自己；请由同事办理，或在“我的账号”修改密码。", code="own_account")
    return _admitted(session, actor, commission, own_pairs(session, commission), (name, display_name), now)


def recover(
    session: Session,
    commission: Commission,
    shares: Sequence[str],
    *,
    name: str,
    display_name: str,
    now: datetime,
) -> Admitted:
    """Let somebody in by two custodians; raises Invalid for wrong shares or names."""
    pairs = custodians.open_all(session, commission, shares)
    actor = custodians_of(commission)
    return _admitted(session, actor, commission, pairs, (name, display_name), now, deed="recover")


def _admitted(
    session: Session,
    actor: Actor,
    commission: Commission,
    pairs: Mapping[int, Pair],
    names: tuple[str, str],
    now: datetime,
    *,
    deed: str = "admit",
) -> Admitted:
    name, display_name = names
    admitted = _let_in(session, commission, name, display_name, now)
    member = session.get_one(MemberKey, admitted.liaison.id)
    for generation, pair in pairs.items():
        row = session.get_one(CommissionKey, (commission.code, generation))
        generations.hand(session, row, pair, member)
    note = f"{admitted.liaison.display_name}（{admitted.liaison.name}），第{'、'.join(map(str, pairs))}代"
    desk.enter(session, actor, OWN_AFFAIRS, commission.code, deed, now=now, note=note)
    return admitted


def own_pairs(session: Session, commission: Commission) -> dict[int, Pair]:
    """Return every generation of which the one who acts holds a copy; raises Conflict when the newest is not among them."""
    mine = passphrases.held(session)
    generations.require_vouched(session, commission.code)
    copies = session.scalars(
        select(KeyCopy.generation)
        .where(KeyCopy.liaison_id == mine.liaison_id, KeyCopy.commission_code == commission.code)
        .order_by(KeyCopy.generation)
    ).all()
    rows = {one: session.get_one(CommissionKey, (commission.code, one)) for one in copies}
    newest = generations.newest(session, commission)
    if newest is None or newest.generation not in rows:
        raise Conflict("您没有本机关现用的密钥，请同事重新授予，或由两名保管人恢复。", code="no_key_copy")
    return {generation: generations.opened(session, row) for generation, row in rows.items()}


def _let_in(
    session: Session, commission: Commission, name: str, display_name: str, now: datetime
) -> Admitted:
    """Make or renew the account with a fresh key pair, a password for the first sign-in, and nothing left of before."""
    name, display_name = rules.login(name), " ".join(display_name.split())
    problem = rules.name_problem(name) or (None if 2 <= len(display_name) <= 40 else "姓名应为2至40字。")
    if problem:
        raise Invalid(problem, code="bad_name", fields={"name": [problem]})
    liaison = session.scalar(select(Liaison).where(Liaison.name == name).with_for_update())
    if liaison is not None and liaison.commission_code != commission.code:
        raise Conflict("该登录名已被其他机关的联络员使用，请另取一个。", code="name_taken")
    if liaison is None:
        liaison = Liaison(name=name, commission_code=commission.code, created_at=now)
        session.add(liaison)
    password, totp_secret, private = secrets.new_password(), secrets.new_totp(), PrivateKey.generate()
    liaison.display_name, liaison.is_active, liaison.left_at = display_name, True, None
    liaison.totp_secret_sealed, liaison.totp_step = cipher(session).seal(totp_secret) or b"", None
    liaison.temporary_until = now + TEMPORARY_FOR
    session.flush()
    _shut_out(session, liaison, now)
    keep(session, liaison, private, password, now=now)
    return Admitted(liaison, private, password, totp_secret)


def _shut_out(session: Session, liaison: Liaison, now: datetime) -> None:
    """Take from the liaison whatever lets him or his programs in, and every copy of a key."""
    for table in (LiaisonSession, LiaisonRecoveryCode, KeyCopy, MemberKey):
        session.execute(delete(table).where(table.liaison_id == liaison.id))
    tokens = update(LiaisonToken).where(LiaisonToken.liaison_id == liaison.id)
    session.execute(tokens.where(LiaisonToken.revoked_at.is_(None)).values(revoked_at=now))
    session.execute(tokens.values(member_key=None))


def keep(session: Session, liaison: Liaison, private: PrivateKey, password: str, *, now: datetime) -> None:
    """Wrap the liaison's own private key under the password, in the place of what was there."""
    wrapped = passphrases.wrap(private, password)
    row = session.get(MemberKey, liaison.id)
    if row is None:
        row = MemberKey(liaison_id=liaison.id)
        session.add(row)
    row.public_key, row.made_at = bytes(private.public_key), now
    row.salt, row.ops, row.mem, row.wrapped = wrapped.salt, wrapped.ops, wrapped.mem, wrapped.box
    session.flush()


def unlock(session: Session, liaison: Liaison | None, password: str) -> PrivateKey | None:
    """Return the liaison's private key, None for a wrong password; for nobody None after the same work.

    A key wrapped at another cost than today's is wrapped anew.
    """
    row = session.get(MemberKey, liaison.id) if liaison is not None else None
    wrapped = passphrases.Wrapped(row.salt, row.ops, row.mem, row.wrapped) if row is not None else None
    private = passphrases.unwrap(wrapped, password)
    if private is not None and liaison is not None and wrapped and not passphrases.is_of_today(wrapped):
        assert row is not None
        keep(session, liaison, private, password, now=row.made_at)
    return private


def remove(session: Session, actor: Actor, commission: Commission, liaison_id: int, *, now: datetime) -> str:
    """Take a colleague who left out of the commission, begin a generation without him, and return his name.

    Raises NotFound, or Conflict for oneself and for whoever holds no key.
    """
    liaison = session.get(Liaison, liaison_id)
    if liaison is None or liaison.commission_code != commission.code or not liaison.is_active:
        raise NotFound("没有这名联络员，或已移除。")
    if liaison.id == actor.account_id:
        raise Conflict("不能移除自己；请先授予接任的同事，由其移除您。", code="own_account")
    newest = own_pairs(session, commission)[commission.generation or 0]
    name = f"{liaison.display_name}（{liaison.name}）"
    _shut_out(session, liaison, now)
    liaison.is_active, liaison.left_at = False, now
    session.flush()
    desk.enter(session, actor, OWN_AFFAIRS, commission.code, "remove", now=now, note=name)
    _next(session, actor, commission, newest, now)
    return name


def rotate(session: Session, actor: Actor, commission: Commission, *, now: datetime) -> int:
    """Begin a new generation for all who hold the newest one; return its number. Raises Conflict without a key."""
    return _next(session, actor, commission, own_pairs(session, commission)[commission.generation or 0], now)


def rotate_by_custodians(
    session: Session, commission: Commission, shares: Sequence[str], *, now: datetime
) -> int:
    """Begin a new generation by two custodians; return its number. Raises Invalid for wrong shares."""
    pairs = custodians.open_all(session, commission, shares)
    newest = pairs[commission.generation or 0]
    return _next(session, custodians_of(commission), commission, newest, now)


def _next(session: Session, actor: Actor, commission: Commission, newest: Pair, now: datetime) -> int:
    members = holders(session, commission)
    row, _ = generations.begin(session, commission, members, vouched_by=newest, now=now)
    note = f"第{row.generation}代，{len(members)}名联络员"
    desk.enter(session, actor, OWN_AFFAIRS, commission.code, "rotate", now=now, note=note)
    return row.generation


def holders(session: Session, commission: Commission) -> Sequence[MemberKey]:
    """Return the keys of the members who hold the newest generation."""
    query = (
        select(MemberKey)
        .join(Liaison, Liaison.id == MemberKey.liaison_id)
        .join(KeyCopy, KeyCopy.liaison_id == Liaison.id)
        .where(
            Liaison.is_active,
            KeyCopy.commission_code == commission.code,
            KeyCopy.generation == commission.generation,
        )
        .order_by(MemberKey.liaison_id)
    )
    return session.scalars(query).all()


def of(session: Session, commission: Commission) -> list[tuple[Liaison, bool]]:
    """Return the present liaisons of a commission by name, and whether each holds its newest keys."""
    holds = exists().where(
        KeyCopy.liaison_id == Liaison.id,
        KeyCopy.commission_code == commission.code,
        KeyCopy.generation == commission.generation,
    )
    query = select(Liaison, holds).where(Liaison.commission_code == commission.code, Liaison.is_active)
    return [(liaison, held) for liaison, held in session.execute(query.order_by(Liaison.name))]


def new_shares(
    session: Session, commission: Commission, shares: Sequence[str], *, now: datetime
) -> list[str]:
    """Appoint custodians anew by two of the old shares, which open nothing more; return three new shares, told once."""
    pairs = custodians.open_all(session, commission, shares)
    fresh = custodians.appoint(commission, now=now)
    for generation, pair in pairs.items():
        row = session.get_one(CommissionKey, (commission.code, generation))
        row.custodian_copy = generations.seal_to(commission.custodian_key, pair.raw())
    actor = custodians_of(commission)
    desk.enter(session, actor, OWN_AFFAIRS, commission.code, "new-shares", now=now)
    return fresh
