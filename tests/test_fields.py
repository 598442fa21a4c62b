"""Sealing under a ring of keys, and every column that holds something sealed saying so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.secret import SecretBox
from sqlalchemy import LargeBinary

from tracker import keyfiles, migrate
from tracker.columns import Sealed, SealedApart, is_blind_index
from tracker.config import SettingsError, load
from tracker.db import Base
from tracker.errors import Unavailable
from tracker.fields import PREFIX_BYTES, FieldCipher, key_id

OLD, NEW = "the key of last year, thirty-two characters", "the key of this year, thirty-two characters"


def as_before(key: str, clear: str) -> bytes:
    """A value as it was sealed before values said which key they are under."""
    return FieldCipher(key).seal(clear)[PREFIX_BYTES:]


@given(st.text(min_size=1))
def test_whatever_is_sealed_opens_under_any_ring_with_its_key(clear: str) -> None:
    sealed = FieldCipher(OLD).seal(clear)
    assert sealed is not None
    assert clear.encode() not in sealed or len(clear.encode()) < 3
    assert FieldCipher(OLD).open(sealed) == FieldCipher(NEW, [OLD]).open(sealed) == clear


def test_nothing_stays_nothing() -> None:
    key = FieldCipher(NEW)
    assert (key.seal(""), key.seal(None), key.open(None), key.blind(" - "), key.blinds(None)) == (
        None,
        None,
        "",
        None,
        [],
    )


def test_a_value_says_which_key_it_is_under_and_not_which_secret() -> None:
    ring = FieldCipher(NEW, [OLD, NEW])
    sealed = ring.seal("张三")
    assert sealed[:PREFIX_BYTES] == ring.prefix == b"\x01" + key_id(NEW)
    assert ring.prefixes == (b"\x01" + key_id(NEW), b"\x01" + key_id(OLD))
    assert ring.sealed_by(sealed) == key_id(NEW)
    assert ring.seal("张三") != sealed


def test_values_of_old_open_and_are_told_apart() -> None:
    ring = FieldCipher(NEW, [OLD])
    for clear in ("张三", "13800138000"):
        assert ring.open(as_before(OLD, clear)) == ring.open(as_before(NEW, clear)) == clear
    assert ring.sealed_by(as_before(OLD, "张三")) == key_id(OLD)


def test_an_old_value_whose_nonce_looks_like_a_named_key_still_opens() -> None:
    ring = FieldCipher(NEW, [OLD])
    box = SecretBox(ring._ring[key_id(OLD)].box._key)
    chance = bytes(box.encrypt("张三".encode(), nonce=ring.prefix.ljust(24, b"n")))
    assert chance.startswith(ring.prefix)
    assert ring.open(chance) == "张三"


def test_without_its_key_the_refusal_names_the_key() -> None:
    with pytest.raises(Unavailable, match=f"密钥编号 {key_id(OLD).hex()}") as refused:
        FieldCipher(NEW).open(FieldCipher(OLD).seal("张三"))
    assert refused.value.code == "wrong_key"
    with pytest.raises(Unavailable, match="FIELD_KEY_OLD"):
        FieldCipher(NEW).open(as_before(OLD, "张三"))
    assert FieldCipher(NEW).sealed_by(as_before(OLD, "张三")) is None


def test_a_changed_value_does_not_open() -> None:
    sealed = FieldCipher(NEW).seal("张三")
    for at in (PREFIX_BYTES, len(sealed) - 1):
        changed = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
        with pytest.raises(Unavailable):
            FieldCipher(NEW).open(changed)


def test_a_blind_index_is_looked_up_under_every_key_and_written_under_the_newest() -> None:
    ring = FieldCipher(NEW, [OLD])
    assert ring.blinds("138 0013-8000") == [
        FieldCipher(NEW).blind("13800138000"),
        FieldCipher(OLD).blind("13800138000"),
    ]
    assert ring.blind("13800138000") == FieldCipher(NEW).blind("13800138000")


def test_older_keys_are_read_from_a_list(tmp_path) -> None:
    told = {
        "DATABASE_URL": "postgresql://app@db/tracker",
        "REDIS_URL": "redis://cache:6379/0",
        "SECRET_KEY": "s" * 32,
        "FIELD_KEY": NEW,
    }
    assert load(told).field_key_old == ()
    assert load(told | {"FIELD_KEY_OLD": "off"}).field_key_old == ()
    assert load(told | {"FIELD_KEY_OLD": f"{'o' * 32} ,{'k' * 40},"}).field_key_old == ("o" * 32, "k" * 40)
    with pytest.raises(SettingsError, match="FIELD_KEY_OLD"):
        load(told | {"FIELD_KEY_OLD": f"{'o' * 32},short"})


def test_a_key_that_is_replaced_is_set_aside(tmp_path) -> None:
    file = tmp_path / "secrets" / "field_key"
    first = keyfiles.ensure(file)
    assert keyfiles.ensure(file) == first
    keyfiles.renew(file)
    second = keyfiles.ensure(file)
    keyfiles.renew(file)
    assert keyfiles.older(file) == [second, first]
    assert len({first, second, keyfiles.ensure(file)}) == 3
    assert {one.name for one in file.parent.iterdir()} == {"field_key", "field_key_old"}
    assert all(one.stat().st_mode & 0o777 == 0o600 for one in file.parent.iterdir())


@pytest.fixture(scope="module")
def binary_columns():
    migrate.load_models()
    return [
        (mapper.class_, column)
        for mapper in Base.registry.mappers
        for column in mapper.local_table.columns
        if isinstance(getattr(column.type, "item_type", column.type), LargeBinary)
    ]


def test_every_column_of_something_sealed_says_under_what(binary_columns) -> None:
    nameless = [
        f"{column} holds something sealed: declare it tracker.columns.Sealed, or SealedApart(by=...) and say by which key"
        for _, column in binary_columns
        if column.name.endswith("sealed") and not isinstance(column.type, (Sealed, SealedApart))
    ]
    assert not nameless
    assert not [str(column) for _, column in binary_columns if getattr(column.type, "by", "said") == ""]


def test_every_blind_index_can_be_worked_out_again(binary_columns) -> None:
    nameless = [
        str(column)
        for _, column in binary_columns
        if column.name.endswith("_index") and not is_blind_index(column.type)
    ]
    assert not nameless
    lacking = [
        str(column)
        for model, column in binary_columns
        if is_blind_index(column.type) and not hasattr(model, "blind_indexes")
    ]
    assert not lacking
