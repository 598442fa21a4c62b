"""Files of evidence at the door: every one goes into a sealed spool while it comes in."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import current_app, request

from tracker.clues import kinds
from tracker.clues.evidence import Upload
from tracker.clues.spool import FOLDER, Spool
from tracker.config import Settings
from tracker.transfers import receives

View = TypeVar("View", bound=Callable[..., Any])


def spool() -> Spool:
    """Return a fresh spool in the home of the process."""
    settings = cast(Settings, current_app.extensions["settings"])
    return Spool(settings.home / FOLDER)


def receives_evidence(view: View) -> View:
    """Mark a view that takes a proposal with its files; to stand above `allow`."""
    return receives(kinds.MAX_BODY, kinds.MAX_JSON, spool)(view)


def fields() -> dict[str, str]:
    """Return what was typed into the form."""
    return {name: value for name, value in request.form.items() if name != "csrf_token"}


def uploads() -> list[Upload]:
    """Return the files of the form, those left unchosen apart."""
    return [
        Upload(one.filename, cast(Spool, one.stream))
        for one in request.files.getlist("evidence")
        if one.filename
    ]
