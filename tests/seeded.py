"""Fixtures of the tests that need reference data: imported by the conftest of their folder, over the empty database's."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from tests import factories
from tests.doors import application
from tracker import web
from tracker.accounts.door import identify
from tracker.audit import reading
from tracker.config import Settings
from tracker.db import Database
from tracker.limits import Limits


class Clock:
    """A clock that stands still until it is told to move."""

    def __init__(self) -> None:
        self.at = factories.NOW

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **step: int) -> datetime:
        self.at += timedelta(**step)
        return self.at


class Caller:
    """Somebody's program at the JSON door."""

    def __init__(self, client: FlaskClient, login: str | None) -> None:
        self._client = client
        self._headers = factories.headers(login) if login else {}

    def get(self, path: str, **more: Any) -> TestResponse:
        return self._client.get(path, headers=self._headers | more.pop("headers", {}), **more)

    def post(self, path: str, json: Any = None, **more: Any) -> TestResponse:
        if "data" not in more:
            more["json"] = json
        return self._client.post(path, headers=self._headers | more.pop("headers", {}), **more)

    def act(
        self, number: str, action: str, *, headers: dict[str, str] | None = None, **given: Any
    ) -> TestResponse:
        return self.post(f"/api/v1/tickets/{number}/actions/{action}", given, headers=headers or {})


@pytest.fixture(scope="session")
def database_url(seeded_url: str) -> str:
    """The URL of this process' database with reference data."""
    return seeded_url


@pytest.fixture(scope="session")
def engine(seeded_engine: Engine) -> Engine:
    """Its engine; whoever commits through it cleans up."""
    return seeded_engine


@pytest.fixture
def clock() -> Clock:
    """The clock of `client`."""
    return Clock()


@pytest.fixture
def app(settings: Settings, database: Database, clock: Clock, redis_url: str) -> Flask:
    """The application on the rolled-back connection."""
    app = application()
    app.extensions["settings"] = settings
    app.extensions["limits"] = Limits(redis_url)
    app.extensions["doorway"] = web.Doorway(database, identify, now=clock, note_reading=reading.note_request)
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client of it."""
    return app.test_client()


@pytest.fixture
def by(client: FlaskClient) -> Callable[[str | None], Caller]:
    """A function that returns the program of a person of `factories.PEOPLE`, or of nobody."""
    return lambda login: Caller(client, login)
