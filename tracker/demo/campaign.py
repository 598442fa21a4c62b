"""The demo's campaign: forty findings of file reviews and visits, from fresh ones to one that rebounded."""

from datetime import datetime, timedelta

from tracker.campaigns import service
from tracker.campaigns.rules import OFFICIAL_TYPES
from tracker.clock import local_date
from tracker.demo import fates
from tracker.demo.fates import Step
from tracker.demo.replay import Stage, in_working_time, live
from tracker.offices import service as offices
from tracker.permissions import SYSTEM, Role
from tracker.tickets import service as tickets

NAME = "规范涉企行政执法专项行动（演示）"
OFFICES = ("440106", "440104", "440105", "440111", "440113", "440112", "440306", "440605", "441900", "440100")
FINDINGS = (
    (0, "抽查{place}市场监管案卷12宗，3宗罚款未告知听证权利即作出决定。", "退还罚款并补正程序", 12_600),
    (0, "{place}城管部门以“清运服务费”名义向沿街商户按月收费，无收费依据。", "停止收费，逐户清退", 86_400),
    (0, "一个季度内同一家食品厂被三个部门检查九次，未实行“综合查一次”。", "合并检查计划并公示", 0),
    (0, "扣押的两台叉车超过三十日未作处理决定，也未办理延期手续。", "解除扣押并返还设备", 215_000),
    (0, "执法中队把罚款任务分解到个人，按月通报排名。", "废止通报，重新核定考核", 0),
    (
        1,
        "外地办案人员在{place}冻结企业账户，未经当地协作机关，法律文书未送达。",
        "解除冻结，函告对方机关",
        1_380_000,
    ),
    (1, "罚没收入同比增长41%，同期立案数下降，存在趋利倾向。", "专项审计并整改预算安排", 0),
    (1, "罚缴未分离，现场收取现金后三日才入账。", "改用统一票据和扫码缴款", 9_200),
    (
        2,
        "同类占道经营违法行为，相邻两个街道罚款相差十倍，均未说明裁量理由。",
        "统一裁量基准并复核旧案",
        31_000,
    ),
    (2, "首次轻微违法未适用免罚清单，案卷中无说明。", "撤销处罚并退款", 6_000),
    (2, "对老旧小区商户与大型商超执行不同的消防整改期限。", "制定统一整改期限", 0),
    (3, "辅助人员单独上门检查并签署笔录，无执法人员在场。", "清理辅助人员权限，重新培训", 0),
    (3, "接到举报四十日未立案也未答复，台账登记为“已处理”。", "补立案并向举报人说明", 0),
    (3, "现场执法记录仪无视频，送达回证日期系事后补填。", "补正文书，责任人书面检查", 0),
    (3, "执法人员对当事人辱骂推搡，视频在网上传播。", "停职检查并向当事人道歉", 0),
    (0, "未出示证件、未制作笔录即查封店铺，次日口头解封。", "确认违法并赔偿停业损失", 18_500),
    (2, "行政处罚决定未在规定期限内公示，抽查20件漏公示7件。", "补公示并通报", 0),
    (3, "应当处罚的超限运输车辆只作口头教育放行，涉及同一车队。", "复查同类案件并立案", 0),
    (0, "委托第三方公司上门检查安全生产并收取整改咨询费。", "终止委托并清退费用", 54_000),
    (2, "处罚决定书引用已废止的条款，涉及4宗案件。", "撤销并重新作出决定", 8_800),
)
DAYS = 85


def load(stage: Stage) -> None:
    """Open the campaign at the province and enter twice twenty findings, each at its own moment and stage."""
    province = offices.office(stage.session, "440000")
    manager = stage.staff.person(province, Role.REVIEWER)
    opened_at = in_working_time(stage, stage.now - timedelta(days=DAYS + 3))
    given = {
        "name": NAME,
        "starts_on": local_date(opened_at),
        "ends_on": local_date(stage.now + timedelta(days=120)),
        "problem_types": list(OFFICIAL_TYPES),
        "offices": [],
        "look_back_months": 1,
    }
    campaign = service.open_campaign(stage.session, manager, given, now=opened_at)
    for index in range(2 * len(FINDINGS)):
        kind, words, measures, yuan = FINDINGS[index % len(FINDINGS)]
        office = offices.office(stage.session, OFFICES[(index * 7) % len(OFFICES)])
        at = in_working_time(stage, stage.now - timedelta(days=DAYS * (1 - index / 41) ** 1.3, hours=2))
        if at > stage.now:
            continue
        added = service.add_finding(
            stage.session,
            manager,
            campaign,
            {
                "content": f"{office.name}核查：" + words.format(place=office.name.removesuffix("司法局")),
                "source": stage.random.choice(("案卷评查", "企业走访", "自查", "上级督导")),
                "source_no": f"{index + 1}",
                "problem_type": OFFICIAL_TYPES[kind],
                "office": office.code,
                "responsible_person": stage.staff.person(office, Role.REVIEWER).name,
                "measures": measures,
                "due_on": local_date(at + timedelta(days=30)),
            },
            now=at,
        )
        _rectify(stage, added.finding.ticket.number, index, yuan, at)


def _rectify(stage: Stage, number: str, index: int, yuan: int, at: datetime) -> None:
    ticket = tickets.find(stage.session, SYSTEM, number)
    operator = stage.staff.person(ticket.intake_office, Role.OPERATOR)
    live(stage, ticket, operator, _steps(stage, index), at)
    if yuan and ticket.status in {"reviewed", "closed", "archived"}:
        handler = stage.staff.person(ticket.office, Role.OFFICER)
        result = {
            "amount_returned": yuan * 100,
            "result": "已整改到位，款物已返还。",
            "lessons": "对同类案件开展自查。",
        }
        service.record(stage.session, handler, number, result, now=min(stage.now, ticket.last_event_at))


def _steps(stage: Stage, index: int) -> list[Step]:
    text = "已按整改措施落实：责令纠正，完成款物清退，修订内部制度，并对责任人员作出处理。"
    steps = [
        Step(stage.random.uniform(1, 20), "officer", "accept"),
        Step(
            stage.random.uniform(100, 380), "officer", "reply", {"outcome": "rectified", "public_text": text}
        ),
        Step(
            stage.random.uniform(4, 30), "reviewer", "review", {"approve": True, "opinion": "同意报请验收。"}
        ),
        Step(
            stage.random.uniform(20, 90),
            "above",
            "verify",
            {"approve": True, "opinion": "现场核验，整改属实，同意销号。"},
        ),
    ]
    if index == 3:
        steps[3] = Step(40, "above", "verify", {"approve": False, "opinion": "设备仍未全部返还，退回整改。"})
        steps.append(fates.reply(stage.random, 60))
    if index in {1, 5}:
        result = {
            "rebounded": index == 5,
            "result": "走访企业并抽查案卷。" if index == 1 else "又发现一起未经协作冻结账户。",
        }
        steps.append(Step(24 * 35, "above", "look-back", result))
    return steps
