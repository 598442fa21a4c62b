"""The `tracker` command: each subcommand is a thin door to the functions that pages and jobs use as well.

Whatever a subcommand needs is imported when it runs, so that `tracker --help` answers at once.
"""

import sys
from pathlib import Path

import click

from tracker import clock, config
from tracker.commands import copies, desk, keyring, people, proof, texts, wiring
from tracker.errors import TrackerError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def tracker() -> None:
    """行政执法监督工单系统。Tickets for the supervision of administrative law enforcement."""


@tracker.command()
def migrate() -> None:
    """建表或升级表结构。Bring the schema up to date."""
    from tracker import migrate

    with wiring.settings() as settings:
        migrate.upgrade(settings.migrate_database_url)


@tracker.command()
def seed() -> None:
    """装入区划、机构、分类、规则、日历（可重复执行）。Load the data every installation begins with."""
    with wiring.settings() as settings:
        _seed(settings)


def _seed(settings: config.Settings) -> None:
    from tracker import seeds

    with wiring.database(settings, as_owner=True) as database, database.unit_of_work() as session:
        seeds.load(session, settings.home, now=clock.now())


@tracker.command()
@click.option("--demo", "with_demo", is_flag=True, help="并装入演示数据。And the demonstration data.")
def prepare(with_demo: bool) -> None:
    """建表、装入基础数据，一次完成。Migrate and seed in one process, which starts once."""
    from tracker import migrate

    with wiring.settings() as settings:
        migrate.upgrade(settings.migrate_database_url)
        _seed(settings)
        if with_demo:
            from tracker.demo import command

            command.run(settings)


@tracker.command()
def up() -> None:
    """启动全部进程。Run every process on the data in TRACKER_HOME; Ctrl-C stops them."""
    from tracker import up

    sys.exit(up.run(demo=False))


@tracker.command()
def demo() -> None:
    """装入演示数据并启动全部进程。Load the demonstration data, then run every process."""
    from tracker import up

    sys.exit(up.run(demo=True))


@tracker.command("import")
@click.argument("file", type=wiring.FILE)
@click.option("--channel", default="12345-push", show_default=True, help="来源渠道代码。Channel.")
@click.option("--campaign", "campaign_id", type=int, help="专项编号：文件是问题台账。The file is a ledger.")
@click.option("--office", "office_code", default="440000", show_default=True, help="受理单位代码。Office.")
@click.option("--dry-run", is_flag=True, help="只检查，不写入。Look only.")
def import_(file: Path, channel: str, campaign_id: int | None, office_code: str, dry_run: bool) -> None:
    """导入诉求或专项问题（xlsx、csv）。Import complaints or findings; exit 1 when rows were refused."""
    from tracker.imports import command

    with wiring.settings() as settings, wiring.database(settings) as database:
        done = command.run(
            database, file, channel=channel, campaign_id=campaign_id, office_code=office_code, dry_run=dry_run
        )
    click.echo(f"共{done.n_rows}行：受理{done.n_ok}，已有{done.n_same}，有误{done.n_bad}。")
    if done.rejects:
        click.echo(f"有误的行及原因：{done.rejects}")
    sys.exit(1 if done.n_bad else 0)


@tracker.command()
def doctor() -> None:
    """体检：数据库、时钟、日历、Redis、进程、磁盘。Check every part; exit 1 when one is not well."""
    from tracker import doctor

    with (
        wiring.settings() as settings,
        wiring.database(settings) as database,
        database.unit_of_work() as session,
    ):
        found = list(doctor.examine(session, settings, now=clock.now()))
    for one in found:
        click.echo(f"{'✓' if one.well else '✗'} {one.part}：{one.words}")
    sys.exit(0 if all(one.well for one in found) else 1)


@tracker.group()
def groups() -> None:
    """群体诉求。Tickets of many people about one matter."""


@groups.command("rebuild")
def groups_rebuild() -> None:
    """重新归组，保留人工移出和并入。Group every ticket again; what people decided is kept."""
    from tracker.groups import command

    with wiring.settings() as settings, wiring.database(settings) as database:
        n = command.rebuild(database)
    click.echo(f"已归组{n}件工单。")


for _group in (copies, desk, keyring, people, proof, texts):
    for _one in _group.COMMANDS:
        tracker.add_command(_one)


def main() -> None:
    """Run the command; a refusal is one line on the error output and exit code 1."""
    try:
        tracker.main(prog_name="tracker")
    except (TrackerError, config.SettingsError) as error:
        click.echo(str(error), err=True)
        sys.exit(1)
