import itertools

import pytest

from tracker.clues.rules import (
    NEXT,
    OPEN,
    PREFIXES,
    STAGE_LABELS,
    STEP_LABELS,
    Accused,
    Place,
    Rank,
    Stage,
    Step,
    after,
    number,
    possible,
    prefix,
    receiver,
)
from tracker.errors import Conflict
from tracker.offices.rules import Level

PROVINCE = Place("440000", Level.PROVINCE, "广东省纪委监委")
CITY = Place("440100", Level.CITY, "广州市纪委监委")
COUNTY = Place("440106", Level.COUNTY, "广州市天河区纪委监委")
DONGGUAN = Place("441900", Level.CITY, "东莞市纪委监委")
ALL = (PROVINCE, CITY, COUNTY)


@pytest.mark.parametrize(
    ("rank", "level", "places", "code", "flagged"),
    [
        (Rank.STAFF, Level.COUNTY, ALL, "440106", False),
        (Rank.SECTION, Level.COUNTY, ALL, "440106", False),
        (Rank.SECTION, Level.TOWNSHIP, ALL, "440106", False),
        (Rank.DIVISION, Level.COUNTY, ALL, "440100", False),
        (Rank.BUREAU, Level.COUNTY, ALL, "440000", False),
        (Rank.MINISTERIAL, Level.COUNTY, ALL, "440000", True),
        (Rank.STAFF, Level.CITY, ALL[:2], "440100", False),
        (Rank.SECTION, Level.PROVINCE, ALL[:1], "440000", False),
        (Rank.UNKNOWN, Level.COUNTY, ALL, "440106", True),
        (Rank.UNKNOWN, Level.TOWNSHIP, ALL, "440106", True),
        (Rank.UNKNOWN, Level.CITY, ALL[:2], "440100", True),
        (Rank.SECTION, Level.TOWNSHIP, (PROVINCE, DONGGUAN), "441900", False),
        (Rank.UNKNOWN, Level.TOWNSHIP, (PROVINCE, DONGGUAN), "441900", True),
    ],
)
def test_the_receiver_follows_the_rank(rank, level, places, code, flagged):
    found = receiver(Accused(rank, level, places))
    assert (found.code, found.flagged) == (code, flagged)
    assert found.because.endswith("。")


@pytest.mark.parametrize(
    ("level", "places", "code", "flagged"),
    [
        (Level.COUNTY, ALL, "440100", False),
        (Level.CITY, ALL[:2], "440000", False),
        (Level.PROVINCE, ALL[:1], "440000", True),
        (Level.TOWNSHIP, ALL, "440100", False),
        (Level.TOWNSHIP, (PROVINCE, DONGGUAN), "440000", False),
    ],
)
def test_own_staff_goes_one_level_up(level, places, code, flagged):
    found = receiver(Accused(Rank.STAFF, level, places, is_supervision=True))
    assert (found.code, found.flagged) == (code, flagged)


def test_a_vertical_unit_goes_to_its_superior():
    found = receiver(Accused(Rank.STAFF, Level.COUNTY, ALL, is_vertical=True, superior_places=ALL[:2]))
    assert (found.code, found.flagged) == ("440100", True)
    assert receiver(Accused(Rank.STAFF, Level.COUNTY, ALL, is_vertical=True)).code == "440000"


def test_any_case_has_exactly_one_receiver_among_its_places():
    cases = itertools.product(Rank, Level, (ALL, ALL[:1], (PROVINCE, DONGGUAN)), (True, False), (True, False))
    for rank, level, places, supervision, vertical in cases:
        found = receiver(Accused(rank, level, places, is_supervision=supervision, is_vertical=vertical))
        assert found.code in {place.code for place in places}


@pytest.mark.parametrize(("stage", "step"), list(itertools.product(Stage, Step)))
def test_every_pair_is_decided(stage, step):
    if (stage, step) in NEXT:
        assert after(stage, step) is NEXT[stage, step]
        assert step in possible(stage)
    else:
        with pytest.raises(Conflict, match=STEP_LABELS[step]):
            after(stage, step)


def test_every_stage_is_reached_and_every_open_one_left():
    assert set(NEXT.values()) | {Stage.PROPOSED} == set(Stage) == set(STAGE_LABELS)
    assert {stage for stage in Stage if possible(stage)} == OPEN


def test_numbers_read_as_on_paper():
    assert number(prefix("440106"), 2026, 12) == "粤纪线〔2026〕12号"
    assert len(PREFIXES) == 31
    assert prefix("990000") == "执纪线"
