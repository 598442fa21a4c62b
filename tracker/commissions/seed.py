"""Commissions for every province, city and county; for the demonstration three of them set up, with a liaison each."""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from tracker.accounts import secrets
from tracker.commissions import entry, keys, members
from tracker.commissions.members import Admitted
from tracker.commissions.models import Commission, Liaison, LiaisonToken
from tracker.errors import Invalid
from tracker.fields import cipher
from tracker.offices.models import Division
from tracker.offices.rules import Level

_LEVELS = (Level.PROVINCE, Level.CITY, Level.COUNTY)
DEMO: tuple[tuple[str, str, str], ...] = (
    ("jw.tianhe", "440106", "陈纪明"),
    ("jw.guangzhou", "440100", "林廉正"),
    ("jw.guangdong", "440000", "苏明鉴"),
)
"""Login, commission and name of the liaisons of the demonstration; its clues go to no other commission."""
CUSTODIANS = "demo-custodians.json"
"""Where in TRACKER_HOME the demonstration keeps what custodians would have on paper, each for himself."""


def seed(session: Session, home: Path) -> dict[str, int]:
    """Add the commissions that are missing and return how many came new; keys they get by `tracker commission setup`.

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
    keys.ensure(home)
    return {"commission": len(new)}


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
    """Set the commissions of the demonstration up and return what demo-accounts.json says of their liaisons.

    known: the entries already written there, by account; as long as one still works it is returned as it is, otherwise
    the liaison gets a new random password, token and secret by the custodians' shares in `home`. The session seals with the
    key file of `home`.
    """
    shares, told = _read(home / CUSTODIANS), []
    for name, code, display_name in DEMO:
        commission = session.get(Commission, code)
        if commission is None:
            continue
        before = dict((known or {}).get(name) or {})
        if _works(session, name, before):
            told.append(before)
            continue
        admitted, shares[code] = _let_in(session, commission, shares.get(code), (name, display_name), now)
        admitted.liaison.temporary_until = None
        token = entry.issue_token(session, admitted.liaison, admitted.private, label="演示", now=now)
        told.append(_told(commission, name, admitted, token))
    _write(home / CUSTODIANS, shares)
    return told


def _let_in(
    session: Session,
    commission: Commission,
    shares: list[str] | None,
    names: tuple[str, str],
    now: datetime,
) -> tuple[Admitted, list[str]]:
    name, display_name = names
    if commission.generation is not None and shares:
        with suppress(Invalid):  # shares of another database, which this home saw before
            again = members.recover(
                session, commission, shares, name=name, display_name=display_name, now=now
            )
            return again, shares
    return members.set_up(session, commission, name=name, display_name=display_name, now=now, anew=True)


def _works(session: Session, name: str, before: Mapping[str, Any]) -> bool:
    liaison = session.scalar(select(Liaison).where(Liaison.name == name, Liaison.is_active))
    token = session.get(LiaisonToken, secrets.digest(str(before.get("token", ""))))
    if liaison is None or token is None or token.liaison_id != liaison.id or token.member_key is None:
        return False
    return (
        cipher(session).open(liaison.totp_secret_sealed) == before.get("totp_secret")
        and members.unlock(session, liaison, str(before.get("password", ""))) is not None
    )


def _told(commission: Commission, name: str, admitted: Admitted, token: str) -> dict[str, Any]:
    return {
        "role": "liaison",
        "account": name,
        "password": admitted.password,
        "token": token,
        "totp_secret": admitted.totp_secret,
        "office": {"code": commission.code, "name": commission.name, "level": commission.level},
    }


def _read(file: Path) -> dict[str, list[str]]:
    try:
        return dict(json.loads(file.read_text("utf-8")))
    except (OSError, ValueError):
        return {}


def _write(file: Path, shares: dict[str, list[str]]) -> None:
    new = file.with_suffix(".new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        json.dump(shares, out, ensure_ascii=False, indent=2)
    new.replace(file)
