import logging
import os
import subprocess
import sys
import time
import warnings
from collections.abc import Iterable
from itertools import accumulate
from pathlib import Path

import pytest
import rjieba

from classifiers import rows, words

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("执法记录仪没开", "执法记录仪"),
        ("说要收工本费", "工本费"),
        ("选择性执法太明显", "选择性执法"),
        ("网约车司机被罚", "网约车"),
    ],
)
def test_words_of_the_trade_are_whole(text: str, expected: str) -> None:
    assert expected in words.cut(text)


def test_cut_leaves_out_blanks_and_punctuation() -> None:
    assert not {" ", "，", "!", "\n"} & set(words.cut("罚款， 太高!\n不服"))


def test_any_two_neighbouring_characters_are_found() -> None:
    text = "城管没亮证就把我的三轮车扣了"
    tokens = set(words.search_tokens(text))
    for i in range(len(text) - 1):
        assert set(words.search_tokens(text[i : i + 2])) <= tokens


def test_every_part_of_a_text_is_found_however_jieba_cuts_it() -> None:
    tokens = set(words.search_tokens("天河区市场监督管理局多次检查，行政处罚决定书没有送达"))
    for part in ("市场监督", "行政处罚", "处罚决定书", "监督管理局多次"):
        assert set(words.search_tokens(part)) <= tokens


def test_search_tokens_are_distinct_lower_case_and_short() -> None:
    tokens = words.search_tokens("ABC123 abc123 扣车扣车 " + "x" * 500)
    assert len(tokens) == len(set(tokens))
    assert all(token == token.lower() and len(token) <= words.MAX_TOKEN for token in tokens)


def test_numbers_and_latin_words_are_found_in_any_case() -> None:
    assert words.search_tokens("KTV") == ("ktv",)
    assert "ktv" in words.search_tokens("某KTV接待未成年人")


def test_a_long_text_without_punctuation_is_cut_in_time_and_loses_nothing() -> None:
    text = "罚" * 20_000
    started = time.perf_counter()
    assert sum(map(len, words.cut(text))) == len(text)
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize("text", ["", " ", "，。！？", "\n"])
def test_nothing_searchable_gives_no_token(text: str) -> None:
    assert words.search_tokens(text) == ()


def test_it_loads_where_warnings_are_errors_and_writes_nothing(tmp_path: Path) -> None:
    code = "from classifiers import words; words.load(); print(len(words.cut('城管没亮证')))"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=ROOT,
        env={**os.environ, "XDG_CACHE_HOME": str(tmp_path), "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "3"
    assert done.stderr == ""
    assert not list(tmp_path.iterdir())


def test_pieces_are_the_text_again() -> None:
    text = "城管 没亮证,\n罚 5000元!𠮷野家\u200b"
    assert "".join(words.pieces(text)) == text


def test_no_word_of_the_trade_is_cut() -> None:
    lines = words.USER_WORDS.read_text(encoding="utf-8").splitlines()
    known = [line.partition("#")[0].strip() for line in lines if line.partition("#")[0].strip()]
    assert len(known) > 200
    for word in known:
        assert word in words.pieces(f"我对{word}有意见"), word


def test_it_cuts_as_jieba_does() -> None:
    """The marks between words agree with jieba's own on our sentences."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba  # noqa: PLC0415  from 2020: invalid escapes

    jieba.setLogLevel(logging.WARNING)
    plain, same, ours, theirs = rjieba.Jieba(), 0, 0, 0
    for row in rows.own_sentences()[::10]:
        mine, its = marks(plain.cut(row.text)), marks(jieba.cut(row.text))
        same, ours, theirs = same + len(mine & its), ours + len(mine), theirs + len(its)
    assert 2 * same / (ours + theirs) > 0.99


def marks(pieces: Iterable[str]) -> set[int]:
    return set(accumulate(len(piece) for piece in pieces))
