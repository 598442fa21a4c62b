from datetime import date

import pytest

from tracker.supervision.rules import Case, Measure, Row, Sort, propose

ON = date(2026, 3, 2)
ROWS = [
    Row("again", Sort.SPECIAL, Measure.CORRECTED, 1, frozenset(), "{body}被纠正{n}次", ON),
    Row("grave", Sort.SINGLE, Measure.ALWAYS, 0, frozenset("AB"), "{category}属重点", ON),
    Row("later", Sort.SINGLE, Measure.REPEATS, 1, frozenset(), "重复{n}次", date(2026, 4, 1)),
    Row("general", Sort.REMIND, Measure.ALWAYS, 0, frozenset(), "一般问题", ON),
]


def case(letter: str = "E", body: str = "某局", **counts: int) -> Case:
    return Case(letter, body, "“程序”类", {Measure(name): n for name, n in counts.items()})


@pytest.mark.parametrize(
    ("given", "sort", "reason"),
    [
        (case(), Sort.REMIND, "一般问题"),
        (case("A"), Sort.SINGLE, "“程序”类属重点"),
        (case("A", corrected=2), Sort.SPECIAL, "某局被纠正2次"),
        (case("", ""), Sort.REMIND, "一般问题"),
        (case(body="", corrected=1), Sort.SPECIAL, "被反映单位被纠正1次"),
        (case(repeats=5), Sort.REMIND, "一般问题"),
    ],
)
def test_the_first_row_that_fits_proposes(given: Case, sort: Sort, reason: str) -> None:
    told = propose(ROWS, given, on=ON)
    assert told is not None
    assert (told.sort, told.reason) == (sort, reason)


def test_a_row_begins_on_its_day() -> None:
    told = propose(ROWS, case(repeats=1), on=date(2026, 4, 1))
    assert told is not None
    assert told.rule == "later"


def test_a_table_that_says_nothing_proposes_nothing() -> None:
    assert propose(ROWS[:2], case(), on=ON) is None
    assert propose([], case(), on=ON) is None
