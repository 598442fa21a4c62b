"""What every installation begins with: divisions, offices, bodies, categories, deadline rules, calendar, routing rows.

A room that brings some has `seed(session)` in its `seed.py` or `service.py`, which may ask for `home` and `now` as well;
it adds what is missing, keeps what was edited, and may be called again at any time. Rooms are asked from the lowest up,
since upper ones point at lower ones.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from inspect import signature
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from tracker.rooms import ROOMS


def seeds() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield each room that brings data, with the function that loads it."""
    for room in ROOMS:
        for name in (f"tracker.{room}.seed", f"tracker.{room}.service"):
            function = getattr(import_module(name), "seed", None) if find_spec(name) else None
            if function is not None:
                yield room, function
                break


def load(session: Session, home: Path, *, now: datetime) -> list[str]:
    """Load everything in the caller's transaction; return the rooms that brought data.

    home: TRACKER_HOME, for what is kept outside the database.
    """
    offered = {"home": home, "now": now}
    done = []
    for room, seed in seeds():
        seed(session, **{name: offered[name] for name in signature(seed).parameters if name in offered})
        session.flush()
        done.append(room)
    return done
