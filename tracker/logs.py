"""Logs: one JSON line an event on standard error; no request bodies, no personal data.

What people typed comes into logs by three back doors: messages of exceptions (a database quotes the value it refused),
the talk of libraries (statements with their values) and addresses (what was searched for). All three are shut here.
"""

import logging
import sys
import traceback
from collections.abc import Iterator, MutableMapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import structlog
from gunicorn.glogging import Logger

_TALKATIVE = logging.WARNING
"""Libraries say no less: what they tell below that are statements, values and rows."""

_SECRET_PLACES = ("/rate/", "/public/rate/", "/public/tickets/")
"""Addresses whose last part is itself the key to a ticket."""


def cause(error: BaseException) -> str:
    """Return what went wrong without any value: the class, our own code, or the database's code and constraint."""
    found = getattr(error, "orig", None) or error
    diag = getattr(found, "diag", None)
    known = (
        getattr(found, "code", None),
        getattr(found, "sqlstate", None),
        getattr(diag, "table_name", None),
        getattr(diag, "constraint_name", None),
    )
    return " ".join([type(found).__name__, *(one for one in known if isinstance(one, str))])


def trace(error: BaseException) -> str:
    """Return where the error came from, its own cause first: places and `cause`, never messages or values."""
    return "\n".join(_places(error))


def _places(error: BaseException) -> Iterator[str]:
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from _places(before)
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"{frame.filename}:{frame.lineno} {frame.name}"
    yield cause(error)


def _traced(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    if isinstance(error, BaseException):
        event["exception"] = trace(error)
    return event


class _Lines(logging.Formatter):
    """Lines of libraries, their exceptions without messages."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 # the library's name
        """Return the places only."""
        return trace(ei[1]) if ei[1] is not None else ""


def configure(level: str) -> None:
    """Send structured logs at `level` (INFO, WARNING …) and above to standard error; of libraries, warnings at most."""
    lines = logging.StreamHandler(sys.stderr)
    lines.setFormatter(_Lines("%(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=max(logging.getLevelName(level), _TALKATIVE), handlers=[lines])
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _traced,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def place(address: str) -> str:
    """Return an address as a log may keep it: without what was asked, and without the keys some addresses are."""
    path = urlsplit(address).path
    for one in _SECRET_PLACES:
        if path.startswith(one):
            return f"{one}…"
    return path


class ServerLog(Logger):  # type: ignore[misc]  # gunicorn has no types
    """The log of the web server, for whoever switches its access log on: no query, no referring page, no header."""

    def atoms(self, resp: Any, req: Any, environ: dict[str, Any], request_time: timedelta) -> dict[str, Any]:
        """Return what a line of the access log may be made of."""
        told: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        path = place(environ.get("PATH_INFO") or "")
        kept = {name: value for name, value in told.items() if len(name) == 1}
        line = f"{environ['REQUEST_METHOD']} {path} {environ['SERVER_PROTOCOL']}"
        return {**kept, "r": line, "U": path, "q": "", "f": "-", "p": told["p"]}

    def exception(self, msg: Any, *args: Any, **_: Any) -> None:
        """Tell where an error came from, and of an address its place only."""
        error = sys.exc_info()[1]
        told = [
            place(one) if isinstance(one, str) else cause(one) if isinstance(one, BaseException) else one
            for one in args
        ]
        words = cause(msg) if isinstance(msg, BaseException) else msg
        self.error_log.error(words, *told)
        if error is not None:
            self.error_log.error("%s", trace(error))
