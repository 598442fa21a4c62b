"""A receipt proves itself, and nothing that was touched does."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.clues.desks import forwarded, set_up
from tests.clues.sides import Sides
from tracker.clues import receipt as proving
from tracker.errors import Invalid


def signed(sides: Sides) -> tuple[str, dict]:
    number = sides.sent()
    liaison = sides.liaison()
    assert liaison.act(number, "sign").status_code == 200
    answer = liaison.get(f"/api/v1/clues/{number}/receipt")
    kept_as = answer.headers["Content-Disposition"]
    assert kept_as.startswith("attachment")
    assert kept_as.isascii()  # or a real server refuses the header
    return number, answer.json


def verify(sides: Sides, told: dict | bytes) -> str:
    raw = told if isinstance(told, bytes) else json.dumps(told, ensure_ascii=False).encode()
    with sides.office.unit_of_work() as session:
        return proving.verify(session, raw)


def test_a_receipt_proves_who_received_what_and_when(sides: Sides) -> None:
    number, told = signed(sides)
    words = verify(sides, told)
    assert words.startswith("回执有效：广州市天河区纪委监委于")
    assert number in words
    assert "陈纪明" in words
    seen = sides.by("officer").get(f"/api/v1/clues/{number}").json["receipt"]
    assert (seen["holds"], seen["signed"]) == (True, True)


def test_the_page_and_its_file_say_the_same(sides: Sides) -> None:
    number, told = signed(sides)
    headers = {"Authorization": f"Bearer {sides.liaisons['jw.tianhe']['token']}"}
    page = sides.desk_client.get(f"/clues/{number}/receipt", headers=headers).text
    assert told["signature"] in page
    assert '/receipt.json"' in page
    assert sides.desk_client.get(f"/clues/{number}/receipt.json", headers=headers).json == told


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"signed_by": "别人"}, "bad_signature"),
        ({"signed_at": "2026-03-01T00:00:00+00:00"}, "bad_signature"),
        ({"digest": "00" * 32}, "bad_signature"),
        ({"signature": "00" * 64}, "bad_signature"),
        ({"signature": "00"}, "bad_signature"),
        ({"generation": 99}, "unknown_key"),
        ({"generation": True}, "no_receipt"),
        ({"generation": 2**40}, "no_receipt"),
        ({"number": "粤纪线〔2026〕99999号"}, "never_sent"),
        ({"commission_code": "440100"}, "other_commission"),
        ({"signed_at": "2026-03-01T00:00:00"}, "no_receipt"),
        ({"digest": "zz"}, "no_receipt"),
        ({"digest": None}, "no_receipt"),
        ({"format": "clue-receipt/9"}, "no_receipt"),
        ({"commission": "广东省纪委监委"}, "altered_file"),
        ({"commission": None}, "altered_file"),
        ({"receipt_hash": "00" * 32}, "altered_file"),
        ({"note": "已全部查实"}, "altered_file"),
        ({"number ": "粤纪线〔2026〕1号"}, "altered_file"),
    ],
)
def test_a_changed_receipt_proves_nothing(sides: Sides, change, code) -> None:
    _, told = signed(sides)
    with pytest.raises(Invalid) as refused:
        verify(sides, {**told, **change})
    assert refused.value.code == code


def test_a_field_left_out_or_said_twice_is_no_receipt(sides: Sides) -> None:
    _, told = signed(sides)
    twice = json.dumps(told, ensure_ascii=False).replace("{", '{"signed_by": "别人", ', 1)
    for raw in (
        {**told, "digest": told["digest"].upper()},
        {k: v for k, v in told.items() if k != "receipt_hash"},
    ):
        with pytest.raises(Invalid) as refused:
            verify(sides, raw)
        assert refused.value.code == "altered_file"
    for raw in (twice.encode(), {k: v for k, v in told.items() if k != "commission"}):
        with pytest.raises(Invalid) as refused:
            verify(sides, raw)
        assert refused.value.code == "no_receipt"


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b"\xff\xfe", b"[" * 100_000, b"x" * 70_000])
def test_what_is_no_receipt_is_told_so(sides: Sides, raw) -> None:
    with pytest.raises(Invalid) as refused:
        verify(sides, raw)
    assert refused.value.code == "no_receipt"


def test_the_receipt_of_another_clue_does_not_stand_for_this_one(sides: Sides) -> None:
    _, told = signed(sides)
    other = sides.sent()
    with pytest.raises(Invalid, match="签名"):
        verify(sides, {**told, "number": other})


def test_a_receipt_signed_for_other_content_is_found_out(sides: Sides) -> None:
    number, told = signed(sides)
    with sides.owner.begin() as connection:
        kept = connection.scalar(text("SELECT package_digest FROM clue WHERE number = :n"), {"n": number})
        change = text("UPDATE clue SET package_digest = :d WHERE number = :n")
        connection.execute(change, {"n": number, "d": b"\0" * 32})
    with pytest.raises(Invalid, match="与本系统发送的不一致"):
        verify(sides, told)
    with sides.owner.begin() as connection:
        connection.execute(change, {"n": number, "d": kept})


def test_a_key_that_had_ended_signs_no_longer(sides: Sides) -> None:
    number, told = signed(sides)
    with sides.owner.begin() as connection:
        ended = text("UPDATE discipline.commission_key SET ended_at = :at WHERE commission_code = '440106'")
        connection.execute(ended, {"at": sides.clock() - timedelta(days=1)})
    try:
        with pytest.raises(Invalid) as refused:
            verify(sides, told)
        assert refused.value.code == "key_not_in_use"
    finally:
        with sides.owner.begin() as connection:
            connection.execute(ended, {"at": None})
    assert number in verify(sides, told)


def test_the_receipt_after_forwarding_is_not_for_what_we_sealed(sides: Sides) -> None:
    desk, _ = set_up(sides, "440104", "jw.first")
    desk.settled()
    number = forwarded(sides, "440104")
    desk.post(f"/clues/{number}/actions/sign")
    told = desk.client.get(f"/clues/{number}/receipt.json").json
    with pytest.raises(Invalid, match="转送"):
        verify(sides, told)


def test_a_receipt_without_its_signature_does_not_pass_for_a_signed_one(sides: Sides) -> None:
    number, _ = signed(sides)
    with sides.owner.begin() as connection:
        strip = text("UPDATE discipline.package SET receipt_signature = :s WHERE number = :n")
        connection.execute(strip, {"n": number, "s": b"\0" * 64})
    assert sides.by("officer").get(f"/api/v1/clues/{number}").json["receipt"]["holds"] is False
