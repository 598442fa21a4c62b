from collections import Counter
from functools import cache

import pytest

from tracker.offices import registry
from tracker.offices.rules import BodyKind, Domain, Level

PLACES = registry.places()


@cache
def bodies() -> dict[str, registry.Entry]:
    """Every body by its code; made when the first test asks, which most processes of a run never do."""
    return {entry.code: entry for entry in registry.entries(registry.within(""))}


def test_counts_are_those_of_the_source() -> None:
    assert Counter(place.level for place in PLACES.values()) == {
        Level.PROVINCE: 31,
        Level.CITY: 333,
        Level.COUNTY: 2974,
        Level.TOWNSHIP: 1757,
    }
    guangdong = [place for place in PLACES.values() if place.code.startswith("44")]
    assert Counter(place.level for place in guangdong)[Level.CITY] == 21
    assert Counter(place.level for place in guangdong)[Level.COUNTY] == 122


@pytest.mark.parametrize(
    ("code", "parent", "level"),
    [
        ("441900119", "441900", Level.TOWNSHIP),  # 东莞 has no county level
        ("442000118", "442000", Level.TOWNSHIP),  # nor has 中山
        ("110105", "110000", Level.COUNTY),
        ("429004", "420000", Level.COUNTY),
        ("440106006", "440106", Level.TOWNSHIP),
    ],
)
def test_who_hangs_under_whom(code: str, parent: str, level: Level) -> None:
    assert (PLACES[code].parent_code, PLACES[code].level) == (parent, level)


@pytest.mark.parametrize(
    ("code", "name", "kind", "superior"),
    [
        ("440000-SF", "广东省司法厅", BodyKind.SUPERVISION, None),
        ("440106-SF", "广州市天河区司法局", BodyKind.SUPERVISION, "440100-SF"),
        ("440106006-SF", "广州市天河区石牌街道司法所", BodyKind.SUPERVISION, "440106-SF"),
        ("441900119-SF", "东莞市长安镇司法所", BodyKind.SUPERVISION, "441900-SF"),
        ("440106-ZF", "广州市天河区人民政府", BodyKind.GOVERNMENT, "440100-ZF"),
        ("440106006-ZF", "广州市天河区石牌街道办事处", BodyKind.OUTPOST, "440106-ZF"),
        ("441900119-ZF", "东莞市长安镇人民政府", BodyKind.GOVERNMENT, "441900-ZF"),
        ("652900-ZF", "阿克苏地区行政公署", BodyKind.OUTPOST, "650000-ZF"),
        ("440106-ST", "广州市生态环境局天河区分局", BodyKind.OUTPOST, "440100-ST"),
        ("441322-ST", "惠州市生态环境局博罗分局", BodyKind.OUTPOST, "441300-ST"),
        ("440232-ST", "韶关市生态环境局乳源分局", BodyKind.OUTPOST, "440200-ST"),
        ("441502-ST", "汕尾市生态环境局城区分局", BodyKind.OUTPOST, "441500-ST"),
        ("429004-ST", "仙桃市生态环境局", BodyKind.DEPARTMENT, "420000-ST"),
        ("440305-SC", "深圳市市场监督管理局南山监管局", BodyKind.OUTPOST, "440300-SC"),
        ("440100-CG", "广州市城市管理和综合执法局", BodyKind.DEPARTMENT, "440000-ZJ"),
        ("441322-JJ", "博罗县公安局交通警察大队", BodyKind.DEPARTMENT, "441300-JJ"),
        ("440106006-ZD", "广州市天河区石牌街道综合行政执法队", BodyKind.TOWNSHIP_TEAM, "440106006-ZF"),
        ("441900401-GW", "东莞市松山湖管理委员会", BodyKind.OUTPOST, "441900-ZF"),
    ],
)
def test_real_names_and_lines_of_report(code: str, name: str, kind: BodyKind, superior: str | None) -> None:
    body = bodies()[code]
    assert (body.name, body.kind, body.superior_code) == (name, kind, superior)


def test_names_are_unique() -> None:
    assert [
        name for name, times in Counter(body.name for body in bodies().values()).items() if times > 1
    ] == []


def test_only_tax_fire_and_tobacco_are_vertical() -> None:
    assert {body.code.split("-")[1] for body in bodies().values() if body.is_vertical} == {"SW", "XF", "YC"}


def test_everyone_but_a_province_looks_up_to_someone_who_comes_earlier() -> None:
    earlier: set[str] = set()
    for body in bodies().values():
        if body.superior_code is None:
            assert body.place.level is Level.PROVINCE
        else:
            assert body.superior_code in earlier
        earlier.add(body.code)


def test_every_county_of_guangdong_has_a_body_of_every_domain() -> None:
    for place in PLACES.values():
        if place.code.startswith("44") and place.level is Level.COUNTY:
            have = {body.domain for body in bodies().values() if body.place is place}
            assert have == set(Domain) - {Domain.TOWNSHIP}, place.full_name


def test_farms_and_prisons_have_neither_office_nor_body() -> None:
    idle = {place.code for place in PLACES.values() if place.sort == "waste"}
    assert idle
    assert not idle & {body.place.code for body in bodies().values()}


def test_no_short_name_means_two_trades() -> None:
    listed = [alias for trade in registry.trades().values() for alias in trade.aliases]
    assert len(listed) == len(set(listed))


def test_within_keeps_the_ancestors() -> None:
    assert [place.code for place in registry.within("440106006")] == [
        "440000",
        "440100",
        "440106",
        "440106006",
    ]
