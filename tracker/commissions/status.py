"""How a commission's keys stand, in lines for the terminal."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.clock import local
from tracker.commissions import generations, members
from tracker.commissions.models import Commission
from tracker.errors import Conflict, NotFound


def told(session: Session, code: str | None = None) -> Iterator[str]:
    """Yield the lines for one commission, or for all that were set up; raises NotFound, and Conflict without keys."""
    query = select(Commission).where(Commission.generation.is_not(None)).order_by(Commission.code)
    if code is not None:
        query = select(Commission).where(Commission.code == code)
    found = session.scalars(query).all()
    if code is not None and not found:
        raise NotFound(f"没有代码为 {code} 的纪检监察机关。", code="no_commission")
    for commission in found:
        yield from _lines(session, commission)


def _lines(session: Session, commission: Commission) -> Iterator[str]:
    row = generations.newest(session, commission)
    if row is None:
        raise Conflict(
            f"{commission.name}尚未启用密钥，请运行 tracker commission setup {commission.code}。",
            code="not_set_up",
        )
    yield f"{commission.code} {commission.name}"
    yield f"  密钥：第{row.generation}代，{local(row.made_at):%Y-%m-%d %H:%M}起，指纹 {generations.fingerprint(row.public_key)}"
    if commission.public_key != row.public_key:
        yield "  ■ 公布的公钥与现用代次不一致，数据库可能被改动"
    for liaison, holds in members.of(session, commission):
        state = "持有密钥" if holds else "■ 未持有现用密钥，须重新授予"
        first = "，尚未首次登录改密" if liaison.temporary_until else ""
        yield f"  联络员：{liaison.display_name}（{liaison.name}）{state}{first}"
    since = commission.custodians_since
    yield f"  保管人：三份保管词，任意两份可恢复，{local(since):%Y-%m-%d}起" if since else "  ■ 没有保管人"
    yield f"  查看诉求人身份：{'须两人同意' if commission.second_person else '一人办理'}"
