"""backup and restore: the whole system in a folder of sealed files."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracker import clock
from tracker.commands import wiring

if TYPE_CHECKING:
    from tracker.backup.save import Source
    from tracker.config import Settings

_SIDES = click.option(
    "--side",
    type=click.Choice(["supervision", "discipline"]),
    help="只这一侧；不写则凡密钥在本机的都做。Only this side; otherwise every side whose key is here.",
)


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@_SIDES
def backup(folder: Path, side: str | None) -> None:
    """备份整个系统到一个新目录，内容加密，不停机。Back the system up into a new folder, sealed, while it runs."""
    from tracker.backup import save

    with wiring.settings() as settings:
        sources = _sources(settings, side)
        with _bar("备份") as told:
            made = save.run(folder, settings.home, sources, clock=clock.now, told=told)
        _note(settings, [one.side for one in made.parts])
    for part in made.parts:
        click.echo(f"{part.file}  {part.size / 1e6:.0f} MB  密钥 {part.key}  SHA-256 {part.sha256}")
    click.echo(
        f"备份完成：{folder}。密钥不在备份里；恢复需要同一密钥，请与备份分开保管。Keys are not in it; keep them apart."
    )


@contextmanager
def _bar(words: str) -> Iterator[Callable[[int], None]]:
    """Yield what is told how many bytes went by; they are counted on the error output, since nobody knows how many come."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(words, total=None)
        yield lambda n: bar.update(task, advance=n)


def _sources(settings: "Settings", side: str | None) -> "list[Source]":
    from tracker.backup.save import Source
    from tracker.commissions import keys

    sources = []
    if side != "discipline":
        sources.append(Source("supervision", settings.migrate_database_url, settings.field_key))
    if side == "discipline" or (side is None and keys.key_file(settings.home).exists()):
        sources.append(Source("discipline", settings.discipline_database_url, keys.read(settings.home)))
    return sources


def _note(settings: "Settings", sides: list[str]) -> None:
    """Leave in the audit log that a copy of everything was made; where this side's database is not ours, there is none."""
    from tracker.audit import service as audit
    from tracker.migrate import load_models
    from tracker.permissions import SYSTEM

    load_models()  # the log speaks of accounts and offices
    if "supervision" in sides:
        with wiring.database(settings) as database, database.unit_of_work() as session:
            audit.record(session, SYSTEM, "backup", "system", "", {"side": "、".join(sides)}, now=clock.now())


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@_SIDES
def restore(folder: Path, side: str | None) -> None:
    """从备份恢复到空数据库。Restore a backup into an empty database; anything else is refused."""
    from tracker.backup import restore as restoring
    from tracker.commissions import keys

    with wiring.settings() as settings:
        rings = {"supervision": [settings.field_key, *settings.field_key_old]}
        if side == "discipline" or keys.key_file(settings.home).exists():
            rings["discipline"] = keys.ring(settings.home)
        with _bar("核对并恢复") as told:
            made, done = restoring.run(
                folder,
                settings.home,
                settings.migrate_database_url,
                rings,
                sides=[side] if side else [],
                told=lambda _, n: told(n),
            )
    words = {"supervision": "监督端", "discipline": "纪检端"}
    click.echo(f"已恢复{'、'.join(words[one] for one in done)}，备份时间 {made.begun_at}。")
    left = [words[one.side] for one in made.parts if one.side not in done]
    if left:
        click.echo(
            f"未恢复：{'、'.join(left)}（密钥不在本机）。要恢复请在运行 tracker migrate 之前放好密钥再运行一次。"
        )
    click.echo("下一步：tracker up（或 tracker migrate），再用 tracker audit verify 核对。")


COMMANDS = (backup, restore)
