"""A file on its way in: looked at by its content, counted, hashed, and on disk only in sealed form."""

import hashlib
import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker import streams
from tracker.clues import kinds
from tracker.clues.spool import Spool

BIG = b"%PDF-" + b"the same words again and again. " * 90_000


def spooled(folder: Path, *parts: bytes) -> Spool:
    spool = Spool(folder)
    for part in parts:
        spool.write(part)
    spool.seek(0)
    return spool


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"%PDF-1.7", "application/pdf"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n.", "image/png"),
        (b"\0\0\0\x18ftypmp42", "video/mp4"),
        (b"RIFF\0\0\0\0AVI LIST", "video/x-msvideo"),
        (b"RIFF\0\0\0\0WAVEfmt ", "audio/wav"),
        (b"#!AMR\n\x0c", "audio/amr"),
        (b"PK\x03\x04\x14", "application/zip"),
        ("笔录".encode(), "text/plain"),
        ("笔录".encode("gbk"), None),
        ("笔录".encode()[:-1], None),
        (b"words\0", None),
        (b"MZ\0\0", None),
        (b"<html><script>", "text/plain"),
        (b"", None),
    ],
)
def test_the_type_comes_from_the_bytes_however_they_are_cut(tmp_path: Path, content: bytes, found) -> None:
    assert spooled(tmp_path, content).media_type == found
    assert spooled(tmp_path, *(bytes([one]) for one in content)).media_type == found


def test_a_text_is_read_to_its_end(tmp_path: Path) -> None:
    words = "证据。".encode() * 200_000
    assert spooled(tmp_path, words).media_type == "text/plain"
    assert spooled(tmp_path, words, b"\xff").media_type is None
    assert spooled(tmp_path, words, b"\0").media_type is None


@given(
    sizes=st.lists(st.integers(0, 700_000), max_size=6),
)
def test_what_came_in_comes_out(tmp_path_factory, sizes: list[int]) -> None:
    parts = [bytes([1 + n]) * size for n, size in enumerate(sizes)]
    spool, whole = spooled(tmp_path_factory.getbasetemp(), *parts), b"".join(parts)
    assert (spool.size, spool.sha256) == (len(whole), hashlib.sha256(whole).hexdigest())
    if whole:
        assert b"".join(spool.clear()) == whole
        sealed = list(spool.pieces())
        assert len(sealed) == streams.n_pieces(len(whole))
        assert sum(map(len, sealed)) == streams.sealed_size(len(whole))
        assert list(spool.pieces()) == sealed
    spool.close()


def test_nothing_of_it_stands_on_disk_in_clear_nor_under_a_name(tmp_path: Path) -> None:
    spool = spooled(tmp_path, BIG)
    assert list(tmp_path.iterdir()) == []
    spool._file.seek(0)
    lying = spool._file.read()
    assert len(lying) > len(BIG)
    assert b"again and again" not in lying
    assert spool.key not in lying
    spool.close()


def test_what_is_too_large_is_counted_and_not_kept(tmp_path: Path) -> None:
    piece = bytes(kinds.MB)
    spool = spooled(tmp_path, *itertools.repeat(piece, kinds.MAX_BYTES // kinds.MB), b"1", piece)
    assert spool.size == kinds.MAX_BYTES + 1 + kinds.MB
    assert list(spool.pieces()) == []
    assert "200MB" in kinds.refusals("a.mp4", spool.size, spool.media_type)[0]


def test_why_a_file_is_refused() -> None:
    assert kinds.refusals("a.pdf", 5, "application/pdf") == []
    assert kinds.refusals("a.pdf", kinds.MAX_BYTES, "application/pdf") == []
    assert "空文件" in kinds.refusals("a.pdf", 0, None)[0]
    assert "格式不支持" in kinds.refusals("a.exe", 5, None)[0]
    assert kinds.refusals_of_all([1] * kinds.MAX_FILES) == []
    assert "最多10份" in kinds.refusals_of_all([1] * 11)[0]
    assert "1000MB" in kinds.refusals_of_all([kinds.MAX_BYTES] * 6)[0]
    assert kinds.MAX_BODY > kinds.MAX_TOTAL


def test_a_spool_is_read_from_its_beginning_and_written_before_that(tmp_path: Path) -> None:
    spool = spooled(tmp_path, b"words")
    with pytest.raises(OSError, match="beginning"):
        spool.seek(2)
    with pytest.raises(ValueError, match="ended"):
        spool.write(b"more")
    spool.seek(0)
    assert b"".join(spool.clear()) == b"words"


@pytest.mark.parametrize(
    ("name", "found", "words"),
    [
        ("转账.pdf", "text/plain", ("PDF", "文本")),
        ("转账.PDF", "image/png", ("PDF", "PNG图片")),
        ("现场.jpg", "video/mp4", ("JPEG图片", "MP4音视频")),
        ("说明.txt", "application/zip", ("文本", "压缩包")),
        ("录音.mp3", "audio/amr", ("MP3音频", "AMR音频")),
    ],
)
def test_a_name_that_says_another_kind_is_refused_naming_both(
    name: str, found: str, words: tuple[str, str]
) -> None:
    (said,) = kinds.refusals(name, 5, found)
    assert said.count("。") == 1
    assert f"扩展名表示{words[0]}" in said
    assert words[1] in said.split("内容却是")[1]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("转账.JPG", "image/jpeg"),
        ("笔录.doc", "application/zip"),
        ("笔录.doc", "application/x-ole-storage"),
        ("录音.m4a", "video/mp4"),
        ("台账.csv", "text/plain"),
        ("没有扩展名", "image/png"),
        ("2026.3.2现场", "image/png"),
    ],
)
def test_a_name_that_fits_or_says_nothing_is_taken(name: str, found: str) -> None:
    assert kinds.refusals(name, 5, found) == []


def test_every_kind_we_find_has_a_word_and_endings() -> None:
    found = {kind for _, _, kind in kinds._MAGIC} | {"text/plain"}
    assert found == set(kinds._WORDS) == set(kinds._ENDINGS)
