from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from tracker.audit import rules

ENTRY = rules.Entry(
    at=datetime(2026, 11, 23, 1, tzinfo=UTC),
    actor_id=1,
    actor_name="张三",
    office_id=2,
    office_path="/440000/",
    action="reveal",
    thing="ticket",
    thing_id="20261123000001",
    detail={"field": "phone", "reason": "核实"},
    address="10.0.0.1",
)


@pytest.mark.parametrize(
    "changed",
    [
        {"at": ENTRY.at + timedelta(microseconds=1)},
        {"actor_id": None},
        {"actor_name": "李四"},
        {"office_id": 3},
        {"office_path": "/"},
        {"action": "add"},
        {"thing": "account"},
        {"thing_id": "20261123000002"},
        {"detail": {"field": "phone", "reason": "核查"}},
        {"address": None},
    ],
)
def test_the_hash_covers_every_fact(changed) -> None:
    assert rules.entry_hash(rules.GENESIS, replace(ENTRY, **changed)) != rules.entry_hash(
        rules.GENESIS, ENTRY
    )


def test_the_hash_covers_the_entry_before() -> None:
    assert rules.entry_hash(b"1" * 32, ENTRY) != rules.entry_hash(rules.GENESIS, ENTRY)


def test_the_hash_does_not_depend_on_zone_or_order() -> None:
    beijing = timezone(timedelta(hours=8))
    same = replace(ENTRY, at=ENTRY.at.astimezone(beijing), detail={"reason": "核实", "field": "phone"})
    assert rules.entry_hash(rules.GENESIS, same) == rules.entry_hash(rules.GENESIS, ENTRY)


def test_what_a_database_cannot_hold_is_dropped() -> None:
    assert rules.storable("a\x00b\ud800c", 3) == "abc"
    assert rules.storable("木棉花开", 2) == "木棉"


def test_an_action_without_words_is_shown_by_name() -> None:
    assert rules.label("sign_in") == "登录"
    assert rules.label("new_verb") == "new_verb"
