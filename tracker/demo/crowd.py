"""What many say at once in the demo: a mall checked day after day, and signs torn down three weeks ago.

The first is news of the last hours and should raise an alarm; both are matters of many people, which grouping finds.
Mall and garden are invented.
"""

from datetime import datetime, timedelta

from sqlalchemy import select

from tracker.demo.fates import fate
from tracker.demo.replay import Stage, live, take_in
from tracker.demo.texts import GIVEN, SURNAMES, Complaint
from tracker.offices.models import Office
from tracker.permissions import Role

INTAKE = "440106"
CHECKS = (
    "石牌街道锦澜商城这个星期已经被检查了四次，每次来的人都不一样，不出示检查通知，档口没法正常做生意。",
    "我在天河区石牌街道锦澜商城二楼开手机配件店，今天上午又有执法人员上门检查，一个星期内第三次了，也不说检查依据。",
    "锦澜商城（石牌街道）天天有人来检查，同样的台账看了一遍又一遍，没有检查计划，要求停止对商户的重复检查。",
    "反映天河区石牌街道综合行政执法队对锦澜商城商户频繁检查，昨天下午四个人逐户进店，没有亮证，也没有检查通知书。",
    "我是锦澜商城一楼的商户，地址在石牌街道，三天被检查两次，检查人员翻箱倒柜，问他们有没有检查任务单，说不用给你看。",
    "石牌街道锦澜商城的档口一周之内反复检查，每次都要关门配合一个多小时，顾客全走了，希望查一查有没有经过批准。",
    "天河石牌锦澜商城，前天消防、昨天城管、今天又是市场监管，轮番上门检查，能不能合并成一次。",
    "在锦澜商城租了六年档口，从来没有像这几天这样天天检查，石牌街道来的人不说是哪个单位，检查完不留检查记录。",
    "举报石牌街道对锦澜商城随意检查：没有事先通知，没有检查方案，同一事项一周检查三次，严重影响经营。",
    "锦澜商城三楼维修店投诉：石牌街道的执法人员今天又来检查，进门就拍照，没出示执法证，这是本周第四次。",
    "石牌街道锦澜商城多家店铺被重复检查，问检查依据是什么，对方只说上面要求，没有检查通知书，请监督。",
    "我家在锦澜商城做电脑配件，石牌街道这周检查了三回，回回要我们停业等候，没有一次给过检查结果。",
    "请监督石牌街道对锦澜商城的检查，商户每天都在应付检查，检查频次明显超过规定，也没有扫码登记。",
    "天河区石牌街道锦澜商城的商户反映，执法人员刚走一批又来一批，检查内容一模一样，没有检查通知，太频繁了。",
)
"""About checks without end in one mall, the newest first."""
SIGNS = (
    "棠下街道翠澜花园临街商铺的招牌上周被城管强行拆走，事先没有下达任何文书，要求说明依据并归还。",
    "我在翠澜花园门口开早餐店，天河区棠下街道的执法人员凌晨把我的门头招牌拆了，没有书面决定，也没有清单。",
    "翠澜花园（棠下街道）二十多家店的招牌同一天被拆除，没有公告，没有听取我们的意见，拆下来的东西不知去向。",
    "反映棠下街道综合行政执法队强制拆除翠澜花园商铺招牌，没有催告，没有决定书，损失三千多元没人管。",
    "翠澜花园水果店的灯箱招牌被棠下城管拆走扣押，没有给扣押清单，去问了两次都说找不到经办人。",
    "棠下翠澜花园商铺招牌被拆一个月了，当时说统一更换，到现在没有换也没有赔，请监督当时有没有走法定程序。",
    "我是翠澜花园药店负责人，棠下街道强拆招牌前没有通知，拆的时候损坏了卷闸门，要求赔偿并书面答复。",
)
"""About shop signs torn down, the newest first."""
EARLIER = (
    "车陂街道的执法人员一个月内四次到我店里检查，没有检查通知书，也不说检查依据，要求停止重复检查。",
    "反映长兴街道频繁上门检查小餐馆，同一事项一周检查三次，没有检查计划。",
    "猎德街道执法队反复到我们写字楼检查，没有出示检查任务单，检查频次明显过高，影响经营。",
)
"""The same matter elsewhere, weeks before: what never happened before would be new, not more than usual."""
CHECKS_H, SIGNS_H, EARLIER_H = 30, 24 * 22, 24 * 21
"""Over how many hours they came in."""
EARLIER_SINCE = timedelta(days=33)


def load(stage: Stage) -> None:
    """Take in both stories in the caller's transaction, each complaint of its own person, and let them be handled."""
    _told(stage, EARLIER, "广州市天河区", EARLIER_H, "earlier", until=stage.now - EARLIER_SINCE)
    _told(stage, CHECKS, "广州市天河区石牌街道锦澜商城", CHECKS_H, "checks")
    _told(stage, SIGNS, "广州市天河区棠下街道翠澜花园", SIGNS_H, "signs")


def _told(
    stage: Stage,
    texts: tuple[str, ...],
    place: str,
    hours: int,
    story: str,
    *,
    until: datetime | None = None,
) -> None:
    """Let the texts come in over so many hours up to a moment, the present when none is said."""
    office = stage.session.scalars(select(Office).where(Office.code == INTAKE)).one()
    operator = stage.staff.person(office, Role.OPERATOR)
    for index, text in reversed(list(enumerate(texts))):
        at = (until or stage.now) - timedelta(hours=0.3 + (hours - 1) * index / len(texts))
        said = _complaint(stage, text, place, f"{hours:03d}{index:02d}"[-4:])
        ticket = take_in(stage, operator, said, at, f"demo-{story}-{index:02d}")
        live(stage, ticket, operator, fate(stage.random, (stage.now - at).total_seconds() / 86400), at)


def _complaint(stage: Stage, text: str, place: str, digits: str) -> Complaint:
    return Complaint(
        title=text.split("，", 1)[0][:28],
        content=text,
        place=place,
        kind="complaint",
        channel="12345",
        name=stage.random.choice(SURNAMES) + stage.random.choice(GIVEN),
        phone=f"1990001{digits}",
        anonymous=False,
        hide_identity=False,
        urgent=False,
    )
