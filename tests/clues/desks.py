"""A commission of its own for tests that change members and keys, worked through its pages."""

import re
from dataclasses import dataclass

import pyotp
from flask.testing import FlaskClient
from sqlalchemy import delete
from werkzeug.test import TestResponse

from tests.clues.sides import Sides
from tracker.commissions import members
from tracker.commissions.models import Commission, LiaisonFailure

SETTLED = "木棉花开在石牌村的路口"


def token_in(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, page
    return found[1]


@dataclass(eq=False)
class Desk:
    """One liaison at a browser of his own."""

    sides: Sides
    client: FlaskClient
    name: str
    password: str
    secret: str

    def code(self) -> str:
        self.sides.clock.forward(seconds=90)
        return pyotp.TOTP(self.secret).at(self.sides.clock())

    def enter(self, **changes: str) -> TestResponse:
        page = self.client.get("/login").text
        form = {"csrf_token": token_in(page), "account": self.name, "password": self.password}
        return self.client.post("/login", data={**form, "code": self.code(), **changes})

    def post(self, path: str, **form: str) -> TestResponse:
        page = self.client.get("/account").text
        return self.client.post(path, data={"csrf_token": token_in(page), **form})

    def settled(self, password: str = SETTLED) -> "Desk":
        """Sign in for the first time with what somebody else made, and come out with what is one's own."""
        assert self.enter().location == "/account"
        secret = re.search(r'name="secret" value="(\w+)"', self.client.get("/account").text)[1]
        self.sides.clock.forward(seconds=90)
        code = pyotp.TOTP(secret).at(self.sides.clock())
        done = self.post("/account/first", new=password, again=password, secret=secret, code=code)
        assert "恢复码" in done.text, done.text
        self.password, self.secret = password, secret
        return self

    def admits(self, name: str, display_name: str) -> "Desk":
        given = {"name": name, "display_name": display_name, "password": self.password}
        told = self.post("/commission/members", **given)
        assert told.status_code == 200, told.text
        password = re.search(r'id="first-password">([^<]+)<', told.text)[1]
        secret = re.search(r'id="first-secret">([^<]+)<', told.text)[1]
        return seated(self.sides, name, password, secret)

    def number_of(self, display_name: str) -> int:
        page = self.client.get("/commission").text
        return int(re.search(rf"/commission/members/(\d+)/remove.*?移除{display_name}", page, re.DOTALL)[1])

    def reads(self, number: str) -> str:
        return self.post(f"/clues/{number}/open").text

    def token(self) -> str:
        made = self.post("/account/tokens", label="收件程序", password=self.password)
        return re.search(r'id="token">([^<]+)<', made.text)[1]


def seated(sides: Sides, name: str, password: str, secret: str) -> Desk:
    return Desk(sides, sides.desk_client.application.test_client(), name, password, secret)


def set_up(sides: Sides, code: str, name: str, display_name: str = "甲某") -> tuple[Desk, list[str]]:
    """Set the commission up (anew) and return its first liaison, not signed in yet, and the custodians' shares."""
    with sides.desk.unit_of_work() as session:
        session.execute(delete(LiaisonFailure))
        commission = members.locked(session, code)
        admitted, shares = members.set_up(
            session, commission, name=name, display_name=display_name, now=sides.clock(), anew=True
        )
    return seated(sides, name, admitted.password, admitted.totp_secret), shares


def forwarded(sides: Sides, code: str, **changes: str) -> str:
    """Return the number of a package that 天河区 forwarded to the commission of the code."""
    number = sides.sent(**changes)
    liaison = sides.liaison()
    assert liaison.act(number, "sign").status_code == 200
    sides.later(minutes=1)
    answer = liaison.act(number, "forward", commission=code, reason="属该机关管辖")
    assert answer.status_code == 200, answer.text
    sides.later(minutes=1)
    return number


def generation(sides: Sides, code: str) -> int | None:
    with sides.desk.unit_of_work() as session:
        return session.get_one(Commission, code).generation
