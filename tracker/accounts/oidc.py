"""Sign-in by a provider of unified identities (OpenID Connect, code flow with PKCE), off until the environment names one.

The provider proves who somebody is; which account that is, the owner said once from his signed-in browser. No account is
ever made from what a provider says.
"""

from datetime import datetime
from typing import Any, cast

import requests
import structlog
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import OAuth
from flask import Response, current_app
from joserfc.errors import JoseError
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from tracker.accounts import alarms, queries
from tracker.accounts.models import Account
from tracker.audit import service as audit
from tracker.config import Settings
from tracker.errors import Conflict, NotAllowed, TrackerError, Unavailable
from tracker.permissions import Actor

log = structlog.get_logger()

_TIMEOUT_S = 5
_SIGNED = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Only keys we can look up and nobody else has: neither "none" nor our own client secret signs an identity."""


class NotProven(TrackerError):
    """The provider did not prove who is at the browser."""

    http_status = 401
    default_code = "not_proven"


def is_on() -> bool:
    """Return whether the environment names a provider."""
    return bool(_settings().oidc_issuer)


def name() -> str:
    """Return what the sign-in page calls the provider."""
    return _settings().oidc_name


def lead_away(redirect_uri: str) -> Response:
    """Return the redirect to the provider; state, nonce and verifier stay in the browser's signed cookie.

    Raises Unavailable when the provider does not answer.
    """
    try:
        return cast(Response, _client().authorize_redirect(redirect_uri))
    except (requests.RequestException, ValueError) as error:
        raise _away() from error


def subject() -> str:
    """Return whom the provider proved, from the request it led back; raises NotProven or Unavailable."""
    client = _client()
    try:
        token = client.authorize_access_token(
            claims_options={
                "iss": {"essential": True, "value": _issuer(client)},
                "sub": {"essential": True},
            }
        )
    except (AuthlibBaseError, JoseError, ValueError, KeyError) as error:
        log.warning("identity_not_proven", error=repr(error)[:300])  # what to set right is at the provider's
        raise NotProven("统一身份认证没有完成，请重新登录，或改用密码登录。") from error
    except requests.RequestException as error:
        raise _away() from error
    claims = token.get("userinfo") or {}
    proven, meant_for = claims.get("sub"), claims.get("aud")
    if client.client_id not in (meant_for if isinstance(meant_for, list) else [meant_for]):
        raise NotProven("统一身份认证返回的身份不是给本系统的，请改用密码登录。")
    if not isinstance(proven, str) or not 0 < len(proven) <= 255:
        raise NotProven("统一身份认证没有返回可用的身份，请改用密码登录。")
    return proven


def account_of(session: Session, subject: str) -> Account | None:
    """Return the active account bound to the subject at our provider, its office loaded, or None."""
    bound = (Account.oidc_issuer == _settings().oidc_issuer) & (Account.oidc_subject == subject)
    return session.scalar(select(Account).where(bound, Account.is_active).options(joinedload(Account.office)))


def bind(session: Session, actor: Actor, subject: str, *, now: datetime) -> None:
    """Let the subject sign in to the own account; raises Conflict when he is bound to another one."""
    account = queries.own(session, actor)
    other = account_of(session, subject)
    if other is not None and other.id != account.id:
        raise Conflict("这个统一身份已绑定另一个账号，请先在那个账号里解除绑定。", code="subject_taken")
    account.oidc_issuer, account.oidc_subject = _settings().oidc_issuer, subject
    sentence = "您的账号绑定了统一身份认证。如不是您本人操作，请立即解除绑定并修改密码。"
    alarms.sound(session, account.id, sentence, now=now)
    session.flush()
    audit.record(session, actor, "bind_oidc", "account", account.id, now=now)


def unbind(session: Session, actor: Actor, *, now: datetime) -> None:
    """Let nobody sign in to the own account by the provider any more."""
    queries.require_whole(actor)
    account = queries.own(session, actor)
    account.oidc_issuer = account.oidc_subject = None
    session.flush()
    audit.record(session, actor, "unbind_oidc", "account", account.id, now=now)


def _settings() -> Settings:
    return cast(Settings, current_app.extensions["settings"])


def _away() -> Unavailable:
    return Unavailable("统一身份认证暂时连接不上，请稍后重试，或改用密码登录。", code="provider_unavailable")


def _client() -> Any:
    """Return the client of the provider, made once for each application; raises NotAllowed when there is none."""
    settings = _settings()
    if not settings.oidc_issuer:
        raise NotAllowed("没有启用统一身份认证，请用密码登录。", code="no_provider")
    known = current_app.extensions.get("oidc")
    if known is None:
        oauth = OAuth(current_app)
        known = oauth.register(
            "oidc",
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret,
            server_metadata_url=f"{settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={
                "scope": "openid",
                "code_challenge_method": "S256",
                "default_timeout": _TIMEOUT_S,
            },
        )
        current_app.extensions["oidc"] = known
    return known


def _issuer(client: Any) -> str:
    """Return the issuer every identity must name: the one the provider tells, which must be the one we were told."""
    told = client.load_server_metadata()
    issuer = str(told.get("issuer", ""))
    if issuer.rstrip("/") != _settings().oidc_issuer.rstrip("/"):
        raise ValueError(f"the provider calls itself {issuer}")
    told["id_token_signing_alg_values_supported"] = [
        one for one in told.get("id_token_signing_alg_values_supported", ["RS256"]) if one in _SIGNED
    ]
    return issuer
