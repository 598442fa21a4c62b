from tests.world import database_url, engine, world

__all__ = ["database_url", "engine", "world"]
