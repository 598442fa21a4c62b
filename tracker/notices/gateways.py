"""Gateways out of the house; the console one writes a log line and stands in until an SMS or mail gateway is set up."""

from collections.abc import Mapping
from typing import Protocol

import structlog

log = structlog.get_logger()


class Gateway(Protocol):
    """Hands one notice over; raises Unavailable when it could not. once_key lets the other side drop a repeat."""

    def send(self, once_key: str, text: str) -> None:
        """Hand the notice over."""


class Console:
    """Writes that a notice was sent; its words stay out of the log, since a title may hold personal data."""

    def send(self, once_key: str, text: str) -> None:
        """Log the key and the length."""
        log.info("notice_sent", gateway="console", key=once_key, n_characters=len(text))


GATEWAYS: Mapping[str, Gateway] = {"console": Console()}
