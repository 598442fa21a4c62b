import io
import zipfile

import pytest

from tracker.replies import rules


def _zip(*names: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as parts:
        for name in names:
            parts.writestr(name, "x")
    return held.getvalue()


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"%PDF-1.7 ...", "application/pdf"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"RIFF....WEBPVP8 ", "image/webp"),
        ("情况说明".encode(), "text/plain"),
        ("情况说明".encode("gbk"), "text/plain"),
        (b"<script>alert(1)</script>", "text/plain"),
        (b"MZ\x90\x00\x03", None),
        (b"PK\x03\x04 broken", None),
        (_zip("evil.exe"), None),
        (
            _zip("word/document.xml"),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (_zip("xl/workbook.xml"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ],
)
def test_the_type_comes_from_the_bytes(content: bytes, found: str | None) -> None:
    assert rules.content_type(content) == found


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\证据\\笔录.pdf", "笔录.pdf"),
        ("a\x00b\n.pdf", "ab.pdf"),
        ("  ", "证据材料"),
        ("gpj.\u202eexe", "gpj.exe.txt"),
        ("照片.HTML", "照片.HTML.txt"),
        ("长" * 200 + ".bat", "长" * 100 + ".txt"),
        ("bat", "bat.txt"),
        ("长" * 200 + ".pdf", "长" * 116 + ".pdf"),
    ],
)
def test_file_names_are_cleaned(name: str, clean: str) -> None:
    assert rules.clean_name(name) == clean


def test_files_that_cannot_be_taken_are_refused_with_a_sentence() -> None:
    assert "空" in (rules.file_refusal(b"") or "")
    assert "20MB" in (rules.file_refusal(b"x" * (rules.MAX_FILE_BYTES + 1)) or "")
    assert "不支持" in (rules.file_refusal(b"MZ\x00") or "")
    assert rules.file_refusal(b"%PDF-1.4") is None


def test_every_outcome_has_a_label() -> None:
    assert set(rules.OUTCOME_LABELS) == set(rules.Outcome)
