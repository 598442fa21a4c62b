import io
import zipfile
from typing import Any

import pytest
from docx import Document as Word
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests import factories
from tests.documents.test_doors import By, asked
from tests.documents.test_pages import told
from tracker.documents import layouts, wordlayouts
from tracker.documents.models import DocumentLayout
from tracker.errors import Invalid
from tracker.tickets.models import Ticket
from tracker.tickets.rules import Status

FULL = (
    "县里的红头：{{ 发文机关 }}",
    "{{ 发文字号 }}",
    "{{ title }}",
    "{{ 主送 }}：",
    "{%p for 段 in 正文 %}",
    "{{ 段 }}",
    "{%p endfor %}",
    "{{ 日期 }}",
)


def made(*lines: str) -> bytes:
    """Return a Word file of these paragraphs."""
    paper = Word()
    for one in lines or FULL:
        paper.add_paragraph(one)
    out = io.BytesIO()
    paper.save(out)
    return out.getvalue()


def words(content: bytes) -> str:
    return "\n".join(one.text for one in Word(io.BytesIO(content)).paragraphs)


def with_part(content: bytes, name: str, part: bytes) -> bytes:
    out = io.BytesIO(content)
    with zipfile.ZipFile(out, "a") as package:
        package.writestr(name, part)
    return out.getvalue()


def send(
    client: FlaskClient, content: bytes, *, api: bool = False, who: str = "administrator", **fields: Any
) -> TestResponse:
    path = "/api/v1/document-layouts" if api else "/admin/documents/layouts"
    data = {"file": (io.BytesIO(content), "县里的版式.docx"), **fields}
    return client.post(path, data=data, headers=factories.headers(who), content_type="multipart/form-data")


def test_our_own_layout_passes_its_own_check() -> None:
    wordlayouts.check(wordlayouts.builtin())


def test_chinese_and_english_names_fill_in() -> None:
    wordlayouts.check(made())
    filled = words(layouts.docx(wordlayouts.SAMPLE, made()))
    assert filled.startswith("县里的红头：某某市司法局\n某执监督〔2026〕1号")
    for paragraph in wordlayouts.SAMPLE.paragraphs:
        assert paragraph in filled
    assert "{" not in filled


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "请选择"),
        (b"not a zip", "不是 Word 文件"),
        (made(*FULL, "{{ 何时 }}"), "“何时”"),
        (made(*FULL, "{{ deadline }}"), "“deadline”"),
        (made(*FULL[:-1]), "缺少变量“日期”"),
        (made(*[one for one in FULL if "字号" not in one]), "缺少变量“发文字号”"),
        (made(*FULL, "{{ 标题"), "无法读取"),
        (made(*FULL, "{%p for one in rows %}"), "无法读取"),
        (made(*FULL, "{{ title.__class__.mro() }}"), "只能用变量"),
        (made(*FULL, "{{ title * 1000000000 }}"), "只能用变量"),
        (made(*FULL, "{{ title | upper }}"), "只能用变量"),
        (
            made(*FULL, *[f"{{%p for {one} in 正文 %}}" for one in "abc"], *["{%p endfor %}"] * 3),
            "最多套2层",
        ),
        (with_part(made(), "word/vbaProject.bin", b"x"), "不能带宏"),
        (
            with_part(made(), "word/_rels/x.xml.rels", b'<R Target="http://x" TargetMode="External"/>'),
            "外部文件",
        ),
        (with_part(b"", "a.txt", b"x"), "请上传 .docx"),
        (b"PK" + b"0" * (2 * 1024 * 1024), "2MB"),
    ],
)
def test_what_is_refused_is_said(content: bytes, told: str) -> None:
    with pytest.raises(Invalid) as refused:
        wordlayouts.check(content)
    assert told in refused.value.message
    assert refused.value.message.endswith("。")


def test_an_unpacked_giant_is_refused() -> None:
    out = io.BytesIO(made())
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/media/big.png", b"\0" * (21 * 1024 * 1024))
    with pytest.raises(Invalid) as refused:
        wordlayouts.check(out.getvalue())
    assert "太大" in refused.value.message


@pytest.fixture
def ticket(session: Session) -> Ticket:
    found = factories.standing(session, Status.IN_PROGRESS)
    session.commit()
    return found


def test_from_upload_to_use_and_back(client: FlaskClient, by: By, ticket: Ticket) -> None:
    before = by("arbiter").post("/api/v1/documents", asked(ticket)).get_json()
    first = by("arbiter").get(f"/api/v1/documents/{before['id']}/files/docx").data
    assert send(client, made(), kind="urging", office="440100").status_code == 303
    page = by("administrator").get("/admin/documents/layouts")
    assert "县里的版式.docx" in told(page)
    assert "启用" in told(page)
    listed = by("administrator").get("/api/v1/document-layouts").get_json()
    path = f"/admin/documents/layouts/{listed['items'][0]['id']}"
    assert listed["items"][0]["in_use"] is False
    assert "某执监督〔2026〕1号" in words(by("administrator").get(f"{path}/preview").data)
    assert by("administrator").get(f"{path}/file").data == made() or words(
        by("administrator").get(f"{path}/file").data
    ) == words(made())
    unused = by("arbiter").post("/api/v1/documents", asked(ticket)).get_json()
    assert "县里的红头" not in words(by("arbiter").get(f"/api/v1/documents/{unused['id']}/files/docx").data)
    client.post(f"{path}/use", headers=factories.headers("administrator"))
    seen = by("arbiter").post("/api/v1/documents/preview?format=docx", asked(ticket))
    assert words(seen.data).startswith("县里的红头：广州市司法局")
    own = by("arbiter").post("/api/v1/documents", asked(ticket)).get_json()
    paper = by("arbiter").get(f"/api/v1/documents/{own['id']}/files/docx").data
    assert own["number"] in words(paper)
    assert "县里的红头" in words(paper)
    client.post(f"{path}/stop", headers=factories.headers("administrator"))
    back = by("arbiter").post("/api/v1/documents", asked(ticket)).get_json()
    assert "县里的红头" not in words(by("arbiter").get(f"/api/v1/documents/{back['id']}/files/docx").data)
    assert by("arbiter").get(f"/api/v1/documents/{before['id']}/files/docx").data == first
    assert by("arbiter").get(f"/api/v1/documents/{own['id']}/files/docx").data == paper


def test_the_most_particular_layout_is_used(
    client: FlaskClient, session: Session, by: By, ticket: Ticket
) -> None:
    for head, fields in (
        ("全省", {}),
        ("全省督办函", {"kind": "urging"}),
        ("市局", {"office": "440100"}),
        ("市局督办函", {"office": "440100", "kind": "urging"}),
        ("区局", {"office": "440106"}),
    ):
        row = send(client, made(f"{head}版：", *FULL), api=True, **fields).get_json()
        by("administrator").post(f"/api/v1/document-layouts/{row['id']}/use")
        made_now = by("arbiter").post("/api/v1/documents", asked(ticket)).get_json()
        paper = words(by("arbiter").get(f"/api/v1/documents/{made_now['id']}/files/docx").data)
        assert paper.startswith("市局督办函版：" if head == "区局" else f"{head}版：")


def test_one_layout_of_a_scope_is_in_use(client: FlaskClient, session: Session, by: By) -> None:
    ids = [send(client, made(), api=True).get_json()["id"] for _ in range(2)]
    for one in ids:
        assert by("administrator").post(f"/api/v1/document-layouts/{one}/use").get_json()["in_use"]
    in_use = {
        one["id"]: one["in_use"]
        for one in by("administrator").get("/api/v1/document-layouts").get_json()["items"]
    }
    assert in_use == {ids[0]: False, ids[1]: True}
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(text("UPDATE document_layout SET in_use = true"))


def test_a_refused_layout_is_told_and_not_kept(client: FlaskClient, session: Session) -> None:
    refused = send(client, made(*FULL, "{{ 何时 }}"))
    assert refused.status_code == 422
    assert "“何时”" in told(refused)
    as_json = send(client, made(*FULL, "{{ 何时 }}"), api=True)
    assert (as_json.status_code, as_json.get_json()["code"]) == (422, "unknown_variable")
    assert send(client, made(), kind="poem").status_code == 422
    assert send(client, made(), office="999999").status_code == 404
    assert session.query(DocumentLayout).count() == 0


def test_only_the_administrator(client: FlaskClient, by: By) -> None:
    assert send(client, made(), who="arbiter").status_code == 403
    assert by("arbiter").get("/admin/documents/layouts").status_code == 403
    assert by("administrator").get("/admin/documents/layouts/7/file").status_code == 404
    assert by("administrator").post("/api/v1/document-layouts/7/use").status_code == 404
    sample = by("administrator").get("/admin/documents/layouts/builtin.docx")
    assert "发文字号" in words(sample.data) or "number" in words(sample.data)
