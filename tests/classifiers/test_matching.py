import pytest

from classifiers.clue_signs import find_signs
from classifiers.lexicon import CAP, Lexicon
from classifiers.matching import Matcher, is_negated


def test_the_longest_phrase_wins_and_none_overlap() -> None:
    matcher = Matcher([("执法", 1), ("执法人员", 2), ("人员", 3)])
    assert list(matcher.find("执法人员执法")) == [(0, 4, 2), (4, 6, 1)]


def test_offsets_count_characters_beyond_the_basic_plane_as_one() -> None:
    assert list(Matcher([("红包", 1)]).find("😀𠮷红包")) == [(2, 4, 1)]


def test_a_lone_surrogate_does_not_stop_it() -> None:
    assert list(Matcher([("红包", 1)]).find("\ud800红包")) == [(1, 3, 1)]


def test_all_phrases_are_found_when_asked_for() -> None:
    matcher = Matcher([("执法", 1), ("执法人员", 2), ("人员", 3)], overlapping=True)
    assert sorted(matcher.find("执法人员")) == [(0, 2, 1), (0, 4, 2), (2, 4, 3)]


def test_nothing_to_find() -> None:
    assert list(Matcher([]).find("红包")) == []
    assert list(Matcher([("", 1)]).find("红包")) == []


def test_a_plain_phrase_goes_before_a_gapped_one_and_neither_overlaps() -> None:
    matcher = Matcher([("收..红包", 1), ("收了", 2), ("红包", 3), ("查封", 4)])
    assert list(matcher.find("收了红包,查封,收我红包")) == [(0, 2, 2), (2, 4, 3), (5, 7, 4), (8, 12, 1)]


@pytest.mark.parametrize(
    ("text", "n"), [("收了我两次红包", 1), ("收红包", 1), ("收钱。红包", 0), ("收了很久很久以后才红包", 0)]
)
def test_a_gap_stays_short_and_inside_the_clause(text: str, n: int) -> None:
    assert len(list(Matcher([("收..红包", 1)]).find(text))) == n


@pytest.mark.parametrize(
    ("text", "phrase", "negated"),
    [
        ("他没有收红包", "收红包", True),
        ("并不是乱罚款", "乱罚款", True),
        ("这不是乱收费", "乱收费", True),
        ("这不是乱收费是什么", "乱收费", False),
        ("难道不是乱罚款", "乱罚款", False),
        ("是不是乱收费", "乱收费", False),
        ("没有,就是乱收费", "乱收费", False),
        ("明明是乱罚款", "乱罚款", False),
    ],
)
def test_negation(text: str, phrase: str, negated: bool) -> None:
    start = text.index(phrase)
    assert is_negated(text, start, start + len(phrase)) is negated


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("检查完要了红包才放人", ["H1"]),
        ("他没有收红包", []),
        ("所长的小舅子开的检测公司,必须去那里", ["H2"]),
        ("有猫腻,背后有保护伞", ["H2", "H3"]),
        ("举报后被打击报复", ["H4"]),
        ("城管罚我占道", []),
        ("", []),
    ],
)
def test_clue_signs(text: str, codes: list[str]) -> None:
    assert sorted({sign.code for sign in find_signs(text)}) == codes


def test_a_clue_sign_shows_its_words() -> None:
    (sign,) = find_signs("背后肯定有保护伞")
    assert sign.phrase == "保护伞"
    assert "背后肯定有保护伞"[slice(*sign.span)] == "保护伞"


LEXICON = Lexicon([("A2", "乱罚款", 2.0), ("G1", "打人", 3.0), ("A1", "乱收费", 2.0), ("J2", "打人", -1.0)])


def test_one_phrase_may_speak_for_and_against() -> None:
    assert LEXICON.score("打人") == {"G1": 3.0, "J2": -1.0}


def test_repeating_an_accusation_does_not_add_up() -> None:
    assert LEXICON.score("乱罚款,乱罚款,还是乱罚款") == {"A2": 2.0}
    assert LEXICON.score("打人")["G1"] <= CAP


def test_denied_and_admitted_phrases_do_not_count() -> None:
    assert LEXICON.score("我承认我打人了,但他们乱收费") == {"A1": 2.0}
    assert LEXICON.score("没有打人") == {}
