"""Both sides as they truly run: two applications on one database, each under its own database role."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyotp
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests import factories
from tests.conftest import FIELD_KEY, SECRET_KEY
from tests.seeded import Caller, Clock
from tracker import config, db, web
from tracker.accounts.door import identify
from tracker.app import create_app
from tracker.commissions import keys, pages
from tracker.commissions import seed as commissions
from tracker.discipline import create_discipline_app
from tracker.fields import FieldCipher

PDF = b"%PDF-1.4 a photographed receipt"
CLUE: dict[str, Any] = {
    "person": "王某某",
    "post": "执法队副队长",
    "rank": "section",
    "facts": "在检查中收受商户香烟并索要餐费，商户有转账记录。",
    "amount_yuan": "12000.50",
    "occurred": "2026年1月",
    "place": "石牌西路",
    "report": "经核查，转账记录与陈述一致。",
}
SECRETS = ("王某某", "香烟", "转账记录", "张小明", "13800138000")
"""Words that may stand nowhere in clear."""


def as_role(url: str, role: str) -> str:
    return url.replace("tracker_owner@", f"{role}@")


def new_keys(engine: Engine, home: Path) -> list[dict[str, Any]]:
    """Set the commissions of the demonstration up, their notes under a key file in `home`, and return their liaisons."""
    with Session(engine, info={"cipher": FieldCipher(keys.ensure(home))}) as session:
        told = commissions.seed_demo_liaisons(session, home, now=factories.NOW)
        session.commit()
    return told


@dataclass
class Sides:
    """What a test needs of both."""

    office: db.Database
    desk: db.Database
    owner: Engine
    office_client: FlaskClient
    desk_client: FlaskClient
    clock: Clock
    liaisons: dict[str, dict[str, Any]]
    home: Path

    def by(self, login: str | None) -> Caller:
        return Caller(self.office_client, login)

    def liaison(self, name: str = "jw.tianhe") -> "LiaisonCaller":
        return LiaisonCaller(self.desk_client, self.liaisons[name]["token"])

    def ticket(self, **changes: Any) -> str:
        """Return the number of a fresh ticket at 天河区司法局, from a complainant with a name and a telephone."""
        with self.office.unit_of_work() as session:
            ticket = factories.take_in(session, complainant=factories.caller(), **changes)
            factories.act(
                session, ticket, "operator", "redispatch", office="440106", reason="按属地派单", category="C1"
            )
            return ticket.number

    def propose(self, **changes: Any) -> str:
        answer = self.by("officer").post(f"/api/v1/tickets/{self.ticket()}/clues", {**CLUE, **changes})
        assert answer.status_code == 201, answer.text
        return str(answer.json["number"])

    def step(self, login: str, number: str, step: str, **given: Any) -> TestResponse:
        return self.by(login).post(f"/api/v1/clues/{number}/actions/{step}", given)

    def approved(self, **changes: Any) -> str:
        number = self.propose(**changes)
        assert self.step("officer2", number, "co-sign").status_code == 200
        assert self.step("reviewer", number, "approve", opinion="同意移送").status_code == 200
        return number

    def sent(self, **changes: Any) -> str:
        number = self.approved(**changes)
        answer = self.step("reviewer", number, "send")
        assert answer.status_code == 200, answer.text
        return number

    def code(self, name: str = "jw.tianhe") -> str:
        self.clock.forward(seconds=90)
        return pyotp.TOTP(self.liaisons[name]["totp_secret"]).at(self.clock())

    def later(self, **span: int) -> datetime:
        self.clock.at += timedelta(**span)
        return self.clock.at


class LiaisonCaller:
    """A program of a commission at the JSON door."""

    def __init__(self, client: FlaskClient, token: str) -> None:
        self._client = client
        self._headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str) -> TestResponse:
        return self._client.get(path, headers=self._headers)

    def post(self, path: str, json: Any = None) -> TestResponse:
        return self._client.post(path, headers=self._headers, json=json)

    def act(self, number: str, deed: str, **given: Any) -> TestResponse:
        return self.post(f"/api/v1/clues/{number}/actions/{deed}", given)


def desk_key(home: Path) -> str:
    return keys.read(home)


@contextmanager
def opened(url: str, redis_url: str, home: Path) -> Iterator[Sides]:
    """Both applications on the database of that owner, to which they commit."""
    owner = db.connect(url)
    told = new_keys(owner, home)
    settings = _settings(url, redis_url, home)
    engines = [db.connect(as_role(url, role)) for role in ("tracker_app", "tracker_discipline")]
    office = db.Database(engines[0], lambda job: None, FIELD_KEY)
    desk = db.Database(engines[1], lambda job: None, desk_key(home))
    clock = Clock()
    app = create_app(settings, door=web.Doorway(office, identify, now=clock))
    door = web.Doorway(desk, pages.identify, now=clock, sign_in_endpoint=pages.SIGN_IN)
    liaisons = create_discipline_app(settings, door=door)
    by_name = {one["account"]: one for one in told}
    yield Sides(office, desk, owner, app.test_client(), liaisons.test_client(), clock, by_name, home)
    for engine in (owner, *engines):
        engine.dispose()


def _settings(url: str, redis_url: str, home: Path) -> config.Settings:
    return config.load(
        {
            "DATABASE_URL": as_role(url, "tracker_app"),
            "DISCIPLINE_DATABASE_URL": as_role(url, "tracker_discipline"),
            "REDIS_URL": redis_url,
            "SECRET_KEY": SECRET_KEY,
            "FIELD_KEY": FIELD_KEY,
            "TRACKER_HOME": str(home),
        }
    )
