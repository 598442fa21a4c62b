"""The accounts of the demonstration, with passwords and tokens nobody could guess."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from tracker.accounts import entry, queries, rules, secrets, service, tokens
from tracker.accounts.models import Account
from tracker.fields import cipher
from tracker.offices import service as offices
from tracker.permissions import SYSTEM, Role

COUNTY, TOWNSHIP, CITY, PROVINCE = "440106", "440106006", "440100", "440000"


@dataclass(frozen=True)
class Post:
    """One person of the demonstration and where he sits; no office for posts outside the tree."""

    name: str
    display_name: str
    role: Role
    office_code: str | None


POSTS = (
    Post("huawuyuan", "陈晓岚", Role.OPERATOR, COUNTY),
    Post("chengban1", "李志强", Role.OFFICER, COUNTY),
    Post("chengban2", "黄丽敏", Role.OFFICER, COUNTY),
    Post("shenhe", "梁国栋", Role.REVIEWER, COUNTY),
    Post("shipai", "何俊杰", Role.OFFICER, TOWNSHIP),
    Post("caijue", "周文斌", Role.ARBITER, CITY),
    Post("shengshenhe", "吴海燕", Role.REVIEWER, PROVINCE),
    Post("lingdao", "郑启明", Role.LEADER, PROVINCE),
    Post("guanliyuan", "林伟", Role.ADMINISTRATOR, None),
    Post("shenji", "谢婉婷", Role.AUDITOR, None),
)


def seed_demo(
    session: Session, existing: Iterable[Mapping[str, Any]] = (), *, now: datetime
) -> list[dict[str, Any]]:
    """Create the accounts that are missing and return {role, account, name, password, token, totp_secret?, office?} for each.

    existing: what an earlier call returned; passwords and tokens in it that still work stay as they are, the others
    are made anew. The offices must be loaded. Never call it outside a demonstration: it resets passwords.
    """
    known = {row.get("account"): row for row in existing}
    return [_account(session, post, known.get(post.name, {}), now) for post in POSTS]


def _account(session: Session, post: Post, known: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    office = offices.office(session, post.office_code) if post.office_code else None
    password, token = str(known.get("password", "")), str(known.get("token", ""))
    account = queries.by_name(session, post.name)
    if account is None:
        password = password or secrets.new_password()
        account = service.create(
            session,
            SYSTEM,
            name=post.name,
            display_name=post.display_name,
            role=post.role,
            office=office,
            password=password,
            must_change_password=False,
            now=now,
        )
    elif not secrets.password_matches(password, account.password_hash):
        password = secrets.new_password()
        account.password_hash, account.password_changed_at = secrets.hash_password(password), now
    if not _opens(session, account, token, now):
        _, token = tokens.create_token(session, SYSTEM, account, "演示", now=now)
    told: dict[str, Any] = {
        "role": post.role.value,
        "account": post.name,
        "name": post.display_name,
        "password": password,
        "token": token,
    }
    if post.role in rules.SECOND_FACTOR:
        told["totp_secret"] = _second_factor(session, account, str(known.get("totp_secret", "")))
    if office:
        told["office"] = {"code": office.code, "name": office.name, "level": office.level.value}
    return told


def _second_factor(session: Session, account: Account, secret: str) -> str:
    """Return the secret for one-time codes, the one known already as long as it is the account's."""
    sealed = account.totp_secret_sealed
    if sealed is None or cipher(session).open(sealed) != secret or not secrets.is_totp(secret):
        secret = secrets.new_totp()
        account.totp_secret_sealed, account.totp_step = cipher(session).seal(secret), None
        session.flush()
    return secret


def _opens(session: Session, account: Account, token: str, now: datetime) -> bool:
    entered = entry.by_token(session, token, now=now)
    return entered is not None and entered.account.id == account.id
