from sqlalchemy import create_engine, inspect

from tracker import migrate


def tables(url):
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    try:
        found = inspect(engine)
        return {name for schema in ("public", "discipline") for name in found.get_table_names(schema)}
    finally:
        engine.dispose()


def test_head_is_what_the_models_declare(database_url):
    assert migrate.differences(database_url) == []


def test_up_down_up(empty_database):
    url = empty_database()
    migrate.upgrade(url)
    full = tables(url)
    migrate.downgrade(url, "base")
    assert tables(url) == {"alembic_version"}
    migrate.upgrade(url)
    assert tables(url) == full


def test_a_second_upgrade_does_nothing(empty_database):
    url = empty_database()
    migrate.upgrade(url)
    migrate.upgrade(url)
    assert migrate.differences(url) == []
