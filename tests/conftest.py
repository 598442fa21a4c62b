"""Real servers for every test: one cluster per run, one database per process, one rolled-back transaction per test."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import hypothesis
import psycopg
import pytest
import redis
from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from tracker import config, db, embedded, migrate
from tracker.fields import FieldCipher
from tracker.jobs import Job

SECRET_KEY = "the secret key of the tests, not of any system"
FIELD_KEY = "the field key of the tests, not of any system"
hypothesis.settings.register_profile("unhurried", deadline=None)  # a busy machine proves nothing wrong
hypothesis.settings.load_profile("unhurried")
_SHARED = pytest.StashKey[embedded.Servers]()


@contextmanager
def _servers() -> Iterator[embedded.Servers]:
    # not pytest's own temporary folder: its long path leaves no room for the name of a socket
    with tempfile.TemporaryDirectory(prefix="tracker-tests-", ignore_cleanup_errors=True) as home:
        Path(home).chmod(0o755)  # where root may not make a user namespace, nobody must get in
        with embedded.servers(Path(home), durable=False) as running:
            yield running


def pytest_configure(config: pytest.Config) -> None:
    """Start the servers before xdist's workers, which share them; a run without workers starts them when asked."""
    if getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput"):
        stack = ExitStack()
        config.add_cleanup(stack.close)
        config.stash[_SHARED] = stack.enter_context(_servers())


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of xdist where the servers of its controller are."""
    node.workerinput["servers"] = vars(node.config.stash[_SHARED])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Deal the tests to xdist's workers as `tests.dealing` does, whatever --dist says."""
    from tests.dealing import Dealing  # noqa: PLC0415 # xdist may be absent

    return Dealing(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let long tests begin early, after they were shuffled."""
    from tests.dealing import long_first  # noqa: PLC0415 # xdist may be absent

    items[:] = long_first(items)


@pytest.fixture(scope="session")
def servers(request: pytest.FixtureRequest) -> Iterator[embedded.Servers]:
    """The running PostgreSQL and Redis."""
    shared = getattr(request.config, "workerinput", {}).get("servers")
    if shared:
        yield embedded.Servers(**shared)
    else:
        with _servers() as running:
            yield running


@pytest.fixture(scope="session")
def empty_database(servers: embedded.Servers) -> Callable[..., str]:
    """A function that makes an empty database of its own (or a copy) and returns the URL of its owner."""

    def make(template: str = "template1") -> str:
        name = f"test_{uuid4().hex}"
        with psycopg.connect(servers.owner_url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return servers.owner_url.replace(f"@/{embedded.DATABASE}?", f"@/{name}?")

    return make


@pytest.fixture(scope="session")
def database_url(empty_database: Callable[[], str]) -> str:
    """The URL of this process' database, its schema built by the migrations."""
    url = empty_database()
    migrate.upgrade(url)
    return url


@pytest.fixture(scope="session")
def engine(database_url: str) -> Iterator[Engine]:
    """The engine of this process' database; whoever commits through it cleans up."""
    engine = db.connect(database_url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def seeded_copy(
    servers: embedded.Servers, empty_database: Callable[..., str], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[], str]:
    """A function that makes a database of its own with reference data and people, and returns the URL of its owner."""
    from tests import factories  # noqa: PLC0415 # loads every room, which most tests do without

    template = empty_database()
    migrate.upgrade(template)
    engine = db.connect(template)
    with Session(engine, info={"cipher": FieldCipher(FIELD_KEY)}) as session:
        factories.seed(session, tmp_path_factory.mktemp("home"))
        session.commit()
    engine.dispose()
    name = template.partition("@/")[2].partition("?")[0]
    return lambda: empty_database(template=name)


@pytest.fixture(scope="session")
def seeded_url(seeded_copy: Callable[[], str]) -> str:
    """The URL of this process' database with reference data; see `tests.seeded`."""
    return seeded_copy()


@pytest.fixture(scope="session")
def seeded_engine(seeded_url: str) -> Iterator[Engine]:
    """The engine of this process' database with reference data; whoever commits through it cleans up."""
    engine = db.connect(seeded_url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def world_engine(empty_database: Callable[[], str]) -> Iterator[Engine]:
    """The engine of a database of this process in which the small province of `tests.world` is settled."""
    from tests import world  # noqa: PLC0415 # loads every room, which most tests do without

    url = empty_database()
    migrate.upgrade(url)
    engine = db.connect(url)
    with Session(engine) as session:
        world.settle(session)
        session.commit()
    yield engine
    engine.dispose()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """A connection whose transaction is rolled back after the test, whatever was committed inside."""
    with engine.connect() as connection:
        transaction = connection.begin()
        yield connection
        transaction.rollback()


@pytest.fixture
def session(connection: Connection) -> Iterator[Session]:
    """A session on the rolled-back connection; it sees what requests of `client` wrote, and they see what it flushed."""
    with Session(
        connection,
        join_transaction_mode="create_savepoint",
        expire_on_commit=False,
        info={"cipher": FieldCipher(FIELD_KEY)},
    ) as session:
        yield session


@pytest.fixture
def rung() -> list[Job]:
    """The bells rung by what was committed through `database`, in order."""
    return []


@pytest.fixture
def database(connection: Connection, rung: list[Job]) -> db.Database:
    """What an application is given, bound to the rolled-back connection."""
    return db.Database(connection, rung.append, FIELD_KEY)


@pytest.fixture(scope="session")
def _redis_url(servers: embedded.Servers, worker_id: str) -> str:
    number = 0 if worker_id == "master" else int(worker_id.removeprefix("gw")) % 15 + 1
    return servers.redis_url.replace("?db=0", f"?db={number}")


@pytest.fixture
def redis_url(_redis_url: str) -> str:
    """The URL of this process' Redis database, emptied."""
    with redis.Redis.from_url(_redis_url) as queue:
        queue.flushdb()
    return _redis_url


@pytest.fixture
def settings(database_url: str, _redis_url: str, tmp_path: Path) -> config.Settings:
    """Settings as a process would read them, with a home of the test's own."""
    return config.load(
        {
            "DATABASE_URL": database_url,
            "REDIS_URL": _redis_url,
            "SECRET_KEY": SECRET_KEY,
            "FIELD_KEY": FIELD_KEY,
            "TRACKER_HOME": str(tmp_path),
        }
    )
