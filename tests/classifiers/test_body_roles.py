import pytest

from classifiers.bodies import Bodies
from classifiers.places import Places
from tracker.tickets.engine import division_rows

PLACES = Places(division_rows(), "440000")
BODIES = Bodies()


def said(text: str) -> list[tuple[str, str]]:
    return [(body.domain or body.kind, body.role) for body in BODIES.find(text, PLACES.find(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("城管乱罚款", [("城市管理", "accused")]),
        ("天河区市监局的人来店里查封", [("市场监管", "accused")]),
        ("尊敬的市场监管局领导:您好!我家店被查", [("市场监管", "addressee")]),
        ("致市监局", [("市场监管", "addressee")]),
        ("致天河区市监局:\n我店被罚", [("市场监管", "addressee")]),
        ("市监局领导:您好,城管收走我的车", [("市场监管", "addressee"), ("城市管理", "accused")]),
        ("交警同志您好,我想反映城管", [("公安交管", "addressee"), ("城市管理", "accused")]),
        ("尊敬的司法局、市监局领导,您好", [("supervision", "addressee"), ("市场监管", "addressee")]),
        ("城管打人了。此致\n司法局", [("城市管理", "accused"), ("supervision", "addressee")]),
        ("尊敬的市监局领导:你们的执法人员乱罚款", [("市场监管", "accused"), ("department", "accused")]),
        ("尊敬的天河区市监局领导:您好,市监局上门乱罚款", [("市场监管", "accused")]),
        ("楼下油烟大,请城管来查处", [("城市管理", "helper")]),
        ("希望环保局尽快查处这家工厂", [("生态环境", "helper")]),
        ("恳请区市监局派人来看看", [("市场监管", "helper")]),
        ("希望城管不要再乱罚款", [("城市管理", "accused")]),
        ("要求市监局退还罚款", [("市场监管", "accused")]),
        ("请城管吃饭才放行", [("城市管理", "accused")]),
        ("隔壁店卖假货,已向市监局反映", [("市场监管", "told")]),
        ("我向市监局举报过那家店,一直没有回复", [("市场监管", "accused")]),
        ("向环保局投诉三次都不理", [("生态环境", "accused")]),
        ("举报到市监局,说不归他们管", [("市场监管", "accused")]),
        ("打了交警电话,让我等着", [("公安交管", "accused")]),
        ("我跟城管说过,是物业在乱收费", [("城市管理", "told")]),
        ("我向司法局投诉城管乱罚款", [("supervision", "told"), ("城市管理", "accused")]),
        ("找了住建局,住建局说归城管管", [("住房建设", "accused"), ("城市管理", "accused")]),
        ("市监局受理了,但是店家不退钱", [("市场监管", "told")]),
        ("外省的市场监管局跨省来查封我的货", [("市场监管", "elsewhere")]),
        ("外地公安局跨区域抓人", [("其他", "elsewhere")]),
        ("邻省某市的市监局来封店", [("市场监管", "elsewhere")]),
        ("湖南省市场监管局来广州封店", [("市场监管", "accused")]),
        ("市监局联合城管局来检查", [("市场监管", "accused"), ("城市管理", "accused")]),
    ],
)
def test_what_a_body_is_in_its_sentence(text: str, expected: list[tuple[str, str]]) -> None:
    assert said(text) == expected


def body(text: str) -> tuple[str, str | None, str | None]:
    (one,) = BODIES.find(text, PLACES.find(text))
    return one.name, one.division_code, one.level


@pytest.mark.parametrize(
    ("text", "name", "division", "level"),
    [
        ("广州市监局来查", "广州市监局", "440100", "city"),
        ("广州市市监局来查", "广州市市监局", "440100", "city"),
        ("广州市场监管局来查", "广州市场监管局", "440100", "city"),
        ("天河区那边的城管来查", "天河区那边的城管", "440106", "county"),
        ("在天河区开店,区城管来查", "区城管", "440106", "county"),
        ("外省的市场监管局来查封", "市场监管局", None, None),
        ("我们小区城管来过", "城管", None, None),
        ("步行街城管来过", "城管", None, None),
        ("超市城管来过", "城管", None, None),
        ("黄埔区和天河区的店都有,区城管来查", "区城管", None, "county"),
    ],
)
def test_whose_the_body_is(text: str, name: str, division: str | None, level: str | None) -> None:
    assert body(text) == (name, division, level)


def test_a_list_of_all_bodies_stays_short() -> None:
    text = "、".join(f"{row[1]}城管" for row in division_rows() if row[2] == "county")[:20_000]
    assert 1 < len(BODIES.find(text, PLACES.find(text))) <= 40
