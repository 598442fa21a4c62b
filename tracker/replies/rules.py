"""What a reply may say, what evidence may be, and what a second person decides."""

import re
import zipfile
from enum import StrEnum
from io import BytesIO

MAX_FILE_BYTES = 20 * 1024 * 1024
"""[P] The largest file of evidence: 20 MB."""

MAX_FILES = 50
"""[P] The most files of evidence one ticket may carry."""


class Outcome(StrEnum):
    """The coded outcome of a reply (办理结论)."""

    RECTIFIED = "rectified"
    PARTLY_TRUE = "partly_true"
    UNTRUE = "untrue"
    EXPLAINED = "explained"
    OTHER_ROUTE = "other_route"
    UNVERIFIABLE = "unverifiable"


OUTCOME_LABELS: dict[Outcome, str] = {
    Outcome.RECTIFIED: "属实已整改",
    Outcome.PARTLY_TRUE: "部分属实",
    Outcome.UNTRUE: "不属实",
    Outcome.EXPLAINED: "诉求解释",
    Outcome.OTHER_ROUTE: "转其他法定渠道",
    Outcome.UNVERIFIABLE: "无法查实",
}


class Scan(StrEnum):
    """What is known of a file of evidence (病毒扫描)."""

    CLEAN = "clean"
    UNSCANNED = "unscanned"
    UNREACHABLE = "unreachable"


SCAN_LABELS: dict[Scan, str] = {
    Scan.CLEAN: "已杀毒扫描",
    Scan.UNSCANNED: "未扫描病毒",
    Scan.UNREACHABLE: "未扫描病毒（杀毒服务不通）",
}

ALLOWED_NAMES = "PDF、图片（JPG、PNG、WebP）、Word、Excel、音视频（MP3、WAV、MP4）和纯文本"

_MAGIC: tuple[tuple[bytes, int, str], ...] = (
    (b"%PDF-", 0, "application/pdf"),
    (b"\xff\xd8\xff", 0, "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
    (b"WEBP", 8, "image/webp"),
    (b"WAVE", 8, "audio/wav"),
    (b"ID3", 0, "audio/mpeg"),
    (b"\xff\xfb", 0, "audio/mpeg"),
    (b"ftyp", 4, "video/mp4"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0, "application/msword"),
)

_OFFICE_PARTS = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"|?*\u202a-\u202e\u2066-\u2069]')


def content_type(content: bytes) -> str | None:
    """Return the media type found from the bytes, or None when it is not one that evidence may have.

    Text, whatever it claims to be, is text/plain: markup uploaded here is never rendered.
    """
    for magic, at, found in _MAGIC:
        if content[at : at + len(magic)] == magic:
            return found
    if content[:4] == b"PK\x03\x04":
        return _office_type(content)
    return "text/plain" if _is_text(content) else None


def _office_type(content: bytes) -> str | None:
    try:
        with zipfile.ZipFile(BytesIO(content)) as parts:
            names = set(parts.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return None
    return next((found for part, found in _OFFICE_PARTS.items() if part in names), None)


def _is_text(content: bytes) -> bool:
    if b"\x00" in content:
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False


_RUN_BY_NAME = frozenset(
    {"exe", "com", "scr", "pif", "bat", "cmd", "ps1", "vbs", "vbe", "js", "jse", "wsf", "wsh", "hta", "msi"}
    | {"lnk", "url", "reg", "jar", "sh", "htm", "html", "xhtml", "svg", "mht"}
)
"""Endings by which a reader's computer would start what it opens, whatever stands in the file."""


def clean_name(name: str) -> str:
    """Return the last part of a file name without control, path and direction characters, at most 120 characters.

    A name that would make a reader's computer start the file ends in .txt.
    """
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    safe = _UNSAFE.sub("", last).strip(" .")
    stem, dot, ending = safe.rpartition(".")
    if ending.lower() in _RUN_BY_NAME:
        return f"{safe[:100]}.txt"
    if len(safe) > 120 and dot:
        safe = f"{stem[: 119 - len(ending[:10])]}.{ending[:10]}"
    return safe[:120] or "证据材料"


def file_refusal(content: bytes) -> str | None:
    """Return why the bytes cannot be taken as evidence, or None when they can."""
    if not content:
        return "文件是空的，请重新选择。"
    if len(content) > MAX_FILE_BYTES:
        return f"文件太大，单个文件不能超过{MAX_FILE_BYTES // 1024 // 1024}MB，请压缩或拆分后再上传。"
    if content_type(content) is None:
        return f"不支持这种文件，请上传{ALLOWED_NAMES}。"
    return None
