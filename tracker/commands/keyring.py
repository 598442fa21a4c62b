"""fields: the keys that personal data lies under, and changing them."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracker import clock, config, embedded, keyfiles
from tracker.commands import wiring
from tracker.errors import Conflict, Unavailable

if TYPE_CHECKING:
    from tracker.db import Database
    from tracker.rotation import Side

_of_discipline = click.option(
    "--discipline", "of_discipline", is_flag=True, help="纪检端的密钥（discipline.key）。The discipline side."
)


def _side(of_discipline: bool) -> "Side":
    return "discipline" if of_discipline else "supervision"


@contextmanager
def _as_owner(settings: config.Settings, side: "Side") -> Iterator["Database"]:
    """Yield the database as the owner of the tables, with the ring of keys of that side."""
    from tracker.commissions import keys
    from tracker.db import Database, connect
    from tracker.jobs import Bell

    ring = keys.ring(settings.home) if side == "discipline" else [settings.field_key, *settings.field_key_old]
    engine = connect(settings.migrate_database_url)
    try:
        yield Database(engine, Bell(settings.redis_url).ring, ring[0], ring[1:])
    finally:
        engine.dispose()


@click.group()
def fields() -> None:
    """个人信息的加密密钥。Keys that personal data lies under."""


@fields.command("status")
@_of_discipline
def fields_status(of_discipline: bool) -> None:
    """各密钥下有多少加密内容。How many values lie under which key; exit 1 when some lie under none of the ring."""
    from tracker import rotation

    side = _side(of_discipline)
    with (
        wiring.settings() as settings,
        _as_owner(settings, side) as database,
        database.unit_of_work() as session,
    ):
        found = list(rotation.status(session, side))
        newest, *older = (one.hex() for one in database.key_ids)
    for key, words in ((newest, "现用"), *((one, "旧") for one in older), (None, "不在密钥环中，无法解密")):
        held = [one for one in found if one.key == key]
        if held or key == newest:
            click.echo(f"{key or '?':<8}  {words}  共{sum(one.n for one in held)}项")
        for one in held:
            click.echo(f"            {one.column}  {one.n}")
    if older and {one.key for one in found} <= {newest}:
        click.echo(
            "旧密钥下已没有内容，可以移出密钥环：tracker fields forget。旧备份仍需要旧密钥，请随备份保管。"
        )
    sys.exit(1 if any(one.key is None for one in found) else 0)


@fields.command("rotate")
@_of_discipline
def fields_rotate(of_discipline: bool) -> None:
    """把加密内容换到现用密钥下，系统不停；可随时中断、重复运行。Seal everything again under the newest key, online."""
    from tracker import rotation

    side = _side(of_discipline)
    with wiring.settings() as settings, _as_owner(settings, side) as database:
        with database.unit_of_work() as session:
            waiting = rotation.n_waiting(session, side)
        with click.progressbar(length=waiting, label="更换密钥", file=sys.stderr) as bar:
            outcome = rotation.rotate(database, side, bar.update)
        if outcome.n:
            rotation.note(database, side, outcome.n, now=clock.now())
    click.echo(f"已换到现用密钥下：{outcome.n}行。")
    for table, n in outcome.unreadable.items():
        click.echo(f"{table} 有{n}行无法解密：密钥环中没有写入时的密钥，或内容已损坏；原样未动。", err=True)
    sys.exit(1 if outcome.unreadable else 0)


@fields.command("new-key")
@_of_discipline
def fields_new_key(of_discipline: bool) -> None:
    """在数据目录生成新密钥，旧的留作解密（先停止系统）。Make a new key in TRACKER_HOME, the old one kept beside it."""
    file = _key_file(of_discipline)
    keyfiles.renew(file)
    click.echo(
        f"新密钥已写入 {file}，旧密钥移到 {keyfiles.aside(file)}。请先备份新密钥，启动系统后运行 tracker fields rotate"
        f"{' --discipline' if of_discipline else ''}。"
    )


@fields.command("forget")
@_of_discipline
def fields_forget(of_discipline: bool) -> None:
    """旧密钥下已没有内容时删除旧密钥（先停止系统）。Remove the old keys, once nothing lies under them."""
    from tracker import rotation

    side = _side(of_discipline)
    file = _key_file(of_discipline)
    with (
        wiring.settings() as settings,
        _as_owner(settings, side) as database,
        database.unit_of_work() as session,
    ):
        newest = database.key_ids[0].hex()
        left = sum(one.n for one in rotation.status(session, side) if one.key != newest)
    if left:
        raise Conflict(
            f"还有{left}项内容不在现用密钥下，旧密钥不能删除；请先运行 tracker fields rotate。",
            code="old_key_needed",
        )
    keyfiles.aside(file).unlink(missing_ok=True)
    click.echo("旧密钥已删除。用旧密钥做的备份仍需要它，请确认它随那些备份另有保存。")


def _key_file(of_discipline: bool) -> Path:
    """Return the file the key of that side lies in; raises Unavailable where it does not, or while the system runs."""
    from tracker.commissions import keys

    with wiring.settings() as settings:
        file = keys.key_file(settings.home) if of_discipline else embedded.field_key_file(settings.home)
        key = keys.read(settings.home) if of_discipline else settings.field_key
    if not file.exists() or file.read_text().strip() != key:
        raise Unavailable(
            "FIELD_KEY 由环境变量给出，请在那里更换：先把新密钥加入 FIELD_KEY_OLD 并重启全部进程，"
            "再与 FIELD_KEY 对调并重启，然后运行 tracker fields rotate。",
            code="key_not_here",
        )
    with embedded.stopped(file.parent.parent):
        return file


COMMANDS = (fields,)
