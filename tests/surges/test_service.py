"""The job against a real database: what is counted, what is opened, told once, kept up to date and closed."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from tests.factories import NOW, person
from tests.surges.made import COUNTY, NEIGHBOUR, STREET, TODAY, quiet_weeks, tickets
from tracker.errors import NotAllowed, NotFound
from tracker.notices.models import Notice
from tracker.surges import queries, service
from tracker.surges.models import SurgeAlarm, SurgeCount
from tracker.tickets.models import Ticket
from workers.surges import one_round

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def run(session, now=NOW):
    """Work until nothing is left to do, as the job does."""
    while one_round(session, now):
        session.flush()
    session.expire_all()


def alarms(session):
    return session.scalars(select(SurgeAlarm).order_by(SurgeAlarm.id)).all()


def told(session):
    return session.scalars(select(Notice).where(Notice.kind == "surge").order_by(Notice.id)).all()


def counted(session, day, division=STREET, category="B1"):
    found = session.get(SurgeCount, (category, division, day), populate_existing=True)
    return (found.n_tickets, found.n_people) if found else (0, 0)


@pytest.fixture
def surge(session):
    """A quiet quarter, then fifteen complaints on the street this morning."""
    quiet_weeks(session)
    return tickets(session, TODAY, 15)


def test_quiet_weeks_raise_nothing(session):
    quiet_weeks(session)
    run(session)
    assert alarms(session) == []
    assert told(session) == []


def test_no_tickets_at_all_raise_nothing(session):
    run(session)
    assert alarms(session) == []


def test_a_surge_is_opened_once_for_the_office_of_the_place(session, surge):
    run(session)
    (alarm,) = alarms(session)
    assert (alarm.category_code, alarm.division_code, alarm.level) == ("B1", STREET, "red")
    assert (alarm.first_on, alarm.last_on, alarm.seen, alarm.n_tickets) == (TODAY, TODAY, 15, 15)
    assert 0.5 < alarm.expected < 1.5
    assert alarm.chart["seen"][-1] == 15
    assert len(alarm.chart["seen"]) == len(alarm.chart["upper"]) == 63
    (notice,) = told(session)
    assert notice.office_id == alarm.office_id
    assert "石牌街道" in notice.text
    assert "今天已有 15 件" in notice.text


def test_the_job_twice_is_the_job_once(session, surge):
    run(session)
    before = [(one.id, one.seen, one.updated_at, one.chart) for one in alarms(session)]
    every = select(SurgeCount.category_code, SurgeCount.day, SurgeCount.n_people)
    counts = set(session.execute(every))
    run(session)
    run(session, NOW + HOUR)
    assert [(one.id, one.seen, one.updated_at, one.chart) for one in alarms(session)] == before
    assert set(session.execute(every)) == counts
    assert len(told(session)) == 1


def test_within_the_hour_nothing_is_done(session, surge):
    assert service.advance(session, now=NOW) == 1
    assert service.advance(session, now=NOW + HOUR / 2) == 0
    assert service.advance(session, now=NOW + HOUR) == 1


def test_more_during_the_day_changes_the_figures_and_tells_nobody_again(session, surge):
    run(session)
    tickets(session, TODAY, 5, hour=14)
    run(session, NOW + 5 * HOUR)
    (alarm,) = alarms(session)
    assert alarm.seen == 20
    assert len(told(session)) == 1


def test_it_goes_on_the_next_day_under_the_same_alarm_and_ends_after_two_normal_days(session, surge):
    run(session)
    tickets(session, TODAY + DAY, 12)
    run(session, NOW + DAY)
    (alarm,) = alarms(session)
    assert (alarm.first_on, alarm.last_on, alarm.closed_at) == (TODAY, TODAY + DAY, None)
    for later in (2, 3):
        tickets(session, TODAY + later * DAY, 1)
        run(session, NOW + later * DAY)
        assert alarms(session)[0].closed_at is None
    run(session, NOW + 4 * DAY)
    (alarm,) = alarms(session)
    assert alarm.closed_at == NOW + 4 * DAY
    assert alarm.last_on == TODAY + DAY
    assert len(told(session)) == 1


def test_what_flares_up_again_soon_is_the_same_alarm(session, surge):
    run(session)
    for later in (1, 2, 3):
        run(session, NOW + later * DAY)
    assert alarms(session)[0].closed_at is not None
    tickets(session, TODAY + 5 * DAY, 15)
    run(session, NOW + 5 * DAY)
    (alarm,) = alarms(session)
    assert alarm.closed_at is None
    assert len(told(session)) == 1


def test_a_surge_long_after_is_another_alarm(session, surge):
    run(session)
    run(session, NOW + 4 * DAY)
    for later in range(1, 20):
        tickets(session, TODAY + later * DAY, 1)
    tickets(session, TODAY + 20 * DAY, 15)
    run(session, NOW + 20 * DAY)
    assert [one.first_on for one in alarms(session)] == [TODAY, TODAY + 20 * DAY]
    assert len(told(session)) == 2


def test_late_arrivals_correct_an_earlier_day_and_still_raise_their_alarm(session):
    quiet_weeks(session)
    run(session)
    assert counted(session, TODAY - 2 * DAY) == (1, 1)
    tickets(session, TODAY - 2 * DAY, 15)
    run(session, NOW + HOUR)
    assert counted(session, TODAY - 2 * DAY) == (16, 16)
    (alarm,) = alarms(session)
    assert alarm.on == TODAY - 2 * DAY
    assert len(told(session)) == 1
    assert "2月28日" in told(session)[0].text


def test_a_changed_category_is_counted_where_it_belongs(session, surge):
    run(session)
    session.execute(update(Ticket).where(Ticket.id.in_(surge)).values(category_code="C1"))
    run(session, NOW + HOUR)
    assert counted(session, TODAY) == (0, 0)
    assert counted(session, TODAY, category="C1") == (15, 15)


def test_older_days_are_corrected_once_a_day(session):
    quiet_weeks(session)
    run(session)
    tickets(session, TODAY - 30 * DAY, 4)
    run(session, NOW + HOUR)
    assert counted(session, TODAY - 30 * DAY) == (1, 1)
    run(session, NOW + DAY)
    assert counted(session, TODAY - 30 * DAY) == (5, 5)


def test_one_person_with_many_tickets_is_one(session):
    quiet_weeks(session)
    tickets(session, TODAY, 30, phone=b"the index of one telephone")
    run(session)
    assert counted(session, TODAY) == (30, 1)
    assert alarms(session) == []


def test_days_are_those_of_shanghai_and_findings_do_not_count(session):
    quiet_weeks(session)
    tickets(session, TODAY, 2, hour=0)
    tickets(session, TODAY - DAY, 3, hour=23)
    tickets(session, TODAY, 40, kind="finding")
    run(session)
    assert counted(session, TODAY) == (2, 2)
    assert counted(session, TODAY - DAY) == (4, 4)
    assert alarms(session) == []


def test_without_a_place_a_ticket_counts_where_its_office_is(session):
    tickets(session, TODAY, 3, division=None, office=NEIGHBOUR)
    run(session)
    assert counted(session, TODAY, NEIGHBOUR) == (3, 3)


def test_spread_over_streets_it_is_the_county_s(session):
    quiet_weeks(session)
    streets = session.scalars(
        select(queries.Division.code).where(
            queries.Division.parent_code == COUNTY, queries.Division.is_special.is_(False)
        )
    ).all()
    for code in streets[:15]:
        tickets(session, TODAY, 2, division=code)
    run(session)
    (alarm,) = alarms(session)
    assert alarm.division_code == COUNTY
    assert len(alarm.parts) in (0, 2)


def test_an_answer_is_kept_and_counted(session, surge):
    run(session)
    (alarm,) = alarms(session)
    leader = person(session, "leader")
    assert queries.n_unanswered(session, leader, now=NOW) == 1
    service.answer(session, leader, alarm.id, remark="集中导入所致", is_false=True, now=NOW)
    assert (alarm.answered_by_name, alarm.is_false, alarm.remark) == ("郑启明", True, "集中导入所致")
    assert queries.n_unanswered(session, leader, now=NOW) == 0
    assert queries.record(session, leader, now=NOW) == queries.Record(1, 1, 1)
    service.answer(session, leader, alarm.id, remark="确有其事", is_false=False, now=NOW)
    assert queries.record(session, leader, now=NOW) == queries.Record(1, 1, 0)


def test_only_those_above_the_place_see_it(session, surge):
    run(session)
    (alarm,) = alarms(session)
    for login in ("street.reviewer", "reviewer", "arbiter", "leader", "administrator"):
        assert service.find(session, person(session, login), alarm.id) is alarm
        assert list(queries.opened(session, person(session, login))) == [alarm]
    neighbour = person(session, "neighbour")
    assert list(queries.opened(session, neighbour)) == []
    with pytest.raises(NotAllowed):
        service.find(session, neighbour, alarm.id)
    city = person(session, "city.reviewer")
    elsewhere = type(city)(**{**vars(city), "office_path": "/440000/440200/"})
    with pytest.raises(NotFound):
        service.answer(session, elsewhere, alarm.id, remark="越权", is_false=False, now=NOW)
    with pytest.raises(NotAllowed):
        service.answer(
            session, person(session, "administrator"), alarm.id, remark="试", is_false=True, now=NOW
        )
