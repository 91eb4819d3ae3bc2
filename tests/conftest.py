"""What every test may ask for."""

from tests.postgres import database_url, postgres
from tests.system_pool import system_pool
from tests.temporal import temporal

__all__ = ["database_url", "postgres", "system_pool", "temporal"]
