"""What every test may ask for."""

from tests.postgres import database_url, postgres
from tests.street import street
from tests.temporal import temporal

__all__ = ["database_url", "postgres", "street", "temporal"]
