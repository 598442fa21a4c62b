"""Every way the system says no.

Services and rules raise these; only the doors (`tracker.web`, `workers.base`, `tracker.cli`) translate them. The
message is one Chinese sentence that the person at the screen can act on; `code` is stable and may be relied upon.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

_LIBRARY_SENTENCES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"Missing data for required field\.|Field may not be null\.", "此项必填。"),
        (r"Unknown field\.", "没有这个字段。"),
        (r"Longer than maximum length (\d+)\.", r"长度不能超过\1。"),
        (r"Shorter than minimum length (\d+)\.", r"长度不能少于\1。"),
        (r"Length must be between (\d+) and (\d+)\.", r"长度应为\1至\2。"),
        (r"Must be one of: (.+)\.", r"不在可选范围内，可选：\1。"),
        (r"Must be greater than or equal to (\S+) and less than or equal to (\S+)\.", r"应在\1至\2之间。"),
        (r"Must be greater than or equal to (\S+)\.", r"不能小于\1。"),
        (r"Must be less than or equal to (\S+)\.", r"不能大于\1。"),
        (r"Number too large\.", "数字太大。"),
        (r"Not a valid .+\.|Invalid .+\.|String does not match .+\.|Special numeric values .+", "格式不对。"),
    )
)
"""What the library that reads input says where a field says nothing of its own, and what our readers read instead."""


def in_chinese(sentence: str) -> str:
    """Return a sentence of the library that reads input in the reader's language, any other as it is."""
    for pattern, words in _LIBRARY_SENTENCES:
        if pattern.fullmatch(sentence):
            return pattern.sub(words, sentence)
    return sentence


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
        told = fields.items() if fields else ()
        self.fields = {name: [in_chinese(one) for one in sentences] for name, sentences in told}


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
