from tests.seeded import app, by, client, clock, database_url, engine

__all__ = ["app", "by", "client", "clock", "database_url", "engine"]
