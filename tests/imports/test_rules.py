import pytest

from tracker.imports import rules
from tracker.tickets.schemas import TicketIn


def test_headers_in_either_language() -> None:
    header = ["ID", "标题", "content", "label", "联系电话"]
    where = rules.columns(header, rules.COMPLAINT_COLUMNS)
    assert where == {"source_no": 0, "title": 1, "content": 2, "phone": 4}
    assert rules.pick([" 7 ", "", "text"], where) == {"source_no": "7", "content": "text"}


def test_rows_become_what_intake_takes() -> None:
    values = {
        "content": "内容",
        "kind": "咨询",
        "title": "长" * 300,
        "occurred_at": "2026/3/1 09:30",
        "respondent": "某局",
        "phone": "13800001111",
        "hide_identity": "是",
        "urgent": "否",
    }
    intake = rules.intake(values, channel="12345")
    assert (intake["kind"], intake["urgent"], len(str(intake["title"]))) == ("enquiry", False, 200)
    assert intake["content"] == "长" * 300 + "\n内容", "what does not fit into the title is not lost"
    assert intake["complainant"] == {"phone": "13800001111", "hide_identity": True}
    assert intake["respondent"] == {"name": "某局", "officer_cert_no": None}


def test_every_state_has_a_label() -> None:
    assert set(rules.BATCH_LABELS) == set(rules.BatchState)


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("2019/2/28 11:25:05", "2019-02-28T11:25:05+08:00"),
        ("2026-03-01 9:30", "2026-03-01T09:30:00+08:00"),
        ("2026年3月1日", "2026-03-01T00:00:00+08:00"),
        ("2026.3.1", "2026-03-01T00:00:00+08:00"),
        ("2026-03-01T09:30:00+00:00", "2026-03-01T09:30:00+00:00"),
    ],
)
def test_moments_as_people_write_them(written: str, iso: str) -> None:
    row = rules.intake({"content": "x", "received_at": written}, channel="12345")
    assert TicketIn().load(row)["received_at"].isoformat() == iso


def test_other_words_are_passed_on_to_be_refused() -> None:
    assert rules.iso_moment("上周三") == "上周三"
