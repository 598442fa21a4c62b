"""API tokens: keys for programs, for all their owner may do or for a part of it, with an end or without."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from tracker.accounts import queries, rules, secrets
from tracker.accounts.models import Account, ApiToken
from tracker.audit import service as audit
from tracker.errors import Conflict, Invalid, NotAllowed, NotFound
from tracker.permissions import GRANTS, Actor, Permission, Role


def create_token(
    session: Session,
    actor: Actor,
    account: Account,
    label: str,
    *,
    scopes: Collection[Permission] | None = None,
    days: int | None = None,
    now: datetime,
) -> tuple[ApiToken, str]:
    """Create a token for the own account (the system: for any) and return it with its clear text, shown only now.

    scopes: what it may do of what the account's post may, None for all of it. days: how long it lives, None for ever.
    Raises NotAllowed for a foreign account or by a token that is limited itself, Invalid for what the post may not do,
    Conflict when 20 tokens are alive.
    """
    queries.require_whole(actor)
    if not actor.is_system and actor.account_id != account.id:
        raise NotAllowed("只能为自己的账号新建令牌。")
    if not account.is_active:
        raise Conflict("该账号已停用，不能新建令牌。", code="account_disabled")
    if len(queries.live_tokens(session, account.id, now)) >= rules.MAX_TOKENS:
        raise Conflict(f"有效令牌已达{rules.MAX_TOKENS}个，请先撤销不用的令牌。", code="too_many_tokens")
    clear = secrets.new_token()
    token = ApiToken(
        account_id=account.id,
        label=label.strip()[:40] or "接口令牌",
        token_hash=secrets.digest(clear),
        created_at=now,
        expires_at=now + timedelta(days=days) if days else None,
        scopes=_scopes(account, scopes),
    )
    session.add(token)
    session.flush()
    told = {"account": account.name, "label": token.label, "scopes": token.scopes, "days": days}
    audit.record(session, actor, "add", "token", token.id, told, now=now)
    return token, clear


def _scopes(account: Account, scopes: Collection[Permission] | None) -> list[str] | None:
    if scopes is None:
        return None
    beyond = sorted(set(scopes) - GRANTS[Role(account.role)])
    if beyond or not scopes:
        sentence = f"该岗位没有这些权限：{'、'.join(beyond)}。" if beyond else "请至少选择一项权限。"
        raise Invalid(sentence, code="bad_scopes", fields={"scopes": [sentence]})
    # reading who one is belongs to every token; changing the account is refused to limited ones
    return sorted({*scopes, Permission.SIGNED_IN})


def revoke_token(session: Session, actor: Actor, token_id: int, *, now: datetime) -> ApiToken:
    """Make an own token worthless from now on; raises NotFound for a foreign one."""
    queries.require_whole(actor)
    token = session.get(ApiToken, token_id)
    if token is None or token.account_id != actor.account_id:
        raise NotFound("没有找到该令牌。")
    if token.revoked_at is None:
        token.revoked_at = now
        session.flush()
        audit.record(session, actor, "revoke", "token", token.id, {"label": token.label}, now=now)
    return token
