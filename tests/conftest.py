"""What every test may ask for."""

import pytest
from hypothesis import HealthCheck, settings

FIXTURES = ("tests.postgres", "tests.system_pool", "tests.temporal")
pytest.register_assert_rewrite(*FIXTURES)  # a folder's conftest may import one of them first

# A busy machine proves nothing wrong.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


def pytest_configure(config: pytest.Config) -> None:
    """Load the fixtures where tests run; the process that hands tests out needs none."""
    if hasattr(config, "workerinput") or config.getoption("dist", "no") == "no":
        for module in FIXTURES:
            config.pluginmanager.import_plugin(module)
