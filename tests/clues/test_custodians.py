"""Custodians and the command line: any two of three let somebody in, one alone opens nothing."""

import itertools
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tests.clues import desks
from tests.clues.desks import Desk, forwarded, seated, set_up
from tests.clues.sides import SECRETS, Sides
from tests.conftest import FIELD_KEY, SECRET_KEY
from tracker.cli import tracker
from tracker.commissions import custodians, keys, members
from tracker.commissions.models import Commission, DeskEntry
from tracker.errors import Conflict, Invalid, NotFound, Unavailable
from tracker.fields import FieldCipher

CODE = "440104"


@pytest.fixture
def first(sides: Sides) -> tuple[Desk, list[str]]:
    desk, shares = set_up(sides, CODE, "jw.first")
    return desk.settled(), shares


@pytest.fixture
def run(sides: Sides, redis_url: str):
    """The command as somebody at the machine of the discipline process gives it; refusals come back as they are raised."""

    def address(database) -> str:
        return database.bind.url.render_as_string(hide_password=False).replace("+psycopg", "")

    env = {
        "DATABASE_URL": address(sides.office),
        "DISCIPLINE_DATABASE_URL": address(sides.desk),
        "REDIS_URL": redis_url,
        "SECRET_KEY": SECRET_KEY,
        "FIELD_KEY": FIELD_KEY,
        "TRACKER_HOME": str(sides.home),
    }

    def call(*words: str, typed: str = "") -> Result:
        done = CliRunner(env=env).invoke(tracker, list(words), input=typed)
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done

    return call


def files(folder: Path, shares: list[str]) -> list[str]:
    """The options that name the shares' files."""
    options = []
    for n, share in enumerate(shares):
        (folder / f"{n}.txt").write_text(f"  {share.upper()}\n")
        options += ["--share", str(folder / f"{n}.txt")]
    return options


@pytest.mark.parametrize("pair", list(itertools.combinations(range(3), 2)))
def test_any_two_let_somebody_in_who_then_reads_everything(sides: Sides, first, pair) -> None:
    desk, shares = first
    old = forwarded(sides, CODE)
    desk.post(f"/clues/{old}/actions/sign")
    two = [shares[at] for at in pair]
    with sides.desk.unit_of_work() as session:
        commission = members.locked(session, CODE)
        given = {"name": "jw.heir", "display_name": "丁某", "now": sides.clock()}
        admitted = members.recover(session, commission, two, **given)
    heir = seated(sides, "jw.heir", admitted.password, admitted.totp_secret).settled()
    assert "王某某" in heir.reads(old)


def test_one_alone_or_one_twice_opens_nothing(sides: Sides, first) -> None:
    _, shares = first
    with sides.desk.unit_of_work() as session:
        commission = session.get_one(Commission, CODE)
        for given in ([], shares[:1], [shares[0], shares[0].upper()]):
            with pytest.raises(Invalid, match="不同的保管词"):
                custodians.together(commission, given)
        misread = shares[1].replace(
            shares[1].split()[10], "academic" if shares[1].split()[10] != "academic" else "acid"
        )
        for given in ([shares[0], misread], [shares[0], "no words of ours"]):
            with pytest.raises(Invalid, match="保管词有误"):
                custodians.together(commission, given)


def test_the_shares_of_another_commission_do_not_fit(sides: Sides, first) -> None:
    _, shares = first
    other = Commission(code="1", name="另一机关", level="county")
    with pytest.raises(Conflict, match="尚未启用"):
        custodians.together(other, shares)
    strange = custodians.appoint(other, now=sides.clock())
    with sides.desk.unit_of_work() as session:
        commission = session.get_one(Commission, CODE)
        with pytest.raises(Invalid, match="不是"):
            custodians.together(commission, strange[1:])
        with pytest.raises(Invalid, match="保管词有误"):
            custodians.together(commission, [shares[0], strange[1]])


def test_the_command_sets_up_tells_once_and_shows_how_it_stands(sides: Sides, run, tmp_path: Path) -> None:
    with Session(sides.owner) as session:
        session.execute(
            text("UPDATE discipline.commission SET generation = NULL, public_key = NULL WHERE code = :c"),
            {"c": CODE},
        )
        session.execute(text("DELETE FROM discipline.key_copy WHERE commission_code = :c"), {"c": CODE})
        session.execute(text("DELETE FROM discipline.commission_key WHERE commission_code = :c"), {"c": CODE})
        session.commit()
    named = ("--liaison", "jw.first", "--name", "甲某")
    done = run("commission", "setup", CODE, *named, "--out", str(tmp_path))
    assert done.exit_code == 0, done.output
    written = [tmp_path / f"{CODE}-share-{n}.txt" for n in (1, 2, 3)]
    assert {file.stat().st_mode & 0o777 for file in written} == {0o600}
    assert written[0].read_text().split()[0] not in done.output
    lines = dict(line.split("：", 1) for line in done.output.splitlines() if "：" in line)
    password = lines["初始密码"].split("（")[0]
    secret = lines["动态口令"].split("secret=")[1].split("&")[0]
    seated(sides, "jw.first", password, secret).settled()

    with pytest.raises(Conflict, match="已启用"):
        run("commission", "setup", CODE, *named)
    with pytest.raises(Invalid, match="写不了"):
        run("commission", "setup", CODE, *named, "--out", str(tmp_path), "--anew", typed="y\n")
    shown = run("commission", "status").output
    assert "甲某（jw.first）持有密钥" in shown
    assert "陈纪明（jw.tianhe）持有密钥" in shown
    assert "第1代" in run("commission", "status", CODE).output
    with pytest.raises(NotFound):
        run("commission", "status", "999999")


def test_the_command_recovers_and_changes_keys_by_two_shares(
    sides: Sides, run, first, tmp_path: Path
) -> None:
    desk, shares = first
    before = desks.generation(sides, CODE) or 0
    two = files(tmp_path, shares[1:])
    done = run("commission", "recover", CODE, "--liaison", "jw.heir", "--name", "丁某", *two)
    assert "丁某（登录名 jw.heir）" in done.output
    typed = f"{shares[0]}\n{shares[2]}\n"
    assert f"第{before + 1}代" in run("commission", "rotate", CODE, typed=typed).output
    changed = run("commission", "rotate", CODE, *two, "--new-shares").output
    assert f"第{before + 2}代" in changed
    fresh = [line.split(". ", 1)[1] for line in changed.splitlines() if line[:3] in {"1. ", "2. ", "3. "}]
    assert len(fresh) == 3
    with pytest.raises(Invalid, match="不是"):
        run("commission", "rotate", CODE, *two)
    assert f"第{before + 3}代" in run("commission", "rotate", CODE, *files(tmp_path, fresh[:2])).output
    assert desk.client.get("/commission").status_code == 200
    with sides.desk.unit_of_work() as session:
        names = session.scalars(select(DeskEntry.liaison_name).where(DeskEntry.commission_code == CODE)).all()
        assert names[-1] == "保管人（两人）"
        assert members.of(session, session.get_one(Commission, CODE))[0][1]


def test_two_persons_by_the_command_and_one_again_by_two_shares(
    sides: Sides, run, first, tmp_path: Path
) -> None:
    desk, shares = first
    with pytest.raises(Conflict, match="只有一名"):
        run("commission", "second-person", CODE, "on")
    desk.admits("jw.second", "乙某")
    assert "须两人" in run("commission", "second-person", CODE, "on").output
    assert "须两人同意" in run("commission", "status", CODE).output
    with pytest.raises(Invalid):
        run("commission", "second-person", CODE, "off", typed="one\ntwo\n")
    off = run("commission", "second-person", CODE, "off", *files(tmp_path, shares[:2]))
    assert "一人办理" in off.output


def bytes_of(sides: Sides) -> list[bytes]:
    """Every value of bytes in the schema of the discipline side, as a dump of it holds them."""
    query = text(
        "SELECT table_name, column_name FROM information_schema.columns "
        "WHERE table_schema = 'discipline' AND data_type = 'bytea'"
    )
    with sides.owner.connect() as connection:
        return [
            bytes(value)
            for table, column in connection.execute(query).all()
            for value in connection.execute(text(f"SELECT {column} FROM discipline.{table}")).scalars()
            if value is not None
        ]


def opened_with(key: str, values: list[bytes]) -> list[bytes]:
    """What the key file opens of them."""
    found = []
    for value in values:
        with suppress(Unavailable, UnicodeDecodeError):
            found.append(FieldCipher(key).open(value).encode())
    return found


def keys_in(values: list[bytes]) -> list[PrivateKey]:
    """Everything among them that could be a private key, as bytes or in hex, alone or as one half of two."""
    raw = {half for value in values if len(value) in {32, 64} for half in (value[:32], value[32:]) if half}
    for value in values:
        with suppress(ValueError):
            raw |= {part for part in (bytes.fromhex(value.decode()),) if len(part) == 32}
    return [PrivateKey(one) for one in raw]


def test_a_dump_with_the_key_file_opens_no_package(sides: Sides, first) -> None:
    number = sides.sent()
    assert sides.liaison().act(number, "sign").status_code == 200
    values = bytes_of(sides)
    told = opened_with(keys.read(sides.home), values)
    assert sides.liaisons["jw.tianhe"]["totp_secret"].encode() in told  # so the key file is the right one
    with sides.owner.connect() as connection:
        box = connection.scalar(
            text("SELECT ciphertext FROM discipline.package WHERE number = :n"), {"n": number}
        )
    for private in keys_in([*values, *told]):
        with pytest.raises(CryptoError):
            SealedBox(private).decrypt(bytes(box))
    everything = b"\n".join([*values, *told])
    assert not [word for word in SECRETS if word.encode() in everything]


def test_nothing_told_once_stays_behind(sides: Sides, first) -> None:
    """Shares, passwords and private keys stand in no table, in whatever way bytes are written."""
    desk, shares = first
    token = desk.token()
    with sides.desk.unit_of_work() as session:
        commission = session.get_one(Commission, CODE)
        private = custodians.together(commission, shares[:2])
        pairs = custodians.open_all(session, commission, shares[:2])
    halves = [half for pair in pairs.values() for half in (bytes(pair.box), bytes(pair.signing))]
    with sides.owner.connect() as connection:
        tables = connection.execute(
            text("SELECT table_name FROM information_schema.tables WHERE table_schema = 'discipline'")
        ).scalars()
        dump = "\n".join(
            row
            for table in tables
            for row in connection.execute(text(f"SELECT t::text FROM discipline.{table} t")).scalars()
        )
    words = [desk.password, token, *shares]
    assert "jw.first" in dump
    assert not [one for one in (bytes(private), *halves) if one.hex() in dump]
    assert not [one for one in words if one in dump or one.encode().hex() in dump]
