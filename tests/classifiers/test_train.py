import csv
import json
import resource
from pathlib import Path

import numpy as np
import pytest

from classifiers import category, features, rows, train
from classifiers.category import Classifier, ModelError, Vectoriser, batched
from classifiers.concepts import Thesaurus
from classifiers.evaluate import evaluate, evaluate_file
from classifiers.features import Knowledge
from classifiers.lexicon import Lexicon
from classifiers.predict import predict_file
from classifiers.rows import DataError, Labelled
from classifiers.scores import score

TOPICS = {
    "道路": ["路面坑洼", "路灯不亮", "红绿灯坏了", "井盖丢失", "人行道被占"],
    "学校": ["学校补课", "老师体罚学生", "招生范围", "学费太贵", "食堂饭菜不好"],
    "医院": ["医院看病贵", "医生态度不好", "挂号排队", "医保报销", "护士打针"],
}
PLACES = ["天河", "番禺", "越秀", "海珠", "白云", "黄埔"]


def some_rows() -> list[Labelled]:
    return [
        Labelled(f"{place}{topic}", f"{place}这边{topic},第{i}次反映了,希望处理{place * (i % 3)}。", label)
        for label, topics in TOPICS.items()
        for i, topic in enumerate(topics)
        for place in PLACES
    ]


def write_csv(path: Path, data: list[Labelled], encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["标题", "内容", "类别"])
        writer.writerows([row.title, row.text, row.label] for row in data)
    return path


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("model")
    train.train(some_rows(), out)
    return out


def test_any_labels_can_be_trained_and_are_told_apart(model: Path) -> None:
    classifier = Classifier.load(model)
    assert classifier.labels == ("医院", "学校", "道路")
    said = classifier.classify("", "我们这里的路灯又不亮了,路面也坑洼")
    assert said.label == "道路"
    assert said.top3[0] == (said.label, said.confidence)
    assert sum(share for _, share in said.top3) == pytest.approx(1, abs=0.001)
    assert "坑洼" in {word for word, _ in said.words}


def test_the_scores_are_by_cross_validation_and_ready_for_json(model: Path) -> None:
    meta = json.loads((model / category.META).read_text(encoding="utf-8"))
    assert meta["scores"]["n"] == len(some_rows())
    assert set(meta["scores"]["coverage"]) == {"80", "90", "95", "100"}
    assert 0 <= meta["scores"]["ece"] <= 1


def test_the_same_seed_gives_the_same_model(model: Path, tmp_path: Path) -> None:
    train.train(some_rows(), tmp_path)
    for name in ("weights.npy", "slots.npy", "idf.npy"):
        assert (tmp_path / name).read_bytes() == (model / name).read_bytes()


def test_labels_with_few_rows_are_kept_and_reported(tmp_path: Path) -> None:
    report = train.train([*some_rows(), Labelled("", "公园里的花被偷了", "公园")], tmp_path)
    assert report.few_rows == {"公园": 1}
    assert "公园" in Classifier.load(tmp_path).labels


def test_one_label_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="两个不同的标签"):
        train.train([Labelled("", "只有一类", "甲")], tmp_path)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_a_handful_of_rows_is_enough_to_make_a_model(tmp_path: Path, n: int) -> None:
    data = [Labelled("", f"路灯不亮{i}", "甲") for i in range(n)] + [Labelled("", "老师体罚学生", "乙")]
    report = train.train(data, tmp_path, train.Options(min_rows=1))
    assert report.n == n + 1
    assert Classifier.load(tmp_path).classify("", "老师体罚").label == "乙"


def test_texts_without_any_letter_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="没有可以学习的文字"):
        train.train([Labelled("", " ", "甲"), Labelled("", " ", "乙")], tmp_path)


def test_texts_that_share_no_word_can_be_trained(tmp_path: Path) -> None:
    data = [Labelled("", "路灯不亮", "甲"), Labelled("", "老师体罚", "乙")]
    assert train.train(data, tmp_path).labels == ("乙", "甲")


def test_many_texts_at_once_are_read_exactly_as_one_by_one() -> None:
    texts = [
        ("标题", "城管没亮证就罚款,打人,打人"),
        ("", "路灯不亮 İstanbul 𠮷野家"),
        ("标题", ""),
        ("", ""),
        ("İİ", "罚款5000元"),
    ]
    known = Knowledge(Lexicon([("甲", "罚款", 2.0), ("乙", "路灯", 1.0)]), Thesaurus.load())
    together = features.extract(texts, known)
    for i, text in enumerate(texts):
        alone, of = features.extract([text], known), together.of(np.array([i]))
        assert alone.at.tolist() == of.at.tolist()
        assert alone.slots.tolist() == of.slots.tolist()
        assert alone.values == pytest.approx(of.values)


def test_a_feature_is_counted_and_damped() -> None:
    found = features.extract([("", "罚罚罚")]).only(np.arange(features.N_BLOCKS) == features.CHARACTERS)
    # three times 罚, twice 罚罚
    assert sorted(found.values.tolist()) == pytest.approx([1 + np.log(2), 1 + np.log(3)])


def test_a_title_is_a_field_of_its_own() -> None:
    with_title = set(features.extract([("路灯", "不亮")]).slots.tolist())
    without = set(features.extract([("", "路灯\n不亮")]).slots.tolist())
    assert without < with_title


def test_every_block_of_a_text_has_the_length_of_its_weight() -> None:
    counts = features.extract([("标题", "城管没亮证就罚款"), ("", "路灯不亮")])
    slots = np.unique(counts.slots)
    weighed = Vectoriser(slots, np.linspace(1, 5, len(slots), dtype=np.float32)).weigh(counts)
    for block in (features.WORDS, features.CHARACTERS, features.TITLE):
        mine = weighed.values[counts.at == block]
        assert np.linalg.norm(mine) == pytest.approx(float(features.BLOCK_WEIGHTS[block]), abs=1e-5)


def test_lots_hold_every_text_once() -> None:
    texts = [("", str(i)) for i in range(1000)]
    assert [text for lot in batched(texts) for text in lot] == texts


def test_the_words_told_are_words_of_the_text(model: Path) -> None:
    text = "路灯不亮,路面坑洼"
    said = Classifier.load(model).classify("", text)
    assert said.words
    assert all(word in text.replace(",", "") and weight > 0 for word, weight in said.words)


def test_a_full_disk_leaves_the_old_model_as_it_was(model: Path, tmp_path: Path) -> None:
    out = copy_of(model, tmp_path / "m")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500, hard))  # as if the disk took no more
    try:
        with pytest.raises(DataError, match="写不进目录"):
            train.train(some_rows()[:30] + some_rows()[-30:], out)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert Classifier.load(out).version == Classifier.load(model).version
    assert [path.name for path in tmp_path.iterdir()] == ["m"]


@pytest.mark.parametrize("name", ["letter.txt", "meta.json"])
def test_a_folder_of_something_else_is_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("{}", encoding="utf-8")
    with pytest.raises(DataError, match="不是模型目录"):
        train.train(some_rows(), tmp_path)
    assert [one.name for one in tmp_path.iterdir()] == [name]


def test_a_place_that_is_no_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(DataError, match="写不进目录"):
        train.train(some_rows(), tmp_path / "file" / "model")


def phrases_of(tmp_path: Path) -> Path:
    path = tmp_path / "phrases.csv"
    lines = [
        "leaf,phrase,weight",
        "道路,路灯,2",
        "道路,路面,2",
        "学校,老师,2",
        "学校,补课,2",
        "医院,医生,2",
        "医院,挂号,2",
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_without_a_single_label_the_lexicon_makes_a_model(tmp_path: Path) -> None:
    data = [Labelled(row.title, row.text, "") for row in some_rows()]
    report = train.train(data, tmp_path / "m", train.Options(lexicon=phrases_of(tmp_path)))
    assert (report.n, report.scores, report.recipe) == (0, None, train.COLD)
    classifier = Classifier.load(tmp_path / "m")
    right = [classifier.classify(row.title, row.text).label == row.label for row in some_rows()]
    assert np.mean(right) > 0.55


def test_with_labels_enough_the_best_recipe_is_chosen_by_its_scores(tmp_path: Path) -> None:
    report = train.train(some_rows(), tmp_path / "m", train.Options(lexicon=phrases_of(tmp_path)))
    assert report.scores is not None
    assert report.scores.macro_f1 >= 0.6
    assert report.recipe in (train.PLAIN, *train.BLENDED)


def test_near_copies_stand_on_one_side_of_a_split() -> None:
    copy = "我在天河区开了一家小餐馆,昨天城管来检查没有亮证就把我的桌椅全部收走,还要罚款五千元"
    data = [*some_rows(), Labelled("", copy + "。", "甲"), Labelled("", copy + "!请查处", "乙")]
    folds = rows.fold_of_each(data, 5, seed=1)
    assert folds[-1] == folds[-2]
    assert set(folds) == set(range(5))


@pytest.mark.parametrize("text", ["", "。", "zzzzqqq", "罚" * 20_000])
def test_any_text_gets_an_answer(model: Path, text: str) -> None:
    said = Classifier.load(model).classify("", text)
    assert said.label in {"医院", "学校", "道路"}
    assert 0 <= said.confidence <= 1


def test_files_go_through_the_whole_story(tmp_path: Path) -> None:
    data = write_csv(tmp_path / "数据.csv", some_rows(), "gb18030")
    report = train.train_file(data, tmp_path / "m", text="内容", title="标题", label="类别")
    json.dumps(report, ensure_ascii=False)
    scores = evaluate_file(tmp_path / "m", data, text="内容", title="标题", label="类别")
    assert scores["accuracy"] > 0.95
    assert {"n", "accuracy", "macro_f1", "per_class", "coverage", "ece", "texts_per_s"} <= set(scores)
    n = predict_file(tmp_path / "m", data, tmp_path / "out.csv", text="内容")
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        found = list(csv.DictReader(file))
    assert n == len(found) == len(some_rows())
    assert set(found[0]) == {"label", "confidence", "top3"}


@pytest.mark.parametrize("out", ["没有的目录/out.csv", "数据.csv"])
def test_a_bad_place_for_the_answers_is_refused_and_nothing_lost(
    model: Path, tmp_path: Path, out: str
) -> None:
    data = write_csv(tmp_path / "数据.csv", some_rows())
    before = data.read_bytes()
    with pytest.raises(DataError, match=r"写不进|覆盖"):
        predict_file(model, data, tmp_path / out, text="内容")
    assert data.read_bytes() == before


def test_an_unknown_true_label_counts_as_wrong(model: Path) -> None:
    found = evaluate(model, [Labelled("", "路灯不亮", "道路"), Labelled("", "路灯不亮", "没见过")])
    assert found.scores.accuracy == 0.5
    assert found.scores.per_class["没见过"].recall == 0


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"", "是空的"),
        ("b.csv", "别的,列\n1,2\n".encode(), "没有这些列"),
        ("c.csv", b"\xff\xfe\x00\x81", "编码"),
        ("d.xlsx", b"not a workbook", "打不开表格"),
        ("e.csv", "内容,类别\n路灯坏了,道路\n占道,经营,道路\n".encode(), "第3行有3格，表头有2列"),
        ("f.csv", '内容,类别\n"两行\n的",道路\n只有一格\n'.encode(), "第4行有1格"),
        ("g.csv", '内容,类别\n路灯坏了,道路\n"没有收尾的引号,道路\n还有,道路\n'.encode(), "第3行起读不下去"),
        ("h.csv", "内容,类别,内容\n路灯坏了,道路,学校补课\n".encode(), "不止一列叫“内容”"),
    ],
)
def test_unusable_files_are_refused_with_a_sentence(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DataError, match=message):
        rows.read(path, text="内容", label="类别")


def test_columns_nobody_asks_for_may_bear_one_name_and_lines_may_be_empty(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("备注,内容,备注\n无,路灯坏了,无\n\n无,学校补课,无\n", encoding="utf-8")
    assert [row.text for row in rows.read(path, text="内容")] == ["路灯坏了", "学校补课"]


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="读不到文件"):
        rows.read(tmp_path / "没有.csv", text="内容")


def copy_of(model: Path, to: Path) -> Path:
    to.mkdir(exist_ok=True)
    for path in model.iterdir():
        (to / path.name).write_bytes(path.read_bytes())
    return to


def changed_meta(folder: Path, **changes: object) -> Path:
    path = folder / category.META
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **changes}), encoding="utf-8")
    return folder


def test_a_newer_format_is_refused(model: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="请先升级程序"):
        Classifier.load(changed_meta(copy_of(model, tmp_path), format=99))


def test_an_older_format_is_refused(model: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="重新训练"):
        Classifier.load(changed_meta(copy_of(model, tmp_path), format=0))


def test_a_changed_file_is_refused(model: Path, tmp_path: Path) -> None:
    np.save(copy_of(model, tmp_path) / "weights.npy", np.zeros((1, 1), dtype=np.float16))
    with pytest.raises(ModelError, match="校验值不符"):
        Classifier.load(tmp_path)


def test_arrays_that_do_not_fit_are_refused(model: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="互不相符"):
        Classifier.load(changed_meta(copy_of(model, tmp_path), labels=["只有一个"]))


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"format": "x"}'])
def test_a_folder_without_a_readable_model_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / category.META).write_text(content, encoding="utf-8")
    with pytest.raises(ModelError, match="没有可用的模型"):
        Classifier.load(tmp_path)


def test_scores_of_a_known_table() -> None:
    shares = np.array([[0.9, 0.1], [0.8, 0.2], [0.4, 0.6], [0.7, 0.3]], dtype=np.float32)
    found = score(shares, ["甲", "乙"], ["甲", "甲", "乙", "乙"])
    assert found.accuracy == 0.75
    assert found.per_class["甲"].precision == pytest.approx(0.6667)
    assert found.per_class["乙"].recall == 0.5
    assert found.coverage["100"] == 0.75
    assert found.macro_f1 == pytest.approx(0.7333, abs=1e-4)
