"""commission, clue: the keys of a commission without a browser, and the proof of its receipts.

`commission` runs on the machine of the discipline process, with its database role and its key file; `clue` on the sending
side. What is told once (first password, shares of the custodians) goes to the terminal or to files, never to a log.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracker import clock
from tracker.commands import wiring
from tracker.errors import Invalid

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tracker.commissions.members import Admitted

SHARE = click.option(
    "--share",
    "files",
    multiple=True,
    type=wiring.FILE,
    help="保管词文件，两份；不给则逐份询问。File of a share; asked for when not given.",
)
OUT = click.option(
    "--out",
    type=wiring.FOLDER,
    help="把保管词各写入一个文件，而不显示。Folder for the shares, a file each.",
)
LIAISON = click.option("--liaison", "name", required=True, help="联络员登录名。Login name.")
NAME = click.option("--name", "display_name", required=True, help="联络员姓名。Name of the person.")


@contextmanager
def _desk() -> Iterator["Session"]:
    """Yield a session of one unit of work on the discipline side, sealing with its key file."""
    from tracker.commissions import keys
    from tracker.db import Database, connect
    from tracker.jobs import Bell

    with wiring.settings() as settings:
        keys.ensure(settings.home)
        key, *older = keys.ring(settings.home)
        engine = connect(settings.discipline_database_url)
        try:
            with Database(engine, Bell(settings.redis_url).ring, key, older).unit_of_work() as session:
                yield session
        finally:
            engine.dispose()


@click.group()
def commission() -> None:
    """纪检监察机关的密钥、联络员与保管人。Keys, liaisons and custodians of a commission."""


@commission.command("setup")
@click.argument("code")
@LIAISON
@NAME
@OUT
@click.option(
    "--anew",
    is_flag=True,
    help="无人能解开时重来，旧材料永远打不开。Begin again; what was sealed stays closed.",
)
def set_up(code: str, name: str, display_name: str, out: Path | None, anew: bool) -> None:
    """启用密钥：首名联络员与三份保管词。Make the keys, the first liaison and three shares; all told once."""
    from tracker.commissions import generations, members

    if anew:
        click.confirm("此前封存的材料将永远无法由保管人打开，确定重来吗？", abort=True)
    with _desk() as session:
        found = members.locked(session, code)
        admitted, shares = members.set_up(
            session, found, name=name, display_name=display_name, now=clock.now(), anew=anew
        )
        title = f"{found.name}已启用密钥（第{found.generation}代）。"
        print_of = generations.fingerprint(found.public_key or b"")
        _put_down(code, shares, out)
    click.echo(f"{title}\n公钥指纹：{print_of}")
    _tell(admitted)
    _tell_shares(code, shares, out)


@commission.command("status")
@click.argument("code", required=False)
def status(code: str | None) -> None:
    """各机关的密钥代次、联络员、保管人。Generations, members and custodians; exit 1 when a named one has no keys."""
    from tracker.commissions import status

    with _desk() as session:
        lines = list(status.told(session, code))
    click.echo("\n".join(lines) or "还没有机关启用密钥。")


@commission.command("recover")
@click.argument("code")
@LIAISON
@NAME
@SHARE
def recover(code: str, name: str, display_name: str, files: tuple[Path, ...]) -> None:
    """凭两份保管词重新授予或新增联络员。Let a liaison in by two shares, with a new first password."""
    from tracker.commissions import members

    shares = _given(files)
    with _desk() as session:
        found = members.locked(session, code)
        admitted = members.recover(
            session, found, shares, name=name, display_name=display_name, now=clock.now()
        )
        title = f"{found.name}已由保管人授予联络员。"
    click.echo(title)
    _tell(admitted)


@commission.command("rotate")
@click.argument("code")
@SHARE
@click.option("--new-shares", is_flag=True, help="并更换三份保管词。And three new shares.")
@OUT
def rotate(code: str, files: tuple[Path, ...], new_shares: bool, out: Path | None) -> None:
    """凭两份保管词更换密钥。Begin a new generation by two shares."""
    from tracker.commissions import generations, members

    shares, fresh = _given(files), []
    with _desk() as session:
        found = members.locked(session, code)
        number = members.rotate_by_custodians(session, found, shares, now=clock.now())
        if new_shares:
            fresh = members.new_shares(session, found, shares, now=clock.now())
            _put_down(code, fresh, out)
        print_of = generations.fingerprint(found.public_key or b"")
    click.echo(f"已启用第{number}代密钥，此后的移送封给它；旧材料仍可查阅。\n公钥指纹：{print_of}")
    if fresh:
        click.echo("原有保管词作废。")
        _tell_shares(code, fresh, out)


@commission.command("second-person")
@click.argument("code")
@click.argument("wanted", type=click.Choice(["on", "off"]))
@SHARE
def second_person(code: str, wanted: str, files: tuple[Path, ...]) -> None:
    """查看诉求人身份是否须两人同意；关闭须两份保管词。Whether opening an identity needs two; off needs two shares."""
    from tracker.commissions import envelope, members

    shares = _given(files) if wanted == "off" else []
    with _desk() as session:
        found = members.locked(session, code)
        if wanted == "on":
            envelope.require_two(session, members.custodians_of(found), found, now=clock.now())
        else:
            envelope.allow_one(session, found, shares, now=clock.now())
    click.echo("查看诉求人身份须两人同意。" if wanted == "on" else "查看诉求人身份由一人办理。")


def _given(files: tuple[Path, ...]) -> list[str]:
    """Return two shares, from files or from the terminal."""
    if files:
        return [file.read_text("utf-8") for file in files]
    return [click.prompt(f"第{n}份保管词", type=str) for n in (1, 2)]


def _put_down(code: str, shares: list[str], out: Path | None) -> None:
    """Write the shares before anything is committed, each into a file of its owner alone; raises Invalid when one is there."""
    if out is None:
        return
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    for n, share in enumerate(shares, start=1):
        try:
            file = os.open(_share_file(out, code, n), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise Invalid(
                f"写不了 {_share_file(out, code, n)}：{error.strerror}。", code="bad_out"
            ) from error
        with os.fdopen(file, "w", encoding="utf-8") as written:
            written.write(share + "\n")


def _share_file(out: Path, code: str, n: int) -> Path:
    return out / f"{code}-share-{n}.txt"


def _tell(admitted: "Admitted") -> None:
    from tracker.accounts import secrets

    liaison = admitted.liaison
    click.echo(f"联络员：{liaison.display_name}（登录名 {liaison.name}）")
    click.echo(f"初始密码：{admitted.password}（7天内首次登录，登录后须改）")
    click.echo(f"动态口令：{secrets.totp_address(admitted.totp_secret, liaison.name)}")


def _tell_shares(code: str, shares: list[str], out: Path | None) -> None:
    click.echo("保管词共三份，只出现这一次；请各交一名保管人分处保存，任意两份可恢复，一份不能。")
    for n, share in enumerate(shares, start=1):
        click.echo(f"{n}. {_share_file(out, code, n) if out else share}")


@click.group()
def clue() -> None:
    """线索移送。Transferred clues, on the sending side."""


@clue.command("verify-receipt")
@click.argument("file", type=wiring.FILE)
def verify_receipt(file: Path) -> None:
    """核验接收机关的回执文件：签名与所发材料。Prove a receipt; exit 1 and a sentence when it proves nothing."""
    from tracker.clues import receipt
    from tracker.commissions import receipts

    with file.open("rb") as opened:
        raw = opened.read(receipts.MAX_BYTES + 1)
    with wiring.unit_of_work() as session:
        click.echo(receipt.verify(session, raw))


COMMANDS = (commission, clue)
