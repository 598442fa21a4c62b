import pytest

from tracker.errors import Invalid
from tracker.replies import seed, wording
from tracker.replies.rules import Outcome

VALUES = dict.fromkeys(wording.FROM_TICKET, "某")


def test_what_the_ticket_knows_is_put_in_and_the_rest_stays_to_be_written() -> None:
    text = wording.fill("工单{{ 工单编号 }}：已退还{{金额}}。", {**VALUES, "工单编号": "2026{{金额}}"})
    assert text == "工单2026{{金额}}：已退还【金额】。"
    assert wording.unfilled(text) == ("金额",)
    assert wording.unfilled("见【附件】与【金额】、【金额】") == ("金额",)
    assert wording.without_blanks("已退还【金额】。") == "已退还。"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "bad_template"),
        ("长" * (wording.LONGEST + 1), "bad_template"),
        ("退还{{金額}}", "unknown_variable"),
        ("{{''.__class__}}", "unknown_variable"),
        ("退还{{金额", "bad_template"),
    ],
)
def test_a_template_nobody_could_fill_is_refused_in_a_sentence(text: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        wording.check(text)
    assert refused.value.code == code
    assert refused.value.message.endswith("。")
    if code == "unknown_variable":
        assert "“金額”" in refused.value.message or "__class__" in refused.value.message


def test_templates_shipped_cover_every_outcome_and_the_main_letters() -> None:
    rows = seed.rows()
    assert len({(category, outcome) for category, outcome, _ in rows}) == len(rows)
    assert {outcome for category, outcome, _ in rows if category is None} == set(Outcome)
    assert {category[0] for category, _, _ in rows if category} == set("ABCDEFGHIJ")
    for _, _, text in rows:
        assert "{{工单编号}}" in text
        assert text.endswith(("。", "！"))


def test_nothing_of_a_clue_is_told_by_a_template() -> None:
    [text] = [text for category, _, text in seed.rows() if category == "H"]
    assert "已按规定处理" in text
    assert not any(word in text for word in ("纪", "监察", "线索", "移送"))
