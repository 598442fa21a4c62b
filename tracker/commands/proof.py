"""audit: proves that nobody changed the histories and logs."""

import sys
from itertools import chain

import click

from tracker import clock, config
from tracker.commands import wiring


@click.group()
def audit() -> None:
    """留痕。Logs and histories."""


@audit.command("verify")
def audit_verify() -> None:
    """验证事件链、审计日志、查阅记录、纪检记录与每日锚。Prove all chains against the anchors; exit 1 at the first broken link."""
    from tracker.audit import anchors, sealing, service
    from tracker.commissions import proof
    from tracker.tickets import anchoring, history

    home = config.home()
    with (
        wiring.settings() as settings,
        wiring.database(settings) as database,
        database.unit_of_work() as session,
    ):
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

    with wiring.unit_of_work() as session:
        written = anchoring.anchor(session, config.home(), now=clock.now())
    click.echo(str(written) if written else "今天的锚已写过，不再改写。")


COMMANDS = (audit,)
