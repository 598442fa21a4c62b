import re
from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from classifiers.duplicates import LIKELY, SIZE, bands, pack, signature, similarity, unpack
from classifiers.rows import near_copies, own_sentences

TEXT = "我在天河区开了一家小餐馆,昨天城管来检查没有亮证就把我的桌椅全部收走,还要罚款五千元,请领导查处。"
COPY = "我在天河区开了一家小餐馆,前天城管来检查没有亮证就把我的桌椅全部收走了,还要罚款五千元,请领导查处!"
OTHER = "小区物业半年不清垃圾,电梯坏了也不修,物业费倒是催得勤,希望有人管管。"


def test_a_near_copy_is_likely_and_shares_a_band() -> None:
    one, copy, other = signature(TEXT), signature(COPY), signature(OTHER)
    assert similarity(one, copy) >= LIKELY
    assert set(bands(one)) & set(bands(copy))
    assert similarity(one, other) < 0.1
    assert not set(bands(one)) & set(bands(other))


def test_near_copies_are_grouped() -> None:
    first, second, third = near_copies([TEXT, OTHER, COPY])
    assert first == third != second


def test_the_signature_survives_storing_and_fits_a_bigint() -> None:
    one = signature(TEXT)
    assert np.array_equal(unpack(pack(one)), one)
    assert len(pack(one)) == SIZE * 4
    assert all(0 <= band < 2**63 for band in bands(one))


def test_the_signature_is_the_same_on_every_machine() -> None:
    assert bands(signature("城管没亮证"))[:2] == bands(signature("城管 没亮证!"))[:2]


@given(st.text(max_size=60))
def test_any_text_is_like_itself(text: str) -> None:
    assert similarity(signature(text), signature(text)) == 1.0


def test_the_estimate_is_near_the_exact_similarity_for_every_pair() -> None:
    def shingles(text: str) -> set[str]:
        plain = re.sub(r"[^\w]+", "", text.lower())
        return {plain[i : i + 3] for i in range(len(plain) - 2)}

    texts = [row.text for row in own_sentences()][:400:5]
    texts += [f"{one}请依法处理。" for one in texts[:20]] + [f"{i}号桥下，{i * 7}亩。" for i in range(20)]
    told = [(signature(text), shingles(text)) for text in texts]
    errors = [
        abs(similarity(one, other) - len(a & b) / len(a | b))
        for (one, a), (other, b) in combinations(told, 2)
    ]
    assert max(errors) < 0.25
    assert sum(errors) / len(errors) < 0.02
