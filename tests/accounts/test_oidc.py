"""Unified sign-in against a real provider in a process of its own."""

import dataclasses
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
import requests
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.accounts.provider import CLIENT, PEOPLE
from tracker.accounts import service
from tracker.accounts.models import Account, AccountAlarm
from tracker.audit.models import AuditEntry
from tracker.config import Settings
from tracker.permissions import Role

PASSWORD = "correct horse battery"
SECRET = "A" * 32
BACK = "http://localhost/login/oidc/back"
READY_S = 60


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """The address of the running provider."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([sys.executable, Path(__file__).parent / "provider.py", str(port), BACK])
    address = f"http://127.0.0.1:{port}"
    give_up_at = time.monotonic() + READY_S
    while True:
        try:
            requests.get(f"{address}/.well-known/openid-configuration", timeout=2).raise_for_status()
            break
        except requests.RequestException:
            assert process.poll() is None
            assert time.monotonic() < give_up_at
            time.sleep(0.2)
    yield address
    process.terminate()
    process.wait(timeout=10)


@pytest.fixture
def settings(settings: Settings, issuer: str) -> Settings:
    told = {name.lower(): value for name, value in CLIENT.items()}
    return dataclasses.replace(settings, oidc_issuer=issuer, oidc_name="政务统一认证", **told)


def at_provider(address: str, person: str) -> str:
    """Return where the provider leads a person's browser back to, once he gave his password there."""
    with requests.Session() as browser:
        page = browser.get(address, timeout=10)
        for _ in range(4):
            token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
            assert token, page.text
            given = {"csrf_token": token[1], "login": person, "password": PEOPLE[person], "answer": "accept"}
            page = browser.post(page.url, data=given, timeout=10, allow_redirects=False)
            while page.is_redirect:
                to = requests.compat.urljoin(page.url, page.headers["Location"])
                if to.startswith(BACK):
                    return to.removeprefix("http://localhost")
                page = browser.get(to, timeout=10, allow_redirects=False)
    raise AssertionError(page.text)


def through(client: FlaskClient, person: str, wanted: str = "/account?x=1") -> str:
    """Go to the provider and return the way back."""
    away = client.get("/login/oidc", query_string={"next": wanted})
    assert away.status_code == 302, away.text
    return at_provider(away.location, person)


def told(client: FlaskClient) -> str:
    """Return what the page of the own account says of the last deed."""
    return "".join(
        re.findall(r'class="alert alert-.*?</i>(.*?)<button', client.get("/account").text, re.DOTALL)
    )


def bind(client: FlaskClient, person: str) -> None:
    asked = client.post("/account/oidc", data={"password": PASSWORD})
    assert 'href="/login/oidc"' in asked.text
    bound = client.get(through(client, person))
    assert (bound.status_code, bound.location) == (303, "/account")
    assert "已绑定，下次" in told(client)


def test_the_owner_binds_and_then_signs_in_without_a_password(client, session, new_account, sign_in):
    account = new_account()
    assert "政务统一认证" in client.get("/login").text
    sign_in()
    bind(client, "sso-zhang")
    assert "绑定了统一身份认证" in session.scalars(select(AccountAlarm.text)).one()
    client.post("/logout")
    entered = client.get(through(client, "sso-zhang"))
    assert (entered.status_code, entered.location) == (303, "/account?x=1")
    assert account.display_name in client.get("/account").text
    assert client.post("/account/oidc/remove").status_code == 303
    client.post("/logout")
    assert client.get(through(client, "sso-zhang")).status_code == 401


def test_whom_nobody_bound_stays_out_and_no_account_is_made(client, session, new_account):
    new_account()
    refused = client.get(through(client, "sso-li"))
    assert refused.status_code == 401
    assert "还没有绑定" in refused.text
    assert len(session.scalars(select(Account)).all()) == 1
    assert (
        session.scalars(select(AuditEntry.action).order_by(AuditEntry.id.desc())).first() == "sign_in_failed"
    )
    assert client.get("/account").status_code == 302


def test_a_disabled_account_and_a_second_owner_are_refused(client, session, new_account, sign_in, as_actor):
    account, boss = new_account(), new_account("boss", Role.ADMINISTRATOR, None)
    sign_in()
    bind(client, "sso-zhang")
    client.post("/logout")
    new_account("lisi")
    sign_in("lisi")
    client.post("/account/oidc", data={"password": PASSWORD})
    client.get(through(client, "sso-zhang"))
    assert "已绑定另一个账号" in told(client)
    client.post("/logout")
    service.disable(session, as_actor(boss), account.id, now=account.created_at)
    session.commit()
    assert client.get(through(client, "sso-zhang")).status_code == 401


def test_the_second_factor_is_asked_for_all_the_same(client, clock, new_account, sign_in):
    new_account("boss", Role.ADMINISTRATOR, None, totp=SECRET)
    sign_in("boss", totp=SECRET)
    bind(client, "sso-zhang")
    client.post("/logout")
    half = client.get(through(client, "sso-zhang", "/admin/accounts"))
    assert half.location == "/login/code"
    assert client.get("/admin/accounts").status_code == 302
    clock.forward(minutes=1)
    entered = client.post("/login/code", data={"code": pyotp.TOTP(SECRET).at(clock.at)})
    assert entered.location == "/admin/accounts"


def test_binding_needs_the_password(client, new_account, sign_in):
    new_account()
    sign_in()
    assert client.post("/account/oidc", data={"password": "wrong"}).location == "/account"
    refused = client.get(through(client, "sso-zhang"))  # a plain sign-in, since no binding was asked for
    assert refused.status_code == 401


@pytest.mark.parametrize(
    ("part", "value"), [("state", "forged"), ("code", "forged"), ("state", ""), ("code", "")]
)
def test_a_way_back_that_was_tampered_with_proves_nothing(client, new_account, sign_in, part, value):
    new_account()
    sign_in()
    bind(client, "sso-zhang")
    client.post("/logout")
    back = through(client, "sso-zhang")
    given = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}
    refused = client.get("/login/oidc/back", query_string={**given, part: value})
    assert refused.status_code == 401
    assert "没有完成" in refused.text


def test_a_stolen_way_back_does_not_open_another_browser(client, new_account, sign_in):
    new_account()
    sign_in()
    bind(client, "sso-zhang")
    client.post("/logout")
    back = through(client, "sso-zhang")
    assert client.application.test_client().get(back).status_code == 401
    assert client.get(back).status_code == 303
    assert client.get(back).status_code == 401  # nor this one twice


def test_what_the_provider_says_of_a_refusal_is_told(client):
    client.get("/login/oidc")
    assert client.get("/login/oidc/back?error=access_denied&state=x").status_code == 401


def test_nobody_is_led_to_another_site(client, new_account, sign_in):
    new_account()
    sign_in()
    bind(client, "sso-zhang")
    client.post("/logout")
    assert client.get(through(client, "sso-zhang", "//evil.example")).location == "/"
