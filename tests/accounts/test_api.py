import pytest

from tracker.accounts import tokens
from tracker.permissions import SYSTEM, Role

PASSWORD = "correct horse battery"


@pytest.fixture
def bearer(seeded, new_account, clock):
    def make(*given):
        _, clear = tokens.create_token(seeded, SYSTEM, new_account(*given), "测试", now=clock.at)
        seeded.commit()
        return {"Authorization": f"Bearer {clear}"}

    return make


def test_me(client, bearer):
    me = client.get("/api/v1/me", headers=bearer()).json
    assert (me["name"], me["role"], me["office"]["code"]) == ("zhangsan", "officer", "440106")
    assert "ticket:handle" in me["permissions"]
    assert not {"password_hash", "totp_secret_sealed"} & set(me)
    assert client.get("/api/v1/me").json["code"] == "not_signed_in"


def test_own_tokens(client, bearer):
    headers = bearer()
    made = client.post("/api/v1/tokens", json={"label": "推送"}, headers=headers)
    assert made.status_code == 201
    new = {"Authorization": f"Bearer {made.json['token']}"}
    listed = client.get("/api/v1/tokens", headers=new).json["items"]
    assert [one["label"] for one in listed] == ["推送", "测试"]
    assert "token" not in listed[0]
    assert client.delete(f"/api/v1/tokens/{made.json['id']}", headers=headers).status_code == 200
    assert client.get("/api/v1/me", headers=new).status_code == 401
    assert client.delete("/api/v1/tokens/999999999", headers=headers).status_code == 404
    assert client.post("/api/v1/tokens", json={"label": ""}, headers=headers).status_code == 422


def test_own_password(client, bearer):
    headers = bearer()
    wrong = client.post("/api/v1/me/password", json={"old": "x", "new": "battery staple 42"}, headers=headers)
    assert (wrong.status_code, list(wrong.json["fields"])) == (422, ["old"])
    change = {"old": PASSWORD, "new": "battery staple 42"}
    assert client.post("/api/v1/me/password", json=change, headers=headers).status_code == 204


def test_accounts_for_administrators(client, bearer):
    headers = bearer("boss", Role.ADMINISTRATOR, None)
    bearer("boss2", Role.ADMINISTRATOR, None)
    new = {"name": "lisi", "display_name": "李四", "role": "officer", "office_code": "440106"}
    made = client.post("/api/v1/accounts", json=new, headers=headers)
    assert made.status_code == 201
    account = made.json["account"]
    assert (account["role"], account["must_change_password"]) == ("officer", True)
    assert client.post("/api/v1/accounts", json=new, headers=headers).status_code == 409
    assert client.post("/api/v1/accounts", json={**new, "role": "system"}, headers=headers).status_code == 422
    listed = client.get("/api/v1/accounts?limit=1", headers=headers).json
    assert ([one["name"] for one in listed["items"]], listed["next"]) == (["boss"], "boss")
    path = f"/api/v1/accounts/{account['id']}"
    assert client.post(f"{path}/disable", headers=headers).json["is_active"] is False
    assert client.post(f"{path}/enable", headers=headers).json["is_active"] is False
    assert client.post(f"{path}/password", headers=headers).json["code"] == "grant_waiting"
    assert client.post("/api/v1/accounts/999999999/disable", headers=headers).status_code == 404
    assert client.post("/api/v1/accounts/99999999999999999999999/disable", headers=headers).status_code in {
        404,
        422,
    }


def test_accounts_are_not_for_officers(client, bearer):
    headers = bearer()
    assert client.get("/api/v1/accounts", headers=headers).status_code == 403
