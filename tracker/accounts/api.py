"""/api/v1/me, /api/v1/tokens and /api/v1/accounts."""

from collections.abc import Sequence
from typing import Any

from flask_smorest import Blueprint

from tracker import web
from tracker.accounts import door, grants, queries, schemas, secrets, service, tokens
from tracker.accounts.models import Account, AccountGrant, ApiToken, SignIn
from tracker.offices import service as offices
from tracker.permissions import Permission
from tracker.web import allow

blp = Blueprint("accounts_api", __name__, url_prefix="/api/v1", description="账号与令牌")


@blp.route("/me")
@allow(Permission.SIGNED_IN)
@blp.response(200, schemas.MeSchema)
def me() -> Account:
    """Return the own account and what it may do."""
    return queries.own(web.session(), web.actor())


@blp.route("/me/password", methods=["POST"])
@allow(Permission.SIGNED_IN)
@blp.arguments(schemas.PasswordChange)
@blp.response(204)
def change_password(change: dict[str, str]) -> None:
    """Change the own password; every other browser is signed out, tokens stay."""
    service.change_password(web.session(), web.actor(), **change, now=web.now(), keep=door.sign_in_id())


@blp.route("/tokens")
@allow(Permission.SIGNED_IN)
@blp.response(200, schemas.TokenList)
def list_tokens() -> dict[str, Any]:
    """Return the own tokens, newest first."""
    account = queries.own(web.session(), web.actor())
    return {"items": queries.live_tokens(web.session(), account.id, web.now())}


@blp.route("/tokens", methods=["POST"])
@allow(Permission.SIGNED_IN)
@blp.arguments(schemas.NewTokenSchema)
@blp.response(201, schemas.CreatedTokenSchema)
def create_token(new: dict[str, Any]) -> dict[str, Any]:
    """Create a token for the own account and show it, only now."""
    account = queries.own(web.session(), web.actor())
    token, clear = tokens.create_token(web.session(), web.actor(), account, **new, now=web.now())
    return {
        "id": token.id,
        "label": token.label,
        "scopes": token.scopes,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "used_at": None,
        "token": clear,
    }


@blp.route("/tokens/<int:token_id>", methods=["DELETE"])
@allow(Permission.SIGNED_IN)
@blp.response(200, schemas.TokenSchema)
def revoke_token(token_id: int) -> ApiToken:
    """Make an own token worthless."""
    return tokens.revoke_token(web.session(), web.actor(), token_id, now=web.now())


@blp.route("/sign-ins")
@allow(Permission.SIGNED_IN)
@blp.response(200, schemas.SignInList)
def list_sign_ins() -> dict[str, Sequence[SignIn]]:
    """Return the browsers signed in to the own account, last seen first."""
    account = queries.own(web.session(), web.actor())
    return {"items": queries.live_sign_ins(web.session(), account.id, web.now())}


@blp.route("/sign-ins/<int:sign_in_id>", methods=["DELETE"])
@allow(Permission.SIGNED_IN)
@blp.response(204)
def sign_out_one(sign_in_id: int) -> None:
    """Sign one browser out."""
    service.sign_out_one(web.session(), web.actor(), sign_in_id, now=web.now())


@blp.route("/accounts")
@allow(Permission.ACCOUNT_MANAGE)
@blp.arguments(schemas.AccountQuery, location="query")
@blp.response(200, schemas.AccountPage)
def list_accounts(query: dict[str, Any]) -> queries.Page:
    """Return the accounts of the own subtree by login name."""
    wanted = {"query": query["q"], "cursor": query["cursor"], "limit": query["limit"]}
    return queries.managed(web.session(), web.actor(), **wanted)


@blp.route("/accounts", methods=["POST"])
@allow(Permission.ACCOUNT_MANAGE)
@blp.arguments(schemas.NewAccountSchema)
@blp.response(201, schemas.CreatedAccountSchema)
def create_account(new: dict[str, Any]) -> dict[str, Any]:
    """Create an account with a random first password, shown only now."""
    session, password = web.session(), secrets.new_password()
    code = new.pop("office_code")
    office = offices.office(session, code) if code else None
    account = service.create(session, web.actor(), **new, office=office, password=password, now=web.now())
    return {"account": account, "password": password}


@blp.route("/accounts/<int:account_id>/disable", methods=["POST"])
@allow(Permission.ACCOUNT_MANAGE)
@blp.response(200, schemas.AccountSchema)
def disable(account_id: int) -> Account:
    """Shut an account out at once."""
    return service.disable(web.session(), web.actor(), account_id, now=web.now())


@blp.route("/accounts/<int:account_id>/enable", methods=["POST"])
@allow(Permission.ACCOUNT_MANAGE)
@blp.response(200, schemas.AccountSchema)
def enable(account_id: int) -> Account:
    """Let a disabled account in again."""
    return service.enable(web.session(), web.actor(), account_id, now=web.now())


@blp.route("/accounts/<int:account_id>/password", methods=["POST"])
@allow(Permission.ACCOUNT_MANAGE)
@blp.response(200, schemas.FirstPasswordSchema)
def reset_password(account_id: int) -> dict[str, str]:
    """Give an account a new random first password, shown only now."""
    return {"password": service.reset_password(web.session(), web.actor(), account_id, now=web.now())}


@blp.route("/account-grants")
@allow(Permission.ACCOUNT_CONFIRM)
@blp.response(200, schemas.GrantList)
def list_grants() -> dict[str, Sequence[AccountGrant]]:
    """Return what two people must agree on in the own subtree: waiting first, then the latest decided."""
    return {"items": grants.listed(web.session(), web.actor())}


@blp.route("/account-grants/<int:grant_id>/agree", methods=["POST"])
@allow(Permission.ACCOUNT_CONFIRM)
@blp.response(200, schemas.GrantSchema)
def agree(grant_id: int) -> AccountGrant:
    """Agree as the second person; never to the own request or account."""
    return grants.decide(web.session(), web.actor(), grant_id, agree=True, now=web.now())


@blp.route("/account-grants/<int:grant_id>/refuse", methods=["POST"])
@allow(Permission.ACCOUNT_CONFIRM)
@blp.arguments(schemas.Refusal)
@blp.response(200, schemas.GrantSchema)
def refuse(refusal: dict[str, str], grant_id: int) -> AccountGrant:
    """Refuse with a reason, or take the own request back."""
    return grants.decide(web.session(), web.actor(), grant_id, agree=False, **refusal, now=web.now())
