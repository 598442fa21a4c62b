"""Whether this process lives (/healthz), whether the system can work (/readyz), and its figures (/metrics)."""

from typing import cast

from flask import Blueprint, Response, current_app, jsonify, make_response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from redis import Redis
from redis.exceptions import RedisError
from rq import Worker
from sqlalchemy import text

from tracker.config import Settings
from tracker.web import public, session

blp = Blueprint("health", __name__)

CLOCK_HEARTBEAT = "clock:heartbeat"


def _settings() -> Settings:
    return cast(Settings, current_app.extensions["settings"])


def _redis_parts() -> dict[str, bool]:
    try:
        redis = Redis.from_url(_settings().redis_url, socket_connect_timeout=0.5, socket_timeout=1)
        return {
            "redis": bool(redis.ping()),
            "worker": Worker.count(connection=redis) > 0,
            "clock": bool(redis.exists(CLOCK_HEARTBEAT)),
        }
    except RedisError:
        return {"redis": False, "worker": False, "clock": False}


@blp.route("/healthz")
@public
def healthz() -> Response:
    """Return 200 while the process answers."""
    return jsonify({"status": "ok"})


@blp.route("/readyz")
@public
def readyz() -> Response:
    """Return 200 when database, Redis, a worker and the clock are there, else 503 naming what is missing."""
    session().execute(text("select 1"))
    parts = {"database": True, **_redis_parts()}
    return make_response(jsonify(parts), 200 if all(parts.values()) else 503)


@blp.route("/metrics")
@public
def metrics() -> Response:
    """Return bounded figures for Prometheus: work that waits, by kind; nothing about any one ticket."""
    registry = CollectorRegistry()
    waiting = Gauge("tracker_waiting_rows", "Rows that wait for a worker", ["kind"], registry=registry)
    for kind, query in _WAITING.items():
        waiting.labels(kind).set(session().scalar(text(query)) or 0)
    up = Gauge("tracker_part_up", "Whether a part of the system answers", ["part"], registry=registry)
    for part, alive in _redis_parts().items():
        up.labels(part).set(alive)
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


_WAITING = {
    "untriaged": "select count(*) from (select 1 from ticket where status in ('received','triaged') limit 10000) t",
    "unfollowed": "select count(*) from (select 1 from ticket_event where followed_at is null limit 10000) t",
    "past_check": "select count(*) from (select 1 from ticket where next_check_at < now() "
    "and status not in ('archived','not_accepted','redirected','terminated','withdrawn','closed','merged') limit 10000) t",
}
