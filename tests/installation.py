"""An installation with a database and a home of its own, spoken to by the `tracker` command."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner, Result
from sqlalchemy.orm import Session

from tests.conftest import FIELD_KEY, SECRET_KEY
from tracker import db
from tracker.cli import tracker


def as_role(url: str, role: str) -> str:
    return url.replace("tracker_owner@", f"{role}@")


@dataclass
class System:
    """Where its parts are."""

    url: str
    home: Path
    redis_url: str

    def run(self, *command: str, **env: str) -> Result:
        told = {
            "DATABASE_URL": as_role(self.url, "tracker_app"),
            "MIGRATE_DATABASE_URL": self.url,
            "DISCIPLINE_DATABASE_URL": as_role(self.url, "tracker_discipline"),
            "REDIS_URL": self.redis_url,
            "SECRET_KEY": SECRET_KEY,
            "FIELD_KEY": FIELD_KEY,
            "TRACKER_HOME": str(self.home),
        }
        return CliRunner().invoke(tracker, command, env=told | env)

    def refused(self, *command: str, **env: str) -> str:
        answer = self.run(*command, **env)
        assert answer.exit_code == 1
        assert answer.exception is not None
        return str(answer.exception)

    @contextmanager
    def unit_of_work(self, key: str = FIELD_KEY) -> Iterator[Session]:
        engine = db.connect(self.url)
        with db.Database(engine, lambda job: None, key).unit_of_work() as session:
            yield session
        engine.dispose()
