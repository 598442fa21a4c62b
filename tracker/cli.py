"""The `tracker` command: each subcommand is a thin door to the functions that pages and jobs use as well.

Whatever a subcommand needs is imported when it runs, so that `tracker --help` answers at once.
"""

import dataclasses
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracker import clock, config, embedded
from tracker.errors import Invalid, TrackerError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tracker.db import Database

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)


@contextmanager
def _settings() -> Iterator[config.Settings]:
    """Yield the settings; where no servers are named the embedded ones run, or are joined, for the while."""
    with embedded.environment(os.environ) as complete:
        yield config.load(complete)


@contextmanager
def _database(settings: config.Settings, *, as_owner: bool = False) -> Iterator["Database"]:
    """Yield the database of the settings; as the owner of the tables for what the daily role may not do."""
    from tracker.db import Database, connect
    from tracker.jobs import Bell

    engine = connect(settings.migrate_database_url if as_owner else settings.database_url)
    try:
        yield Database(engine, Bell(settings.redis_url).ring, settings.field_key, settings.field_key_old)
    finally:
        engine.dispose()


@contextmanager
def _unit_of_work() -> Iterator["Session"]:
    """Yield a session of one unit of work on the database of the settings."""
    with _settings() as settings, _database(settings) as database, database.unit_of_work() as session:
        yield session


def _say(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def tracker() -> None:
    """行政执法监督工单系统。Tickets for the supervision of administrative law enforcement."""


@tracker.command()
def migrate() -> None:
    """建表或升级表结构。Bring the schema up to date."""
    from tracker import migrate

    with _settings() as settings:
        migrate.upgrade(settings.migrate_database_url)


@tracker.command()
def seed() -> None:
    """装入区划、机构、分类、规则、日历（可重复执行）。Load the data every installation begins with."""
    with _settings() as settings:
        _seed(settings)


def _seed(settings: config.Settings) -> None:
    from tracker import seeds

    with _database(settings, as_owner=True) as database, database.unit_of_work() as session:
        seeds.load(session, settings.home, now=clock.now())


@tracker.command()
@click.option("--demo", "with_demo", is_flag=True, help="并装入演示数据。And the demonstration data.")
def prepare(with_demo: bool) -> None:
    """建表、装入基础数据，一次完成。Migrate and seed in one process, which starts once."""
    from tracker import migrate

    with _settings() as settings:
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


@tracker.command()
@click.argument("text")
@click.option("--title", default="", help="标题。Title.")
@click.option("--office", "office_code", default="440000", help="受理单位代码。Code of the receiving office.")
def triage(text: str, title: str, office_code: str) -> None:
    """研判一段文字，只输出建议，不写入。Suggest category, places, office and signs for a text; writes nothing."""
    from tracker.offices import service as offices
    from tracker.tickets import receive, triage

    title, content = receive.as_kept(title, text)
    with _unit_of_work() as session:
        home = offices.office(session, office_code)
        proposal = triage.propose(session, title=title, text=content, now=clock.now(), home=home)
        found = {**dataclasses.asdict(proposal.text), "routing": dataclasses.asdict(proposal.decision)}
        office = proposal.office
        found["office"] = {"code": office.code, "name": office.name} if office else None
        found["why"] = proposal.doubt or proposal.decision.because
    _say(found)


@tracker.command("import")
@click.argument("file", type=FILE)
@click.option("--channel", default="12345-push", show_default=True, help="来源渠道代码。Channel.")
@click.option("--campaign", "campaign_id", type=int, help="专项编号：文件是问题台账。The file is a ledger.")
@click.option("--office", "office_code", default="440000", show_default=True, help="受理单位代码。Office.")
@click.option("--dry-run", is_flag=True, help="只检查，不写入。Look only.")
def import_(file: Path, channel: str, campaign_id: int | None, office_code: str, dry_run: bool) -> None:
    """导入诉求或专项问题（xlsx、csv）。Import complaints or findings; exit 1 when rows were refused."""
    from tracker.imports import command

    with _settings() as settings, _database(settings) as database:
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

    with _settings() as settings, _database(settings) as database, database.unit_of_work() as session:
        found = list(doctor.examine(session, settings, now=clock.now()))
    for one in found:
        click.echo(f"{'✓' if one.well else '✗'} {one.part}：{one.words}")
    sys.exit(0 if all(one.well for one in found) else 1)


@tracker.command()
@click.option("--data", type=FILE, required=True, help="csv 或 xlsx。")
@click.option("--text", required=True, help="正文列。Column of the text.")
@click.option("--title", default="", help="标题列。Column of the title.")
@click.option("--label", required=True, help="标签列，没有标签的行留空。Column of the label.")
@click.option(
    "--lexicon",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="词表 csv（leaf,phrase,weight），标签少时用。Phrases that speak for labels.",
)
@click.option("--out", type=FOLDER, required=True, help="模型目录。Folder of the model.")
def train(data: Path, text: str, title: str, label: str, lexicon: Path | None, out: Path) -> None:
    """用带标签的表格训练分类模型，输出交叉验证成绩。Train on a labelled table; print cross-validated scores."""
    from classifiers import train

    trained_on = clock.local_date(clock.now()).isoformat()
    with _refusals():
        _say(
            train.train_file(
                data, out, text=text, title=title, label=label, lexicon=lexicon, trained_on=trained_on
            )
        )


@tracker.command()
@click.option("--model", type=FOLDER, required=True, help="模型目录。Folder of the model.")
@click.option("--data", type=FILE, required=True, help="csv 或 xlsx。")
@click.option("--text", required=True, help="正文列。Column of the text.")
@click.option("--title", default="", help="标题列。Column of the title.")
@click.option("--label", required=True, help="标签列。Column of the label.")
def evaluate(model: Path, data: Path, text: str, title: str, label: str) -> None:
    """在带标签的表格上评测模型。Measure a model on a labelled table."""
    from classifiers.evaluate import evaluate_file

    with _refusals():
        _say(evaluate_file(model, data, text=text, title=title, label=label))


@tracker.command()
@click.option("--model", type=FOLDER, required=True, help="模型目录。Folder of the model.")
@click.option("--data", type=FILE, required=True, help="csv 或 xlsx。")
@click.option("--text", required=True, help="正文列。Column of the text.")
@click.option("--title", default="", help="标题列。Column of the title.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="输出 csv。")
def predict(model: Path, data: Path, text: str, title: str, out: Path) -> None:
    """给表格每一行写出标签、把握和前三名。Label every row of a table."""
    from classifiers.predict import predict_file

    with _refusals():
        n = predict_file(model, data, out, text=text, title=title)
    click.echo(f"已写出 {n} 行到 {out}。")


@tracker.command()
def retrain() -> None:
    """用人工校正再训练，与在用模型比较；不如在用的不予采用（退出码 1），启用由人决定。Train a challenger; print how it compares."""
    from tracker.learning import command

    with _settings() as settings, _database(settings) as database:
        told = command.run(database, settings.home)
    _say(told)
    sys.exit(0 if told["state"] == "candidate" else 1)


@contextmanager
def _refusals() -> Iterator[None]:
    """Turn what the classifiers refuse into a refusal of ours."""
    from classifiers.category import ModelError
    from classifiers.rows import DataError

    try:
        yield
    except DataError as error:
        raise Invalid(str(error), code="unusable_table") from error
    except ModelError as error:
        raise Invalid(str(error), code="unusable_model") from error


@tracker.group()
def groups() -> None:
    """群体诉求。Tickets of many people about one matter."""


@groups.command("rebuild")
def groups_rebuild() -> None:
    """重新归组，保留人工移出和并入。Group every ticket again; what people decided is kept."""
    from tracker.groups import command

    with _settings() as settings, _database(settings) as database:
        n = command.rebuild(database)
    click.echo(f"已归组{n}件工单。")


@tracker.command()
@click.argument("account")
def totp(account: str) -> None:
    """演示账号此刻的动态口令。The one-time code of a demonstration account at this moment."""
    from tracker.up import demo_code

    code, left = demo_code(config.home(), account, clock.now())
    click.echo(code)
    click.echo(f"还有{left}秒有效，用过即失效。Good for {left} s, and once.", err=True)


@tracker.group()
def account() -> None:
    """账号。Accounts."""


@account.command("create")
@click.argument("name")
@click.option("--name", "display_name", required=True, help="姓名。Name of the person.")
@click.option("--role", required=True, help="岗位，如 administrator。Post.")
@click.option("--office", "office_code", help="单位代码；不属于任何单位的管理员、审计员不填。Office.")
def account_create(name: str, display_name: str, role: str, office_code: str | None) -> None:
    """新建账号，不经复核（用于开局）；初始密码只显示这一次。Create an account without a second person, to begin with."""
    from tracker.accounts import rules, secrets, service
    from tracker.offices import service as offices
    from tracker.permissions import SYSTEM, Role

    if role not in rules.GRANTED_HERE:
        raise Invalid(f"没有这个岗位：{role}；可用：{'、'.join(sorted(rules.GRANTED_HERE))}。")
    password = secrets.new_password()
    with _unit_of_work() as session:
        service.create(
            session,
            SYSTEM,
            name=name,
            display_name=display_name,
            role=Role(role),
            office=offices.office(session, office_code) if office_code else None,
            password=password,
            now=clock.now(),
        )
    click.echo(password)


@tracker.group()
def token() -> None:
    """接口令牌。API tokens."""


@token.command("create")
@click.option("--account", "name", required=True, help="登录名。Login name.")
@click.option("--label", default="命令行", help="用途。What it is for.")
@click.option(
    "--scope", "scopes", multiple=True, help="只给这项权限，可多次。Only this permission; repeatable."
)
@click.option("--days", type=click.IntRange(1, 3650), help="多少天后失效。Days it lives.")
def token_create(name: str, label: str, scopes: tuple[str, ...], days: int | None) -> None:
    """新建令牌，只显示这一次。Create a token; it is shown this once."""
    from tracker.accounts import queries, tokens
    from tracker.errors import NotFound
    from tracker.permissions import SYSTEM, Permission

    unknown = sorted(set(scopes) - set(Permission))
    if unknown:
        raise Invalid(f"没有这些权限：{'、'.join(unknown)}；可用：{'、'.join(sorted(Permission))}。")
    wanted = {Permission(one) for one in scopes} or None

    with _unit_of_work() as session:
        account = queries.by_name(session, name)
        if account is None:
            raise NotFound(f"没有名为 {name} 的账号，请检查登录名。")
        _, clear = tokens.create_token(
            session, SYSTEM, account, label, scopes=wanted, days=days, now=clock.now()
        )
    click.echo(clear)


@tracker.group()
def audit() -> None:
    """留痕。Logs and histories."""


@audit.command("verify")
def audit_verify() -> None:
    """验证事件链、审计日志、查阅记录、纪检记录与每日锚。Prove all chains against the anchors; exit 1 at the first broken link."""
    from tracker.audit import anchors, sealing, service
    from tracker.commissions import proof
    from tracker.tickets import anchoring, history

    home = config.home()
    with _settings() as settings, _database(settings) as database, database.unit_of_work() as session:
        of_the_desk = proof.broken_links(settings.discipline_database_url)
        broken = chain(
            service.broken_links(session),
            sealing.broken_seals(session),
            history.broken_links(session),
            of_the_desk or (),
            anchoring.broken(session, home),
        )
        for sentence in broken:
            click.echo(sentence, err=True)
            sys.exit(1)
    last = anchors.last(home)
    click.echo("事件链、审计日志与查阅记录完整。The chains are whole.")
    if of_the_desk is None:
        click.echo(
            "纪检一侧的记录由其数据库账号（DISCIPLINE_DATABASE_URL）核对，此处未核对。The desk's log was not read."
        )
    else:
        click.echo("纪检一侧的记录完整。The desk's log is whole.")
    click.echo(f"已与截至 {last['day']} 的每日锚核对。" if last else "还没有每日锚，无法证明末尾未被截去。")


@audit.command("anchor")
def audit_anchor() -> None:
    """写下今天的锚（时钟进程每天自动写）。Write today's anchor, which the clock does by itself every day."""
    from tracker.tickets import anchoring

    with _unit_of_work() as session:
        written = anchoring.anchor(session, config.home(), now=clock.now())
    click.echo(str(written) if written else "今天的锚已写过，不再改写。")


def main() -> None:
    """Run the command; a refusal is one line on the error output and exit code 1."""
    try:
        tracker.main(prog_name="tracker")
    except (TrackerError, config.SettingsError) as error:
        click.echo(str(error), err=True)
        sys.exit(1)
