"""Commissions for every province, city and county, their keys, and two liaisons for the demonstration."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, joinedload

from tracker.accounts import secrets
from tracker.commissions import entry, keys
from tracker.commissions.models import Commission, Liaison, LiaisonToken
from tracker.fields import FieldCipher
from tracker.offices.models import Division
from tracker.offices.rules import Level

_LEVELS = (Level.PROVINCE, Level.CITY, Level.COUNTY)
DEMO: tuple[tuple[str, str, str], ...] = (
    ("jw.tianhe", "440106", "陈纪明"),
    ("jw.guangzhou", "440100", "林廉正"),
)
"""Login, commission and name of the liaisons of the demonstration."""


def seed(session: Session, home: Path, *, now: datetime) -> dict[str, int]:
    """Add the commissions that are missing, and key pairs to those without; return how many of each came new.

    Divisions must be seeded before. Needs the rights of the owner of the tables. The key file of `home` is made when
    it is not there; in production this runs on the machine of the discipline process.
    """
    names = {
        division.code: division
        for division in session.scalars(select(Division).where(Division.level.in_(_LEVELS)))
    }
    rows = [
        {
            "code": division.code,
            "name": commission_name(names, division),
            "level": division.level.value,
            "parent_code": division.parent_code,
        }
        for division in names.values()
        if not division.is_special
    ]
    known = set(session.scalars(select(Commission.code)))
    new = [row for row in rows if row["code"] not in known]
    if new:
        session.execute(insert(Commission).on_conflict_do_nothing(), new)
    made = keys.make_missing(session, FieldCipher(keys.ensure(home)), now=now)
    return {"commission": len(new), "commission_key": made}


def commission_name(divisions: Mapping[str, Division], division: Division) -> str:
    """Return the name people use: 广东省纪委监委, 广州市纪委监委, 广州市天河区纪委监委."""
    parent = divisions.get(division.parent_code or "")
    before = (
        parent.name
        if parent is not None and parent.level is Level.CITY and division.level is Level.COUNTY
        else ""
    )
    return f"{before}{division.name}纪委监委"


def seed_demo_liaisons(
    session: Session, home: Path, *, now: datetime, known: Mapping[str, Mapping[str, Any]] | None = None
) -> list[dict[str, Any]]:
    """Make the liaisons of the demonstration and return what demo-accounts.json says of them.

    known: the entries already written there, by account; as long as one still works it is returned as it is, otherwise
    the liaison gets a new random password, token and secret.
    """
    seal = FieldCipher(keys.read(home))
    told = []
    for name, code, display_name in DEMO:
        commission = session.get(Commission, code)
        if commission is None:
            continue
        liaison = session.scalar(
            select(Liaison).where(Liaison.name == name).options(joinedload(Liaison.commission))
        )
        before = dict((known or {}).get(name) or {})
        if liaison is not None and _works(session, liaison, seal, before):
            told.append(before)
            continue
        password, secret = secrets.new_password(), secrets.new_totp()
        if liaison is None:
            liaison = Liaison(name=name, created_at=now)
            session.add(liaison)
        liaison.display_name, liaison.commission_code, liaison.is_active = display_name, code, True
        liaison.password_hash, liaison.totp_step = secrets.hash_password(password), None
        liaison.totp_secret_sealed = seal.seal(secret) or b""
        session.flush()
        told.append(_told(commission, name, password, secret, entry.issue_token(session, liaison, now=now)))
    return told


def _works(session: Session, liaison: Liaison, seal: FieldCipher, before: Mapping[str, Any]) -> bool:
    token = session.get(LiaisonToken, secrets.digest(str(before.get("token", ""))))
    return (
        token is not None
        and token.revoked_at is None
        and token.liaison_id == liaison.id
        and seal.open(liaison.totp_secret_sealed) == before.get("totp_secret")
        and secrets.password_matches(str(before.get("password", "")), liaison.password_hash)
    )


def _told(commission: Commission, name: str, password: str, secret: str, token: str) -> dict[str, Any]:
    return {
        "role": "liaison",
        "account": name,
        "password": password,
        "token": token,
        "totp_secret": secret,
        "office": {"code": commission.code, "name": commission.name, "level": commission.level},
    }
