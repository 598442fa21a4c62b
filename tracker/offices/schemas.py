"""JSON shapes of divisions, offices and bodies."""

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from tracker.offices.rules import BodyKind, Domain, Level, NewBody

_CODE = validate.Regexp(
    r"^[0-9A-Z][0-9A-Z-]{1,19}\Z", error="代码由数字、大写字母和连字符组成，不超过 20 位。"
)
_NAME = validate.Length(min=2, max=80, error="名称应为 2 至 80 字。")
_ALIASES = validate.Length(max=20, error="别名不超过 20 个。")
_ALIAS = fields.String(validate=validate.Length(min=2, max=40, error="别名应为 2 至 40 字。"))


class PickerQuery(Schema):
    """What was typed into a picker, and at most how many rows to give back."""

    q = fields.String(load_default="", validate=validate.Length(max=60, error="搜索内容不超过 60 字。"))
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 200, error="条数应在 1 至 200 之间。"))


class DivisionQuery(PickerQuery):
    """Divisions by what was typed, or the children of a node."""

    parent = fields.String(load_default=None, validate=_CODE)


class DivisionSchema(Schema):
    """One division; `path` lists the codes from the province down."""

    code = fields.String()
    name = fields.String()
    full_name = fields.String()
    level = fields.Enum(Level, by_value=True)
    parent_code = fields.String(allow_none=True)
    path = fields.String()
    is_special = fields.Boolean()


class DivisionList(Schema):
    """Divisions for a picker, best first."""

    items = fields.List(fields.Nested(DivisionSchema))


class OfficeQuery(PickerQuery):
    """Offices by what was typed, by level, or the children of one; `within` keeps to one office's subtree."""

    parent = fields.String(load_default=None, validate=_CODE)
    level = fields.Enum(Level, by_value=True, load_default=None)
    within = fields.String(load_default=None, validate=_CODE)


class OfficeSchema(Schema):
    """One supervision office."""

    code = fields.String()
    name = fields.String()
    short_name = fields.String()
    level = fields.Enum(Level, by_value=True)
    division_code = fields.String()
    parent_code = fields.String(attribute="parent.code", dump_default=None)
    path = fields.String()
    is_active = fields.Boolean()


class OfficeList(Schema):
    """Offices, best first."""

    items = fields.List(fields.Nested(OfficeSchema))


class OfficeChange(Schema):
    """The parts of an office to change; what is absent stays."""

    name = fields.String(validate=_NAME)
    short_name = fields.String(validate=_NAME)
    is_active = fields.Boolean()


class OfficeMove(Schema):
    """Where the office is to stand: the code of its new parent."""

    parent = fields.String(required=True, validate=_CODE, error_messages={"required": "请选择新的上级单位。"})


class BodyQuery(PickerQuery):
    """Bodies by name or short name; `division` keeps to those in, above and below it."""

    division = fields.String(load_default=None, validate=_CODE)
    domain = fields.Enum(Domain, by_value=True, load_default=None)


class BodySchema(Schema):
    """One enforcement body."""

    code = fields.String()
    name = fields.String()
    aliases = fields.List(fields.String())
    division_code = fields.String()
    division_name = fields.String(attribute="division.full_name")
    level = fields.Enum(Level, by_value=True)
    domain = fields.Enum(Domain, by_value=True)
    kind = fields.Enum(BodyKind, by_value=True)
    superior_code = fields.String(attribute="superior.code", dump_default=None)
    is_vertical = fields.Boolean()
    is_active = fields.Boolean()


class BodyList(Schema):
    """Bodies, best first."""

    items = fields.List(fields.Nested(BodySchema))


class BodyNew(Schema):
    """A body the seed does not know. An outpost names who set it up as its superior."""

    code = fields.String(required=True, validate=_CODE)
    name = fields.String(required=True, validate=_NAME)
    division_code = fields.String(required=True, validate=_CODE)
    domain = fields.Enum(Domain, by_value=True, required=True)
    kind = fields.Enum(BodyKind, by_value=True, load_default=BodyKind.DEPARTMENT)
    superior_code = fields.String(load_default=None, validate=_CODE)
    is_vertical = fields.Boolean(load_default=False)
    aliases = fields.List(_ALIAS, load_default=list, validate=_ALIASES)

    @post_load
    def _made(self, data: dict[str, Any], **_: object) -> NewBody:
        return NewBody(**{**data, "aliases": tuple(data["aliases"])})


class BodyChange(Schema):
    """The parts of a body to change; what is absent stays."""

    name = fields.String(validate=_NAME)
    aliases = fields.List(_ALIAS, validate=_ALIASES)
    superior_code = fields.String(validate=_CODE)
    is_active = fields.Boolean()
