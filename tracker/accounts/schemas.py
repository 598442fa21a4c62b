"""Shapes of accounts and tokens on the wire, and the forms of the pages."""

from marshmallow import Schema, fields, validate

from tracker.accounts.rules import GRANTED_HERE, MAX_TOKEN_DAYS, PASSWORD_MAX, Deed
from tracker.permissions import GRANTS, Permission, Role


class AccountOfficeSchema(Schema):
    """The office of an account."""

    code = fields.String()
    name = fields.String()
    level = fields.String()


class AccountSchema(Schema):
    """One account; never its secrets."""

    id = fields.Integer()
    name = fields.String(metadata={"description": "登录名"})
    display_name = fields.String(metadata={"description": "姓名"})
    role = fields.String()
    office = fields.Nested(AccountOfficeSchema, allow_none=True)
    is_active = fields.Boolean()
    has_totp = fields.Function(
        lambda account: account.totp_secret_sealed is not None, metadata={"type": "boolean"}
    )
    must_change_password = fields.Boolean()
    created_at = fields.AwareDateTime(format="iso")
    signed_in_at = fields.AwareDateTime(format="iso", allow_none=True)


class MeSchema(AccountSchema):
    """The own account and what its post may do."""

    permissions = fields.Function(lambda account: sorted(GRANTS[account.role]), metadata={"type": "array"})


class NewAccountSchema(Schema):
    """An account to create; its random first password is returned once."""

    name = fields.String(required=True, validate=validate.Length(max=40))
    display_name = fields.String(required=True, validate=validate.Length(max=40))
    role = fields.Enum(Role, by_value=True, required=True, validate=validate.OneOf(sorted(GRANTED_HERE)))
    office_code = fields.String(load_default="", validate=validate.Length(max=20))


class CreatedAccountSchema(Schema):
    """A new account and its first password."""

    account = fields.Nested(AccountSchema)
    password = fields.String(metadata={"description": "初始密码，仅显示这一次"})


class AccountQuery(Schema):
    """Query string of the list of accounts."""

    q = fields.String(load_default="", validate=validate.Length(max=40))
    cursor = fields.String(load_default=None, validate=validate.Length(max=40))
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))


class AccountPage(Schema):
    """Accounts by login name, and the cursor of the next page."""

    items = fields.List(fields.Nested(AccountSchema))
    next = fields.String(allow_none=True)


class GrantSchema(Schema):
    """One deed on an account that takes two people; `agreed` is null while it waits."""

    id = fields.Integer()
    deed = fields.String(validate=validate.OneOf(sorted(Deed)))
    account = fields.Nested(AccountSchema)
    asked_by = fields.String(attribute="asked_by_name")
    asked_at = fields.AwareDateTime(format="iso")
    agreed = fields.Boolean(allow_none=True)
    reason = fields.String(allow_none=True)
    decided_by = fields.String(attribute="decided_by_name", allow_none=True)
    decided_at = fields.AwareDateTime(format="iso", allow_none=True)


class GrantList(Schema):
    """What waits for a second person, and what was decided."""

    items = fields.List(fields.Nested(GrantSchema))


class Refusal(Schema):
    """Why a deed on an account is refused."""

    reason = fields.String(required=True, validate=validate.Length(min=2, max=200))


class FirstPasswordSchema(Schema):
    """A password made by the system."""

    password = fields.String(metadata={"description": "初始密码，仅显示这一次"})


class NewTokenSchema(Schema):
    """A token to create."""

    label = fields.String(load_default="接口令牌", validate=validate.Length(min=1, max=40))
    scopes = fields.List(
        fields.Enum(Permission, by_value=True),
        load_default=None,
        allow_none=True,
        validate=validate.Length(max=len(Permission)),
        metadata={"description": "只给这些权限，不填为岗位的全部权限"},
    )
    days = fields.Integer(
        load_default=None,
        allow_none=True,
        validate=validate.Range(1, MAX_TOKEN_DAYS),
        metadata={"description": "多少天后失效，不填为长期有效"},
    )


class TokenSchema(Schema):
    """One token; never its text."""

    id = fields.Integer()
    label = fields.String()
    scopes = fields.List(fields.String(), allow_none=True)
    created_at = fields.AwareDateTime(format="iso")
    expires_at = fields.AwareDateTime(format="iso", allow_none=True)
    used_at = fields.AwareDateTime(format="iso", allow_none=True)


class CreatedTokenSchema(TokenSchema):
    """A new token with its text."""

    token = fields.String(metadata={"description": "令牌全文，仅显示这一次"})


class TokenList(Schema):
    """The own tokens, newest first."""

    items = fields.List(fields.Nested(TokenSchema))


class SignInSchema(Schema):
    """One signed-in browser."""

    id = fields.Integer()
    address = fields.String(allow_none=True)
    browser = fields.String()
    created_at = fields.AwareDateTime(format="iso")
    seen_at = fields.AwareDateTime(format="iso")


class SignInList(Schema):
    """The browsers signed in to the own account."""

    items = fields.List(fields.Nested(SignInSchema))


class PasswordChange(Schema):
    """The old password and the new one."""

    old = fields.String(required=True, validate=validate.Length(max=PASSWORD_MAX))
    new = fields.String(required=True)
