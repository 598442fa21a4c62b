import csv
import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from classifiers import hints, rows, train
from classifiers.category import DEFAULT_MODEL, Classifier
from classifiers.places import DivisionRow
from classifiers.triage import Triage

HELD_OUT = Path(__file__).parent / "held_out.csv"
GOLD = Path(__file__).parent / "gold" / "gold.csv"
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
ROWS: list[DivisionRow] = [
    ("44", "广东省", "province", None),
    ("4401", "广州市", "city", "44"),
    ("440106", "天河区", "county", "4401"),
]


@pytest.fixture(scope="module")
def triage() -> Triage:
    return Triage(None, ROWS, home_code="44")


LEAVES = {
    *(f"A{i}" for i in range(1, 5)),
    *(f"B{i}" for i in range(1, 3)),
    *(f"C{i}" for i in range(1, 4)),
    *(f"D{i}" for i in range(1, 5)),
    *(f"E{i}" for i in range(1, 6)),
    *(f"F{i}" for i in range(1, 5)),
    *(f"G{i}" for i in range(1, 4)),
    *(f"H{i}" for i in range(1, 5)),
    *(f"I{i}" for i in range(1, 4)),
    *(f"J{i}" for i in range(1, 9)),
}


def test_the_shipped_model_knows_every_leaf() -> None:
    assert set(Classifier.load(DEFAULT_MODEL).labels) == LEAVES


def test_there_are_enough_sentences_for_every_leaf() -> None:
    own = [row.label for row in rows.own_sentences()]
    assert {leaf: own.count(leaf) for leaf in LEAVES if own.count(leaf) < 60} == {}


def test_the_shipped_model_was_trained_on_what_is_in_the_tree() -> None:
    version = train.version_of(rows.own_sentences(), train.OWN)
    assert Classifier.load(DEFAULT_MODEL).version == version, "run: python -m classifiers.train --default"


@pytest.mark.slow
def test_the_shipped_model_is_the_one_that_its_sources_give(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Arithmetic differs in the last bits between machines, so answers are compared, not bytes."""
    out = tmp_path_factory.mktemp("model")
    train.train_default(out)
    again, shipped = Classifier.load(out), Classifier.load(DEFAULT_MODEL)
    assert again.version == shipped.version
    some = [("", row.text) for row in rows.own_sentences()[::25]]
    assert again.shares(some) == pytest.approx(shipped.shares(some), abs=0.02)


def test_the_shipped_model_is_small() -> None:
    assert sum(path.stat().st_size for path in DEFAULT_MODEL.iterdir()) < 12_000_000


# The traps of the trade: what is written here was not used for training.
TRAPS = [
    ("执法人员检查我们厂的时候从头到尾不出示执法证", {"D1"}),
    ("城管把我推倒在地还打了我一拳", {"G1"}),
    ("交警骂我是乡巴佬,说话太难听了", {"G2"}),
    ("请问办理食品经营许可证需要什么材料", {"J1"}),
    ("我在网上买的鞋子是假货,商家不肯退款", {"J2"}),
    ("隔壁店比我占道还多从来没人罚他,执法队视而不见", {"F4", "C2"}),
    ("我举报隔壁工厂偷排,环保局收了材料一直不立案", {"F1", "F3"}),
    ("楼下烧烤店油烟很大,请城管来查处", {"J7"}),
    ("我承认我超载了,但是执法人员把我从车上拖下来打了一顿", {"G1"}),
    ("罚款太高了,同样的事隔壁店只罚五百,我罚五千", {"C3", "C2"}),
    ("公司拖欠我三个月工资,老板跑了", {"J3"}),
    ("我对处罚不服,已经向区政府申请行政复议", {"J4"}),
    ("城管说归住建管,住建说归城管管,互相踢皮球", {"F2"}),
    ("申请许可证三个月了还没批下来,一直拖着", {"I2"}),
    ("窗口让我跑了五趟,每次都说缺材料,没有一次性告知", {"I3"}),
    ("建议在夜市旁边划一块疏导区给摊贩", {"J8"}),
    ("外省的市场监管局跨省来查封我的货,没有通知本地", {"B1", "A4"}),
    ("他们说每个月有罚款任务,完不成扣奖金", {"B2"}),
]


@pytest.mark.parametrize(("text", "leaves"), TRAPS)
def test_traps_are_among_the_three_best(triage: Triage, text: str, leaves: set[str]) -> None:
    found = triage.suggest("", text, NOW).suggestion
    assert leaves & {label for label, _ in found.top3}, found


def test_most_traps_are_first(triage: Triage) -> None:
    right = [text for text, leaves in TRAPS if triage.suggest("", text, NOW).suggestion.label in leaves]
    assert len(right) >= len(TRAPS) * 0.8


def test_texts_that_nobody_trained_on_or_tuned_by_are_mostly_understood() -> None:
    """The 80 texts say the same things in other words; never add them to the sentences."""
    classifier = Classifier.load(DEFAULT_MODEL)
    said = [
        (row.label, classifier.classify("", row.text))
        for row in rows.read(HELD_OUT, text="text", label="leaf")
    ]
    assert {label for label, _ in said} == LEAVES
    first = sum(found.label == label for label, found in said) / len(said)
    among = sum(label in dict(found.top3) for label, found in said) / len(said)
    assert first >= 0.85
    assert among >= 0.95


def test_the_gold_set_is_understood() -> None:
    """The floors of the field on texts written apart from the sentences; figures in docs/classification.md."""
    classifier = Classifier.load(DEFAULT_MODEL)
    gold = rows.read(GOLD, text="text", label="leaf")
    shares = classifier.shares([(row.title, row.text) for row in gold])
    best = [[label for label, _ in top] for top in classifier.best(shares)]
    truth = [row.label for row in gold]
    assert len(gold) >= 600
    assert set(truth) == LEAVES
    assert np.mean([top[0] == true for top, true in zip(best, truth, strict=True)]) >= 0.85
    assert np.mean([true in top for top, true in zip(best, truth, strict=True)]) >= 0.95


def test_what_belongs_elsewhere_is_told_from_what_is_ours(triage: Triage) -> None:
    gold = rows.read(GOLD, text="text", label="leaf")
    said = [triage.suggest(row.title, row.text, NOW).not_for_us is not None for row in gold]
    ours = [not row.label.startswith("J") for row in gold]
    found = sum(hint and not own for hint, own in zip(said, ours, strict=True))
    assert found / ours.count(False) >= 0.95
    assert found / sum(said) >= 0.9


def test_signs_of_corruption_are_hardly_ever_missed(triage: Triage) -> None:
    """Half of what is shown is none: a person looks, and what is missed nobody looks at (docs/classification.md)."""
    with GOLD.open(encoding="utf-8", newline="") as file:
        gold = list(csv.DictReader(file))
    said = [bool(triage.suggest("", row["text"], NOW).clue_signs) for row in gold]
    true = [row["signs"] == "yes" for row in gold]
    found = sum(one and other for one, other in zip(said, true, strict=True))
    assert found / sum(true) >= 0.96
    assert found / sum(said) >= 0.4


def test_the_shipped_detector_was_trained_on_what_is_in_the_tree() -> None:
    version = train.version_of(rows.own_signs(), train.OWN)
    assert Classifier.load(hints.DEFAULT).version == version, "run: python -m classifiers.train --default"


@pytest.mark.parametrize(
    ("text", "readable"),
    [
        ("罚", False),
        ("13800138000", False),
        ("They fined me 500 yuan without any paper", False),
        ("锟斤拷锟斤拷锟斤拷城管", False),
        ("城管乱罚款", True),
        ("我在KTV门口停车被交警罚200元,电话13800138000", True),
    ],
)
def test_what_is_hardly_chinese_is_not_taken_at_its_word(triage: Triage, text: str, readable: bool) -> None:
    assert triage.suggest("", text, NOW).readable is readable


def test_a_telephone_is_nobody_s_reason(triage: Triage) -> None:
    words = triage.suggest("", "城管没亮证就罚款,摊主13800138000可以作证", NOW).suggestion.words
    assert words
    assert not any("138" in word for word, _ in words)


def test_everything_in_one_pass_and_ready_for_json(triage: Triage) -> None:
    result = triage.suggest(
        "天河区城管乱罚款", "昨天广州市天河区城管没有亮证就罚我5000元,还要了两条烟,我的电话13800138000", NOW
    )
    told = json.loads(json.dumps(asdict(result), ensure_ascii=False))
    assert told["places"][0]["code"] == "440106"
    assert told["bodies"][0]["division_code"] == "440106"
    assert told["identifiers"]["phones"] == ["13800138000"]
    assert told["identifiers"]["amounts"][0]["fen"] == 500_000
    assert told["identifiers"]["dates"][0]["on"] == "2026-11-22"
    assert [sign["code"] for sign in told["clue_signs"]] == ["H1"]
    assert told["not_for_us"] is None
    assert told["suggestion"]["words"]
    assert told["suggestion"]["model_version"] == triage.model_version


def test_a_matter_for_others_is_told_with_its_channel(triage: Triage) -> None:
    elsewhere = triage.suggest("", "健身房倒闭了不退会员费,要求商家退款", NOW).not_for_us
    assert elsewhere is not None
    assert elsewhere.category == "J2"
    assert "12315" in elsewhere.channel


@pytest.mark.parametrize(
    "text", ["", "。。。", "asdf", "<script>alert(1)</script>", "罚" * 20_000, "\x00\x01"]
)
def test_no_text_breaks_it(triage: Triage, text: str) -> None:
    assert triage.suggest("", text, NOW).suggestion.label in LEAVES
