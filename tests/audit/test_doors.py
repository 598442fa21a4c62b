from datetime import UTC, datetime

import pytest

from tests.doors import visitor
from tracker import web
from tracker.audit import service
from tracker.permissions import SYSTEM, Actor, Role

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)


@pytest.fixture
def client(settings, database, session):
    service.record(session, SYSTEM, "reveal", "ticket", "T1", {"field": "phone", "ok": True}, now=NOW)
    session.commit()

    def make(role):
        someone = Actor(None, "某人", role, None, "/", "province")
        return visitor(settings, web.Doorway(database, lambda session, now: someone))

    return make


def test_the_log_as_json(client):
    answer = client(Role.AUDITOR).get("/api/v1/audit?action=reveal&from=2026-11-23&limit=1")
    assert answer.json["next"] is None
    entry = answer.json["items"][0]
    assert (entry["actor"], entry["label"], entry["at"]) == (
        "系统",
        "查看联系方式",
        "2026-11-23T01:00:00+00:00",
    )
    assert client(Role.AUDITOR).get("/api/v1/audit?from=x").json["code"] == "invalid"
    assert client(Role.AUDITOR).get("/api/v1/audit?from=0001-01-01").status_code == 422
    assert client(Role.AUDITOR).get("/api/v1/audit?thing_id=%00").json["code"] == "unstorable"


def test_the_log_as_a_page(client):
    auditor = client(Role.AUDITOR)
    page = auditor.get("/audit?thing=ticket&actor=&from=").text
    assert "查看联系方式" in page
    assert "ok：是；字段：phone" in page
    assert "没有符合条件的记录" in auditor.get("/audit?actor=无此人").text
    assert "筛选条件有误" in auditor.get("/audit?from=x").text


def test_filters_nobody_can_read_lead_to_no_file(client):
    auditor = client(Role.AUDITOR)
    for path in ("/audit/export.xlsx", "/audit/readings/export.xlsx"):
        assert auditor.get(f"{path}?from=2026-11-23").status_code == 200
        refused = auditor.get(f"{path}?from=x")
        assert refused.status_code == 422
        assert "筛选条件有误" in refused.text
    page = auditor.get("/audit?action=export").text
    assert "导出" in page
    assert "审计记录 查阅记录" in page
    assert "行数：" in page


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.OFFICER, Role.LEADER])
def test_the_log_is_for_auditors(client, role):
    assert client(role).get("/api/v1/audit").status_code == 403
    assert client(role).get("/audit").status_code == 403
