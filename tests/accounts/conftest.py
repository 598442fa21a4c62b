from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tracker import web
from tracker.accounts import queries, service
from tracker.accounts.door import identify
from tracker.accounts.models import Account
from tracker.app import create_app
from tracker.config import Settings
from tracker.db import Database
from tracker.fields import cipher
from tracker.offices import service as offices
from tracker.permissions import SYSTEM, Actor, Role

PASSWORD = "correct horse battery"
SECRET = "A" * 32
START = datetime(2026, 11, 23, 1, tzinfo=UTC)


class Clock:
    """A clock that stands still until it is told to move."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **step: int) -> datetime:
        self.at += timedelta(**step)
        return self.at


class Browser(FlaskClient):
    """Sends with every form the token that the page with the form would have held."""

    def post(self, path: str, *, data: dict[str, str] | None = None, **more: Any) -> TestResponse:
        if not more:
            with self.session_transaction() as held:
                raw = held.setdefault("csrf_token", "0" * 40)
            key = str(self.application.secret_key)
            data = {
                **(data or {}),
                "csrf_token": URLSafeTimedSerializer(key, salt="wtf-csrf-token").dumps(raw),
            }
        return super().post(path, data=data, **more)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def seeded(session: Session) -> Session:
    offices.seed(session, below="440106")
    session.commit()
    return session


@pytest.fixture
def new_account(seeded: Session):
    """A function that makes an account, its first password already replaced."""

    def make(
        name: str = "zhangsan",
        role: Role = Role.OFFICER,
        code: str | None = "440106",
        *,
        fresh: bool = False,
        totp: str | None = None,
    ) -> Account:
        account = service.create(
            seeded,
            SYSTEM,
            name=name,
            display_name="张三",
            role=role,
            office=offices.office(seeded, code) if code else None,
            password=PASSWORD,
            must_change_password=fresh,
            now=START,
        )
        if totp:
            account.totp_secret_sealed = cipher(seeded).seal(totp)
        seeded.commit()
        return account

    return make


@pytest.fixture
def as_actor():
    def make(account: Account) -> Actor:
        return queries.as_actor(account)

    return make


@pytest.fixture
def app(settings: Settings, database: Database, clock: Clock, redis_url: str) -> Flask:
    app = create_app(settings, door=web.Doorway(database, identify, now=clock))
    app.test_client_class = Browser
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def sign_in(client: FlaskClient, clock: Clock):
    def enter(name: str = "zhangsan", password: str = PASSWORD, *, totp: str = "", **more: str):
        """Give name and password and, where there is a secret, the code of this moment."""
        answer = client.post("/login", data={"name": name, "password": password, **more})
        if not totp:
            return answer
        assert answer.location == "/login/code", answer.text
        return client.post("/login/code", data={"code": pyotp.TOTP(totp).at(clock.at)})

    return enter
