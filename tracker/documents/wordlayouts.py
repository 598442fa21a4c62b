"""Own Word layouts (自备版式): taken in by an administrator for a kind and an office, checked, previewed, used, put aside.

A layout holds variables, loops and conditions and nothing else. Documents already issued keep the bytes they had.
"""

import hashlib
import io
import zipfile
from collections.abc import Iterator
from datetime import datetime

from docx import Document as Word
from docx.opc.exceptions import PackageNotFoundError
from docxtpl import DocxTemplate
from jinja2 import nodes
from jinja2.exceptions import TemplateError
from jinja2.sandbox import SandboxedEnvironment
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session, joinedload

from tracker.audit import service as audit
from tracker.documents import layouts
from tracker.documents.letters import COLUMNS, HEAD, Letter
from tracker.documents.models import DocumentLayout
from tracker.documents.rules import KIND_LABELS, Kind
from tracker.errors import Invalid, NotFound
from tracker.offices.models import Office
from tracker.permissions import Actor, Permission, require

MOST_BYTES = 2 * 1024 * 1024
"""[P] A layout is a page with perhaps an emblem."""
_MOST_UNPACKED = 20 * 1024 * 1024
_MOST_PARTS = 500
_MOST_NESTED = 2
"""Loops in loops: rows and their cells."""

_HARMLESS = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.For,
    nodes.If,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Const,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
)
"""What a layout may be made of: no calls, filters, macros or arithmetic."""

SAMPLE = Letter(
    organ="某某市司法局",
    number="某执监督〔2026〕1号",
    title="关于规范现场检查的提醒函",
    to="某某市某某局",
    paragraphs=(
        "我单位在办理行政执法监督工单202603020000001等（共2件）中发现：",
        "现场检查时未主动出示执法证件，未告知检查事由。",
        "依据《行政执法监督条例》的有关规定，现就有关事项提醒如下：",
        "请对照行政检查程序规定自查，并组织执法人员学习。",
        "请于2026年3月16日前（10个工作日内）将落实情况书面反馈我单位。",
    ),
    rows=(
        ("202603020000001", "2026-03-02", "主体与资格", "某某市某某局", "2026-03-23"),
        ("202603020000002", "2026-03-02", "程序", "某某市某某局", "2026-03-23"),
    ),
    date="2026年3月2日",
    cc="某某市人民政府办公室",
    head=HEAD,
    columns=COLUMNS,
)
"""What a preview is filled with."""


def check(content: bytes) -> None:
    """Raise Invalid with a sentence that says what is wrong with a layout, naming the variable where it is one."""
    _refuse_package(content)
    try:
        template = DocxTemplate(io.BytesIO(content))
        tree = SandboxedEnvironment().parse("\n".join(_texts(template, content)))
    except (TemplateError, PackageNotFoundError, SyntaxError, ValueError, KeyError) as error:
        raise _wrong("Word 版式无法读取：文件损坏，或花括号、语句没有成对。") from error
    for node in _below(tree):
        if not isinstance(node, _HARMLESS):
            raise _wrong("Word 版式里只能用变量、循环（for）和条件（if），请去掉其他语句。")
    if _depth(tree) > _MOST_NESTED:
        raise _wrong(f"Word 版式里的循环最多套{_MOST_NESTED}层。")
    used = {node.name for node in tree.find_all(nodes.Name)}
    layouts.refuse_strange(sorted(used - _own_names(tree)))
    for name in layouts.NEEDED:
        if not used & {name, layouts.CHINESE[name]}:
            told = f"Word 版式里缺少变量“{layouts.CHINESE[name]}”，没有它的文书不完整，请加上 {{{{ {layouts.CHINESE[name]} }}}}。"
            raise _wrong(told, "missing_variable")
    layouts.docx(SAMPLE, content)


def _wrong(sentence: str, code: str = "bad_layout") -> Invalid:
    return Invalid(sentence, code=code, fields={"file": [sentence]})


def _refuse_package(content: bytes) -> None:
    """Raise Invalid for what is no Word file, too large, or reaches outside itself when it is opened."""
    if not content:
        raise _wrong("请选择 Word 版式文件（.docx）。")
    if len(content) > MOST_BYTES:
        raise _wrong("Word 版式文件不能超过2MB，请压缩其中的图片。")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            parts = package.infolist()
            if len(parts) > _MOST_PARTS or sum(one.file_size for one in parts) > _MOST_UNPACKED:
                raise _wrong("Word 版式文件展开后太大，请精简后再上传。")
            if any("vbaproject" in one.filename.lower() for one in parts):
                raise _wrong("Word 版式不能带宏，请另存为不带宏的 .docx。")
            links = (package.read(one) for one in parts if one.filename.endswith(".rels"))
            if any(b'TargetMode="External"' in one and b"/hyperlink" not in one for one in links):
                raise _wrong("Word 版式引用了外部文件或图片，请改为嵌入文件内。")
            if "word/document.xml" not in package.namelist():
                raise _wrong("这不是 Word 文件，请上传 .docx。")
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        raise _wrong("这不是 Word 文件，请上传 .docx。") from error


def _texts(template: DocxTemplate, content: bytes) -> Iterator[str]:
    """Yield all that is filled in: body, headers, footers, footnotes and the file's properties."""
    paper = Word(io.BytesIO(content))
    yield template.patch_xml(template.xml_to_string(paper._element.body))
    for link in paper.part.rels.values():
        if link.reltype.rpartition("/")[2] in {"header", "footer", "footnotes"} and not link.is_external:
            yield template.patch_xml(link.target_part.blob.decode("utf-8", "replace"))
    about = paper.core_properties
    yield "\n".join(
        str(one) for one in (about.title, about.author, about.subject, about.keywords, about.comments)
    )


def _below(node: nodes.Node) -> Iterator[nodes.Node]:
    yield node
    for one in node.iter_child_nodes():
        yield from _below(one)


def _depth(node: nodes.Node) -> int:
    deepest = max((_depth(one) for one in node.iter_child_nodes()), default=0)
    return deepest + isinstance(node, nodes.For)


def _own_names(tree: nodes.Template) -> set[str]:
    """Return the names the layout's own loops give."""
    names = {"loop"}
    for one in tree.find_all(nodes.For):
        names |= {node.name for node in one.target.find_all(nodes.Name)}
        names |= {one.target.name} if isinstance(one.target, nodes.Name) else set()
    return names


def keep(
    session: Session,
    actor: Actor,
    kind: str,
    office: Office | None,
    name: str,
    content: bytes,
    *,
    now: datetime,
) -> DocumentLayout:
    """Take a layout in, unused for now, and return it. kind: "" for all kinds; office: None for all offices.

    Raises NotAllowed, and Invalid with a sentence naming what is wrong.
    """
    require(actor, Permission.TABLE_EDIT)
    check(content)
    row = DocumentLayout(
        kind=kind,
        office_id=office.id if office else None,
        name=name[-120:] or "版式.docx",
        content=content,
        n_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        uploaded_at=now,
        uploaded_by_name=actor.name,
        in_use=False,
        office=office,
    )
    session.add(row)
    session.flush()
    told = {"kind": kind, "office": office.code if office else "", "sha256": row.sha256}
    audit.record(session, actor, "upload", "document_layout", row.id, told, now=now)
    return row


def find(session: Session, actor: Actor, layout_id: int) -> DocumentLayout:
    """Return a layout; raises NotFound, NotAllowed."""
    require(actor, Permission.TABLE_EDIT)
    row = session.get(DocumentLayout, layout_id, options=[joinedload(DocumentLayout.office)])
    if row is None:
        raise NotFound("没有这个版式。", code="unknown_layout")
    return row


def switch(session: Session, actor: Actor, layout_id: int, *, on: bool, now: datetime) -> DocumentLayout:
    """Use a layout from now on in place of the one before it, or put it aside so that ours holds again; return it."""
    row = find(session, actor, layout_id)
    same = DocumentLayout.office_id.is_not_distinct_from(row.office_id)
    session.execute(
        update(DocumentLayout)
        .where(DocumentLayout.kind == row.kind, same, DocumentLayout.in_use)
        .values(in_use=False)
    )
    session.flush()
    session.refresh(row, ["in_use"])
    row.in_use = on
    session.flush()
    audit.record(session, actor, "use" if on else "put_aside", "document_layout", row.id, now=now)
    return row


def used(session: Session, office: Office, kind: Kind) -> DocumentLayout | None:
    """Return the layout in use for that office and kind, the most particular first; None for ours."""
    found = select(DocumentLayout).where(
        DocumentLayout.in_use,
        DocumentLayout.kind.in_(["", kind.value]),
        or_(DocumentLayout.office_id.is_(None), DocumentLayout.office_id == office.id),
    )
    most = found.order_by(DocumentLayout.office_id.is_(None), DocumentLayout.kind.desc()).limit(1)
    return session.scalar(most)


def listed(session: Session) -> list[DocumentLayout]:
    """Return the layouts taken in, without their bytes, newest first; at most 100."""
    found = select(DocumentLayout).options(joinedload(DocumentLayout.office))
    return list(session.scalars(found.order_by(DocumentLayout.id.desc()).limit(100)))


def kind_of(text: str) -> str:
    """Return the kind named, "" for all; raises Invalid."""
    if text and text not in KIND_LABELS:
        raise Invalid("没有这种文书。", fields={"kind": ["请从列表中选择。"]})
    return text


def builtin() -> bytes:
    """Return our own layout, to begin an own one from."""
    return (layouts.FOLDER / "letter.docx").read_bytes()
