"""The training somebody asked for, step by step."""

from tracker import config
from tracker.jobs import Job
from tracker.learning import retrain
from workers import base


def drain() -> int:
    """Train and compare until no training is under way; return how many steps were taken."""
    home = config.load().home
    return base.drain(Job.RETRAIN, lambda session, now: retrain.advance(session, home, now=now))
