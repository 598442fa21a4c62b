"""Which place a text means."""

import pytest

from classifiers.places import Place
from tracker.routing.whereabouts import settle

PATHS = {
    "440100": ("440000", "440100"),
    "440106": ("440000", "440100", "440106"),
    "440106006": ("440000", "440100", "440106", "440106006"),
    "440106007": ("440000", "440100", "440106", "440106007"),
    "440111": ("440000", "440100", "440111"),
    "440305": ("440000", "440300", "440305"),
    "430100": ("430000", "430100"),
}
LEVELS = {6: "county", 9: "township"}
HOME = "/440000/440100/"


def _named(code: str, confidence: float = 0.9, at: int = 0) -> Place:
    level = "city" if code.endswith("00") else LEVELS[len(code)]
    return Place(code, code, level, PATHS[code], confidence, (at, at + 3))


@pytest.mark.parametrize(
    ("mentions", "code", "candidates"),
    [
        ([], None, ()),
        ([_named("440106")], "440106", ()),
        ([_named("440100"), _named("440106006", at=5)], "440106006", ()),
        ([_named("440106006"), _named("440106", at=9)], "440106006", ()),
        ([_named("440106006"), _named("440106007", at=9)], "440106", ()),
        ([_named("440106"), _named("440111", at=9)], None, ("440106", "440111")),
        ([_named("440106"), _named("440305", at=9)], "440106", ()),
        ([_named("430100")], "430100", ()),
        ([_named("440106", 0.25), _named("440305", 0.25)], "440106", ()),
        ([_named("440106", 0.2), _named("440111", 0.2)], None, ("440106", "440111")),
        ([_named("440305", 0.2), _named("430100", 0.2)], None, ("440305", "430100")),
        ([_named("440100"), _named("440106", 0.2, 9), _named("440305", 0.2, 9)], "440106", ()),
    ],
)
def test_settling(mentions: list[Place], code: str | None, candidates: tuple[str, ...]) -> None:
    assert settle(mentions, HOME) == (code, candidates)


DISTRICT = "/440000/440100/440111/"


@pytest.mark.parametrize(
    ("mentions", "code", "candidates"),
    [
        ([_named("440111"), _named("440106", at=9)], None, ("440111", "440106")),
        ([_named("440106"), _named("440305", at=9)], "440106", ()),
        ([_named("440111", 0.2), _named("440305", 0.2)], "440111", ()),
        ([_named("440106", 0.2), _named("440305", 0.2)], "440106", ()),
        ([_named("440305", 0.2), _named("430100", 0.2)], None, ("440305", "430100")),
    ],
)
def test_a_district_office_prefers_its_city_but_not_itself_among_certain_places(
    mentions: list[Place], code: str | None, candidates: tuple[str, ...]
) -> None:
    assert settle(mentions, DISTRICT) == (code, candidates)


def test_without_a_home_nothing_is_preferred() -> None:
    assert settle([_named("440106"), _named("440305", at=9)], "/") == (None, ("440106", "440305"))
