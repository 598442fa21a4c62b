"""The door for JSON and for pages: who → may they → is it valid → one transaction → answer.

Every view is marked by `allow(permission)` or `public`; an unmarked view is refused at start-up and by a test. The
marked view runs inside one unit of work and reads `session()`, `actor()` and `now()`.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar, cast

import structlog
from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.common import resolve_schema_cls
from flask import Flask, Response, current_app, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_smorest import Api
from flask_wtf.csrf import CSRFError, CSRFProtect
from marshmallow import Schema
from sqlalchemy.exc import DataError, IntegrityError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session
from werkzeug.exceptions import BadRequest, HTTPException, UnsupportedMediaType

from tracker import clock, logs, transfers
from tracker.db import Database
from tracker.errors import Conflict, Invalid, NotAllowed, TrackerError, Unavailable
from tracker.permissions import Actor, Permission, allowed

log = structlog.get_logger()
csrf = CSRFProtect()
View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Doorway:
    """What the door needs of the application, injected once by `tracker.app`.

    identify: given a session and the moment, returns the actor of the current request or None.
    now: the clock; tests pass their own. carried: what every unit of work finds in its `info`, such as a virus scanner.
    note_reading: told of every answer to somebody who had to hold a permission, inside the same unit of work.
    """

    database: Database
    identify: Callable[[Session, datetime], Actor | None]
    now: Callable[[], datetime] = clock.now
    sign_in_endpoint: str = "accounts.sign_in"
    note_reading: Callable[[Session, Actor, Permission, datetime], None] | None = None
    carried: Mapping[str, Any] = field(default_factory=dict)


class NotSignedIn(TrackerError):
    """Nobody is signed in, or the token is not valid."""

    http_status = 401
    default_code = "not_signed_in"


def doorway() -> Doorway:
    """Return the doorway of the current application."""
    return cast(Doorway, current_app.extensions["doorway"])


def session() -> Session:
    """Return the session of the current request; open only inside a marked view."""
    return cast(Session, g.session)


def actor() -> Actor:
    """Return who is acting in the current request."""
    return cast(Actor, g.actor)


def now() -> datetime:
    """Return the moment of the current request, one and the same throughout it (aware UTC)."""
    return cast(datetime, g.now)


def is_api() -> bool:
    """Return whether the caller expects JSON."""
    return request.path.startswith(("/api/", "/public/")) or request.is_json


@contextmanager
def _unit_of_work() -> Iterator[Session]:
    """Yield a session that knows what the door knows; a refusal that must leave a trace leaves it in a second one."""
    door = doorway()
    told = {**door.carried, "address": (request.remote_addr or "")[:45] or None}
    try:
        with door.database.unit_of_work() as opened:
            opened.info.update(told)
            yield opened
    except TrackerError as refused:
        if refused.trace is not None:
            with door.database.unit_of_work() as opened:
                opened.info.update(told)
                refused.trace(opened)
        raise


def _run(view: Callable[..., Any], permission: Permission | None, args: Any, kwargs: Any) -> Any:
    door = doorway()
    g.now = door.now()
    with _unit_of_work() as opened:
        _admit(opened, permission)
        answer = view(*args, **kwargs)
        if permission is not None and door.note_reading is not None:
            door.note_reading(opened, g.actor, permission, g.now)
        return answer


def _admit(opened: Session, permission: Permission | None) -> None:
    g.session = opened
    g.actor = doorway().identify(opened, g.now)
    if permission is None:
        return
    if g.actor is None:
        raise NotSignedIn("请先登录；接口调用请携带有效令牌。")
    if not allowed(g.actor, permission):
        raise NotAllowed("您的岗位没有这项权限，请联系本单位管理员。")


def _let_in() -> None:
    """Raise unless whoever sends the present request may enter its view; asked before a large body is read."""
    view: Any = current_app.view_functions[request.endpoint or ""]
    g.now = doorway().now()
    with _unit_of_work() as opened:
        _admit(opened, view.permission)


def allow(permission: Permission) -> Callable[[View], View]:
    """Mark a view: only actors holding the permission enter, inside one unit of work."""

    def mark(view: View) -> View:
        @wraps(view)
        def entered(*args: Any, **kwargs: Any) -> Any:
            return _run(view, permission, args, kwargs)

        entered.permission = permission  # type: ignore[attr-defined]  # read by the architecture test
        return cast(View, entered)

    return mark


def public(view: View) -> View:
    """Mark a view as open to everyone; it still runs inside one unit of work."""

    @wraps(view)
    def entered(*args: Any, **kwargs: Any) -> Any:
        return _run(view, None, args, kwargs)

    entered.permission = None  # type: ignore[attr-defined]  # read by the architecture test
    return cast(View, entered)


def _answer(error: TrackerError) -> ResponseReturnValue:
    if is_api():
        body: dict[str, Any] = {"code": error.code, "message": error.message}
        if error.fields:
            body["fields"] = error.fields
        return jsonify(body), error.http_status
    if isinstance(error, NotSignedIn):
        return redirect(url_for(doorway().sign_in_endpoint, next=request.full_path.rstrip("?")))
    return _page(error), error.http_status


def _page(error: TrackerError) -> str:
    """Return the error page, its header that of whoever is signed in, whom nobody asked for where no view was found.

    Whatever was open when the error came up is closed by now. When the database does not answer, or the person must
    change the password first, the header names nobody.
    """
    told = {"code": error.code, "message": error.message, "fields": error.fields}
    g.session = g.actor = None
    if not isinstance(error, Unavailable):
        g.now = doorway().now()
        with suppress(TrackerError, SQLAlchemyError), doorway().database.unit_of_work() as opened:
            g.actor = doorway().identify(opened, g.now)
            g.session = opened
            return render_template("error.html", **told)
        g.session = g.actor = None
    return render_template("error.html", **told)


_HTTP_SENTENCES = {
    400: ("unreadable", "请求无法读取，请检查内容格式（JSON 是否完整、编码是否为 UTF-8）。"),
    404: ("not_found", "没有这个地址或内容。"),
    405: ("method_not_allowed", "这个地址不支持该操作方式。"),
    413: ("too_large", "提交的内容太大，请拆分后再提交。"),
    415: ("wrong_content_type", "内容类型不对，接口只接受 application/json。"),
    422: ("invalid", "提交的内容有误，请按提示修改。"),
    429: ("too_many", "操作太频繁，请稍后再试。"),
}


_LOCATIONS = {"json", "form", "query", "files", "json_or_form"}


def flat_fields(messages: Any) -> dict[str, list[str]]:
    """Return webargs' {location: {field: [...]}} or a schema's {field: ...} as {dotted field: [sentence, ...]}."""
    found: dict[str, list[str]] = {}

    def walk(value: Any, path: tuple[str, ...]) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                skip = key == "_schema" or (not path and key in _LOCATIONS)
                walk(inner, path if skip else (*path, str(key)))
        elif isinstance(value, list):
            found.setdefault(".".join(path) or "_", []).extend(str(one) for one in value)
        else:
            found.setdefault(".".join(path) or "_", []).append(str(value))

    walk(messages, ())
    return found


def _http_error(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < 400:
        return error.get_response(request.environ)
    code, sentence = _HTTP_SENTENCES.get(status, ("error", "系统出错了，已记录，请稍后重试。"))
    told = TrackerError(
        sentence, code=code, fields=flat_fields(getattr(error, "data", {}).get("messages", {}))
    )
    if code == "invalid" and "Invalid JSON body." in told.fields.get("_", []):
        told, status = TrackerError(_HTTP_SENTENCES[400][1], code="unreadable"), 400
    told.http_status = status
    return _answer(told)


def _place() -> str:
    """Return which address it was as a log may keep it: with its blanks, since numbers and keys may stand in them."""
    return f"{request.method} {request.url_rule.rule if request.url_rule else '-'}"


def _unexpected(error: Exception) -> ResponseReturnValue:
    log.error("unexpected_error", place=_place(), exc_info=error)
    told = TrackerError("系统出错了，已记录，请稍后重试。", code="error")
    return _answer(told)


def _no_database(error: Exception) -> ResponseReturnValue:
    log.error("database_unavailable", place=_place(), error=type(error).__name__)
    return _answer(Unavailable("数据库暂时不可用，请稍后重试；本次操作没有写入任何内容。"))


def _unstorable(error: Exception) -> ResponseReturnValue:
    log.info("unstorable_text", place=_place(), error=type(error).__name__)
    return _answer(Invalid("内容含有无法保存的字符（如空字符），请删去后重新提交。", code="unstorable"))


def _too_deep(error: Exception) -> ResponseReturnValue:
    log.warning("too_deep", place=_place(), exc_info=error)
    told = TrackerError(_HTTP_SENTENCES[400][1], code="unreadable")
    told.http_status = 400
    return _answer(told)


def _clash(error: Exception) -> ResponseReturnValue:
    log.warning("two_at_once", place=_place(), error=logs.cause(error))
    return _answer(Conflict("刚有人同时提交了相同或冲突的内容，请刷新后重试；本次操作没有写入任何内容。"))


_ALWAYS = {
    "Content-Security-Policy": "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
"""On every answer; a view may only set a stricter policy of its own."""
_HSTS = "max-age=31536000"


def _headers(response: Response) -> Response:
    for name, value in _ALWAYS.items():
        response.headers.setdefault(name, value)
    if current_app.config["SESSION_COOKIE_SECURE"] or request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", _HSTS)
    if request.endpoint != "static" and not request.path.startswith("/static/"):
        response.headers.setdefault("Cache-Control", "no-store")
    return response


STRANGERS_BYTES = 256 * 1024
"""As much as somebody may send who shows neither token nor cookie: forms of a few fields."""


def _bound_strangers() -> None:
    """Let nobody unknown send much; whoever is known may send files up to the limit of the application."""
    if "Authorization" not in request.headers and not request.cookies:
        request.max_content_length = STRANGERS_BYTES


def _guard_forms() -> None:
    """Check the CSRF token unless the caller rides on no cookie, so that no foreign page could borrow one."""
    if request.headers.get("Authorization", "").startswith("Bearer "):
        return
    if is_api() and current_app.config["SESSION_COOKIE_NAME"] not in request.cookies:
        return
    csrf.protect()


def _read_body() -> None:
    """Refuse a body to the API that is not JSON (files come as multipart), or JSON that nobody can read.

    Python's own reader gives up on deep nesting and on endless numbers in ways no view expects.
    """
    if request.method in {"GET", "HEAD"} or not request.path.startswith(("/api/", "/public/")):
        return
    if not request.is_json:
        if request.mimetype != "multipart/form-data" and request.get_data(cache=True):
            raise UnsupportedMediaType
        return
    try:
        json.loads(request.get_data(cache=True) or b"null")
    except (ValueError, RecursionError) as error:
        raise BadRequest from error


def _csrf_error(_: CSRFError) -> ResponseReturnValue:
    told = TrackerError("页面已过期或来源不明，请刷新后再提交。", code="csrf")
    told.http_status = 400
    return _answer(told)


def install(app: Flask, door: Doorway) -> None:
    """Hang the door into the application: errors, CSRF, headers, and refusal of unmarked views."""
    app.extensions["doorway"] = door
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    csrf.init_app(app)
    app.before_request(_bound_strangers)
    transfers.install(app, _let_in)
    app.before_request(_guard_forms)
    app.before_request(_read_body)
    app.after_request(_headers)
    app.register_error_handler(TrackerError, _answer)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(HTTPException, _http_error)
    for failure in (OperationalError, InterfaceError, PoolTimeout):
        app.register_error_handler(failure, _no_database)
    for unstorable in (DataError, UnicodeEncodeError):
        app.register_error_handler(unstorable, _unstorable)
    app.register_error_handler(IntegrityError, _clash)
    app.register_error_handler(RecursionError, _too_deep)  # nested just within what `_read_body` can read
    app.register_error_handler(Exception, _unexpected)


def _spec_name(schema: type[Schema] | Schema | str) -> str:
    found = resolve_schema_cls(schema)
    kind = found[0] if isinstance(found, list) else found
    _, room, *_ = f"{kind.__module__}.".split(".")
    return room.capitalize() + kind.__name__.removesuffix("Schema")


def open_api(app: Flask) -> Api:
    """Return the register of JSON routes, described under names that begin with their room.

    To be called before `install`, whose answers to errors replace those of the library.
    """
    plugin = MarshmallowPlugin(schema_name_resolver=_spec_name)
    return Api(app, spec_kwargs={"marshmallow_plugin": plugin})


def unmarked(app: Flask) -> list[str]:
    """Return the endpoints whose views carry no mark; `tracker.app` refuses to start when there are any."""
    return sorted(
        endpoint
        for endpoint, view in app.view_functions.items()
        if endpoint.rsplit(".", 1)[-1] != "static"
        and not endpoint.startswith("api-docs")
        and not hasattr(view, "permission")
        and not _methods_marked(view)
    )


def _methods_marked(view: Any) -> bool:
    kind = getattr(view, "view_class", None)
    if kind is None:
        return False
    return all(
        hasattr(getattr(kind, name), "permission")
        for name in ("get", "post", "put", "patch", "delete")
        if hasattr(kind, name)
    )
