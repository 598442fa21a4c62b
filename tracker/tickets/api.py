"""JSON door of the tickets room."""

import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, cast

from flask import Response, current_app, jsonify, make_response, request
from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import ValidationError
from sqlalchemy.exc import DataError, IntegrityError

from classifiers.clean import clean
from classifiers.identifiers import find_identifiers
from tracker.errors import Invalid, TrackerError
from tracker.offices.models import Division, Office
from tracker.permissions import Permission
from tracker.tickets import (
    actions,
    bulk,
    present,
    public_door,
    public_query,
    queries,
    receive,
    repeats,
    schemas,
    seeking,
    service,
    together,
    triage,
)
from tracker.tickets.actions import Action
from tracker.tickets.deadline import explanation
from tracker.tickets.reveal import reveal as reveal_field
from tracker.tickets.triage import Known
from tracker.web import actor, allow, flat_fields, now, public, session

blp = Blueprint("tickets_api", __name__, url_prefix="/api/v1", description="工单")
public_blp = Blueprint("public_api", __name__, url_prefix="/public", description="群众查询")


public_door.keep_time(public_blp)

BLUEPRINTS = (blp, public_blp)

TRIAGED_AT_ONCE = 50
"""[P] A larger batch is only received; the workers triage it, so that no caller waits a minute for his answer."""


def registry() -> Mapping[str, Action]:
    """Return every room's actions, gathered by `tracker.app`."""
    return cast(Mapping[str, Action], current_app.extensions["actions"])


def _created(ticket: Any) -> dict[str, Any]:
    """Return what whoever sent it is told; seen: False where it is about his own office, which then gives way."""
    seen = service.sees(session(), actor(), ticket)
    return {**present.created(session(), ticket, now()), "seen": seen}


def _answer(ticket: Any, status: int) -> Response:
    answer = make_response(jsonify(_created(ticket)), status)
    answer.headers["Location"] = f"/api/v1/tickets/{ticket.number}"
    answer.set_etag(str(ticket.version))
    return answer


@blp.route("/tickets")
class Tickets(MethodView):
    """The collection of tickets."""

    @allow(Permission.TICKET_INTAKE)
    @blp.arguments(schemas.TicketIn)
    @blp.alt_response(201, description="已受理；同一来源编号或幂等键再次提交时为 200 和第一张工单")
    def post(self, intake: dict[str, Any]) -> Response:
        """受理一件诉求：分类、派单并返回去向与时限。"""
        key = request.headers.get("Idempotency-Key") or None
        if key and len(key) > 100:
            raise Invalid("幂等键最长100个字符。", fields={"Idempotency-Key": ["太长。"]})
        done = receive.receive(session(), actor(), intake, now=now(), idempotency_key=key)
        return _answer(done.ticket, 201 if done.created else 200)

    @allow(Permission.TICKET_READ)
    @blp.arguments(schemas.ListIn, location="query")
    def get(self, filters: dict[str, Any]) -> Response:
        """列出可见范围内的工单，游标翻页；按电话、姓名查找请用 POST /tickets/search，以免留在网址里。"""
        seeking.refuse_in_address(filters)
        return _list(filters)


def _list(filters: dict[str, Any]) -> Response:
    page = queries.tickets(session(), actor(), filters, now=now())
    items = [present.row(session(), one, now()) for one in page.items]
    return jsonify({"items": items, "next": page.next})


@blp.route("/tickets/search", methods=["POST"])
@allow(Permission.TICKET_READ)
@blp.arguments(schemas.ListIn)
def search(filters: dict[str, Any]) -> Response:
    """与 GET /tickets 相同，条件放在请求内容里：电话（caller）和搜索词（q）不进网址，也就不进任何访问日志。"""
    return _list(filters)


@blp.route("/tickets/batch", methods=["POST"])
@allow(Permission.TICKET_INTAKE)
@blp.arguments(schemas.BatchIn)
def batch(given: dict[str, Any]) -> Response:
    """一次提交至多1000件，逐件给出结果；坏的不影响好的。50件以内当场派单，更多的先受理，随后由后台派单。"""
    rows = given["tickets"]
    results = [_one_of_batch(row, triage_now=len(rows) <= TRIAGED_AT_ONCE) for row in rows]
    return make_response(jsonify({"results": results}), 207)


def _one_of_batch(row: Any, *, triage_now: bool) -> dict[str, Any]:
    try:
        intake = schemas.TicketIn().load(row)
        with session().begin_nested():
            done = receive.receive(session(), actor(), intake, now=now(), triage_now=triage_now)
    except ValidationError as error:
        told = {"code": "invalid", "message": "这一条内容有误。", "fields": flat_fields(error.messages)}
        return {"status_code": 422, **told}
    except (DataError, IntegrityError):
        return {"status_code": 422, "code": "unstorable", "message": "这一条内容无法保存，请检查后重新提交。"}
    except TrackerError as error:
        return {
            "status_code": error.http_status,
            "code": error.code,
            "message": error.message,
            "fields": error.fields,
        }
    return {"status_code": 201 if done.created else 200, **_created(done.ticket)}


@blp.route("/tickets/bulk", methods=["POST"])
@allow(Permission.TICKET_READ)
@blp.arguments(schemas.BulkIn)
def in_bulk(given: dict[str, Any]) -> Response:
    """对多件工单做同一步操作，逐件给出结果；preview 为真时只预览，不写入。10分钟内可凭 batch 撤销。"""
    action = actions.named(registry(), given["action"])
    numbers = list(dict.fromkeys(given["numbers"]))
    if given["preview"]:
        found = bulk.preview(session(), actor(), action, numbers, given["given"], registry(), now=now())
        return jsonify({"batch": None, "results": [asdict(one) for one in found]})
    done = bulk.perform(session(), actor(), action, numbers, given["given"], now=now())
    return jsonify({"batch": done.batch_id, "results": [asdict(one) for one in done.results]})


@blp.route("/tickets/bulk/<int:batch_id>/undo", methods=["POST"])
@allow(Permission.TICKET_READ)
def undo(batch_id: int) -> Response:
    """撤销本人10分钟内的一次批量办理；之后又有人办理过的工单不动，并逐件说明。"""
    _, results = bulk.take_back(session(), actor(), batch_id, registry(), now=now())
    return jsonify({"batch": batch_id, "results": [asdict(one) for one in results]})


@blp.route("/tickets/<number>")
@allow(Permission.TICKET_READ)
def read(number: str) -> Response:
    """一张工单的全部内容，联系方式已遮盖。"""
    ticket = service.find(session(), actor(), number)
    told = present.full(session(), ticket, now())
    answer = jsonify({**told, **together.told(session(), actor(), ticket, now())})
    answer.set_etag(str(ticket.version))
    return answer


@blp.route("/tickets/<number>/events")
@allow(Permission.TICKET_READ)
def events(number: str) -> Response:
    """流转记录，自早至晚。"""
    ticket = service.find(session(), actor(), number)
    return jsonify({"items": [present.event(one) for one in queries.events(session(), ticket)]})


@blp.route("/tickets/<number>/deadline")
@allow(Permission.TICKET_READ)
def deadline(number: str) -> Response:
    """为什么是这天：逐日说明办理时限。"""
    ticket = service.find(session(), actor(), number)
    return jsonify(explanation(session(), ticket))


@blp.route("/tickets/<number>/actions")
@allow(Permission.TICKET_READ)
def possible(number: str) -> Response:
    """当前状态下本人可以做的操作。"""
    ticket = service.find(session(), actor(), number)
    offered = actions.lawful(session(), actor(), ticket, registry())
    return jsonify(
        {"items": [{"name": one.name, "label": one.label} for one in offered], "version": ticket.version}
    )


@blp.route("/tickets/<number>/actions/<name>", methods=["POST"])
@allow(Permission.TICKET_READ)
def act(number: str, name: str) -> Response:
    """对工单做一步操作；状态不允许时为 409，版本不符时为 412。"""
    payload = request.get_json(silent=False) if request.get_data(cache=True) else {}
    if not isinstance(payload, dict):
        raise Invalid("内容应是一个对象。")
    action = actions.named(registry(), name)
    ticket = actions.perform(
        session(),
        actor(),
        action,
        number,
        payload,
        now=now(),
        version=_if_match(request.headers.get("If-Match")),
    )
    answer = jsonify(present.row(session(), ticket, now()))
    answer.set_etag(str(ticket.version))
    return answer


def _if_match(header: str | None) -> int | None:
    if not header or header == "*":
        return None
    found = re.fullmatch(r'(?:W/)?"?(\d{1,9})"?', header.strip())
    if found is None:
        raise Invalid("If-Match 应为工单的版本号。", fields={"If-Match": ["应为整数。"]})
    return int(found[1])


@blp.route("/tickets/<number>/reveal", methods=["POST"])
@allow(Permission.CONTACT_REVEAL)
@blp.arguments(schemas.RevealIn)
def reveal(given: dict[str, Any], number: str) -> Response:
    """查看一项联系方式的原文；须说明理由，读取留痕。"""
    clear = reveal_field(
        session(), actor(), number, given["field"], given["reason"], seq=given["seq"], now=now()
    )
    return jsonify({"field": given["field"], "value": clear, "reader": actor().name})


@blp.route("/triage", methods=["POST"])
@allow(Permission.TICKET_INTAKE)
@blp.arguments(schemas.TriageIn)
def suggest(given: dict[str, Any]) -> Response:
    """对一段文字给出分类、去向和理由，不写入任何内容。"""
    code = given.get("division_code")
    if code and session().get(Division, code) is None:
        raise Invalid("没有这个行政区划代码。", fields={"division_code": ["没有这个行政区划代码。"]})
    home = session().get(Office, actor().office_id)
    return jsonify(suggestion(given, home))


def suggestion(given: Mapping[str, Any], home: Office | None) -> dict[str, Any]:
    """Return the suggestion for a text as JSON: categories, words, office and why, repeats, not-for-us."""
    respondent = given.get("respondent") or {}
    title, content = receive.as_kept(given.get("title") or "", given["text"])
    proposal = triage.propose(
        session(),
        title=title,
        text=content,
        now=now(),
        home=home,
        known=Known(given.get("division_code"), None, respondent.get("name"), respondent.get("level")),
    )
    text = proposal.text
    alike = repeats.likely(session(), actor(), given["text"], phone=given.get("phone"), now=now())
    return {
        "category": {"code": text.suggestion.label, "confidence": text.suggestion.confidence},
        "top3": present.top3(session(), [{"code": c, "share": p} for c, p in text.suggestion.top3]),
        "words": [{"word": word, "weight": weight} for word, weight in text.suggestion.words],
        "model_version": text.suggestion.model_version,
        "office": present.office(proposal.office),
        "because": proposal.decision.because,
        "doubt": proposal.doubt,
        "rule": proposal.decision.rule_id,
        "candidates": [asdict(one) for one in proposal.decision.candidates],
        "places": [asdict(one) for one in text.places],
        "bodies": [asdict(one) for one in text.bodies],
        "respondent": {"code": proposal.body.code, "name": proposal.body.name} if proposal.body else None,
        "identifiers": asdict(find_identifiers(clean(given["text"]), now())),
        "aspects": asdict(text.aspects),
        "clue_signs": [asdict(one) for one in text.clue_signs],
        "not_for_us": asdict(text.not_for_us) if text.not_for_us else None,
        "repeats": [present.row(session(), one, now()) for one in alike],
    }


@blp.route("/channels")
@allow(Permission.TABLE_READ)
def channels() -> Response:
    """来源渠道。"""
    return jsonify({"items": [{"code": one.code, "name": one.name} for one in queries.channels(session())]})


@public_blp.route("/query", methods=["POST"])
@public
@public_blp.arguments(schemas.PublicQueryIn)
def public_query_(given: dict[str, Any]) -> Response:
    """凭工单号和电话后四位，或16位回执码，查询办理进度。"""
    public_door.count_try(given)
    return jsonify(public_query.answer(session(), given))


@public_blp.route("/tickets/<receipt>/facts", methods=["POST"])
@public
@public_blp.arguments(schemas.FactsIn)
def facts(given: dict[str, Any], receipt: str) -> Response:
    """凭16位回执码补充情况。"""
    public_door.count_try({})
    public_query.add_facts(session(), receipt, given["text"], now=now())
    return jsonify({"message": "已补充，承办单位会看到。"})
