from datetime import UTC, datetime, timedelta

import pyotp

from tracker.accounts import secrets

AT = datetime(2026, 11, 23, 1, tzinfo=UTC)


def test_passwords_are_argon2id_and_salted() -> None:
    one, other = secrets.hash_password("木棉花开"), secrets.hash_password("木棉花开")
    assert one.startswith("$argon2id$")
    assert one != other
    assert secrets.password_matches("木棉花开", one)
    assert not secrets.password_matches("木棉花落", one)


def test_what_is_no_hash_fits_no_password() -> None:
    assert not secrets.password_matches("", "!")
    assert not secrets.password_matches("\ud800", secrets.nobodys_hash())


def test_a_code_works_once_and_within_a_step() -> None:
    secret = secrets.new_totp()
    code = pyotp.TOTP(secret).at(AT)
    step = secrets.totp_step(secret, f" {code[:3]} {code[3:]}", AT, None)
    assert step is not None
    assert secrets.totp_step(secret, code, AT, step) is None
    assert secrets.totp_step(secret, code, AT + timedelta(seconds=30), None) == step
    assert secrets.totp_step(secret, code, AT + timedelta(seconds=90), None) is None
    assert secrets.totp_step(secret, "口令", AT, None) is None
