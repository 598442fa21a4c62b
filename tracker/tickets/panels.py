"""What rooms above show on the page of a ticket: each exports `PANELS` from its `panels.py`; `tracker.app` gathers them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from tracker.permissions import Actor, Permission
from tracker.tickets.models import Ticket

Load = Callable[[Session, Actor, Ticket, datetime], dict[str, Any] | None]


@dataclass(frozen=True)
class Panel:
    """A part of the ticket page: template gets what load returns; None leaves the panel out."""

    name: str
    permission: Permission
    template: str
    load: Load
