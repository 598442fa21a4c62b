"""Large bodies in and out: views that take large files say so, and nobody sends much before it is known who he is.

A marked view gets its files in streams of its own making, so that what is large never lies in memory, nor in clear on disk.
"""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any, TypeVar, cast
from urllib.parse import quote

import flask
import structlog
from flask import Flask, Response, current_app, g, request
from werkzeug.exceptions import ClientDisconnected

from tracker.errors import Invalid, Unavailable
from tracker.streams import BrokenStreamError

log = structlog.get_logger()
View = TypeVar("View", bound=Callable[..., Any])

AT_ONCE = 2
"""So many large bodies a process takes at the same time: fewer than it has threads, so that it goes on answering others."""
STALLED_S = 60
"""Seconds after which a line on which nothing came is given up."""
_SLOTS = "large_bodies"


@dataclass(frozen=True)
class Intake:
    """What a view takes: so many bytes in files and form together, or in JSON; stream makes what a file is written to."""

    limit: int
    json_limit: int
    stream: Callable[[], Any]


def receives(limit: int, json_limit: int, stream: Callable[[], Any]) -> Callable[[View], View]:
    """Mark a view that takes large files; to stand above `allow`."""

    def mark(view: View) -> View:
        view.intake = Intake(limit, json_limit, stream)  # type: ignore[attr-defined]  # read below
        return view

    return mark


def _intake() -> Intake | None:
    view = current_app.view_functions.get(request.endpoint or "")
    return getattr(view, "intake", None) if request.method == "POST" else None


class Request(flask.Request):
    """A request that writes the files of a marked view to the streams the view asks for."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        taken = _intake()
        if taken is not None:
            return cast(IO[bytes], taken.stream())
        return super()._get_file_stream(total_content_length, content_type, filename, content_length)


def install(app: Flask, let_in: Callable[[], None]) -> None:
    """Hang reading of large bodies into the application, before anything else reads a body.

    let_in: raises unless the actor of the present request may enter its view.
    """
    app.request_class = Request
    app.extensions[_SLOTS] = threading.BoundedSemaphore(AT_ONCE)

    def read() -> None:
        taken = _intake()
        if taken is None:
            return
        let_in()
        if request.mimetype != "multipart/form-data":
            request.max_content_length = taken.json_limit
            return
        if not _slots().acquire(blocking=False):
            raise Unavailable("正在接收其他人的大文件，请过几分钟再提交。", code="busy")
        g.holds_slot = True
        request.max_content_length = taken.limit
        _receive()

    app.before_request(read)
    app.teardown_request(_release)


def _slots() -> threading.BoundedSemaphore:
    return cast(threading.BoundedSemaphore, current_app.extensions[_SLOTS])


def _release(_: BaseException | None) -> None:
    if g.pop("holds_slot", False):
        _slots().release()


def _receive() -> None:
    """Read the whole body into its streams before a transaction is opened, however slow the line is.

    Raises Invalid when the line broke off, RequestEntityTooLarge.
    """
    line = request.environ.get("gunicorn.socket")
    if line is not None:
        line.settimeout(STALLED_S)
    try:
        whole = bool(request.form or request.files)
    except ClientDisconnected:
        whole = False
    finally:
        if line is not None:
            line.settimeout(None)
    if not whole:
        raise Invalid("文件没有传完，没有保存任何内容，请重新提交。", code="broken_off")


def attachment(name: str, media_type: str, n_bytes: int, pieces: Iterator[bytes], *, broken: str) -> Response:
    """Return the pieces as a download under its own name; never shown inline, since it comes from strangers.

    The first piece is read at once, so that what cannot be opened at all is Unavailable with the sentence `broken`. What
    breaks later ends the connection before the announced length is reached, so that no browser takes it for whole.
    """
    try:
        first = next(pieces, b"")
    except BrokenStreamError as error:
        raise Unavailable(broken, code="evidence_broken") from error
    answer = Response(_sent(first, pieces), mimetype=media_type)
    answer.content_length = n_bytes
    answer.headers["Content-Disposition"] = to_keep(name)
    return answer


def to_keep(name: str) -> str:
    """Return the header that makes a browser keep an answer as a file of this name, whatever letters stand in it."""
    # servers refuse other than Latin letters in a header, so the name is spelled as RFC 8187 says
    return f"attachment; filename*=UTF-8''{quote(name, safe='', errors='replace')}"


def _sent(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    try:
        yield from rest
    except BrokenStreamError as error:
        log.error("download_broken", told=str(error))  # not of what: logs know nothing of clues
        raise ConnectionResetError(104, "the rest cannot be opened") from error
