"""Every way the system says no.

Services and rules raise these; only the doors (`tracker.web`, `workers.base`, `tracker.cli`) translate them. The
message is one Chinese sentence that the person at the screen can act on; `code` is stable and may be relied upon.
"""

from collections.abc import Callable, Mapping
from typing import Any


class TrackerError(Exception):
    """A refusal with a sentence for the reader, a stable code and, for forms, the fields at fault.

    trace: writes down what must stay although the refusal undoes everything else; the door calls it with a new session.
    """

    http_status = 500
    default_code = "error"
    trace: Callable[[Any], None] | None = None

    def __init__(
        self, message: str, *, code: str | None = None, fields: Mapping[str, list[str]] | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.fields = dict(fields) if fields else {}


class NotFound(TrackerError):
    """It does not exist, or the caller may not know that it does."""

    http_status = 404
    default_code = "not_found"


class NotAllowed(TrackerError):
    """The caller may see it, but may not do this to it."""

    http_status = 403
    default_code = "not_allowed"


class Conflict(TrackerError):
    """The present state of the thing forbids the step."""

    http_status = 409
    default_code = "conflict"


class Stale(Conflict):
    """Somebody else changed the thing since the caller read it."""

    http_status = 412
    default_code = "stale"


class Invalid(TrackerError):
    """The input cannot be taken; `fields` says which parts."""

    http_status = 422
    default_code = "invalid"


class Unavailable(TrackerError):
    """A part we depend on does not answer; trying again later may work."""

    http_status = 503
    default_code = "unavailable"
