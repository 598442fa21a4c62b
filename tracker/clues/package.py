"""What a package says: 移送函, 线索登记表, 核查报告, evidence list, approval record — and, apart, the complainant."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from tracker.clock import local, local_date
from tracker.clues import queries, redaction
from tracker.clues.evidence import Sealed
from tracker.clues.models import NAMED, Clue
from tracker.clues.redaction import Hider
from tracker.clues.rules import RANK_LABELS, STEP_LABELS, Rank, Step
from tracker.fields import cipher
from tracker.tickets import queries as tickets
from tracker.tickets.models import Ticket

FORMAT = "clue-package/1"
BASIS = "《中华人民共和国监察法》关于移送问题线索的规定、《行政执法监督条例》"
RETIMED = "retimed"
READINGS = {"read": "查阅草稿", "evidence": "查阅证据", RETIMED: "时限重算"}
"""Readings of the draft, and deadlines counted again; logged, but no part of the approval record that travels."""


def step_label(step: str) -> str:
    """Return the word for a step or reading of the record."""
    if step == "propose":
        return "提出移送"
    return READINGS.get(step) or STEP_LABELS[Step(step)]


def yuan(amount_fen: int | None) -> str:
    """Return an amount in 分 as "12,000.00元", "" for none."""
    return f"{amount_fen / 100:,.2f}元" if amount_fen else ""


def draft(session: Session, clue: Clue) -> dict[str, Any] | None:
    """Return the draft in clear, None once it was wiped; logs nothing."""
    text = cipher(session).open(clue.draft_sealed)
    if not text:
        return None
    clear: dict[str, Any] = json.loads(text)
    clear.pop(NAMED, None)
    clear["rank_label"] = RANK_LABELS[Rank(clear["rank"])]
    clear["amount"] = yuan(clear["amount_fen"])
    return clear


def document(session: Session, clue: Clue, files: Sequence[Sealed], now: datetime) -> bytes:
    """Return the JSON (UTF-8) that is sealed to the receiver; the files' keys are in it, the complainant is not."""
    hide = redaction.in_package(session, clue.ticket_id)
    facts = draft(session, clue) or {}
    report = hide(facts.pop("report", ""))
    content = {
        "format": FORMAT,
        "letter": _letter(clue, now),
        "register": {
            **redaction.leaving(facts, hide),
            "ticket": queries.ticket_number(session, clue),
            "found_at": local(clue.proposed_at).isoformat(),
        },
        "report": report,
        "evidence": [{**asdict(one.label), "name": hide(one.label.name), "key": one.key} for one in files],
        "approval": _approval(session, clue, hide),
    }
    return json.dumps(content, ensure_ascii=False).encode()


def _letter(clue: Clue, now: datetime) -> dict[str, Any]:
    on = local_date(now)
    return {
        "number": clue.number,
        "date": f"{on.year}年{on.month}月{on.day}日",
        "basis": BASIS,
        "receiver": clue.receiver_name,
        "receiver_code": clue.receiver_code,
        "because": clue.because,
        "flagged": clue.flagged,
        "sender": clue.office.name,
        "text": "我单位在行政执法监督工作中发现有关人员涉嫌违纪或者职务违法的问题线索，经两名承办人核查、单位负责人批准，"
        "现将线索材料移送你机关，请依规依纪依法处理，并将可以告知的办理结果反馈我单位。",
    }


def _approval(session: Session, clue: Clue, hide: Hider) -> list[dict[str, Any]]:
    return [
        {
            "step": entry.step,
            "label": step_label(entry.step),
            "who": entry.account_name,
            "at": local(entry.at).isoformat(timespec="seconds"),
            "opinion": hide(opinion),
        }
        for entry, opinion in queries.entries(session, clue)
        if entry.step not in READINGS
    ]


def identity(session: Session, clue: Clue) -> bytes | None:
    """Return the JSON of the second envelope, or None when the complaint was anonymous."""
    found = tickets.complainant(session, session.get_one(Ticket, clue.ticket_id))
    if found is None:
        return None
    opened = cipher(session)
    told = {
        "name": opened.open(found.name_sealed),
        "phone": opened.open(found.phone_sealed),
        "id_no": opened.open(found.id_no_sealed),
    }
    if not any(told.values()):
        return None
    facts = {**told, "anonymous": found.anonymous, "hide_identity": found.hide_identity}
    return json.dumps(facts, ensure_ascii=False).encode()
