"""Accounts: create, disable, passwords, and ending sign-ins."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from tracker.accounts import alarms, grants, queries, rules, secrets
from tracker.accounts.models import Account, SignIn
from tracker.accounts.rules import Deed
from tracker.audit import service as audit
from tracker.errors import Conflict, Invalid, NotAllowed, NotFound
from tracker.offices.models import Office
from tracker.permissions import Actor, Permission, Role, in_subtree, require


def create(
    session: Session,
    actor: Actor,
    *,
    name: str,
    display_name: str,
    role: Role,
    office: Office | None,
    password: str,
    now: datetime,
    must_change_password: bool = True,
) -> Account:
    """Create and return an account; its owner replaces the first password before anything else.

    It stays shut until a second person agreed, where the post takes two (`rules.needs_two`). Raises
    NotAllowed outside the actor's subtree, Invalid for a bad name, password or post, Conflict for a taken name.
    """
    require(actor, Permission.ACCOUNT_MANAGE)
    name = rules.login(name)
    _check_post(actor, role, office)
    problems = {
        "name": rules.name_problem(name),
        "password": rules.password_problem(password, name),
        "display_name": None if display_name.strip() else "请填写姓名。",
    }
    fields = {field: [problem] for field, problem in problems.items() if problem}
    if fields:
        raise Invalid("账号信息有误，请按提示修改。", fields=fields)
    if queries.by_name(session, name):
        raise Conflict("这个登录名已被使用，请换一个。", code="name_taken", fields={"name": ["已被使用"]})
    account = Account(
        name=name,
        display_name=display_name.strip(),
        role=role.value,
        office=office,
        password_hash=secrets.hash_password(password),
        is_active=False,
        must_change_password=must_change_password,
        created_at=now,
        created_by_id=actor.account_id,
        password_changed_at=now,
    )
    session.add(account)
    session.flush()
    told = {"name": name, "role": role.value, "office": office.code if office else None}
    grants.do_or_ask(session, actor, account, Deed.CREATE, now=now)
    audit.record(session, actor, "add", "account", account.id, told, now=now)
    return account


def _check_post(actor: Actor, role: Role, office: Office | None) -> None:
    if role not in rules.GRANTED_HERE:
        raise Invalid("这里不能建立该岗位的账号。", fields={"role": ["请选择其他岗位"]})
    if office is None and role in rules.IN_AN_OFFICE:
        raise Invalid("该岗位必须属于一个监督机构。", fields={"office": ["请选择单位"]})
    if not in_subtree(actor, office.path if office else "/"):
        raise NotAllowed("只能管理本单位及下级单位的账号。", code="not_your_office")


def disable(session: Session, actor: Actor, account_id: int, *, now: datetime) -> Account:
    """Shut the account out at once, in every browser and for every token; history keeps its name."""
    account = _managed(session, actor, account_id)
    if account.id == actor.account_id:
        raise Conflict("不能停用自己的账号，请由另一位管理员操作。", code="own_account")
    grants.drop(session, actor, account, now=now)
    if account.is_active:
        account.is_active = False
        _end_sign_ins(session, account.id)
        audit.record(session, actor, "disable", "account", account.id, {"name": account.name}, now=now)
    return account


def enable(session: Session, actor: Actor, account_id: int, *, now: datetime) -> Account:
    """Let a disabled account in again, with its old password and tokens, once a second person agreed where two must."""
    account = _managed(session, actor, account_id)
    if not account.is_active:
        grants.do_or_ask(session, actor, account, Deed.ENABLE, now=now)
        audit.record(session, actor, "enable", "account", account.id, {"name": account.name}, now=now)
    return account


def reset_password(session: Session, actor: Actor, account_id: int, *, now: datetime) -> str:
    """Give the account a random first password and return it, to be told once; it opens when a second person agreed.

    Second factor, recovery codes and the binding to unified sign-in go with the old one: whoever took the account over
    would keep them otherwise. Its owner hears of it at once.
    """
    account = _managed(session, actor, account_id)
    if account.id == actor.account_id:
        raise Conflict("请在“我的账号”里修改自己的密码。", code="own_account")
    password = secrets.new_password()
    given = secrets.hash_password(password)
    done = grants.do_or_ask(session, actor, account, Deed.RESET, password_hash=given, now=now)
    sentence = f"管理员“{actor.name}”{'重置' if done else '申请重置'}了您的密码和动态口令。如您没有申请，请向上级单位反映。"
    alarms.sound(session, account.id, sentence, now=now)
    audit.record(session, actor, "reset_password", "account", account.id, {"name": account.name}, now=now)
    return password


def _managed(session: Session, actor: Actor, account_id: int) -> Account:
    require(actor, Permission.ACCOUNT_MANAGE)
    return queries.one_managed(session, actor, account_id)


def change_password(
    session: Session, actor: Actor, *, old: str, new: str, now: datetime, keep: int | None = None
) -> Account:
    """Replace the own password and end all sign-ins but `keep`; tokens stay. Raises Invalid with the field at fault."""
    queries.require_whole(actor)
    account = queries.own(session, actor)
    queries.require_password(account, old, "old")
    problem = rules.password_problem(new, account.name)
    if new == old:
        problem = "新密码不能与旧密码相同。"
    if problem:
        raise Invalid(problem, code="weak_password", fields={"new": [problem]})
    account.password_hash, account.password_changed_at = secrets.hash_password(new), now
    account.must_change_password = False
    _end_sign_ins(session, account.id, keep)
    alarms.sound(session, account.id, "您的账号修改了密码。如不是您本人操作，请立即联系管理员。", now=now)
    audit.record(session, actor, "change_password", "account", account.id, now=now)
    return account


def sign_out_everywhere(session: Session, actor: Actor, *, now: datetime) -> None:
    """End every sign-in of the own account, this one included; tokens stay."""
    queries.require_whole(actor)
    account = queries.own(session, actor)
    _end_sign_ins(session, account.id)
    audit.record(session, actor, "sign_out_everywhere", "account", account.id, now=now)


def sign_out_one(session: Session, actor: Actor, sign_in_id: int, *, now: datetime) -> None:
    """End one sign-in of the own account; raises NotFound for one that is not his or over already."""
    queries.require_whole(actor)
    account = queries.own(session, actor)
    mine = (SignIn.id == sign_in_id) & (SignIn.account_id == account.id)
    if session.execute(delete(SignIn).where(mine).returning(SignIn.id)).first() is None:
        raise NotFound("这台设备已经退出。")
    audit.record(session, actor, "sign_out_one", "account", account.id, {"sign_in": sign_in_id}, now=now)


def _end_sign_ins(session: Session, account_id: int, keep: int | None = None) -> None:
    session.flush()
    session.execute(delete(SignIn).where(SignIn.account_id == account_id, SignIn.id.is_distinct_from(keep)))
