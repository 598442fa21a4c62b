"""Which passwords are guessed first."""

import pytest

from tracker.accounts import passwords

COMMON = [
    "woaini1314520",
    "WoAiNi@1314",
    "P@ssw0rd2024!",
    "Admin@12345678",
    "1qaz2wsx3edc",
    "1q2w3e4r5t6y",
    "qwertyuiop",
    "Qwer1234!@#$",
    "iloveyou1314",
    "I love you 1314",
    "Sifaju@2024",
    "guangdong2026",
    "tianhe123456",
    "zhangwei123456",
    "a123456789",
    "qq1234567890",
    "5201314abc",
    "Ｐａｓｓｗｏｒｄ１２３",
]
PERSONAL = [
    "13800138000",
    "440106199001011234",
    "44010619900101123x",
    "19900101zwj",
    "zhang19900101",
    "1990-01-01zw",
    "2345678901",
]
SIMPLE = ["aaaaaaaaaaaa", "abcabcabcabc", "abcdefghijkl", "9876543210", "ababababab", "木棉木棉木棉木棉"]
GOOD = [
    "correct horse battery",
    "天河区的木棉花开得很好",
    "kq8Zr1vTq0_w",
    "zhifa yao you ju",
    "passwordless sign-in at last",
    "8421 木棉 7305 珠江",
    "9" * 8 + "1357246802468013",
]


@pytest.mark.parametrize("password", COMMON)
def test_common_words_with_figures_around_them_are_refused(password: str) -> None:
    assert "太常见" in (passwords.weakness(password) or "")


@pytest.mark.parametrize("password", PERSONAL)
def test_birthdays_and_numbers_of_people_are_refused(password: str) -> None:
    assert "生日" in (passwords.weakness(password) or "")


@pytest.mark.parametrize("password", SIMPLE)
def test_runs_and_repeated_pieces_are_refused(password: str) -> None:
    assert "过于简单" in (passwords.weakness(password) or "")


@pytest.mark.parametrize("password", GOOD)
def test_sentences_and_random_ones_are_taken(password: str) -> None:
    assert passwords.weakness(password) is None


def test_the_list_is_one_word_a_place_and_in_small_letters() -> None:
    words = passwords._words()
    assert len(words) > 600
    assert all(word == word.lower() and not word.startswith("#") for word in words)
