"""群体诉求 over HTTP: pages, JSON, and who sees what."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.groups.test_service import MIXER, drain, take
from tests.seeded import Caller
from tracker.tickets.models import Ticket

GROUPS = "/api/v1/groups"
By = Callable[[str | None], Caller]


@pytest.fixture
def mixer(session: Session) -> list[Ticket]:
    """Four tickets about one matter, grouped."""
    found = take(session, *MIXER)
    drain(session)
    return found


def test_groups_as_json(mixer: list[Ticket], by: By) -> None:
    listed = by("operator").get(GROUPS).get_json()
    assert listed["next"] is None
    (group,) = listed["items"]
    assert (group["number"], group["n_tickets"], group["n_people"]) == (mixer[0].number, 4, 4)
    assert sum(one["n"] for one in group["trend"]) == 4
    at = f"{GROUPS}/{mixer[2].number}"
    assert by("operator").get(at).get_json()["number"] == mixer[0].number
    page = by("operator").get(f"{at}/tickets?limit=3").get_json()
    rest = by("operator").get(f"{at}/tickets?limit=3&cursor={page['next']}").get_json()
    assert [one["number"] for one in page["items"] + rest["items"]] == [one.number for one in mixer[::-1]]
    assert rest["next"] is None


def test_taking_out_and_putting_back_over_json(mixer: list[Ticket], by: By) -> None:
    at = f"{GROUPS}/{mixer[3].number}"
    assert by("officer").post(f"{at}/leave").status_code == 403
    assert by("operator").post(f"{at}/leave").get_json()["n_tickets"] == 1
    assert by("operator").post(f"{at}/leave").get_json()["code"] == "not_grouped"
    back = by("operator").post(f"{GROUPS}/{mixer[0].number}/tickets", {"number": mixer[3].number})
    assert back.get_json()["n_tickets"] == 4
    assert by("operator").post(f"{GROUPS}/{mixer[0].number}/tickets", {}).status_code == 422


@pytest.mark.parametrize(
    ("login", "status"), [("neighbour", 404), ("administrator", 403), ("liaison", 401), (None, 401)]
)
def test_who_sees_a_group(mixer: list[Ticket], by: By, login: str | None, status: int) -> None:
    assert by(login).get(f"{GROUPS}/{mixer[0].number}").status_code == status


def test_strange_questions_are_refused(mixer: list[Ticket], by: By) -> None:
    for query in ("days=5", "days=x", "limit=0", "cursor=x", "cursor=1e400_1"):
        assert by("operator").get(f"{GROUPS}?{query}").status_code == 422, query
    assert by("operator").get(f"{GROUPS}/{mixer[0].number}/tickets?cursor=-1").status_code == 422
    assert by("operator").get(f"{GROUPS}/1").status_code == 404


def test_a_ticket_not_grouped_yet_says_so(session: Session, by: By) -> None:
    (ticket,) = take(session, MIXER[0])
    answer = by("operator").get(f"{GROUPS}/{ticket.number}")
    assert (answer.status_code, answer.get_json()["code"]) == (404, "not_grouped_yet")


def test_the_pages(mixer: list[Ticket], client: FlaskClient, by: By) -> None:
    operator = by("operator")
    listed = operator.get("/groups").text
    assert f'href="/groups/{mixer[0].number}"' in listed
    assert "<rect " in listed
    assert not re.search(r"<(script|style)(?![^>]*src=)[^>]*>\s*\S|style=", listed)
    shown = operator.get(f"/groups/{mixer[0].number}").text
    assert all(f'href="/tickets/{one.number}"' in shown for one in mixer)
    assert "移出" in shown
    assert "移出" not in by("officer").get(f"/groups/{mixer[0].number}").text
    panel = operator.get(f"/tickets/{mixer[1].number}").text
    assert "同一事项 4 件，4 名诉求人" in panel
    assert 'href="/groups"' in panel
    assert "这段时间没有群体诉求" in by("neighbour").get("/groups").text
    assert operator.get("/groups?days=5").status_code == 422
