"""Looking over a reply with what the ticket tells, on the form while it is written and again when it is handed in."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from tracker.errors import Invalid
from tracker.fields import cipher
from tracker.replies import quality, templates, wording
from tracker.replies.quality import Finding, Surroundings, Weight
from tracker.replies.rules import Outcome
from tracker.tickets.models import Complainant, Ticket


def filled(session: Session, ticket: Ticket, text: str, now: datetime) -> str:
    """Return the text with the ticket's own variables put in; raises Invalid naming one that is not known."""
    return wording.fill(text, templates.values(session, ticket, now)) if "{{" in text else text


def findings(
    session: Session, ticket: Ticket, text: str, outcome: Outcome | None, now: datetime
) -> list[Finding]:
    """Return what is to be said of a text as the ticket's reply, refusals first."""
    offered = templates.for_ticket(session, ticket, now)
    texts = tuple(one.text for one in offered)
    return quality.look_over(text, outcome, _surroundings(session, ticket, texts, now))


def _surroundings(session: Session, ticket: Ticket, texts: tuple[str, ...], now: datetime) -> Surroundings:
    complainant = session.get(Complainant, ticket.id)
    hidden = complainant is not None and (complainant.hide_identity or complainant.anonymous)
    if complainant is None or hidden:
        return Surroundings(now, ticket.content, texts, hidden=hidden)
    key = cipher(session)
    return Surroundings(
        now,
        ticket.content,
        texts,
        name=key.open(complainant.name_sealed),
        phone=key.open(complainant.phone_sealed),
    )


def settle(
    session: Session, ticket: Ticket, given: Mapping[str, Any], now: datetime
) -> tuple[str, list[dict[str, str]]]:
    """Return the text as it goes out and what was pointed out in it, to be kept with the reply.

    given: public_text, outcome, acknowledged (False: asked and not ticked; None: nobody could be asked, as with a
    program). Raises Invalid for a refusal, and for warnings that were not acknowledged.
    """
    text = filled(session, ticket, given["public_text"], now)
    found = findings(session, ticket, text, Outcome(given["outcome"]), now)
    refused = [one for one in found if one.weight is Weight.REFUSAL]
    if refused:
        raise Invalid(
            refused[0].message, code=refused[0].code, fields={"public_text": [one.message for one in refused]}
        )
    if found and given.get("acknowledged") is False:
        raise Invalid(
            f"答复有{len(found)}处需要核对，请修改；确认无误的，勾选“已核对提醒”后再提交。",
            code="reply_unconfirmed",
            fields={
                "public_text": [one.message for one in found],
                "acknowledged": ["核对后勾选。"],
            },
        )
    return text, [{"code": one.code, "message": one.message} for one in found]
