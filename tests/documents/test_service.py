import hashlib
import io
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from docx import Document as Word
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests import factories
from tests.factories import NOW
from tracker.calendar.models import CalendarClosure
from tracker.clock import local_date
from tracker.documents import issue, layouts, numbers, objections, queries, schemas, service
from tracker.documents.letters import letter as stored_letter
from tracker.documents.models import Document, DocumentCounter, DocumentFile, DocumentTemplate
from tracker.documents.rules import Kind, Ruling, State
from tracker.errors import Conflict, Invalid, NotAllowed, NotFound
from tracker.offices.models import Body, Office
from tracker.tickets.history import broken_links
from tracker.tickets.models import Ticket, TicketEvent
from tracker.tickets.rules import Status

TO_BODY = {"to_body": "440106-SC"}
TO_OFFICE = {"to_office": "440106"}


def given(ticket: Ticket, kind: str, **changes: Any) -> dict[str, Any]:
    typed = {
        "kind": kind,
        "tickets": [ticket.number],
        "facts": "一个月内对同一企业检查六次，均未出示检查通知。",
        "basis": "《行政执法监督条例》的有关规定",
        "demand": "一、停止重复检查；\n二、合并同类检查计划。",
        **changes,
    }
    return dict(schemas.IssueIn().load({name: value for name, value in typed.items() if value is not None}))


def issued(
    session: Session,
    ticket: Ticket,
    kind: str = "reminder",
    who: str = "reviewer",
    *,
    now: datetime = NOW,
    **to: Any,
) -> Document:
    return issue.issue(
        session, factories.person(session, who), given(ticket, kind, **(to or TO_BODY)), now=now
    )


def events(session: Session, ticket: Ticket) -> list[TicketEvent]:
    found = select(TicketEvent).where(TicketEvent.ticket_id == ticket.id).order_by(TicketEvent.seq)
    return list(session.scalars(found))


@pytest.fixture
def ticket(session: Session) -> Ticket:
    return factories.standing(session, Status.IN_PROGRESS)


def test_a_document_is_numbered_stored_and_on_the_timeline(session: Session, ticket: Ticket) -> None:
    made = issued(session, ticket)
    assert made.number == "穗天河执监督〔2026〕1号"
    assert (made.state, made.to_name) == (State.UNSIGNED, "广州市天河区市场监督管理局")
    assert {file.format for file in queries.files(session, made)} == {"docx", "pdf"}
    last = events(session, ticket)[-1]
    assert (last.action, last.is_internal, last.data["number"]) == ("document", True, made.number)
    assert list(broken_links(session)) == []
    assert issued(session, ticket).number == "穗天河执监督〔2026〕2号"


def test_word_and_pdf_hold_the_same_letter(session: Session, ticket: Ticket) -> None:
    made = issued(session, ticket, cc="天河区人民政府办公室", **TO_BODY)
    reviewer = factories.person(session, "reviewer")
    _, word = service.file(session, reviewer, made.id, "docx")
    text = "\n".join(one.text for one in Word(io.BytesIO(word.content)).paragraphs)
    for piece in (
        "广州市天河区司法局",
        made.number,
        made.title,
        made.to_name,
        "2026年3月2日",
        "抄送：",
        "（印章）",
    ):
        assert piece in text
    for paragraph in made.letter["paragraphs"]:
        assert paragraph in text
    assert "{" not in text
    _, paper = service.file(session, reviewer, made.id, "pdf")
    assert paper.content.startswith(b"%PDF-")


def test_a_reprint_is_byte_identical(session: Session, ticket: Ticket) -> None:
    made, reviewer = issued(session, ticket), factories.person(session, "reviewer")
    for made_as in ("docx", "pdf"):
        first = service.file(session, reviewer, made.id, made_as)[1].content
        session.expire_all()
        again = service.file(session, reviewer, made.id, made_as)[1]
        assert again.content == first
        assert again.sha256 == hashlib.sha256(first).hexdigest()


def test_bytes_that_were_touched_are_not_given_out(session: Session, ticket: Ticket) -> None:
    made = issued(session, ticket)
    session.execute(update(DocumentFile).values(content=b"%PDF- forged"))
    session.expire_all()
    with pytest.raises(Conflict) as refused:
        service.file(session, factories.person(session, "reviewer"), made.id, "pdf")
    assert refused.value.code == "file_damaged"


def test_a_pdf_missed_for_want_of_a_font_is_made_later_just_the_same(
    session: Session, ticket: Ticket
) -> None:
    made, reviewer = issued(session, ticket), factories.person(session, "reviewer")
    first = service.file(session, reviewer, made.id, "pdf")[1].content
    session.delete(service.file(session, reviewer, made.id, "pdf")[1])
    session.flush()
    assert service.file(session, reviewer, made.id, "pdf")[1].content == first


def test_without_any_font_there_is_none_and_the_sentence_says_what_to_install() -> None:
    assert layouts.typeface(with_package=False, with_system=False) is None
    assert "pip install" in layouts.NO_FONT


def test_a_refused_document_uses_no_number(session: Session, ticket: Ticket) -> None:
    with pytest.raises(Invalid):
        issued(session, ticket, facts="诉求人电话13900139000，反映多次检查。", **TO_BODY)
    assert session.scalar(select(DocumentCounter)) is None


@pytest.mark.parametrize("typed", ["张小明反映被多次检查。", "来电人 138-0013 8000 反映多次检查。"])
def test_who_complained_never_stands_in_a_document(session: Session, typed: str) -> None:
    ticket = factories.take_in(session, complainant=factories.caller())
    with pytest.raises(Invalid) as refused:
        issued(session, ticket, facts=typed, **TO_BODY)
    assert refused.value.code == "personal_data"
    assert "张小明" not in refused.value.message


def test_nothing_the_complainant_wrote_goes_into_the_letter(session: Session) -> None:
    ticket = factories.take_in(
        session,
        title="张小明的投诉",
        content="我是张小明，电话13800138000，被多次检查。",
        complainant=factories.caller(),
    )
    made = issued(session, ticket)
    assert "张小明" not in str(made.letter)
    assert "13800138000" not in str(made.letter)


@pytest.mark.parametrize(
    ("who", "kind", "to", "code"),
    [
        ("officer", "reminder", TO_BODY, "may_not_issue"),
        ("operator", "opinion", TO_BODY, "may_not_issue"),
        ("leader", "reminder", TO_BODY, "may_not_issue"),
        ("street.reviewer", "opinion", TO_BODY, "may_not_issue"),
        ("street.reviewer", "decision", TO_BODY, "may_not_issue"),
        ("reviewer", "reminder", {"to_office": "440100"}, "not_below"),
        ("reviewer", "reminder", {"to_office": "440104"}, "not_below"),
        ("reviewer", "opinion", {"to_body": "440104-SC"}, "not_below"),
    ],
)
def test_who_may_not_issue_what_to_whom(
    session: Session, ticket: Ticket, who: str, kind: str, to: dict[str, str], code: str
) -> None:
    with pytest.raises(NotAllowed) as refused:
        issued(session, ticket, kind, who, **to)
    assert refused.value.code == code
    assert refused.value.message.endswith("。")


def test_a_stranger_learns_of_no_ticket(session: Session, ticket: Ticket) -> None:
    with pytest.raises(NotFound):
        issue.issue(
            session, factories.person(session, "neighbour"), given(ticket, "work_order", **TO_OFFICE), now=NOW
        )


@pytest.mark.parametrize(
    ("kind", "to", "code"),
    [
        ("reminder", {}, "bad_addressee"),
        ("reminder", {**TO_BODY, "to_office": "440106006"}, "bad_addressee"),
        ("reminder", {"to_name": "某公司"}, "bad_addressee"),
        ("reminder", {"to_office": "440106"}, "bad_addressee"),
        ("reminder", {"to_body": "000000-XX"}, "unknown_body"),
        ("work_order", TO_BODY, "bad_addressee"),
        ("urging", {"to_office": "440106006"}, "bad_addressee"),
        ("transfer", {"to_name": "天河区纪委监委"}, "use_clue_transfer"),
    ],
)
def test_addressees_that_cannot_be(
    session: Session, ticket: Ticket, kind: str, to: dict[str, str], code: str
) -> None:
    with pytest.raises(Invalid) as refused:
        issue.issue(session, factories.person(session, "reviewer"), given(ticket, kind, **to), now=NOW)
    assert refused.value.code == code


def test_a_vertical_body_gets_no_opinion(session: Session, ticket: Ticket) -> None:
    code = session.scalar(select(Body.code).where(Body.is_vertical, Body.code.startswith("440106-")).limit(1))
    with pytest.raises(NotAllowed) as refused:
        issued(session, ticket, "opinion", to_body=code)
    assert refused.value.code == "vertical_body"
    assert issued(session, ticket, "transfer", to_body=code).state is State.UNSIGNED


def test_an_opinion_goes_to_the_body_complained_about(session: Session) -> None:
    ticket = factories.take_in(session, respondent={"name": "天河区市场监督管理局", "body_code": "440106-SC"})
    assert issued(session, ticket, "opinion").title == "行政执法监督意见书"
    with pytest.raises(Invalid) as refused:
        issued(session, ticket, "opinion", to_body="440106-CG")
    assert ticket.number in refused.value.message


def test_one_document_about_several_tickets(session: Session, ticket: Ticket) -> None:
    other = factories.standing(session, Status.IN_PROGRESS)
    made = issued(session, ticket, "urging", "arbiter", tickets=[other.number, ticket.number], **TO_OFFICE)
    assert [one.number for one in queries.tickets(session, made)] == sorted([ticket.number, other.number])
    assert len(made.letter["rows"]) == 2
    assert "等2件" in made.title
    for one in (ticket, other):
        assert [event.action for event in events(session, one)][-2:] == ["supervise", "document"]
        assert one.supervised
    told = [event.data.get("office_code") for one in (ticket, other) for event in events(session, one)[-1:]]
    assert sorted(map(str, told)) == ["440106", "None"]


def test_an_ended_ticket_is_not_urged(session: Session) -> None:
    ticket = factories.standing(session, Status.ARCHIVED)
    with pytest.raises(Conflict) as refused:
        issued(session, ticket, "urging", "arbiter", **TO_OFFICE)
    assert refused.value.code == "ticket_ended"
    assert issued(session, ticket, "opinion").state is State.UNSIGNED


def test_the_time_limit_counts_working_days(session: Session, ticket: Ticket) -> None:
    made = issued(
        session, ticket, days=20, now=datetime.fromisoformat("2026-09-21T10:00:00+08:00"), **TO_BODY
    )
    assert local_date(made.due_at) == date(2026, 10, 26)  # 中秋 and 国庆 are off, 10 October is worked
    assert "2026年10月26日前（20个工作日内）" in "".join(made.letter["paragraphs"])


def test_days_the_addressee_is_closed_do_not_count(session: Session, ticket: Ticket) -> None:
    county = session.scalars(select(Office).where(Office.code == "440106")).one()
    closed = {"day": date(2026, 3, 4), "why": "防御台风", "by_name": "林伟", "at": NOW}
    session.add(CalendarClosure(office_id=county.id, **closed))
    session.flush()
    assert local_date(issued(session, ticket, days=3, **TO_BODY).due_at) == date(2026, 3, 6)
    outside = issued(session, ticket, "transfer", "arbiter", days=3, to_name="广州市公安局")
    assert local_date(outside.due_at) == date(2026, 3, 5)


def test_the_limit_of_an_opinion_runs_from_receipt(session: Session, ticket: Ticket) -> None:
    made = issued(session, ticket, "opinion")
    assert made.from_receipt
    assert "自收到之日起30日内" in "".join(made.letter["paragraphs"])
    signed = NOW + timedelta(days=7)
    service.sign(session, factories.person(session, "reviewer"), made.id, {"signed_by": "王科长"}, now=signed)
    assert local_date(made.due_at) == date(2026, 4, 8)


def test_the_receiving_office_signs_answers_and_is_rechecked(session: Session, ticket: Ticket) -> None:
    made = issued(session, ticket, "urging", "arbiter", **TO_OFFICE)
    officer, arbiter = factories.person(session, "officer"), factories.person(session, "arbiter")
    with pytest.raises(Conflict):
        service.recheck(session, arbiter, made.id, {"outcome": "corrected", "finding": "已现场查看"}, now=NOW)
    with pytest.raises(NotAllowed) as refused:
        service.sign(session, arbiter, made.id, {}, now=NOW)
    assert "天河区司法局" in refused.value.message
    service.sign(session, officer, made.id, {"signed_by": "冒名", "note": "纸质件已收"}, now=NOW)
    assert (made.signed_by_name, made.signed_at, made.state) == ("李志强", NOW, State.CORRECTING)
    with pytest.raises(Conflict):
        service.sign(session, officer, made.id, {}, now=NOW)
    service.answer(session, officer, made.id, "已停止重复检查。", now=NOW)
    with pytest.raises(Invalid):
        service.recheck(
            session, arbiter, made.id, {"outcome": "partly", "finding": "仍有一次重复检查"}, now=NOW
        )
    partly = {"outcome": "partly", "finding": "仍有一次重复检查", "days": 3}
    service.recheck(session, arbiter, made.id, partly, now=NOW)
    assert (made.state, local_date(made.due_at)) == (State.CORRECTING, date(2026, 3, 5))
    service.answer(session, officer, made.id, "已全部停止。", now=NOW)
    service.recheck(session, arbiter, made.id, {"outcome": "corrected", "finding": "现场查看属实"}, now=NOW)
    assert made.state is State.DONE
    assert [one.answer for one in queries.rechecks(session, made)] == ["已全部停止。", "已停止重复检查。"]
    assert [one.action for one in events(session, ticket)][-6:] == [
        "document",
        "document-signed",
        "document-answered",
        "document-rechecked",
        "document-answered",
        "document-rechecked",
    ]
    assert list(broken_links(session)) == []


def test_a_receipt_on_paper_needs_a_name_and_a_possible_time(session: Session, ticket: Ticket) -> None:
    made, reviewer = issued(session, ticket), factories.person(session, "reviewer")
    for wrong in (
        {},
        {"signed_by": "王科长", "signed_at": NOW - timedelta(days=1)},
        {"signed_by": "王科长", "signed_at": NOW + timedelta(days=9)},
    ):
        with pytest.raises(Invalid):
            service.sign(session, reviewer, made.id, wrong, now=NOW + timedelta(days=2))
    service.sign(
        session,
        reviewer,
        made.id,
        {"signed_by": "王科长", "signed_at": NOW + timedelta(days=1)},
        now=NOW + timedelta(days=2),
    )
    assert (made.signed_by_name, made.signed_at) == ("王科长", NOW + timedelta(days=1))


def test_an_objection_is_decided_by_another_person(session: Session, ticket: Ticket) -> None:
    made, reviewer = issued(session, ticket, "opinion"), factories.person(session, "reviewer")
    with pytest.raises(Conflict):
        objections.object_to(session, reviewer, made.id, "检查系上级交办。", now=NOW)
    service.sign(session, reviewer, made.id, {"signed_by": "王科长"}, now=NOW)
    due_at = made.due_at
    asked = objections.object_to(session, reviewer, made.id, "检查系上级交办。", now=NOW + timedelta(days=1))
    assert local_date(asked.due_at) == date(2026, 3, 24)
    assert made.due_at == due_at
    with pytest.raises(Conflict):
        objections.object_to(session, reviewer, made.id, "再次申请复核。", now=NOW)
    with pytest.raises(NotAllowed) as refused:
        objections.rule(session, reviewer, made.id, Ruling.UPHOLD, "理由不成立", now=NOW)
    assert refused.value.code == "second_person_needed"
    head = replace(reviewer, account_id=factories.person(session, "officer2").account_id, name="黄丽敏")
    objections.rule(
        session, head, made.id, Ruling.REVOKE, "确系上级交办的检查。", now=NOW + timedelta(days=3)
    )
    assert made.state is State.VOID
    assert [one.action for one in events(session, ticket)][-2:] == ["document-objected", "document-reviewed"]


def test_an_objection_may_come_too_late_or_not_at_all(session: Session, ticket: Ticket) -> None:
    reviewer = factories.person(session, "reviewer")
    opinion, reminder = issued(session, ticket, "decision"), issued(session, ticket)
    for one in (opinion, reminder):
        service.sign(session, reviewer, one.id, {"signed_by": "王科长"}, now=NOW)
    last = datetime.fromisoformat("2026-03-16T17:30:00+08:00")
    assert objections.last_moment(session, opinion) == last
    with pytest.raises(Conflict) as refused:
        objections.object_to(
            session, reviewer, opinion.id, "检查系上级交办。", now=last + timedelta(seconds=1)
        )
    assert refused.value.code == "objection_too_late"
    objections.object_to(session, reviewer, opinion.id, "检查系上级交办。", now=last)
    with pytest.raises(Conflict) as refused:
        objections.object_to(session, reviewer, reminder.id, "检查系上级交办。", now=NOW)
    assert refused.value.code == "no_objection"


def test_overdue_receipts_are_seen(session: Session, ticket: Ticket) -> None:
    made = issued(session, ticket, "urging", "arbiter", **TO_OFFICE)
    officer, arbiter = factories.person(session, "officer"), factories.person(session, "arbiter")
    later = NOW + timedelta(days=9)
    listed = queries.documents(session, arbiter, {"state": "receipt_late"}, now=later)
    assert [one.id for one in listed.items] == [made.id]
    assert queries.documents(session, arbiter, {"state": "receipt_late"}, now=NOW).items == []
    assert queries.n_waiting(session, officer, now=NOW) == 1
    assert queries.n_waiting(session, arbiter, now=NOW) == 0
    assert queries.n_waiting(session, arbiter, now=later) == 1


def test_a_void_document_keeps_its_number(session: Session, ticket: Ticket) -> None:
    made = issued(session, ticket)
    service.void(session, factories.person(session, "reviewer"), made.id, "主送单位有误", now=NOW)
    assert made.state is State.VOID
    assert issued(session, ticket).serial == made.serial + 1
    with pytest.raises(NotAllowed):
        service.void(
            session, factories.person(session, "arbiter"), issued(session, ticket).id, "有误", now=NOW
        )


def test_each_year_and_each_series_begins_with_one(session: Session, ticket: Ticket) -> None:
    assert issued(session, ticket).number == "穗天河执监督〔2026〕1号"
    midnight = datetime.fromisoformat("2027-01-01T00:00:00+08:00")
    last_second = issued(session, ticket, now=midnight - timedelta(seconds=1))
    assert last_second.number == "穗天河执监督〔2026〕2号"
    assert issued(session, ticket, now=midnight).number == "穗天河执监督〔2027〕1号"
    administrator = factories.person(session, "administrator")
    office = session.scalars(select(Office).where(Office.code == "440106")).one()
    numbers.set_prefix(session, administrator, office, "opinion", "天法监意", now=NOW)
    assert issued(session, ticket, "opinion").number == "天法监意〔2026〕1号"
    assert issued(session, ticket).number == "穗天河执监督〔2026〕3号"


def test_two_offices_never_share_a_series(session: Session, ticket: Ticket) -> None:
    issued(session, ticket)
    administrator = factories.person(session, "administrator")
    city = session.scalars(select(Office).where(Office.code == "440100")).one()
    with pytest.raises(Conflict) as refused:
        numbers.set_prefix(session, administrator, city, "", "穗天河执监督", now=NOW)
    assert refused.value.code == "prefix_taken"
    with pytest.raises(NotAllowed):
        numbers.set_prefix(session, factories.person(session, "reviewer"), city, "", "穗法监", now=NOW)


def test_a_text_with_an_unknown_variable_is_refused_when_kept_and_when_used(
    session: Session, ticket: Ticket
) -> None:
    administrator = factories.person(session, "administrator")
    with pytest.raises(Invalid) as refused:
        service.set_template(session, administrator, Kind.REMINDER, "请{{主送单位}}{{办完}}。", now=NOW)
    assert "“办完”" in refused.value.message
    session.rollback()
    session.add(DocumentTemplate(kind="reminder", text="{{来人}}", changed_at=NOW, changed_by_name="某"))
    session.flush()
    with pytest.raises(Invalid) as refused:
        issued(session, factories.standing(session, Status.IN_PROGRESS))
    assert refused.value.code == "unknown_variable"
    assert session.scalar(select(DocumentCounter)) is None


def test_a_changed_text_leaves_issued_documents_alone(session: Session, ticket: Ticket) -> None:
    first = issued(session, ticket)
    before = dict(first.letter)
    administrator = factories.person(session, "administrator")
    service.set_template(session, administrator, Kind.REMINDER, "{{主送单位}}请知悉：\n{{事实}}", now=NOW)
    assert issued(session, ticket).letter["paragraphs"][0] == "广州市天河区市场监督管理局请知悉："
    session.refresh(first)
    assert first.letter == before


def test_a_word_layout_with_an_unknown_variable_is_refused(session: Session, ticket: Ticket) -> None:
    letter = stored_letter(issued(session, ticket).letter)
    layout = io.BytesIO()
    wrong = Word()
    wrong.add_paragraph("{{ organ }} {{ complainant }}")
    wrong.save(layout)
    with pytest.raises(Invalid) as refused:
        layouts.docx(letter, layout.getvalue())
    assert "“complainant”" in refused.value.message
    broken = io.BytesIO()
    wrong = Word()
    wrong.add_paragraph("{{ organ }")
    wrong.add_paragraph("{% for %}")
    wrong.save(broken)
    with pytest.raises(Invalid) as refused:
        layouts.docx(letter, broken.getvalue())
    assert refused.value.code == "bad_template"


@pytest.mark.parametrize(
    "odd", ["<w:p>&amp;{{x}}", "#set page(1cm) \\ $x$ *粗*", "一\x01二\x0b三", "“引号”’"]
)
def test_odd_characters_stay_text(session: Session, ticket: Ticket, odd: str) -> None:
    made = issued(session, ticket, demand=f"请核查：{odd}等情况", **TO_BODY)
    assert {file.format for file in queries.files(session, made)} == {"docx", "pdf"}
    word = service.file(session, factories.person(session, "reviewer"), made.id, "docx")[1].content
    text = "\n".join(one.text for one in Word(io.BytesIO(word)).paragraphs)
    assert odd.replace("\x01", "").replace("\x0b", "") in text


def test_a_preview_writes_nothing(session: Session, ticket: Ticket) -> None:
    letter, layout = issue.preview(
        session, factories.person(session, "reviewer"), given(ticket, "reminder", **TO_BODY), now=NOW
    )
    assert letter.number.endswith("（预览）")
    assert layout is None
    assert session.scalar(select(DocumentCounter)) is None
    assert session.scalar(select(Document)) is None
