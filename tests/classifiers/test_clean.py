import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.clean import MAX_CHARACTERS, clean


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("ＡＢＣ１２３（罚款）", "ABC123(罚款)"),
        ("城\u200b管\ufeff执法", "城管执法"),
        ("第一行<br/>第二行<p>第三行</p>", "第一行\n第二行\n第三行"),
        ("&lt;罚款&gt; &amp; 扣车", "<罚款> & 扣车"),
        ("罚款\x00\x07五千", "罚款五千"),
        ("太过分了！！！！！！", "太过分了!"),
        ("城管檢查攤檔，罰款後", "城管检查摊档,罚款后"),
        ("  \u3000 前后空白 \t", "前后空白"),
        ("一\r\n\r\n\r\n二", "一\n二"),
        ("5 < 6 而且 7 > 3", "5 < 6 而且 7 > 3"),
        ("", ""),
    ],
)
def test_cleaning(raw: str, expected: str) -> None:
    assert clean(raw) == expected


def test_traditional_characters_stay_when_asked() -> None:
    assert clean("罰款", simplify=False) == "罰款"


@given(st.text(max_size=300))
def test_cleaning_twice_changes_nothing_more_for_plain_text(raw: str) -> None:
    plain = raw.replace("<", "").replace("&", "")
    assert clean(clean(plain)) == clean(plain)


def test_very_long_text_is_cut() -> None:
    assert len(clean("罚款，" * MAX_CHARACTERS)) <= MAX_CHARACTERS
