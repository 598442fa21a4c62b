"""What people typed comes into no log, no failed job and no word of a library."""

import io
import logging
from collections.abc import Iterator
from contextlib import redirect_stderr
from datetime import timedelta
from types import SimpleNamespace

import pytest
import structlog
from gunicorn.config import Config
from redis import Redis
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.leaks.planted import ID_NO, NAME, PHONE, particulars
from tracker import logs
from tracker.errors import Conflict
from tracker.jobs import Job
from workers import base

SECRET = f"{NAME} {PHONE} {ID_NO}"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What a process configured to say everything says."""
    written, root = io.StringIO(), logging.getLogger()
    former, level = root.handlers[:], root.level
    root.handlers[:] = []
    with redirect_stderr(written):
        logs.configure("DEBUG")
    yield written
    root.handlers[:] = former
    root.setLevel(level)
    structlog.reset_defaults()


def clash(session: Session) -> IntegrityError:
    """Return the error of a database that refuses a value twice, and quotes it."""
    session.execute(text("CREATE TEMPORARY TABLE said (words text PRIMARY KEY)"))
    insert = text("INSERT INTO said VALUES (:words)")
    session.execute(insert, {"words": SECRET})
    with pytest.raises(IntegrityError) as refused, session.begin_nested():
        session.execute(insert, {"words": SECRET})
    assert NAME in str(refused.value.orig), "the database does quote it"
    assert NAME not in str(refused.value).replace(str(refused.value.orig), ""), (
        "the statement comes without its values"
    )
    return refused.value


def test_an_error_is_told_by_its_code_and_constraint(session) -> None:
    assert logs.cause(clash(session)) == "UniqueViolation 23505 said said_pkey"
    assert logs.cause(Conflict(SECRET, code="taken")) == "Conflict taken"
    assert logs.cause(ValueError(SECRET)) == "ValueError"


def fail(words: str) -> None:
    """Fail, quoting the words, because of something that quotes them too."""
    try:
        int(words)
    except ValueError as error:
        raise RuntimeError(f"cannot take {words}") from error


def test_a_trace_tells_where_and_never_what(lines, session) -> None:
    try:
        fail(SECRET)
    except RuntimeError as error:
        structlog.get_logger().error("unexpected_error", exc_info=error)
        structlog.get_logger().error("again", exc_info=True)
        logging.getLogger("some.library").exception("it broke")
    structlog.get_logger().error("two_at_once", exc_info=clash(session))
    told = lines.getvalue()
    assert told.count("RuntimeError") == 3
    assert "test_logs.py" in told
    assert "in fail" in told or " fail" in told
    assert "UniqueViolation 23505 said said_pkey" in told
    assert particulars(told) == []


def test_libraries_do_not_talk_of_values_even_when_everything_is_asked_for(lines) -> None:
    for name in ("sqlalchemy.engine.Engine", "psycopg", "urllib3", "rq.worker", "authlib"):
        library = logging.getLogger(name)
        former = library.level
        library.setLevel(logging.NOTSET)  # as in a fresh process; a worker of another test may have set it
        library.debug("values: %s", SECRET)
        library.info("values: %s", SECRET)
        library.setLevel(former)
    assert lines.getvalue() == ""


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        (f"/tickets?q={PHONE}", "/tickets"),
        ("/rate/MQ.secret", "/rate/…"),
        ("/public/rate/MQ.secret?x=1", "/public/rate/…"),
        ("/public/tickets/0123456789012345/facts", "/public/tickets/…"),
        ("/tickets/202603020000001", "/tickets/202603020000001"),
    ],
)
def test_an_address_is_kept_without_what_was_asked_and_without_keys(address, kept) -> None:
    assert logs.place(address) == kept


def test_the_servers_own_log_keeps_neither_question_nor_referring_page() -> None:
    config = Config()
    config.set("accesslog", "-")
    server = logs.ServerLog(config)
    environ = {
        "REQUEST_METHOD": "GET",
        "RAW_URI": f"/tickets?q={PHONE}",
        "PATH_INFO": "/tickets",
        "QUERY_STRING": f"q={PHONE}",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_REFERER": f"http://x/tickets?q={NAME}",
        "REMOTE_ADDR": "127.0.0.1",
    }
    asked = SimpleNamespace(headers=[("REFERER", f"http://x/tickets?q={NAME}"), ("COOKIE", NAME)])
    answer = SimpleNamespace(status="200 OK", sent=1, headers=[("Location", f"/tickets?q={NAME}")])
    atoms = server.atoms(answer, asked, environ, timedelta(seconds=1))
    assert particulars(str(atoms)) == []
    assert atoms["r"] == "GET /tickets HTTP/1.1"
    line = config.access_log_format % server.atoms_wrapper_class(atoms)
    assert "GET /tickets HTTP/1.1" in line
    written = io.StringIO()
    server.error_log.handlers = [logging.StreamHandler(written)]
    try:
        fail(SECRET)
    except RuntimeError as error:
        server.exception("Error handling request %s %s", "GET", f"/tickets?q={SECRET}")
        server.exception(error)
    assert "Error handling request GET /tickets" in written.getvalue()
    assert particulars(written.getvalue()) == []


def quoting() -> int:
    """A job that goes wrong over what somebody typed."""

    def one_round(session: Session, now: object) -> int:
        clash(session)
        return fail(SECRET) or 0

    return base.drain(Job.TRIAGE, one_round)


@pytest.fixture
def _environment(monkeypatch, database_url, redis_url, tmp_path) -> Iterator[None]:
    for name, value in (
        ("DATABASE_URL", database_url),
        ("REDIS_URL", redis_url),
        ("TRACKER_HOME", str(tmp_path)),
    ):
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SECRET_KEY", "s" * 40)
    monkeypatch.setenv("FIELD_KEY", "f" * 40)
    base.bell.cache_clear()
    base.database.cache_clear()
    yield
    base.database().bind.dispose()
    base.bell.cache_clear()
    base.database.cache_clear()


@pytest.mark.usefixtures("_environment")
def test_a_failed_job_leaves_no_word_of_it_in_the_queue(lines, redis_url) -> None:
    with Redis.from_url(redis_url) as redis:
        queue = Queue("tracker", connection=redis, serializer=JSONSerializer)
        job = queue.enqueue(quoting)
        SimpleWorker([queue], connection=redis, serializer=JSONSerializer).work(
            burst=True, logging_level="WARNING"
        )
        job.refresh()
        assert job.is_failed
        told = str(job.latest_result().exc_string)
        kept = "".join(str(redis.dump(key)) for key in redis.scan_iter("*"))
    assert "JobFailed: RuntimeError" in told
    assert particulars(told + kept + str(job.description) + lines.getvalue()) == []
    assert "job_failed" in lines.getvalue()


def test_the_embedded_database_keeps_values_out_of_its_own_log(session) -> None:
    for setting, value in (
        ("log_error_verbosity", "terse"),
        ("log_min_error_statement", "panic"),
        ("log_parameter_max_length", "0"),
    ):
        assert session.scalar(text(f"SHOW {setting}")) == value
