"""What accompanies an uploaded file."""

from marshmallow import EXCLUDE, Schema, fields


class ImportIn(Schema):
    """Form fields beside the file: channel, campaign, and whether only to look."""

    class Meta:
        unknown = EXCLUDE

    channel = fields.String(load_default="12345-push")
    campaign = fields.Integer(load_default=None, allow_none=True)
    dry_run = fields.Boolean(load_default=False)
