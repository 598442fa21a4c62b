"""JSON door of supervision documents."""

from typing import Any
from urllib.parse import quote

from flask import Response, jsonify, make_response, request
from flask_smorest import Blueprint

from tracker.documents import (
    issue,
    layouts,
    letters,
    numbers,
    objections,
    present,
    queries,
    schemas,
    service,
    wordlayouts,
)
from tracker.documents.models import Document, DocumentLayout
from tracker.documents.rules import KIND_LABELS, Kind, Ruling
from tracker.errors import Invalid, NotFound
from tracker.offices.service import office as office_of
from tracker.permissions import Permission
from tracker.web import actor, allow, now, session

blp = Blueprint("documents_api", __name__, url_prefix="/api/v1", description="督办文书")


def shown(one: Document) -> dict[str, Any]:
    """Return a document with its tickets, files and rechecks as JSON."""
    return present.document(
        one,
        queries.tickets(session(), one),
        queries.files(session(), one),
        queries.rechecks(session(), one),
        queries.objection(session(), one),
        now(),
    )


def kind_named(name: str) -> Kind:
    """Return the kind of that name; raises NotFound."""
    try:
        return Kind(name)
    except ValueError:
        raise NotFound("没有这种文书。", code="unknown_kind") from None


def download(content: bytes, made_as: str, name: str, *, inline: bool = False) -> Response:
    """Return bytes as a file of that name; inline shows a PDF in the browser."""
    answer = Response(content, mimetype=present.MIME[made_as])
    how = "inline" if inline and made_as == "pdf" else "attachment"
    answer.headers["Content-Disposition"] = f"{how}; filename*=UTF-8''{quote(name + '.' + made_as)}"
    return answer


def preview_file(given: dict[str, Any], *, word: bool = False) -> Response:
    """Return the letter as it would be issued: PDF, or Word where it is asked for or there is no font for the other."""
    letter, own = issue.preview(session(), actor(), given, now=now())
    face = layouts.typeface()
    if face is None or word:
        return download(layouts.docx(letter, own.content if own else None), "docx", "预览")
    return download(layouts.pdf(letter, made_at=now(), face=face), "pdf", "预览", inline=True)


@blp.route("/documents")
@allow(Permission.DOCUMENT_READ)
@blp.arguments(schemas.ListIn, location="query")
def listing(given: dict[str, Any]) -> Response:
    """本级及下级制发或收到的文书，新的在前；state 可为 unsigned、correcting、answered、done、void、receipt_late、late。"""
    page = queries.documents(session(), actor(), given, now=now())
    n = queries.n_tickets(session(), page.items)
    items = [present.row(one, n.get(one.id, 0), now()) for one in page.items]
    return jsonify({"items": items, "next": page.next})


@blp.route("/documents", methods=["POST"])
@allow(Permission.DOCUMENT_ORDER)
@blp.arguments(schemas.IssueIn)
def create(given: dict[str, Any]) -> Response:
    """制发一份文书：编号、生成 Word 和 PDF、记入每张工单的流转记录，一次完成；Idempotency-Key 相同的只制发一次。"""
    key = request.headers.get("Idempotency-Key") or None
    if key and len(key) > 80:
        raise Invalid("幂等键最长80个字符。", fields={"Idempotency-Key": ["太长。"]})
    given = {**given, "once_key": given["once_key"] or key}
    made = issue.issue(session(), actor(), given, now=now())
    return make_response(jsonify(shown(made)), 201 if made.issued_at == now() else 200)


@blp.route("/documents/preview", methods=["POST"])
@allow(Permission.DOCUMENT_ORDER)
@blp.arguments(schemas.IssueIn)
def preview(given: dict[str, Any]) -> Response:
    """预览：不编号、不保存，返回 PDF；format=docx 或没有中文字体时为 Word。"""
    return preview_file(given, word=request.args.get("format") == "docx")


@blp.route("/documents/<int:document_id>")
@allow(Permission.DOCUMENT_READ)
def one(document_id: int) -> Response:
    """一份文书：正文、签收、反馈、复查和文件的校验值。"""
    return jsonify(shown(service.find(session(), actor(), document_id)))


@blp.route("/documents/<int:document_id>/files/<made_as>")
@allow(Permission.DOCUMENT_READ)
def file(document_id: int, made_as: str) -> Response:
    """文书的 docx 或 pdf，每次下载的内容完全相同。"""
    document, found = service.file(session(), actor(), document_id, made_as)
    answer = download(found.content, made_as, document.number)
    answer.headers["X-Content-SHA256"] = found.sha256
    return answer


@blp.route("/documents/<int:document_id>/sign", methods=["POST"])
@allow(Permission.DOCUMENT_SIGN)
@blp.arguments(schemas.SignIn)
def sign(given: dict[str, Any], document_id: int) -> Response:
    """签收；主送执法主体的，由发文单位据送达回证登记。"""
    return jsonify(shown(service.sign(session(), actor(), document_id, given, now=now())))


@blp.route("/documents/<int:document_id>/answer", methods=["POST"])
@allow(Permission.DOCUMENT_SIGN)
@blp.arguments(schemas.AnswerIn)
def answer(given: dict[str, Any], document_id: int) -> Response:
    """反馈办理（整改）情况。"""
    return jsonify(shown(service.answer(session(), actor(), document_id, given["text"], now=now())))


@blp.route("/documents/<int:document_id>/recheck", methods=["POST"])
@allow(Permission.DOCUMENT_ISSUE)
@blp.arguments(schemas.RecheckIn)
def recheck(given: dict[str, Any], document_id: int) -> Response:
    """复查；整改到位即办结，否则另定期限继续整改。"""
    return jsonify(shown(service.recheck(session(), actor(), document_id, given, now=now())))


@blp.route("/documents/<int:document_id>/object", methods=["POST"])
@allow(Permission.DOCUMENT_SIGN)
@blp.arguments(schemas.ObjectIn)
def object_to(given: dict[str, Any], document_id: int) -> Response:
    """对意见书、决定书申请复核；复核期间不停止执行。"""
    objections.object_to(session(), actor(), document_id, given["grounds"], now=now())
    return jsonify(shown(service.find(session(), actor(), document_id)))


@blp.route("/documents/<int:document_id>/rule", methods=["POST"])
@allow(Permission.DOCUMENT_DECIDE)
@blp.arguments(schemas.RulingIn)
def rule(given: dict[str, Any], document_id: int) -> Response:
    """复核决定：维持或撤销；须由制发人以外的人作出。"""
    objections.rule(session(), actor(), document_id, Ruling(given["ruling"]), given["reason"], now=now())
    return jsonify(shown(service.find(session(), actor(), document_id)))


@blp.route("/documents/<int:document_id>/void", methods=["POST"])
@allow(Permission.DOCUMENT_ISSUE)
@blp.arguments(schemas.VoidIn)
def void(given: dict[str, Any], document_id: int) -> Response:
    """作废；编号保留，不再使用。"""
    return jsonify(shown(service.void(session(), actor(), document_id, given["reason"], now=now())))


@blp.route("/document-templates")
@allow(Permission.TABLE_READ)
def templates() -> Response:
    """各种文书的正文模板和可用的变量。"""
    items = []
    for kind, label in KIND_LABELS.items():
        row = queries.template(session(), kind)
        text = row.text if row else letters.DEFAULTS[kind]
        items.append({"kind": kind.value, "name": label, "text": text, "is_default": row is None})
    return jsonify({"items": items, "variables": letters.VARIABLES})


@blp.route("/document-templates/<kind>", methods=["PUT"])
@allow(Permission.TABLE_EDIT)
@blp.arguments(schemas.TemplateIn)
def set_template(given: dict[str, Any], kind: str) -> Response:
    """改写一种文书的正文模板；有不认识的变量时不保存，并指出是哪一个。"""
    row = service.set_template(session(), actor(), kind_named(kind), given["text"], now=now())
    return jsonify({"kind": row.kind, "text": row.text, "is_default": False})


@blp.route("/document-prefixes", methods=["PUT"])
@allow(Permission.TABLE_EDIT)
@blp.arguments(schemas.PrefixIn)
def set_prefix(given: dict[str, Any]) -> Response:
    """设置一个单位的发文机关代字；kind 不填为全部种类。"""
    office = office_of(session(), given["office"])
    row = numbers.set_prefix(session(), actor(), office, given["kind"] or "", given["prefix"], now=now())
    return jsonify({"office": office.code, "kind": row.kind, "prefix": row.prefix})


def layout_taken_in() -> DocumentLayout:
    """Return the Word layout just uploaded (file, kind, office); raises Invalid, NotFound."""
    file = request.files.get("file")
    code = request.form.get("office", "").strip()
    return wordlayouts.keep(
        session(),
        actor(),
        wordlayouts.kind_of(request.form.get("kind", "")),
        office_of(session(), code) if code else None,
        (file.filename or "") if file else "",
        file.stream.read(wordlayouts.MOST_BYTES + 1) if file else b"",
        now=now(),
    )


@blp.route("/document-layouts")
@allow(Permission.TABLE_EDIT)
def own_layouts() -> Response:
    """自备的 Word 版式，新的在前；in_use 为正在使用的，其余单位和种类用系统版式。"""
    names = [{"name": name, "english": english} for english, name in layouts.CHINESE.items()]
    items = [present.layout(one) for one in wordlayouts.listed(session())]
    return jsonify({"items": items, "variables": names, "needed": list(layouts.NEEDED)})


@blp.route("/document-layouts", methods=["POST"])
@allow(Permission.TABLE_EDIT)
def keep_layout() -> Response:
    """上传 Word 版式（表单：file、kind、office）；有不认识的变量等问题时不收，并指出。"""
    return make_response(jsonify(present.layout(layout_taken_in())), 201)


@blp.route("/document-layouts/<int:layout_id>/<any(use, stop):deed>", methods=["POST"])
@allow(Permission.TABLE_EDIT)
def switch_layout(layout_id: int, deed: str) -> Response:
    """启用一个版式（同一范围原来的随之停用），或停用而恢复系统版式；已制发的文书不变。"""
    row = wordlayouts.switch(session(), actor(), layout_id, on=deed == "use", now=now())
    return jsonify(present.layout(row))


@blp.route("/document-layouts/<int:layout_id>/<any(file, preview):which>")
@allow(Permission.TABLE_EDIT)
def layout_file(layout_id: int, which: str) -> Response:
    """版式原文件，或用它做的样张。"""
    row = wordlayouts.find(session(), actor(), layout_id)
    made = row.content if which == "file" else layouts.docx(wordlayouts.SAMPLE, row.content)
    return download(made, "docx", f"版式-{row.id}" if which == "file" else f"样张-{row.id}")
