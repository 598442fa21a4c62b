"""Wiring only: which rooms, actions and settings make up the supervision application.

A room that has pages, an API or actions says so by having `pages.py`, `api.py` (each with `blp` or `BLUEPRINTS`) or
`verbs.py` (with `ACTIONS`); nothing else needs to be registered anywhere.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

from flask import Blueprint, Flask
from flask_bootstrap import Bootstrap5
from werkzeug.middleware.proxy_fix import ProxyFix

from tracker import health, screens, web
from tracker.accounts.door import identify
from tracker.audit import reading
from tracker.config import Settings, load
from tracker.db import Database, connect
from tracker.jobs import Bell
from tracker.limits import Limits
from tracker.logs import configure
from tracker.replies import scanning
from tracker.rooms import OF_THE_DISCIPLINE_SIDE, ROOMS
from tracker.tickets.actions import Action
from tracker.tickets.engine import engine

TEMPLATES = Path(__file__).parent.parent / "templates"
MAX_REQUEST_BYTES = 64 * 1024 * 1024


def _modules(name: str) -> Iterator[ModuleType]:
    for room in ROOMS:
        if room == OF_THE_DISCIPLINE_SIDE:
            continue
        path = f"tracker.{room}.{name}"
        if find_spec(path) is not None:
            yield import_module(path)


def _blueprints(name: str) -> Iterator[Blueprint]:
    for module in _modules(name):
        yield from getattr(module, "BLUEPRINTS", None) or (module.blp,)


def gather_actions() -> Mapping[str, Action]:
    """Return every room's ticket actions by name, lower rooms first; two of one name stop the start."""
    gathered: dict[str, Action] = {}
    for module in _modules("verbs"):
        for action in module.ACTIONS:
            if action.name in gathered:
                raise RuntimeError(f"two actions are called {action.name}")
            gathered[action.name] = action
    return gathered


def bare_app(
    secret_key: str, *, name: str, cookie: str, public_url: str = "", trusted_proxies: int = 0
) -> Flask:
    """Return a Flask application with what both sides share: templates, Bootstrap, cookies, limits.

    public_url: how browsers see the site, "" when nobody said; with https the cookie travels encrypted only and its
    name binds it to this very host. trusted_proxies: how many entries of X-Forwarded-For are believed.
    """
    encrypted = public_url.startswith("https://")
    app = Flask(name, template_folder=str(TEMPLATES), static_folder=str(Path(__file__).parent / "static"))
    app.config.update(
        SECRET_KEY=secret_key,
        PUBLIC_URL=public_url,
        SESSION_COOKIE_NAME=f"__Host-{cookie}" if encrypted else cookie,
        SESSION_COOKIE_SECURE=encrypted,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        MAX_CONTENT_LENGTH=MAX_REQUEST_BYTES,
        BOOTSTRAP_SERVE_LOCAL=True,
        WTF_CSRF_TIME_LIMIT=12 * 3600,
        API_TITLE="行政执法监督工单接口",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api",
        OPENAPI_JSON_PATH="openapi.json",
    )
    if trusted_proxies:
        proxied = ProxyFix(app.wsgi_app, x_for=trusted_proxies, x_proto=trusted_proxies)
        app.wsgi_app = proxied  # type: ignore[method-assign]  # the documented way
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # the default provider has it
    Bootstrap5(app)
    return app


def create_app(settings: Settings, *, door: web.Doorway | None = None) -> Flask:
    """Return the supervision application. door: given by tests; otherwise made from the settings.

    Raises RuntimeError when a view carries no permission.
    """
    app = bare_app(
        settings.secret_key,
        name="tracker",
        cookie="tracker",
        public_url=settings.public_url,
        trusted_proxies=settings.trusted_proxies,
    )
    if door is None:
        bell = Bell(settings.redis_url)
        database = Database(
            connect(settings.database_url), bell.ring, settings.field_key, settings.field_key_old
        )
        door = web.Doorway(
            database,
            identify,
            note_reading=reading.note_request,
            carried={scanning.CARRIED: scanning.of(settings)},
        )
    api = web.open_api(app)
    web.install(app, door)
    screens.install(app)
    app.extensions["actions"] = gather_actions()
    app.extensions["badges"] = {
        path: n for module in _modules("pages") for path, n in getattr(module, "BADGES", {}).items()
    }
    app.extensions["panels"] = [
        panel for module in _modules("panels") for panel in getattr(module, "PANELS", ())
    ]
    app.extensions["limits"] = Limits(settings.redis_url)
    app.extensions["settings"] = settings
    for blueprint in _blueprints("api"):
        api.register_blueprint(blueprint)
    for blueprint in _blueprints("pages"):
        app.register_blueprint(blueprint)
    app.register_blueprint(health.blp)
    forgotten = web.unmarked(app)
    if forgotten:
        raise RuntimeError(f"these views name no permission: {', '.join(forgotten)}")
    return app


def web_process() -> Flask:
    """Return the application for a WSGI server, the engine loaded."""
    settings = load()
    configure(settings.log_level)
    engine()
    return create_app(settings)
