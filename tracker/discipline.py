"""The discipline application: the liaisons' own process, with its own port, accounts, cookies and database role."""

from flask import Flask

from tracker import screens, web
from tracker.app import bare_app
from tracker.commissions import api, keys, pages
from tracker.config import Settings, load
from tracker.db import Database, connect
from tracker.jobs import Bell
from tracker.limits import Limits
from tracker.logs import configure


def create_discipline_app(settings: Settings, *, door: web.Doorway | None = None) -> Flask:
    """Return the discipline application. door: given by tests; otherwise made from the settings.

    Its sealing key comes from the key file of the home, never from SECRET_KEY or FIELD_KEY, which the supervision side
    knows. Raises Unavailable when the file is missing, RuntimeError when a view carries no permission.
    """
    key, *older = keys.ring(settings.home)
    app = bare_app(
        keys.session_key(key),
        name="tracker",
        cookie="discipline",
        public_url=settings.discipline_public_url,
        trusted_proxies=settings.trusted_proxies,
    )
    app.config["SESSION_COOKIE_SAMESITE"] = "Strict"
    app.config["API_TITLE"] = "纪检监察线索接收接口"
    if door is None:
        database = Database(
            connect(settings.discipline_database_url), Bell(settings.redis_url).ring, key, older
        )
        door = web.Doorway(database, pages.identify, sign_in_endpoint=pages.SIGN_IN)
    routes = web.open_api(app)
    web.install(app, door)
    screens.install(app, frame="discipline/frame.html")
    app.extensions["settings"] = settings
    app.extensions["limits"] = Limits(settings.redis_url)
    routes.register_blueprint(api.blp)
    for blueprint in pages.BLUEPRINTS:
        app.register_blueprint(blueprint)
    forgotten = web.unmarked(app)
    if forgotten:
        raise RuntimeError(f"these views name no permission: {', '.join(forgotten)}")
    return app


def discipline_process() -> Flask:
    """Return the application for a WSGI server."""
    settings = load()
    configure(settings.log_level)
    return create_discipline_app(settings)
