import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.bodies import Bodies
from classifiers.places import DivisionRow, Places

ROWS: list[DivisionRow] = [
    ("44", "广东省", "province", None),
    ("4401", "广州市", "city", "44"),
    ("440106", "天河区", "county", "4401"),
    ("440106001", "石牌街道", "township", "440106"),
    ("440111", "白云区", "county", "4401"),
    ("4403", "深圳市", "city", "44"),
    ("440307", "龙岗区", "county", "4403"),
    ("440307001", "龙岗街道", "township", "440307"),
    ("4419", "东莞市", "city", "44"),
    ("441901", "长安镇", "township", "4419"),
    ("4420", "中山市", "city", "44"),
    ("4417", "阳江市", "city", "44"),
    ("441781", "阳春市", "county", "4417"),
    ("52", "贵州省", "province", None),
    ("5201", "贵阳市", "city", "52"),
    ("520113", "白云区", "county", "5201"),
    ("11", "北京市", "province", None),
    ("1101", "北京市", "city", "11"),
    ("110105", "朝阳区", "county", "1101"),
    ("22", "吉林省", "province", None),
    ("2201", "长春市", "city", "22"),
    ("220104", "朝阳区", "county", "2201"),
]
PLACES = Places(ROWS, "44")


def codes(text: str) -> list[str]:
    return [place.code for place in PLACES.find(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("广州市天河区石牌街道", ["440106001"]),
        ("天河石牌的店", ["440106001"]),
        ("天河 石牌", ["440106001"]),
        ("石牌的店", []),  # a short township name alone says too little
        ("广州天河石牌街那边", ["440106001"]),
        ("东莞长安的厂", ["441901"]),
        ("长安汽车坏了", []),
        ("深圳龙岗某街道", ["440307"]),
        ("白云区的城管", ["440111"]),  # the one at home
        ("贵阳市白云区", ["520113"]),
        ("朝阳区的城管", ["110105", "220104"]),  # a person picks
        ("中山路上", []),
        ("在阳春市场门口", []),
        ("阳春市某局", ["441781"]),
        ("没有地方", []),
        ("", []),
    ],
)
def test_places(text: str, expected: list[str]) -> None:
    assert codes(text) == expected


def test_an_ambiguous_name_is_less_sure_than_any_other() -> None:
    assert all(place.confidence < 0.5 for place in PLACES.find("朝阳区的城管"))
    assert PLACES.find("广州市天河区")[0].confidence > 0.9


def test_the_name_runs_from_the_province_down_and_says_no_name_twice() -> None:
    assert PLACES.find("广州市天河区")[0].name == "广东省广州市天河区"
    assert PLACES.find("北京市朝阳区")[0].name == "北京市朝阳区"


def test_the_span_covers_the_whole_chain() -> None:
    (place,) = PLACES.find("我在广州市天河区开店")
    assert place.span == (2, 8)


@pytest.mark.parametrize(
    ("text", "domain", "kind", "division"),
    [
        ("天河区市场监管局来查", "市场监管", "department", "440106"),
        ("广州市天河区的城管", "城市管理", "department", "440106"),
        ("我在广州市天河区,区市监局的人", "市场监管", "department", "440106"),
        ("东莞长安市监所", "市场监管", "outpost", "441901"),
        ("石牌街道综合执法队", "镇街综合执法", "township_team", "440106001"),
        ("交警扣了我的车", "公安交管", "department", None),
    ],
)
def test_bodies(text: str, domain: str, kind: str, division: str | None) -> None:
    body = Bodies().find(text, PLACES.find(text))[0]
    assert (body.domain, body.kind, body.division_code) == (domain, kind, division)


@pytest.mark.parametrize("text", ["消防通道被堵", "环保袋收费", "个体工商户", "应急车道"])
def test_words_that_only_look_like_a_body(text: str) -> None:
    assert Bodies().find(text, ()) == ()


def test_a_body_named_twice_is_reported_once_with_its_division() -> None:
    text = "城管来了,是广州市天河区城管"
    (body,) = Bodies().find(text, PLACES.find(text))
    assert body.division_code == "440106"


@given(st.text(alphabet="广州市天河区石牌街道白云朝阳东莞长安镇路的,", max_size=40))
def test_spans_lie_in_the_text_and_codes_are_known(text: str) -> None:
    known = {row[0] for row in ROWS}
    for place in PLACES.find(text):
        assert 0 <= place.span[0] < place.span[1] <= len(text)
        assert place.code in known
        assert 0 < place.confidence <= 1
