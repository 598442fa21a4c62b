"""The demo's campaign; filled in with the campaigns room."""

from tracker.demo.replay import Stage


def load(stage: Stage) -> None:
    """Load the campaign of forty findings."""
    del stage
