"""Every address of an application with everything that fits its blanks, read from its own map: a new route comes by itself."""

from collections.abc import Iterator, Sequence
from itertools import product

from flask import Flask
from werkzeug.routing import AnyConverter, IntegerConverter, Rule

from tests.leaks.town import Town

LOWEST = (1, 2, 3, 4)
"""Rows are numbered from one; whoever may not see one of these is told that there is none."""

ASKED: dict[str, tuple[str, ...]] = {
    "/tickets": ("tab=all&limit=200", "tab=all&q=投诉", "tab=all&sort=received"),
    "/api/v1/tickets": ("tab=all&limit=200", "tab=all&q=管一管"),
    "/tickets/export": ("tab=all",),
    "/supervision": ("tab=supervised", "tab=instructed"),
    "/api/v1/supervision": ("tab=supervised",),
    "/api/v1/findings": ("campaign=1",),
    "/groups": ("days=90",),
    "/api/v1/groups": ("days=90",),
    "/documents": ("state=done",),
    "/audit": ("action=reveal", "thing=ticket"),
    "/audit/readings": ("thing=tickets",),
    "/api/v1/reports/indicators/tickets": ("figure=received&from=2026-03-01&to=2026-03-31",),
    "/indicators/tickets": ("figure=received&from=2026-03-01&to=2026-03-31",),
    "/login": ("next=/tickets?q=1",),
}
"""What is asked of an address besides asking nothing."""


def fitting(town: Town, rule: Rule, name: str, tickets: Sequence[str]) -> Sequence[object]:
    """Return what may stand in that blank of the route."""
    converter = rule._converters[name]
    if isinstance(converter, AnyConverter):
        return sorted(converter.items)
    if isinstance(converter, IntegerConverter):
        return (2026,) if name == "year" else LOWEST[:2] if "number" in rule.arguments else LOWEST
    known: dict[str, Sequence[object]] = {
        "number": [*town.clued.values()] if "/clues" in rule.rule else tickets,
        "made_as": ["docx", "pdf", "xlsx"],
        "code": ["440106", "C1", "440100"],
        "token": [town.rating, "x" * 20],
        "receipt": [town.receipt],
        "name": ["note", "sign"],
        "kind": ["urging"],
        "filename": ["style.css"],
    }
    return known.get(name, ["x"])


def addresses(app: Flask, town: Town, method: str, tickets: Sequence[str]) -> Iterator[tuple[Rule, str]]:
    """Yield each address that takes the method, once for each way to fill its blanks and each thing asked of it."""
    adapter = app.url_map.bind("localhost")
    for rule in sorted(app.url_map.iter_rules(), key=lambda one: one.rule):
        if method not in (rule.methods or ()) or "static" in rule.endpoint:
            continue
        names = sorted(rule.arguments)
        for filled in product(*(fitting(town, rule, name, tickets) for name in names)):
            address = adapter.build(rule.endpoint, dict(zip(names, filled, strict=True)), method=method)
            yield rule, address
            if method == "GET" and not names:
                yield from ((rule, f"{address}?{asked}") for asked in ASKED.get(rule.rule, ()))
                if rule.rule.endswith("/new"):
                    yield from ((rule, f"{address}?ticket={one}") for one in tickets)
