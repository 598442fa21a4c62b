"""Putting the ticket page and its relatives together, for the page door."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import current_app, render_template
from marshmallow import ValidationError

from tracker.categories import service as categories
from tracker.errors import Invalid
from tracker.permissions import Actor, Role, allowed
from tracker.rights import Sensitivity, may_read
from tracker.tickets import (
    actions,
    alike,
    forms,
    present,
    queries,
    return_view,
    rules,
    schemas,
    seeking,
    shares,
    sight,
    together,
    view,
)
from tracker.tickets.actions import Action
from tracker.tickets.api import registry
from tracker.tickets.models import Ticket
from tracker.tickets.panels import Panel
from tracker.tickets.reveal import is_hidden
from tracker.tickets.rules import Status
from tracker.web import actor, now, session

_RULINGS = ("rule", "decide-return", "settle-return")
_FIRST_TABS: dict[Role, str] = {Role.OPERATOR: "manual", Role.OFFICER: "working", Role.REVIEWER: "review"}


@dataclass(frozen=True)
class Tried:
    """An action that was refused: what was typed, why, and which fields are at fault."""

    name: str
    given: Mapping[str, Any]
    message: str
    fields: Mapping[str, list[str]]


def first_tab(who: Actor) -> str:
    """Return the tab the post begins its day with."""
    return _FIRST_TABS.get(who.role, "all")


def labels(known: Mapping[str, Action]) -> dict[str, str]:
    """Return the label of every action by name."""
    return {name: one.label for name, one in known.items()}


def filters_of(args: Mapping[str, str]) -> dict[str, Any]:
    """Return the list filters of an address; raises Invalid with the fields at fault."""
    try:
        given = {name: value for name, value in args.items() if value}
        sought = seeking.filters(session(), given[seeking.SOUGHT]) if given.get(seeking.SOUGHT) else {}
        found: dict[str, Any] = schemas.ListIn().load({**given, **sought})
    except ValidationError as error:
        raise Invalid("筛选条件有误，请从列表重新选择。", fields=actions.lists(error.messages)) from error
    if "tab" not in given:
        found["tab"] = first_tab(actor())
    if found["tab"] == "all" and "sort" not in given:
        found["sort"] = "-received"
    return found


def address(args: Mapping[str, str], **changes: Any) -> str:
    """Return the present list's address with some filters changed; None removes one."""
    kept = {**args, **changes}
    return "?" + urlencode({name: value for name, value in kept.items() if value})


def back(asked: str | None) -> str:
    """Return the local address to go back to; anything else leads to the queue."""
    parts = urlsplit(asked or "")
    local = not parts.scheme and not parts.netloc and (asked or "").startswith("/")
    return asked if asked and local and not asked.startswith(("//", "/\\")) else "/tickets"


def tabs(
    counts: Mapping[str, int], filters: Mapping[str, Any], args: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return the tabs with bounded counts ("999+") and their addresses."""
    return [
        {
            "name": tab.name,
            "label": tab.label,
            "count": counts[tab.name]
            if counts[tab.name] < queries.COUNT_CAP
            else f"{queries.COUNT_CAP - 1}+",
            "hot": tab.name == "overdue" and counts[tab.name] > 0,
            "active": tab.name == filters["tab"],
            "address": address(args, tab=tab.name, cursor=None),
        }
        for tab in queries.TABS
    ]


def rows(found: Sequence[Ticket], known: view.Words) -> list[dict[str, Any]]:
    """Return the tickets as rows of the queue; where the reader's office only helps, with its own time and light."""
    helping = together.of_own_office(session(), actor(), found, now())
    shown = [view.row(session(), one, known, now()) for one in found]
    for ticket, row in zip(found, shown, strict=True):
        if ticket.id in helping:
            mine = helping[ticket.id]
            row.update({name: mine[name] for name in ("due_at", "left", "light")}, helping=mine["task"])
    return shown


def _groups() -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        (
            f"{one.category.code} {one.category.name}",
            [(leaf.code, f"{leaf.code} {leaf.name}") for leaf in one.leaves],
        )
        for one in categories.tree(session())
    ]


def _offers(found: Ticket, tried: Tried | None) -> list[dict[str, Any]]:
    """Return the lawful actions, each with its form; the refused one open with what was typed."""
    offered = actions.lawful(session(), actor(), found, registry())
    if tried is not None and tried.name not in {one.name for one in offered}:
        tried = None
    offered.sort(key=lambda one: one.tone != "primary")
    groups = _groups()
    return [
        {
            "action": one,
            "open": tried is not None and tried.name == one.name,
            "problem": tried.message if tried is not None and tried.name == one.name else None,
            "fields": forms.form_fields(
                one.schema,
                scope=one.name,
                values=tried.given if tried and tried.name == one.name else _prefilled(one, found),
                errors=tried.fields if tried and tried.name == one.name else None,
                groups=groups,
            ),
        }
        for one in offered
    ]


def _prefilled(action: Action, found: Ticket) -> dict[str, Any]:
    if action.name in {"rule", "settle-return"}:
        return {"precedent": "true"}
    return {"category": found.category_code} if action.name in {"recategorise", "redispatch"} else {}


def _panels(found: Ticket) -> list[dict[str, Any]]:
    """Return what rooms above add to the page: template and its values."""
    gathered: list[Panel] = current_app.extensions.get("panels", [])
    shown = []
    for panel in gathered:
        values = panel.load(session(), actor(), found, now()) if allowed(actor(), panel.permission) else None
        if values is not None:
            shown.append({"template": panel.template, "values": values})
    return shown


def _shared(found: Ticket) -> dict[str, Any]:
    known = view.words(session(), [found], labels(registry()))
    category = present.category(session(), found)
    return {
        "ticket": found,
        "known": known,
        "category": category,
        "status": view.status(found.status),
        "stages": view.stages(found),
        "countdown": view.countdown(session(), found, now()),
        "facts": view.facts(found, known),
        "timeline": view.timeline(session(), queries.events(session(), found), known),
        "panels": _panels(found),
    }


def ticket(found: Ticket, tried: Tried | None = None, revealed: Mapping[str, str] | None = None) -> str:
    """Return the page of one ticket. revealed: contact fields in clear, shown this once under a watermark."""
    offers = _offers(found, tried)
    return render_template(
        "tickets/ticket.html",
        **_shared(found),
        offers=offers,
        picks=_picks(found, {one["action"].name for one in offers}),
        problem=tried.message if tried and not any(one["open"] for one in offers) else None,
        shares=shares.of_ticket(session(), found),
        co_handlers=together.co_handlers(session(), found, now()),
        kin=together.kin(session(), actor(), found, now()),
        returns=[return_view.returned(one) for one in queries.return_requests(session(), found)],
        others=[one for one in present.top3(session(), found.top3) if one["code"] != found.category_code],
        may_propose=_may_propose(found),
        sent_by=return_view.sent_by(session(), found),
        handler=queries.handler_name(session(), found),
        in_hand=found.status in rules.HANDLING or found.status == Status.SUSPENDED,
        **_contact(found, revealed),
    )


def _picks(found: Ticket, offered: set[str]) -> list[dict[str, Any]]:
    """Return the model's best categories, each one click away, for a ticket that waits for a person."""
    waiting = found.status == Status.MANUAL and "recategorise" in offered
    return present.top3(session(), found.top3) if waiting else []


def _contact(found: Ticket, revealed: Mapping[str, str] | None) -> dict[str, Any]:
    complainant = queries.complainant(session(), found)
    relations, hidden = sight.stands(session(), actor(), found), is_hidden(complainant)
    return {
        "contact": present.contact(session(), complainant),
        "revealed": revealed or {},
        "reveal_fields": forms.form_fields(schemas.RevealIn, scope="reveal"),
        "may_reveal": may_read(actor(), Sensitivity.CONTACT, relations, hidden=hidden),
    }


def _may_propose(found: Ticket) -> bool:
    """Return whether the page shows the way to a clue transfer: to the office in charge or assisting only."""
    return may_read(actor(), Sensitivity.CLUE, sight.stands(session(), actor(), found))


def ruling(found: Ticket) -> str:
    """Return the page of a return: both sides, the rule that sent it, earlier rulings alike, the form of who may decide."""
    offers = [one for one in _offers(found, None) if one["action"].name in _RULINGS]
    asked = [return_view.returned(one) for one in queries.return_requests(session(), found)]
    return render_template(
        "tickets/ruling.html",
        **_shared(found),
        offers=offers,
        sent_by=return_view.sent_by(session(), found),
        waiting=next((one for one in asked if one["waits"]), None),
        decided=[one for one in asked if one["ruling"]],
        alike=[return_view.alike(one) for one in alike.rulings_alike(session(), actor(), found)],
        may_follow=found.respondent_body_id is not None,
    )


def callback(found: Ticket, revealed: Mapping[str, str] | None = None) -> str:
    """Return the call-back page: script, the reply, attempts so far, the form."""
    shared = _shared(found)
    offers = [one for one in _offers(found, None) if one["action"].name == "call-back"]
    return render_template(
        "tickets/callback.html",
        **shared,
        offer=offers[0] if offers else None,
        attempts=[
            one for one in shared["timeline"] if one["what"] == shared["known"].actions.get("call-back")
        ],
        waiting=found.status == Status.REVIEWED,
        **_contact(found, revealed),
    )
