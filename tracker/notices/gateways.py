"""Where urgent notices leave the system: log, e-mail, text message, another system; each behind one protocol.

What leaves is a fixed sentence with the ticket's number. A message may arrive twice, never not at all; its key is the
same each time, so that the other end can tell.
"""

import hashlib
import hmac
import json
import smtplib
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Protocol
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

import structlog

from tracker.config import Settings

log = structlog.get_logger()

TIMEOUT_S = 5
SUBJECT = "行政执法监督工单提醒"
_BUSY = frozenset({408, 425, 429})
"""HTTP refusals that time may heal, though their numbers begin with 4."""


@dataclass(frozen=True)
class Message:
    """What leaves: `key` tells that it is the same message, `to` is an address, "" where the gateway has one receiver."""

    key: str
    kind: str
    text: str
    to: str = ""


class GatewayError(Exception):
    """The gateway did not take the message; its text holds no address.

    is_final: trying again is useless. is_down: the gateway itself does not answer, so that others need not be tried.
    """

    def __init__(self, words: str, *, is_final: bool = False, is_down: bool = False) -> None:
        super().__init__(words)
        self.is_final, self.is_down = is_final, is_down


class Gateway(Protocol):
    """What a gateway must do."""

    is_personal: bool
    """Whether each account has an address of its own with it."""

    def send(self, message: Message) -> None:
        """Hand the message over; raise GatewayError when it was not taken."""


class Console:
    """Writes that a notice went out to the log."""

    is_personal = False

    def send(self, message: Message) -> None:
        """Log the message's key and kind."""
        log.info("notice", key=message.key, kind=message.kind)


class Closed:
    """Stands for a gateway the settings name no more."""

    is_personal = False

    def send(self, message: Message) -> None:
        """Refuse."""
        raise GatewayError(f"这种通知方式已停用，{message.key} 未发")


class Email:
    """Sends by SMTP, encrypted where the server can."""

    is_personal = True

    def __init__(self, url: str) -> None:
        """Take smtp://user:password@host:port/?from=address, or smtps://."""
        self._url = urlsplit(url)
        self._from = parse_qs(self._url.query).get("from", [f"tickets@{self._url.hostname}"])[0]

    def send(self, message: Message) -> None:
        """Hand the message to the server; refusals of the address itself are final."""
        letter = EmailMessage()
        letter["Subject"], letter["From"] = SUBJECT, self._from
        letter["To"] = Address(addr_spec=message.to)
        letter["Message-ID"] = f"<{message.key}@{self._from.rpartition('@')[2]}>"
        letter.set_content(message.text, cte="base64")
        try:
            server = self._server()
            try:
                server.send_message(letter)
            finally:
                _leave(server)
        except smtplib.SMTPRecipientsRefused as error:
            code = next(iter(error.recipients.values()))[0]
            raise GatewayError(f"邮件服务器不接受收件地址（{code}）", is_final=code >= 500) from error
        except smtplib.SMTPResponseException as error:
            raise GatewayError(f"邮件服务器拒绝（{error.smtp_code}）") from error
        except (OSError, smtplib.SMTPException) as error:
            raise GatewayError(f"邮件服务器不通（{type(error).__name__}）", is_down=True) from error

    def _server(self) -> smtplib.SMTP:
        host, secure = self._url.hostname or "", self._url.scheme == "smtps"
        kind = smtplib.SMTP_SSL if secure else smtplib.SMTP
        server = kind(host, self._url.port or (465 if secure else 25), timeout=TIMEOUT_S)
        server.ehlo()
        if not secure and server.has_extn("starttls"):
            server.starttls()
            server.ehlo()
        if self._url.username:
            server.login(unquote(self._url.username), unquote(self._url.password or ""))
        return server


def _leave(server: smtplib.SMTP) -> None:
    """Say goodbye; what the server makes of it changes nothing about the letter."""
    with suppress(smtplib.SMTPException, OSError):
        server.quit()


class Http:
    """Posts JSON: `key`, `kind`, `text`, and `to` where receivers differ; signed when the address holds a key.

    The header Idempotency-Key repeats the key; X-Signature is "sha256=" and the HMAC of the body in hex.
    """

    def __init__(self, url: str, *, is_personal: bool) -> None:
        """Take https://:key@host/path; the key is not sent."""
        parts = urlsplit(url)
        self.is_personal = is_personal
        self._key = unquote(parts.password or "").encode()
        host = parts.netloc.rpartition("@")[2]
        self._url = SplitResult(parts.scheme, host, parts.path or "/", parts.query, "").geturl()

    def send(self, message: Message) -> None:
        """Post the message; refusals with 4xx are final, save those that time may heal."""
        told = {"key": message.key, "kind": message.kind, "text": message.text}
        if self.is_personal:
            told["to"] = message.to
        body = json.dumps(told, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json; charset=utf-8", "Idempotency-Key": message.key}
        if self._key:
            headers["X-Signature"] = "sha256=" + hmac.new(self._key, body, hashlib.sha256).hexdigest()
        request = urllib.request.Request(self._url, body, headers, method="POST")  # noqa: S310 # http(s) by config
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S):  # nosec B310  # noqa: S310 # as above
                pass
        except urllib.error.HTTPError as error:
            error.close()
            is_final = 400 <= error.code < 500 and error.code not in _BUSY
            raise GatewayError(f"对方系统拒绝（HTTP {error.code}）", is_final=is_final) from error
        except OSError as error:
            raise GatewayError(f"对方系统不通（{type(error).__name__}）", is_down=True) from error


LABELS: Mapping[str, str] = {"console": "日志", "email": "邮件", "sms": "短信", "webhook": "其他系统"}


def of(settings: Settings) -> dict[str, Gateway]:
    """Return the gateways the settings name, by name; the log is always among them."""
    found: dict[str, Gateway] = {"console": Console()}
    if settings.notice_smtp:
        found["email"] = Email(settings.notice_smtp)
    if settings.notice_sms:
        found["sms"] = Http(settings.notice_sms, is_personal=True)
    if settings.notice_webhook:
        found["webhook"] = Http(settings.notice_webhook, is_personal=False)
    return found
