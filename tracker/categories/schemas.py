"""JSON shapes of categories."""

from marshmallow import Schema, fields, validate

_NAME = validate.Length(min=2, max=40, error="名称应为 2 至 40 字。")
_TEXT = validate.Length(max=500, error="说明不超过 500 字。")


class CategorySchema(Schema):
    """One category; `redirect_channel` tells the complainant where to go when the matter is not ours."""

    code = fields.String()
    name = fields.String()
    parent_code = fields.String(allow_none=True)
    description = fields.String()
    is_redirect = fields.Boolean()
    redirect_channel = fields.String(allow_none=True)
    is_clue_sign = fields.Boolean()
    needs_evidence = fields.Boolean()
    is_active = fields.Boolean()


class BranchSchema(CategorySchema):
    """One class with its leaves."""

    children = fields.List(fields.Nested(CategorySchema))


class CategoryList(Schema):
    """All classes in order, each with its leaves."""

    items = fields.List(fields.Nested(BranchSchema))


class CategoryChange(Schema):
    """The parts of a category to change; what is absent stays."""

    name = fields.String(validate=_NAME)
    description = fields.String(validate=_TEXT)
    redirect_channel = fields.String(validate=_TEXT)
    needs_evidence = fields.Boolean()
    is_active = fields.Boolean()
