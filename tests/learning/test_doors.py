"""Models over HTTP and on the page: who sees, who switches, what is refused, and what stands there when nothing does."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from tests import factories
from tests.factories import MURKY, NOW, act, take_in
from tracker.learning import present, queries
from tracker.learning.queries import Week
from tracker.textmodels import queries as models
from tracker.textmodels.models import TextModel
from tracker.textmodels.rules import Kind, State
from workers.events import follow

PAGE = "/admin/models"
API = "/api/v1/models"


def told(answer) -> str:
    """Return the page as a person reads it."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


@pytest.fixture
def form(client):
    """A function that sends a form as the administrator, or as somebody else."""

    def send(path, *, who="administrator", **fields):
        return client.post(f"{PAGE}{path}", data=fields, headers=factories.headers(who))

    return send


def corrected(session: Session, n: int = 2) -> None:
    """Let the operator change one label and confirm n − 1 others."""
    for i in range(n):
        ticket = take_in(session, content=MURKY)
        pick = "C1" if i == 0 else ticket.top3[0]["code"]
        act(session, ticket, "operator", "recategorise", category=pick, reason="看过原文")
    while follow(session, NOW):
        session.flush()


def another(session: Session, **given: object) -> TextModel:
    """Return a registered model without files."""
    values = {
        "version": "2-other",
        "kind": Kind.CHALLENGER,
        "folder": "models/2-other",
        "trained_at": NOW,
        "data_sha256": "0" * 64,
        "n_rows": 10,
        "state": State.CANDIDATE,
        **given,
    }
    model = TextModel(**values)
    session.add(model)
    session.flush()
    return model


@pytest.mark.parametrize(
    ("who", "status"),
    [("administrator", 200), ("reviewer", 200), ("operator", 403), ("officer", 403), ("auditor", 403)],
)
def test_who_reads_the_models(by, who, status):
    for path in (PAGE, API, f"{API}/costs", f"{API}/drift", f"{API}/training", "/api/v1/corrections"):
        assert by(who).get(path).status_code == status


def test_the_page_before_anything_happened(by):
    text = told(by("administrator").get(PAGE))
    for words in ("还没有人工校正", "近十二周没有由系统分类的工单", "还没有人改动过系统的分类", "在用"):
        assert words in text
    assert '<svg viewBox="0 0 640' not in by("administrator").get(PAGE).text


def test_the_shipped_model_is_registered_and_in_use(by):
    found = by("administrator").get(API).get_json()
    (one,) = found["items"]
    assert (one["state"], one["kind"], found["active"], found["fault"]) == (
        "active",
        "shipped",
        one["version"],
        None,
    )
    assert 0 < one["scores"]["accuracy"] <= 1
    assert by("reviewer").get(f"{API}/{one['version']}").get_json()["version"] == one["version"]
    assert by("reviewer").get(f"{API}/nothing").status_code == 404


def test_drift_is_counted_by_week_and_by_label(session, by):
    corrected(session, 4)
    found = by("reviewer").get(f"{API}/drift").get_json()
    (week,) = found["weeks"]
    assert (week["begins_on"], week["n"], week["n_changed"], week["agreement"]) == ("2026-03-02", 4, 1, 0.75)
    (confused,) = found["confusion"]
    assert (confused["label"], confused["n"]) == ("C1", 1)
    assert found["most_corrected"] == [{"label": confused["machine_label"], "n": 4, "n_changed": 1}]
    page = by("reviewer").get(PAGE)
    assert "75%" in told(page)
    assert 'aria-labelledby="agreement-title"' in page.text
    assert "看过原文" in page.text


def test_the_chart_has_no_more_weeks_than_it_says(session, by):
    for weeks_ago in range(14):
        factories.take_in(session, now=NOW - timedelta(weeks=weeks_ago))
    weeks = by("reviewer").get(f"{API}/drift").get_json()["weeks"]
    assert [one["n"] for one in weeks] == [1] * 12
    assert (weeks[0]["begins_on"], weeks[-1]["begins_on"]) == ("2025-12-15", "2026-03-02")


def test_corrections_out_of_sight_are_not_listed_and_pages_follow(session, by):
    corrected(session, 3)
    first = by("reviewer").get("/api/v1/corrections?limit=2").get_json()
    rest = by("reviewer").get(f"/api/v1/corrections?limit=2&cursor={first['next']}").get_json()
    assert [len(first["items"]), len(rest["items"]), rest["next"]] == [2, 1, None]
    assert by("street.reviewer").get("/api/v1/corrections").get_json()["items"] == []
    assert by("street.reviewer").get(f"{API}/drift").get_json()["weeks"] == []
    number = first["items"][0]["number"]
    assert f'href="/tickets/{number}"' in by("reviewer").get(PAGE).text
    administrator = by("administrator").get(PAGE).text
    assert number in administrator
    assert f'href="/tickets/{number}"' not in administrator
    assert by("reviewer").get("/api/v1/corrections?limit=0").status_code == 422


def test_a_training_is_asked_for_and_shown(session, by, form, rung):
    answer = form("/training")
    assert answer.status_code == 409
    assert "还没有人工更正" in told(answer)
    corrected(session)
    assert form("/training", who="reviewer").status_code == 403
    assert form("/training").status_code == 303
    assert "workers.retrain.drain" in rung
    page = by("administrator").get(PAGE)
    assert "排队等候" in told(page)
    assert "models.js" in page.text
    assert by("reviewer").get(f"{API}/training").get_json()["training"]["under_way"]
    again = by("administrator").post(f"{API}/training")
    assert (again.status_code, again.get_json()["code"]) == (409, "training_under_way")


def test_costs_are_set_for_all_and_for_one_label(by, form):
    assert form("/costs", label="*", wrong="20", look="2").status_code == 303
    assert form("/costs", label="G2", wrong="3", look="1").status_code == 303
    rows = by("reviewer").get(f"{API}/costs").get_json()["items"]
    assert [(one["label"], one["wrong"], one["look"], one["changed_by"]) for one in rows] == [
        ("*", 20, 2, "林伟"),
        ("G2", 3, 1, "林伟"),
    ]
    assert "G2 态度恶劣" in told(by("administrator").get(PAGE))
    assert form("/costs", label="G2", remove="true").status_code == 303
    assert len(by("reviewer").get(f"{API}/costs").get_json()["items"]) == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"label": "*", "wrong": -1, "look": 1}, "wrong"),
        ({"label": "*", "wrong": 1, "look": 0}, "look"),
        ({"label": "*", "wrong": "nan", "look": 1}, "wrong"),
        ({"label": "*", "wrong": 1, "look": "viel"}, "look"),
        ({"label": "*", "wrong": 0.5, "look": 1}, "wrong"),
        ({"label": "*", "wrong": 0, "look": 0.01}, "wrong"),
        ({"label": "*", "wrong": 1}, "look"),
        ({"label": "Z9", "wrong": 1, "look": 1}, "label"),
        ({"label": "A", "wrong": 1, "look": 1}, "label"),
        ({"label": "*", "remove": True}, "label"),
    ],
)
def test_impossible_costs_are_refused(by, form, given, field):
    answer = by("administrator").post(f"{API}/costs", given)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "invalid")
    assert field in answer.get_json()["fields"]
    assert form("/costs", **{name: str(value) for name, value in given.items()}).status_code == 422
    assert by("administrator").get(f"{API}/costs").get_json()["items"][0]["wrong"] == 2


def test_a_refused_cost_stays_in_the_form(form):
    page = form("/costs", label="G2", wrong="0.5", look="3").text
    assert 'value="0.5"' in page
    assert 'value="3"' in page
    assert re.search(r'<option value="G2"\s+selected>', page)


def test_switching_is_for_the_administrator_with_a_reason(session, by, form):
    another(session)
    assert by("reviewer").post(f"{API}/2-other/switch", {"reason": "更好"}).status_code == 403
    assert by("administrator").post(f"{API}/2-other/switch", {}).status_code == 422
    assert by("administrator").post(f"{API}/nothing/switch", {"reason": "更好"}).status_code == 404
    broken = by("administrator").post(f"{API}/2-other/switch", {"reason": "更好"})
    assert (broken.status_code, broken.get_json()["code"]) == (409, "unusable_model")
    page = form("/2-other/switch", reason="更好")
    assert page.status_code == 409
    assert "不能启用" in told(page)
    assert form("/2-other/switch", reason="").status_code == 422


def test_a_refused_model_offers_no_switch(session, by, form):
    another(session, state=State.REFUSED, because="在64条未学过的样本上改对1条、改错9条。")
    page = by("administrator").get(PAGE)
    assert "改错9条" in told(page)
    assert "/2-other/switch" not in page.text
    assert form("/2-other/switch", reason="更好").status_code == 409


def test_a_model_in_use_that_cannot_be_loaded_is_told_on_the_page(session, by):
    shipped = models.in_use(session)
    shipped.state = State.RETIRED
    session.flush()
    another(session, state=State.ACTIVE)
    assert "无法载入" in told(by("administrator").get(PAGE))
    assert shipped.version in by("reviewer").get(API).get_json()["fault"]


def test_the_chart_keeps_inside_its_frame():
    weeks = [Week(NOW.date() + timedelta(weeks=i), 10, i) for i in range(11)]
    points = present.chart(weeks)
    for one in points:
        assert present.MARGIN <= one["x"] <= present.WIDTH - present.MARGIN
        assert present.MARGIN <= one["y"] <= present.HEIGHT - present.MARGIN
    assert [one["y"] for one in points] == sorted(one["y"] for one in points)
    assert present.chart(weeks[:1])[0]["x"] == present.WIDTH / 2
    assert present.chart([]) == []


def test_what_the_thresholds_make_of_unseen_texts_is_told_when_known(session, tmp_path: Path):
    model = another(session, thresholds={"A1": 0.5})
    assert present.outcome(model, tmp_path) is None
    (tmp_path / model.folder).mkdir(parents=True)
    lines = "label,share,right\nA1,0.9,1\nA1,0.8,0\nA1,0.1,1\nA1,0.2,1\n"
    (tmp_path / model.folder / "held_out.csv").write_text(lines, encoding="utf-8")
    assert present.outcome(model, tmp_path) == {"n": 4, "share_dispatched": 0.5, "share_wrong": 0.5}
    assert queries.latest(session, up_to=None) == []
