"""The supervision application behind any door: wired once a process, which takes longer than most tests."""

from functools import cache
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tracker import config, web
from tracker.accounts.door import identify
from tracker.app import create_app
from tracker.config import Settings
from tracker.limits import Limits


class Visitor(FlaskClient):
    """A client that brings its own doorway and settings to each of its requests, so that several may take turns."""

    brought: dict[str, Any]

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        self.application.extensions.update(self.brought)
        return super().open(*args, **kwargs)


@cache
def application() -> Flask:
    """Return the application of this process, through whose door nobody comes until somebody brings one."""
    environment = {"DATABASE_URL": "postgresql://", "REDIS_URL": "redis://localhost:1", "TRACKER_HOME": "."}
    settings = config.load({**environment, "SECRET_KEY": "s" * 40, "FIELD_KEY": "f" * 40})
    return create_app(settings, door=web.Doorway(None, identify))  # type: ignore[arg-type]  # each visitor brings one


def visitor(settings: Settings, door: web.Doorway) -> Visitor:
    """Return a client that comes in by the door, to an application with those settings."""
    client = Visitor(application(), application().response_class, use_cookies=True)
    client.brought = {"doorway": door, "settings": settings, "limits": Limits(settings.redis_url)}
    return client
