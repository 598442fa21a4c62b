"""What the script did to one ticket, line by line: the diary the independent calculation reads."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

FINAL = {"archived", "not_accepted", "redirected", "terminated", "withdrawn"}


@dataclass(frozen=True)
class Line:
    """Something somebody did, and where the ticket stood afterwards: its status and the office in charge."""

    at: datetime
    what: str
    status: str
    office: str
    told: dict[str, Any] = field(default_factory=dict)


@dataclass
class Story:
    """One complaint. desk_office: where it was taken in. recorded_at: when it was typed in, mostly at once.

    repeats: how often the same caller told the same before. followers: what is merged into it and waits for its reply.
    """

    kind: str
    urgent: bool
    desk_office: str
    received_at: datetime
    recorded_at: datetime
    number: str = ""
    repeats: int = 0
    lines: list[Line] = field(default_factory=list)
    followers: list["Story"] = field(default_factory=list, repr=False)

    def write(self, at: datetime, what: str, status: str = "", *, office: str = "", **told: Any) -> "Story":
        last = self.lines[-1] if self.lines else None
        self.lines.append(
            Line(
                at,
                what,
                status or (last.status if last else "received"),
                office or (last.office if last else self.desk_office),
                told,
            )
        )
        return self

    @property
    def status(self) -> str:
        return self.lines[-1].status

    @property
    def office(self) -> str:
        return self.lines[-1].office

    def count(self, what: str) -> int:
        return sum(line.what == what for line in self.lines)

    def at(self, moment: datetime) -> Line | None:
        """The last line written by then; None before the ticket was there."""
        found = None
        for line in self.lines:
            if line.at <= moment:
                found = line
        return found
