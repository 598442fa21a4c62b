"""Each gateway against a real server on this machine."""

import email
import hashlib
import hmac
import json
from email import policy

import pytest

from tests.notices.servers import mail_server, web_server
from tracker.notices import gateways
from tracker.notices.gateways import Console, Email, GatewayError, Http, Message

SENT = Message("notice-7", "urge", "工单 20260302000017 被催办，请登录系统查看。", "officer@example.gov.cn")
NOBODY = "127.0.0.1:1"
"""A port where nothing listens."""


def test_a_letter_arrives_with_its_key() -> None:
    with mail_server() as held:
        Email(held.url).send(SENT)
    [raw] = held.letters
    letter = email.message_from_string(raw, policy=policy.default)
    assert letter["To"] == "officer@example.gov.cn"
    assert letter["From"] == "tickets@example.gov.cn"
    assert letter["Subject"] == gateways.SUBJECT
    assert letter["Message-ID"] == "<notice-7@example.gov.cn>"
    assert letter.get_content().strip() == SENT.text


@pytest.mark.parametrize(("answer", "is_final"), [("550 no such person", True), ("450 later", False)])
def test_a_refused_address_is_final_or_not_and_not_repeated(answer: str, is_final: bool) -> None:
    with mail_server() as held:
        held.refuse = answer
        with pytest.raises(GatewayError) as refused:
            Email(held.url).send(SENT)
    assert (refused.value.is_final, refused.value.is_down) == (is_final, False)
    assert SENT.to not in str(refused.value)


def test_a_post_carries_key_and_signature() -> None:
    with web_server() as held:
        Http(held.url, is_personal=True).send(SENT)
        Http(held.url, is_personal=False).send(SENT)
    told, shared = (json.loads(body) for body in held.bodies)
    assert told == {"key": "notice-7", "kind": "urge", "text": SENT.text, "to": SENT.to}
    assert "to" not in shared
    signature = hmac.new(b"a-key", held.bodies[0], hashlib.sha256).hexdigest()
    assert held.headers[0]["X-Signature"] == f"sha256={signature}"
    assert held.headers[0]["Idempotency-Key"] == "notice-7"
    assert "a-key" not in str(held.headers)


@pytest.mark.parametrize(("answer", "is_final"), [(400, True), (404, True), (429, False), (503, False)])
def test_refused_posts(answer: int, is_final: bool) -> None:
    with web_server() as held:
        held.answer = answer
        with pytest.raises(GatewayError, match=str(answer)) as refused:
            Http(held.url, is_personal=False).send(SENT)
    assert refused.value.is_final is is_final


@pytest.mark.parametrize(
    "gateway",
    [Email(f"smtp://{NOBODY}/"), Http(f"http://{NOBODY}/", is_personal=False)],
    ids=["mail", "http"],
)
def test_nobody_there_is_said_so(gateway: gateways.Gateway) -> None:
    with pytest.raises(GatewayError) as refused:
        gateway.send(SENT)
    assert refused.value.is_down
    assert not refused.value.is_final


def test_settings_name_the_gateways(settings) -> None:
    assert set(gateways.of(settings)) == {"console"}
    Console().send(SENT)
