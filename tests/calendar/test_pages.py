"""The calendar's page: who may change it, what a click does, and what it says when it will not."""

import re

import pytest
from flask.testing import FlaskClient

from tests.calendar.test_changes import admin
from tests.doors import visitor
from tests.world import World, database_url, engine, world
from tracker import web
from tracker.calendar import arrange
from tracker.errors import Invalid

__all__ = ["database_url", "engine", "world"]

PAGE = "/admin/calendar"


@pytest.fixture
def client(world: World, database, settings):
    world.session.commit()

    def make(who) -> FlaskClient:
        door = web.Doorway(database, lambda session, now: who, now=lambda: world.now)
        return visitor(settings, door)

    return make


def post(client: FlaskClient, path: str, **form: str):
    token = re.search(r'name="csrf-token" content="([^"]+)"', client.get(PAGE).text)
    assert token
    return client.post(f"{PAGE}/{path}", data={"csrf_token": token[1], **form})


def cell(page: str, day: str) -> str:
    found = re.search(rf'value="{day}"\s+class="day day-([a-z-]+)', page)
    assert found, day
    return found[1]


def test_a_year_is_drawn_with_its_marks(world: World, client) -> None:
    page = client(admin(world)).get(f"{PAGE}?year=2026").text
    assert [cell(page, f"2026-10-{n:02}") for n in (1, 9, 10, 17)] == ["off", "work", "made-up", "off"]
    assert "国庆节放假" in page
    reader = client(world.officer).get(f"{PAGE}?year=2026").text
    assert 'name="day"' not in reader
    assert "还没有载入" in client(admin(world)).get(f"{PAGE}?year=2031").text


def test_a_click_turns_a_day_and_is_recorded(world: World, client) -> None:
    clerk = client(admin(world))
    done = post(clerk, "2026/day", day="2026-10-09", how="turn", why="粤府办〔2026〕1号", note="国庆节放假")
    assert done.status_code == 303
    page = clerk.get(f"{PAGE}?year=2026").text
    assert cell(page, "2026-10-09") == "off"
    assert "粤府办〔2026〕1号" in page
    assert "重算中" in page
    post(clerk, "2026/day", day="2026-10-12", how="hours", why="活动", hours="08:30-12:00")
    assert cell(clerk.get(f"{PAGE}?year=2026").text, "2026-10-12") == "hours"


def test_a_click_closes_an_office_and_the_closure_can_be_taken_back(world: World, client) -> None:
    clerk = client(admin(world))
    post(clerk, "2026/day", day="2026-09-23", how="close", why="台风停工", office="440106")
    page = clerk.get(f"{PAGE}?year=2026").text
    assert cell(page, "2026-09-23") == "shut"
    [action] = re.findall(r"/admin/calendar/(2026/closures/\d+/reopen)", page)
    assert post(clerk, action, why="").status_code == 422
    assert post(clerk, action, why="登记有误").status_code == 303
    assert cell(clerk.get(f"{PAGE}?year=2026").text, "2026-09-23") == "work"


def test_a_year_is_loaded_from_pasted_lines(world: World, client) -> None:
    clerk = client(admin(world))
    lines = "2027-10-01 至 2027-10-07 休 国庆节放假\n\n2027-10-09 班 国庆节调休上班"
    assert post(clerk, "2027/load", source="国办发明电", days=lines).status_code == 303
    page = clerk.get(f"{PAGE}?year=2027").text
    assert [cell(page, f"2027-10-{n:02}") for n in (7, 8, 9)] == ["off", "work", "made-up"]


def test_what_is_refused_is_said_on_the_page(world: World, client) -> None:
    clerk = client(admin(world))
    for path, form, said in [
        ("2026/day", {"day": "2026-10-09", "how": "turn"}, "请先填写原因"),
        ("2026/day", {"day": "x", "how": "turn", "why": "y"}, "请点选一个日期"),
        ("2026/day", {"day": "2026-10-09", "how": "hours", "why": "y", "hours": "早上"}, "工作时间应写成"),
        ("2026/day", {"day": "2026-10-09", "how": "close", "why": "y", "office": "zz"}, "没有找到这个单位"),
        ("2026/day", {"day": "2026-10-09", "how": "close", "why": "y"}, "请先选择停工的单位"),
        ("2027/load", {"days": ""}, "请填写安排的出处"),
        ("2027/load", {"source": "x", "days": "十月一日放假"}, "第 1 行看不懂"),
        ("2027/load", {"source": "x", "days": "2026-10-01 休"}, "不在 2027 年内"),
    ]:
        answer = post(clerk, path, **form)
        assert answer.status_code in {404, 422}, said
        assert said in answer.text
    assert post(client(world.officer), "2026/day", day="2026-10-09", why="x").status_code == 403


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2027-02-30 休", "line_unreadable"),
        ("2027-10-07 至 2027-10-01 休", "bad_span"),
        ("2027-10-01 休\n2027-10-01 班", "duplicate_day"),
        ("\n" * 300, "too_many_lines"),
    ],
)
def test_lines_that_cannot_be_taken(text: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        arrange.read(text)
    assert refused.value.code == code
