"""Where notices are handed over to; today the log, tomorrow a message service behind the same protocol."""

from collections.abc import Mapping
from typing import Protocol

import structlog

from tracker.notices.models import Notice

log = structlog.get_logger()


class GatewayError(Exception):
    """The gateway did not take the notice; it is tried again later."""


class Gateway(Protocol):
    """What a gateway must do. A notice may arrive twice, never not at all; its id tells that it is the same."""

    def send(self, notice: Notice) -> None:
        """Hand the notice over; raise GatewayError when it was not taken."""


class Console:
    """Writes that a notice went out to the log, without its words: logs are read by people who may not read tickets."""

    def send(self, notice: Notice) -> None:
        """Log the notice's id, kind and receiver."""
        log.info("notice", id=notice.id, kind=notice.kind, office=notice.office_id, account=notice.account_id)


GATEWAYS: Mapping[str, Gateway] = {"console": Console()}


def send(name: str, notice: Notice) -> None:
    """Hand the notice to the gateway of that name; raises GatewayError when it refuses or there is none."""
    gateway = GATEWAYS.get(name)
    if gateway is None:
        raise GatewayError(f"no gateway called {name}")
    gateway.send(notice)
