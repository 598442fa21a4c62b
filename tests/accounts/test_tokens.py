"""Tokens that may less than their owner, and tokens that end."""

from datetime import timedelta

import pytest
from click.testing import CliRunner

from tests import factories
from tracker import cli
from tracker.accounts import entry, queries, rules, service, tokens
from tracker.errors import Invalid, NotAllowed
from tracker.permissions import SYSTEM, Permission, Role, allowed

P = Permission


@pytest.fixture
def limited(seeded, new_account, clock):
    """The headers of a token that may only read tickets, for a day."""
    _, clear = tokens.create_token(
        seeded, SYSTEM, new_account(), "看单", scopes={P.TICKET_READ}, days=1, now=clock.at
    )
    seeded.commit()
    return {"Authorization": f"Bearer {clear}"}


def test_a_limited_token_may_what_it_names_and_no_more(client, limited):
    assert client.get("/api/v1/me", headers=limited).status_code == 200
    assert client.get("/api/v1/tickets", headers=limited).status_code == 200
    refused = client.post("/api/v1/tickets", json=factories.complaint(), headers=limited)
    assert (refused.status_code, refused.json["code"]) == (403, "not_allowed")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("post", "/api/v1/tokens", {"label": "更大的"}),
        ("post", "/api/v1/me/password", {"old": "correct horse battery", "new": "battery staple 42"}),
        ("delete", "/api/v1/tokens/1", None),
        ("delete", "/api/v1/sign-ins/1", None),
    ],
)
def test_a_limited_token_changes_nothing_about_the_account(client, limited, method, path, body):
    refused = client.open(path, method=method.upper(), json=body, headers=limited)
    assert (refused.status_code, refused.json["code"]) == (403, "token_too_narrow")


def test_a_token_ends_by_itself(client, clock, limited):
    clock.forward(hours=23)
    assert client.get("/api/v1/me", headers=limited).status_code == 200
    clock.forward(hours=1)
    assert client.get("/api/v1/me", headers=limited).status_code == 401


def test_tokens_that_are_over_make_room_for_new_ones(seeded, new_account, clock):
    account = new_account()
    for _ in range(rules.MAX_TOKENS):
        tokens.create_token(seeded, SYSTEM, account, "短", days=1, now=clock.at)
    later = clock.at + timedelta(days=1)
    assert tokens.create_token(seeded, SYSTEM, account, "新", now=later)


@pytest.mark.parametrize("scopes", [set(), {P.AUDIT_READ}, {P.TICKET_READ, P.ACCOUNT_MANAGE}])
def test_nobody_gives_a_token_what_his_post_does_not_have(seeded, new_account, clock, scopes):
    with pytest.raises(Invalid):
        tokens.create_token(seeded, SYSTEM, new_account(), "x", scopes=scopes, now=clock.at)


def test_a_scope_that_was_renamed_opens_nothing(seeded, new_account, clock):
    account = new_account()
    token, clear = tokens.create_token(seeded, SYSTEM, account, "x", scopes={P.TICKET_READ}, now=clock.at)
    token.scopes = ["ticket:readd"]
    seeded.flush()
    actor = queries.as_actor(account, entry.by_token(seeded, clear, now=clock.at).scopes)
    assert not any(allowed(actor, one) for one in Permission)
    with pytest.raises(NotAllowed):
        service.sign_out_everywhere(seeded, actor, now=clock.at)


def test_limits_are_chosen_on_the_page(client, session, new_account, sign_in):
    new_account()
    sign_in()
    form = {"label": "推送", "limit": "1", "scopes": "ticket:intake", "days": "30"}
    made = client.post("/account/tokens", data=form)
    assert "登记诉求" in made.text
    for wrong in ({"days": "0"}, {"days": "x"}, {"scopes": "audit:read"}, {"scopes": "nonsense"}):
        assert client.post("/account/tokens", data={**form, **wrong}).status_code == 422


def test_the_command_names_the_permissions_there_are():
    told = CliRunner().invoke(cli.tracker, ["token", "create", "--account", "x", "--scope", "nonsense"])
    assert isinstance(told.exception, Invalid)
    assert "ticket:read" in str(told.exception)


def test_what_the_door_calls_limited_the_administrator_does_too(seeded, new_account, clock):
    boss = new_account("boss", Role.ADMINISTRATOR, None)
    actor = queries.as_actor(boss, frozenset({P.TABLE_READ}))
    with pytest.raises(NotAllowed):
        service.disable(seeded, actor, boss.id, now=clock.at)
