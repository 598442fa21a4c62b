import itertools
from datetime import UTC, datetime

import pytest

from tracker.commissions.rules import (
    DEED_LABELS,
    DISPOSITION_LABELS,
    FINAL,
    NEXT,
    STAGE_LABELS,
    Deed,
    Disposition,
    Receipt,
    Stage,
    after,
    digest,
    possible,
)
from tracker.errors import Conflict


@pytest.mark.parametrize(("stage", "deed"), list(itertools.product(Stage, Deed)))
def test_every_pair_is_decided(stage, deed):
    if (stage, deed) in NEXT:
        assert after(stage, deed) is NEXT[stage, deed]
    else:
        with pytest.raises(Conflict, match=DEED_LABELS[deed]):
            after(stage, deed)


def test_every_stage_is_reached_and_every_open_one_left():
    assert set(NEXT.values()) | {Stage.SENT} == set(Stage) == set(STAGE_LABELS)
    assert {stage for stage in Stage if not possible(stage)} == FINAL


def test_everything_has_its_word():
    assert set(DEED_LABELS) == set(Deed)
    assert set(DISPOSITION_LABELS) == set(Disposition)


def test_the_digest_depends_on_every_part_and_its_place():
    whole = digest(b"a", b"b", [b"c", b"d"])
    others = [
        digest(b"x", b"b", [b"c", b"d"]),
        digest(b"a", None, [b"c", b"d"]),
        digest(b"a", b"b", [b"d", b"c"]),
        digest(b"a", b"b", [b"c"]),
        digest(b"a", b"b", []),
    ]
    assert whole not in others


def test_the_receipt_depends_on_every_fact():
    at = datetime(2026, 3, 2, 2, tzinfo=UTC)
    first = Receipt("粤纪线〔2026〕1号", "440106", b"d", at, "陈纪明")
    again = Receipt("粤纪线〔2026〕1号", "440106", b"d", at, "陈纪明")
    assert first.hash() == again.hash()
    assert first.hash() != Receipt("粤纪线〔2026〕2号", "440106", b"d", at, "陈纪明").hash()
    assert first.hash() != Receipt("粤纪线〔2026〕1号", "440106", b"e", at, "陈纪明").hash()
    assert first.hash() != Receipt("粤纪线〔2026〕1号", "440106", b"d", at, "林廉正").hash()
