import pytest

from tracker.offices import registry
from tracker.offices.rules import Level, like_literal, lowest_common, path_codes, scattered, trade_asked


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["/440000/440100/440106/", "/440000/440100/440103/"], "/440000/440100/"),
        (["/440000/440100/", "/440000/440100/440103/"], "/440000/440100/"),
        (["/440000/441900/441900119/", "/440000/440100/440103/"], "/440000/"),
        (["/440000/", "/110000/"], "/"),
        (["/440000/440100/"], "/440000/440100/"),
    ],
)
def test_lowest_common(paths: list[str], expected: str) -> None:
    assert lowest_common(paths) == expected


def test_levels_are_ordered_from_the_top() -> None:
    assert [level.depth for level in Level] == [0, 1, 2, 3]


def test_path_codes_top_first() -> None:
    assert path_codes("/440000/440100/") == ("440000", "440100")


def test_wildcards_typed_by_a_clerk_mean_themselves() -> None:
    assert like_literal("50%_\\") == "50\\%\\_\\\\"
    assert scattered("天 河%") == "%天%河%\\%%"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("天河 城管", ("CG", "天河")),
        ("天河市监局", ("SC", "天河")),
        ("广州市天河区市场监督管理局", ("SC", "广州市天河区")),
        ("交警大队", ("JJ", "")),
        ("工商", ("SC", "")),
        ("环保局", ("ST", "")),
        ("石牌街道", (None, "石牌街道")),
    ],
)
def test_trade_asked(query: str, expected: tuple[str | None, str]) -> None:
    assert trade_asked(query, registry.aliases()) == expected
