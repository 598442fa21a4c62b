"""What a file of evidence may be: how many, how large, and of which kind by its content. Pure."""

MB = 1024 * 1024
MAX_BYTES = 200 * MB
"""Of one file."""
MAX_FILES = 10
MAX_TOTAL = 1000 * MB
"""Of all files of a proposal together."""
MAX_BODY = MAX_TOTAL + 4 * MB
"""Of the form that brings them, with its other fields."""
MAX_JSON = 16 * MB
"""Of a proposal in JSON, whose files stand in it as Base64; larger ones come as a form (multipart/form-data)."""
TAKEN = "PDF、图片、音视频、Office文档或文本"

HEAD_BYTES = 16
"""So many bytes at the beginning tell the kind."""
_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"%PDF-", "application/pdf"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftyp", "video/mp4"),
    (8, b"AVI ", "video/x-msvideo"),
    (0, b"\x1aE\xdf\xa3", "video/x-matroska"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "video/x-ms-asf"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xf3", "audio/mpeg"),
    (8, b"WAVE", "audio/wav"),
    (0, b"#!AMR", "audio/amr"),
    (0, b"OggS", "audio/ogg"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
)
"""Where in the file which bytes stand: PDF, pictures, film, sound, Office documents new (zip) and old (OLE)."""


def magic_type(head: bytes) -> str | None:
    """Return the media type that the first bytes of a file tell, None when they tell none that we take."""
    for offset, magic, name in _MAGIC:
        if head[offset : offset + len(magic)] == magic:
            return name
    return None


_WORDS: dict[str, str] = {
    "application/pdf": "PDF",
    "image/jpeg": "JPEG图片",
    "image/png": "PNG图片",
    "image/webp": "WebP图片",
    "video/mp4": "MP4音视频",
    "video/x-msvideo": "AVI视频",
    "video/x-matroska": "MKV视频",
    "video/x-ms-asf": "WMV/WMA音视频",
    "audio/mpeg": "MP3音频",
    "audio/wav": "WAV音频",
    "audio/amr": "AMR音频",
    "audio/ogg": "OGG音频",
    "application/zip": "新版Office文档或压缩包",
    "application/x-ole-storage": "旧版Office文档",
    "text/plain": "文本",
}
"""What a clerk calls the kinds that we take."""

_ENDINGS: dict[str, tuple[str, ...]] = {
    "application/pdf": ("pdf",),
    "image/jpeg": ("jpg", "jpeg", "jpe", "jfif"),
    "image/png": ("png",),
    "image/webp": ("webp",),
    "video/mp4": ("mp4", "m4v", "m4a", "mov", "qt", "3gp", "3g2", "heic", "heif", "avif"),
    "video/x-msvideo": ("avi",),
    "video/x-matroska": ("mkv", "mka", "webm"),
    "video/x-ms-asf": ("wmv", "wma", "asf"),
    "audio/mpeg": ("mp3",),
    "audio/wav": ("wav",),
    "audio/amr": ("amr",),
    "audio/ogg": ("ogg", "oga", "ogv", "opus"),
    "application/zip": (
        *("zip", "docx", "xlsx", "pptx", "docm", "xlsm", "pptm", "odt", "ods", "odp", "ofd", "epub"),
        *("doc", "xls", "ppt", "wps", "et", "dps"),
    ),
    "application/x-ole-storage": ("doc", "xls", "ppt", "wps", "et", "dps", "msg", "vsd"),
    "text/plain": (
        "txt",
        "csv",
        "tsv",
        "log",
        "md",
        "htm",
        "html",
        "xml",
        "json",
        "eml",
        "rtf",
        "srt",
        "vtt",
    ),
}
"""How the names of each kind end; WPS and Word write either form under the old endings."""


def contradiction(name: str, media_type: str) -> str | None:
    """Return why the ending of a name is not that of its content, None when it is, or says nothing that we know."""
    _, dot, ending = name.rpartition(".")
    meant = [kind for kind, endings in _ENDINGS.items() if dot and ending.strip().lower() in endings]
    if not meant or media_type in meant:
        return None
    return (
        f"“{name}”的扩展名表示{_WORDS[meant[0]]}，内容却是{_WORDS.get(media_type, media_type)}，"
        "没有保存；请核对文件，用正确的扩展名重新提交。"
    )


def refusals(name: str, size: int, media_type: str | None) -> list[str]:
    """Return why a file cannot be taken, a sentence each; size in bytes, media_type as found in its content."""
    if not size:
        return [f"“{name}”是空文件，请重新选择。"]
    if size > MAX_BYTES:
        return [f"“{name}”超过{MAX_BYTES // MB}MB，请压缩或拆分。"]
    if media_type is None:
        return [f"“{name}”的格式不支持，请提交{TAKEN}。"]
    said = contradiction(name, media_type)
    return [said] if said else []


def refusals_of_all(sizes: list[int]) -> list[str]:
    """Return why the files cannot be taken together."""
    problems = []
    if len(sizes) > MAX_FILES:
        problems.append(f"证据最多{MAX_FILES}份。")
    if sum(sizes) > MAX_TOTAL:
        problems.append(f"证据合计超过{MAX_TOTAL // MB}MB，请分次移送或压缩。")
    return problems
