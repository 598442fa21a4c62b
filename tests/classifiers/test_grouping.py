"""Grouping texts about one matter as they come in."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from classifiers.group_words import spoken, terms
from classifiers.grouping import ASLEEP_AFTER, Group, Stream, heat, likeness, look_over, weigh
from classifiers.rows import own_sentences

NOW = datetime(2026, 3, 2, tzinfo=UTC)

SAID = {
    "青禾新城": (
        "青禾新城旁边的搅拌站夜里施工，灰尘和噪音很大，执法人员来过也不管。",
        "住在青禾新城，门口搅拌站的噪音吵得睡不着，请查处。",
        "青禾新城业主反映：搅拌站没有手续，灰尘满天。",
        "请问青禾新城附近的搅拌站什么时候搬走？灰尘太大了。",
        "青禾新城的老人孩子天天吸灰尘，搅拌站必须关停。",
    ),
    "望江小区": (
        "望江小区物业擅自把停车费涨到每月三百元，没有公示。",
        "望江小区停车费涨价，物业说不交就不让进门。",
        "物价部门为什么不管望江小区物业乱涨停车费？",
        "反映望江小区的停车费，物业不给发票，价格没有备案。",
        "望江小区物业停车费翻倍，业主集体反对，要求退还。",
    ),
    "松柏小学": (
        "松柏小学强制学生午休，每学期收午休管理费四百元。",
        "孩子在松柏小学读书，不交午休费就得趴在走廊。",
        "松柏小学午休费由校外公司代收，没有收费许可。",
        "请教育局查一查松柏小学的午休管理费合不合法。",
        "松柏小学说午休自愿，可是不交午休费的学生被点名。",
    ),
}


def strangers(n: int) -> list[str]:
    rows = [row.text for row in own_sentences()]
    return [rows[i * 7 % len(rows)] for i in range(n)]


def grouped(texts: list[str], *, apart: timedelta = timedelta(hours=1)) -> list[int]:
    stream = Stream()
    for key, text in enumerate(texts):
        stream.add(key, "", text, NOW + key * apart)
    return [stream.group_of[key] for key in range(len(texts))]


@pytest.mark.parametrize("seed", range(4))
def test_each_place_becomes_one_group_in_whatever_order_it_is_told(seed: int) -> None:
    texts = [(place, one) for place, said in SAID.items() for one in said] + [
        ("", one) for one in strangers(60)
    ]
    random.Random(seed).shuffle(texts)
    groups = grouped([one for _, one in texts])
    for place in SAID:
        own = [group for group, (where, _) in zip(groups, texts, strict=True) if where == place]
        most = max(set(own), key=own.count)
        assert own.count(most) >= len(own) - 1
        others = {where for group, (where, _) in zip(groups, texts, strict=True) if group == most}
        assert not others & (SAID.keys() - {place})


def test_the_same_stream_gives_the_same_groups() -> None:
    texts = [*strangers(30), *SAID["青禾新城"]]
    assert grouped(texts) == grouped(texts)


def test_form_letters_are_one_group_however_many_there_are() -> None:
    letter = SAID["青禾新城"][0]
    texts = [one for other in strangers(150) for one in (letter, other)]
    groups = grouped(texts)
    assert len(set(groups[::2])) == 1
    assert len(set(groups[1::2]) & set(groups[::2])) == 0


@pytest.mark.parametrize("text", ["", "　", "。。！", "1", "的", "\u200b", "a" * 20_000, "🙏🙏🙏"])
def test_a_text_that_says_nothing_stands_alone(text: str) -> None:
    groups = grouped([text, SAID["青禾新城"][0], text + SAID["望江小区"][1]])
    assert groups[0] == 0
    assert groups[1] == 1


def test_nothing_joins_a_group_that_is_asleep_or_elsewhere() -> None:
    text = SAID["青禾新城"][0]
    assert grouped([text, text]) == [0, 0]
    assert grouped([text, text], apart=ASLEEP_AFTER) == [0, 1]
    stream = Stream()
    places = ["4401", "4403", "", "4403"]
    assert [stream.add(key, "", text, NOW, area=area) for key, area in enumerate(places)] == [0, 1, 0, 1]


def test_a_text_that_tells_both_halves_brings_two_groups_together() -> None:
    halves = ["青禾新城门口道路塌陷", "金牛公司拖欠工程材料款"]
    both = "青禾新城门口道路塌陷，是金牛公司拖欠工程材料款停工造成的"
    assert grouped(halves)[0] != grouped(halves)[1]
    assert grouped([*halves, both]) == [0, 0, 0]


@pytest.mark.parametrize("place", ["惠州市惠城区", "广州市天河区石牌街道", "惠城区", "石牌街道"])
def test_texts_that_share_only_their_place_stay_apart(place: str) -> None:
    stream = Stream(places=spoken(["惠州市", "惠城区", "广州市", "天河区", "石牌街道"]))
    told = [(text[:28], f"我是{place}的。{text}") for text in strangers(200)]
    groups = [stream.add(key, title, text, NOW) for key, (title, text) in enumerate(told)]
    assert groups == list(range(200))
    assert stream.add(200, *told[3], NOW) == 3


def test_likeness_is_the_average_over_the_pairs() -> None:
    alone = [Group(i, vector, NOW) for i, vector in enumerate(({"a": 1.0}, {"a": 0.6, "b": 0.8}, {"b": 1.0}))]
    pair = Group(0, dict(alone[0].sums), NOW)
    pair.absorb(alone[1])
    assert likeness(pair, alone[2]) == pytest.approx((0.0 + 0.8) / 2)
    assert (pair.size, likeness(alone[2], pair)) == (2, likeness(pair, alone[2]))


def test_a_group_looked_over_parts_where_its_texts_do_not_hold_together() -> None:
    texts = [Group(i, {"a" if i % 2 else "b": 1.0}, NOW) for i in range(5)]
    assert look_over(texts, lambda _one, _other: False) == [[0, 2, 4], [1, 3]]
    assert look_over(texts, lambda _one, _other: True) == [[0], [1], [2], [3], [4]]


def test_rare_names_weigh_most_and_everyday_words_nothing() -> None:
    found = terms("青禾新城", "青禾新城附近投诉")
    weights = weigh(found, dict.fromkeys(found, 1) | {"投诉": 900}, 1000)
    assert "投诉" not in weights
    assert max(weights, key=lambda term: weights[term]).startswith("#")
    assert sum(weight**2 for weight in weights.values()) == pytest.approx(1.0)
    assert weigh({}, {}, 0) == {}


def test_one_person_with_many_messages_is_not_as_hot_as_a_few_neighbours() -> None:
    assert heat(1, 75) < heat(6, 0)
    assert heat(6, 0) == 6.0
    assert heat(2, 10) > heat(2, 9) > heat(1, 9)
    assert heat(0, 0) == heat(0, -1) == 0.0
