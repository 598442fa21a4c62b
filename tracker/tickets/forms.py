"""Forms made from the schemas of actions: fields for the templates, and what a browser sent as the schema's input."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol, cast

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
            **_rows(name, one, scope, (values or {}).get(name), groups),
        }
        for name, one in _shown(schema)
    ]


def _rows(name: str, one: fields.Field[Any], scope: str, values: Any, groups: Groups) -> dict[str, Any]:
    """Return the rows of a field that is a list of things, each with its own fields; those beyond the least may stay blank."""
    thing = _thing(one)
    if thing is None:
        return {}
    bounds, known = _bounds(one), values if isinstance(values, list) else []
    rows = []
    for at in range(bounds["max"] or 1):
        filled = known[at] if at < len(known) else {}
        inner = form_fields(thing, scope=scope, values=filled, groups=groups)
        rows.append(
            {
                "label": one.metadata["row"].format(n=at + 1),
                "filled": bool(filled),
                "fields": [
                    {
                        **f,
                        "name": f"{name}.{at}.{f['name']}",
                        "required": f["required"] and at < bounds["min"],
                    }
                    for f in inner
                ],
            }
        )
    return {"things": rows}


def _thing(one: fields.Field[Any]) -> type[Schema] | None:
    """Return the schema of which the field takes a list, or None."""
    inner = one.inner if isinstance(one, fields.List) else None
    return cast(type[Schema], inner.nested) if isinstance(inner, fields.Nested) else None


def payload(schema: type[Schema], sent: Sent) -> dict[str, Any]:
    """Return the schema's input from a submitted form; fields left blank are absent."""
    found: dict[str, Any] = {}
    for name, one in _shown(schema):
        thing = _thing(one)
        if thing is not None:
            found |= _things(name, one, thing, sent)
        elif isinstance(one, fields.List):
            values = [value for value in sent.getlist(name) if value]
            if values:
                found[name] = values
        elif isinstance(one, fields.Boolean) and _widget(one) == "checkbox":
            found[name] = sent.get(name) is not None
        elif sent.get(name):
            found[name] = sent.get(name)
    return found


def _things(name: str, one: fields.Field[Any], thing: type[Schema], sent: Sent) -> dict[str, Any]:
    inner = [key for key, _ in _shown(thing)]
    rows = [
        {key: sent.get(f"{name}.{at}.{key}") for key in inner if sent.get(f"{name}.{at}.{key}")}
        for at in range(_bounds(one)["max"] or 1)
    ]
    filled = [row for row in rows if row]
    return {name: filled} if filled else {}


def _shown(schema: type[Schema]) -> Iterator[tuple[str, fields.Field[Any]]]:
    for name, one in schema().fields.items():
        if one.metadata.get("widget") != "none" and not isinstance(one, fields.Nested):
            yield name, one


def _widget(one: fields.Field[Any]) -> str:
    asked = one.metadata.get("widget")
    choices = one.metadata.get("choices")
    if isinstance(one, fields.List):
        return "checkboxes" if _thing(one) is None else "rows"
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
