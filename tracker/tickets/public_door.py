"""What stands before every public query, in JSON and on the page: a bound on how often one may try, and one time for all.

A wrong code, a number nobody has, a number that is none and a door that is shut are answered in equal times: what is done
for each differs by less than a thousandth, but whoever asks often enough could add that up.
"""

import time
from collections.abc import Mapping
from typing import Any, cast

from flask import Blueprint, Response, current_app, g, request

from tracker.limits import Limits

PER_ADDRESS = 300
"""[P] Tries from one address in ten minutes; many households share one behind a carrier's gateway."""

PER_TICKET = 20
"""[P] Tries at one ticket number in an hour, from anywhere: four digits allow 10,000 guesses."""

BEAT_S = 0.05
"""[P] Answers leave on the beat: a twentieth of a second after the question, or twice, three times as long."""


def count_try(given: Mapping[str, Any]) -> None:
    """Count this try by address and, when a ticket number is given, by number; raises TooMany."""
    limits = cast(Limits, current_app.extensions["limits"])
    limits.spend("public-address", request.remote_addr or "", most=PER_ADDRESS, seconds=600)
    if given.get("number"):
        limits.spend("public-number", str(given["number"]), most=PER_TICKET, seconds=3600)


def keep_time(blueprint: Blueprint) -> None:
    """Have every question put to the blueprint answered on the beat, its transaction long over."""
    blueprint.before_request(_begin)
    blueprint.after_request(_wait)


def _begin() -> None:
    g.asked_s = time.monotonic()


def _wait(response: Response) -> Response:
    asked_s = g.get("asked_s")  # None where the question was refused before it came here
    if request.method == "POST" and asked_s is not None:
        time.sleep(BEAT_S - (time.monotonic() - asked_s) % BEAT_S)
    return response
