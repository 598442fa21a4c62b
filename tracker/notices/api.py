"""JSON door of the notices room."""

from typing import Any

from flask import Response, current_app, jsonify
from flask_smorest import Blueprint

from tracker.notices import addresses, gateways, letters, outgoing, present, queries, schemas, service
from tracker.permissions import Permission
from tracker.web import actor, allow, now, session

blp = Blueprint("notices_api", __name__, url_prefix="/api/v1", description="消息")

BLUEPRINTS = (blp,)


@blp.route("/notices")
@allow(Permission.NOTICE_READ)
@blp.arguments(schemas.InboxIn, location="query")
def inbox(given: dict[str, Any]) -> Response:
    """本人和本岗位的消息，自新至旧，游标翻页。"""
    items, following = queries.inbox(
        session(),
        actor(),
        now=now(),
        unread_only=given["unread"],
        before=given["cursor"],
        limit=given["limit"],
    )
    return jsonify({"items": [present.item(one) for one in items], "next": following})


@blp.route("/notices/unread")
@allow(Permission.NOTICE_READ)
def unread() -> Response:
    """未读条数，数到100为止。"""
    return jsonify({"count": queries.n_unread(session(), actor(), now=now()), "cap": queries.UNREAD_CAP})


@blp.route("/notices/read", methods=["POST"])
@allow(Permission.NOTICE_READ)
@blp.arguments(schemas.ReadIn)
def read(given: dict[str, Any]) -> Response:
    """把指定的（不指定则全部）消息记为已读。"""
    return jsonify({"read": service.mark_read(session(), actor(), given["ids"], now=now())})


def _addresses() -> Response:
    known = gateways.of(current_app.extensions["settings"])
    held = addresses.mine(session(), actor())
    offered = [name for name in addresses.SHAPES if name in known]
    items = [{"gateway": one, "label": gateways.LABELS[one], "address": held.get(one)} for one in offered]
    return jsonify({"items": items})


@blp.route("/notices/addresses")
@allow(Permission.NOTICE_READ)
def own_addresses() -> Response:
    """本人除站内消息外的通知方式：开通了哪些（邮件、短信），各发到哪里；没有填的为 null。"""
    return _addresses()


@blp.route("/notices/addresses", methods=["PUT"])
@allow(Permission.NOTICE_READ)
@blp.arguments(schemas.AddressesIn)
def choose_addresses(given: dict[str, Any]) -> Response:
    """设置本人的通知方式；空字符串为取消，没有提到的不变。"""
    addresses.choose(session(), actor(), given, now=now())
    return _addresses()


@blp.route("/notices/letters")
@allow(Permission.TICKET_REVIEW)
def owed_letters() -> Response:
    """本单位待发的告知函（告知垂直管理单位的上级主管部门），先起草的在前。"""
    return jsonify({"items": [present.letter(*one) for one in letters.owed(session(), actor())]})


@blp.route("/notices/letters/<int:letter_id>/settle", methods=["POST"])
@allow(Permission.TICKET_REVIEW)
@blp.arguments(schemas.SettleIn)
def settle_letter(given: dict[str, Any], letter_id: int) -> Response:
    """登记告知函已经发出，或写明不发的原因。"""
    letters.settle(
        session(), actor(), letter_id, is_sent=given["is_sent"], reason=given["reason"] or "", now=now()
    )
    return jsonify({"id": letter_id, "is_sent": given["is_sent"]})


@blp.route("/notices/dead")
@allow(Permission.NOTICE_MANAGE)
@blp.arguments(schemas.DeadIn, location="query")
def dead(given: dict[str, Any]) -> Response:
    """多次未送达而放弃的通知，新的在前，游标翻页；给出通道、次数和最后一次被拒的原因，不给收件地址。"""
    items, following = outgoing.dead(session(), actor(), before=given["cursor"], limit=given["limit"])
    return jsonify({"items": [present.dead(one) for one in items], "next": following})


@blp.route("/notices/dead/<int:delivery_id>/retry", methods=["POST"])
@allow(Permission.NOTICE_MANAGE)
def retry(delivery_id: int) -> Response:
    """从头重新发送。"""
    outgoing.retry(session(), actor(), delivery_id, now=now())
    return jsonify({"id": delivery_id, "state": "owed"})


@blp.route("/notices/dead/<int:delivery_id>/drop", methods=["POST"])
@allow(Permission.NOTICE_MANAGE)
@blp.arguments(schemas.DropIn)
def drop(given: dict[str, Any], delivery_id: int) -> Response:
    """写明原因，不再发送；站内消息保留。"""
    outgoing.drop(session(), actor(), delivery_id, given["reason"], now=now())
    return jsonify({"id": delivery_id, "state": "dropped"})
