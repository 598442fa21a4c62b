"""What stands before every public query, in JSON and on the page: a bound on how often one may try."""

from collections.abc import Mapping
from typing import Any, cast

from flask import current_app, request

from tracker.limits import Limits

PER_ADDRESS = 300
"""[P] Tries from one address in ten minutes; many households share one behind a carrier's gateway."""

PER_TICKET = 20
"""[P] Tries at one ticket number in an hour, from anywhere: four digits allow 10,000 guesses."""


def count_try(given: Mapping[str, Any]) -> None:
    """Count this try by address and, when a ticket number is given, by number; raises TooMany."""
    limits = cast(Limits, current_app.extensions["limits"])
    limits.spend("public-address", request.remote_addr or "", most=PER_ADDRESS, seconds=600)
    if given.get("number"):
        limits.spend("public-number", str(given["number"]), most=PER_TICKET, seconds=3600)
