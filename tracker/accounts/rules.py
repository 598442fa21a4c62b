"""Pure rules of entry: what a name and a password must be, how long to wait, when a session has run out."""

import re
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from tracker.accounts import passwords
from tracker.permissions import GRANTS, Permission, Role

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,39}")
NAME_SENTENCE = "登录名由3至40个小写字母、数字或 . _ - 组成，以字母或数字开头。"

PASSWORD_MIN, PASSWORD_MAX = 10, 128

IDLE = timedelta(minutes=30)
"""A browser left alone this long is signed out."""
ABSOLUTE = timedelta(hours=12)
"""Whoever works longer than this signs in again."""
SEEN_EVERY = timedelta(minutes=1)
"""How exactly we keep the time of the last request; each finer step would cost a write."""

FREE_FAILURES = 5
"""So many tries are answered at once; people do mistype."""
TOLD_FAILURES = frozenset({FREE_FAILURES, 10, 20, 50, 100, 500})
"""At these counts the owner is told that somebody tries; at each one more would bury his inbox."""
ADDRESS_FAILURES, ADDRESS_SECONDS = 40, 600
"""[P] Failed tries from one address in ten minutes, whatever the names; a whole office may share one address."""
LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(days=1)
"""Failures older than this no longer count."""

HALF_WAY = timedelta(minutes=5)
"""So long after the password the one-time code may follow."""
SECOND_FACTOR = frozenset({Role.ADMINISTRATOR, Role.AUDITOR, Role.LIAISON})
"""Posts that may not work with a password alone: they grant rights, read the logs, or read clues."""
N_RECOVERY_CODES = 10

MAX_TOKENS = 20
"""Live tokens of one account."""
MAX_TOKEN_DAYS = 3650

IN_AN_OFFICE = frozenset({Role.OPERATOR, Role.OFFICER, Role.REVIEWER, Role.ARBITER, Role.LEADER})
"""Posts that make sense only within an office."""
GRANTED_HERE = IN_AN_OFFICE | {Role.ADMINISTRATOR, Role.AUDITOR}
"""Posts an account of this side may hold; liaisons have their own entrance, and nobody signs in as the system."""

SENSITIVE = frozenset(
    {
        Permission.CONTACT_REVEAL,
        Permission.CLUE_PROPOSE,
        Permission.CLUE_APPROVE,
        Permission.ACCOUNT_MANAGE,
        Permission.ACCOUNT_CONFIRM,
        Permission.AUDIT_READ,
    }
)
"""Whoever holds one of these sees identities, clues or logs, or decides who does: two people let him in."""


class Deed(StrEnum):
    """What takes two people when an account of such a post is concerned."""

    CREATE = "create"
    ENABLE = "enable"
    RESET = "reset_password"


DEED_LABELS = {Deed.CREATE: "新建账号", Deed.ENABLE: "启用账号", Deed.RESET: "重置密码"}


def needs_two(role: Role) -> bool:
    """Return whether an account of the post comes to life only with a second person's agreement."""
    return bool(GRANTS[role] & SENSITIVE)


def login(typed: str) -> str:
    """Return a login name as it is stored: no blanks around it, lower case."""
    return typed.strip().lower()


def name_problem(name: str) -> str | None:
    """Return why the login name cannot be taken, or None."""
    return None if NAME.fullmatch(name) else NAME_SENTENCE


def password_problem(password: str, name: str) -> str | None:
    """Return why the password cannot be taken for the login name, or None.

    Length is what counts (NIST SP 800-63B 3.1.1.2: no rules of composition); only what is guessed first is refused.
    """
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
        return f"密码长度须为{PASSWORD_MIN}至{PASSWORD_MAX}个字符，建议用几个词组成的一句话。"
    if name and name in password.lower():
        return "密码不能包含登录名。"
    return passwords.weakness(password)


def wait_until(n_failures: int, failed_at: datetime) -> datetime:
    """Return when the next try is allowed: at once for the first five, then after 1, 2, 4, 8, 15 minutes."""
    if n_failures < FREE_FAILURES:
        return failed_at
    doubled = timedelta(minutes=2 ** min(n_failures - FREE_FAILURES, 10))
    return failed_at + min(doubled, LONGEST_WAIT)


def wait_sentence(until: datetime, now: datetime, whom: str = "请联系本单位管理员重置") -> str:
    """Return how long to wait, rounded up to minutes, and what helps whoever forgot his password."""
    minutes = max(1, -(-int((until - now).total_seconds()) // 60))
    return f"连续多次登录失败，请{minutes}分钟后再试；忘记密码{whom}。"


def locked_sentence(n_failures: int, address: str, now: datetime) -> str:
    """Return what the owner is told when somebody keeps failing at his account."""
    wait = wait_until(n_failures, now) - now
    return (
        f"您的账号已连续{n_failures}次登录失败（最近一次来自{address}），登录暂停{int(wait.total_seconds()) // 60}分钟。"
        "如不是您本人操作，请修改密码并告知管理员。"
    )


def too_many_sentence(seconds: int) -> str:
    """Return what an address is told from which too many tries failed."""
    return f"从您所在的网络登录失败次数过多，请{max(seconds // 60, 1)}分钟后再试。"


def neighbourhood(address: str) -> str:
    """Return what counts as one address: an IPv4 address itself, of IPv6 the /64 that one subscriber is given."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address) and found.ipv4_mapped is None:
        return str(IPv6Network((found, 64), strict=False))
    return str(getattr(found, "ipv4_mapped", None) or found)


def has_run_out(created_at: datetime, seen_at: datetime, now: datetime) -> bool:
    """Return whether a session is over: idle for 30 minutes or open for 12 hours."""
    return now - seen_at >= IDLE or now - created_at >= ABSOLUTE


def local_address(wanted: str | None) -> str:
    """Return the wanted address if it lies on this very site, else "/"; nobody is led away by a forged link."""
    address = wanted or "/"
    strange = not address.isprintable() or "\\" in address
    if strange or not address.startswith("/") or address.startswith("//"):
        return "/"
    try:
        parts = urlsplit(address)
    except ValueError:
        return "/"
    return "/" if parts.scheme or parts.netloc else address


_BROWSERS = (
    ("Edg", "Edge"),
    ("QQBrowser", "QQ浏览器"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "安卓"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


def browser_words(user_agent: str) -> str:
    """Return "Chrome · Windows" for what a browser says of itself, "未知浏览器" when it says nothing known."""
    browser = next((words for mark, words in _BROWSERS if mark in user_agent), "")
    system = next((words for mark, words in _SYSTEMS if mark in user_agent), "")
    return " · ".join(part for part in (browser, system) if part) or "未知浏览器"
