"""What every test may ask for."""

from hypothesis import HealthCheck, settings

from tests.postgres import database_url, postgres
from tests.system_pool import system_pool
from tests.temporal import temporal

__all__ = ["database_url", "postgres", "system_pool", "temporal"]

# A busy machine proves nothing wrong.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")
