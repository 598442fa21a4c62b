"""Forms made from the schemas of actions: fields for the templates, and what a browser sent as the schema's input."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from marshmallow import Schema, fields, validate

RADIO_UP_TO = 6
"""A required choice among so many or fewer is shown open, since one look then suffices."""

Groups = Sequence[tuple[str, Sequence[tuple[str, str]]]]


class Sent(Protocol):
    """What a submitted form offers; werkzeug's MultiDict does."""

    def get(self, key: str) -> str | None:
        """Return the first value, or None."""

    def getlist(self, key: str) -> list[str]:
        """Return every value."""


def form_fields(
    schema: type[Schema],
    *,
    scope: str = "",
    values: Mapping[str, Any] | None = None,
    errors: Mapping[str, Sequence[str]] | None = None,
    groups: Groups = (),
) -> list[dict[str, Any]]:
    """Return one dict per field for the macro `field`, in the schema's order; fields without a widget are left out.

    scope: prefix of the element ids, so that two forms live on one page. values: what to fill in. groups: categories
    by class, for fields whose widget is "category".
    """
    told = errors or {}
    return [
        {
            "name": name,
            "scope": scope,
            "label": one.metadata.get("label", name),
            "widget": _widget(one),
            "value": (values or {}).get(name),
            "required": one.required,
            "choices": list(_choices(one)),
            "groups": groups,
            "help": one.metadata.get("help"),
            "rows": one.metadata.get("rows"),
            "errors": list(told.get(name, ())),
            **_bounds(one),
        }
        for name, one in _shown(schema)
    ]


def payload(schema: type[Schema], sent: Sent) -> dict[str, Any]:
    """Return the schema's input from a submitted form; fields left blank are absent."""
    found: dict[str, Any] = {}
    for name, one in _shown(schema):
        if isinstance(one, fields.List):
            values = [value for value in sent.getlist(name) if value]
            if values:
                found[name] = values
        elif isinstance(one, fields.Boolean) and _widget(one) == "checkbox":
            found[name] = sent.get(name) is not None
        elif sent.get(name):
            found[name] = sent.get(name)
    return found


def _shown(schema: type[Schema]) -> Iterator[tuple[str, fields.Field[Any]]]:
    for name, one in schema().fields.items():
        if one.metadata.get("widget") != "none" and not isinstance(one, fields.Nested):
            yield name, one


def _widget(one: fields.Field[Any]) -> str:
    asked = one.metadata.get("widget")
    choices = one.metadata.get("choices")
    if isinstance(one, fields.List):
        return "checkboxes"
    if choices and one.required and len(choices) <= RADIO_UP_TO:
        return "radio"
    if asked:
        return str(asked)
    if isinstance(one, fields.Boolean):
        return "checkbox"
    if isinstance(one, fields.Integer):
        return "number"
    return "date" if isinstance(one, fields.Date) else "text"


def _choices(one: fields.Field[Any]) -> Iterator[tuple[str, str]]:
    inner = one.inner if isinstance(one, fields.List) else one
    for value, label in one.metadata.get("choices") or inner.metadata.get("choices") or ():
        yield str(value), label


def _bounds(one: fields.Field[Any]) -> dict[str, Any]:
    for rule in one.validators:
        if isinstance(rule, validate.Length | validate.Range):
            return {"min": rule.min, "max": rule.max}
    return {"min": None, "max": None}
