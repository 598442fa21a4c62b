"""Tables of accounts, the sessions and tokens they enter with, and failed tries."""

from datetime import datetime

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.columns import Sealed
from tracker.db import Base
from tracker.offices.models import Office


class Account(Base):
    """One person in one post (账号). Never deleted, since history speaks of it; only disabled.

    name: the login, lower case. office_id: None for posts that stand outside the office tree.
    totp_secret_sealed: the second factor, sealed under FIELD_KEY; None when none is set up. totp_step: the last
    30-second step a code was taken from, so that no code works twice. oidc_issuer, oidc_subject: whom the provider of
    unified sign-in calls this account; None until its owner bound it.
    """

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("oidc_issuer", "oidc_subject"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    display_name: Mapped[str] = mapped_column(String(40))
    role: Mapped[str] = mapped_column(String(20))
    office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"), index=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    must_change_password: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    totp_secret_sealed: Mapped[bytes | None] = mapped_column(Sealed)
    totp_step: Mapped[int | None] = mapped_column(BigInteger)
    oidc_issuer: Mapped[str | None] = mapped_column(String(200))
    oidc_subject: Mapped[str | None] = mapped_column(String(255))
    is_active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"), default=True)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    password_changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    signed_in_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    office: Mapped[Office | None] = relationship(lazy="raise")


class SignIn(Base):
    """One signed-in browser (登录会话). The cookie holds the secret, the table only its SHA-256.

    seen_at: the last request, kept to the minute; with created_at it decides when the session has run out.
    """

    __tablename__ = "sign_in"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    address: Mapped[str | None] = mapped_column(String(45))
    browser: Mapped[str] = mapped_column(String(200))


class ApiToken(Base):
    """A key for programs (接口令牌), shown once; the table holds its SHA-256. Revoked, never deleted.

    scopes: the permissions it carries of those its owner's post has, None for all. expires_at: None for no end.
    """

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    label: Mapped[str] = mapped_column(String(40))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    scopes: Mapped[list[str] | None] = mapped_column(ARRAY(String(40)))


class RecoveryCode(Base):
    """A code that stands in once for the second factor (恢复码), for whoever lost his telephone; its SHA-256 only."""

    __tablename__ = "recovery_code"

    code_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)


class AccountAlarm(Base):
    """Something the owner of an account should know of (账号安全提醒). told_at: None while his inbox does not say it."""

    __tablename__ = "account_alarm"
    __table_args__ = (
        Index("ix_account_alarm_owed", "id", postgresql_where=text("told_at IS NULL")),
        Index("ix_account_alarm_account_id_id", "account_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    text: Mapped[str] = mapped_column(String(300))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    told_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class AccountGrant(Base):
    """One deed on an account that takes two people (授权复核). agreed: None while it waits for the second.

    deed: a `rules.Deed`. password_hash: of the first password a reset would give; gone once it was decided.
    """

    __tablename__ = "account_grant"
    __table_args__ = (
        Index(
            "ix_account_grant_waiting", "account_id", unique=True, postgresql_where=text("decided_at IS NULL")
        ),
        Index("ix_account_grant_decided_at", "decided_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    deed: Mapped[str] = mapped_column(String(20))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    asked_by_name: Mapped[str] = mapped_column(String(80))
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    agreed: Mapped[bool | None] = mapped_column(Boolean)
    reason: Mapped[str | None] = mapped_column(String(200))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_by_name: Mapped[str | None] = mapped_column(String(80))
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    account: Mapped[Account] = relationship(foreign_keys=[account_id], lazy="raise")


class FailedSignIn(Base):
    """Failed tries for one login name since the last success, whether or not such an account exists.

    name_hash: SHA-256 of the name as typed, since people type passwords into the wrong field.
    """

    __tablename__ = "failed_sign_in"

    name_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    n_failures: Mapped[int] = mapped_column(Integer)
    failed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
