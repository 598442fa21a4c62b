"""account, token, totp: who comes in, and by what."""

import click

from tracker import clock, config
from tracker.commands import wiring
from tracker.errors import Invalid


@click.command()
@click.argument("account")
def totp(account: str) -> None:
    """演示账号此刻的动态口令。The one-time code of a demonstration account at this moment."""
    from tracker.up import demo_code

    code, left = demo_code(config.home(), account, clock.now())
    click.echo(code)
    click.echo(f"还有{left}秒有效，用过即失效。Good for {left} s, and once.", err=True)


@click.group()
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
    with wiring.unit_of_work() as session:
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


@click.group()
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

    with wiring.unit_of_work() as session:
        account = queries.by_name(session, name)
        if account is None:
            raise NotFound(f"没有名为 {name} 的账号，请检查登录名。")
        _, clear = tokens.create_token(
            session, SYSTEM, account, label, scopes=wanted, days=days, now=clock.now()
        )
    click.echo(clear)


COMMANDS = (account, token, totp)
