from datetime import UTC, datetime, timedelta

import pytest

from tracker.accounts import rules

AT = datetime(2026, 11, 23, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("zhangsan", True),
        ("zhang.san-2", True),
        ("ab", False),
        ("Zhang", False),
        (".abc", False),
        ("张三丰", False),
        ("a" * 40, True),
        ("a" * 41, False),
        ("abc\n", False),
    ],
)
def test_names(name: str, good: bool) -> None:
    assert (rules.name_problem(name) is None) is good


@pytest.mark.parametrize(
    ("password", "good"),
    [
        ("correct horse", True),
        ("天河区的木棉花开得很好", True),
        ("a" * 10, False),
        ("short", False),
        ("0123456789", False),
        ("abababababab", False),
        ("xzhangsanx1", False),
        ("b7" + "kq" * 64, False),
    ],
)
def test_passwords(password: str, good: bool) -> None:
    assert (rules.password_problem(password, "zhangsan") is None) is good


@pytest.mark.parametrize(
    ("n", "minutes"), [(1, 0), (4, 0), (5, 1), (6, 2), (7, 4), (8, 8), (9, 15), (500, 15)]
)
def test_waits_grow_and_stop_growing(n: int, minutes: int) -> None:
    assert rules.wait_until(n, AT) - AT == timedelta(minutes=minutes)


def test_the_wait_is_told_in_minutes_rounded_up() -> None:
    assert "请1分钟后" in rules.wait_sentence(AT + timedelta(seconds=1), AT)
    assert "请2分钟后" in rules.wait_sentence(AT + timedelta(seconds=61), AT)


@pytest.mark.parametrize(
    ("since_created", "since_seen", "over"),
    [(29, 29, False), (30, 30, True), (719, 1, False), (720, 0, True)],
)
def test_sessions_run_out(since_created: int, since_seen: int, over: bool) -> None:
    created, seen = AT - timedelta(minutes=since_created), AT - timedelta(minutes=since_seen)
    assert rules.has_run_out(created, seen, AT) is over


@pytest.mark.parametrize(
    ("wanted", "to"),
    [
        ("/tickets?tab=due", "/tickets?tab=due"),
        ("/工单", "/工单"),
        (None, "/"),
        ("", "/"),
        ("tickets", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("\\\\evil.example", "/"),
        ("https://evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\r\nSet-Cookie: x=1", "/"),
        ("/\t/evil.example", "/"),
        ("//[", "/"),
    ],
)
def test_only_addresses_of_this_site_are_followed(wanted: str | None, to: str) -> None:
    assert rules.local_address(wanted) == to


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/120.0 Safari/537.36 Edg/120.0", "Edge · Windows"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/120.0 Mobile Safari/537.36", "Chrome · 安卓"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1",
            "Safari · iPhone",
        ),
        ("curl/8.0", "未知浏览器"),
        ("", "未知浏览器"),
    ],
)
def test_browsers_in_words(said: str, words: str) -> None:
    assert rules.browser_words(said) == words
