"""`tracker groups rebuild`: grouping from the beginning, with a progress bar."""

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tracker.db import Database
from tracker.groups import service


def rebuild(database: Database) -> int:
    """Forget all groups but what people decided, group every triaged ticket again and return how many there were.

    Each batch is committed: whoever stops it finds the rest done by the workers, or calls it again.
    """
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )
    with bar:
        task = bar.add_task("清除", total=None)
        while _cleared(database):
            pass
        with database.unit_of_work() as session:
            grouped, total = service.progress(session)
        bar.update(task, description="归组", completed=grouped, total=total)
        while True:
            with database.unit_of_work() as session:
                done = service.drain(session)
            grouped += done
            bar.update(task, completed=grouped, total=max(total, grouped))
            if not done:
                return grouped


def _cleared(database: Database) -> int:
    with database.unit_of_work() as session:
        return service.clear(session)
