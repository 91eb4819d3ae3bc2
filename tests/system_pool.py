"""The real systems of one test run: each starts when the first test asks for it."""

import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from testbed.systems.catalog import NAMES
from testbed.systems.places import cache
from testbed.systems.system_pool import SystemPool, open_system_pool


@pytest.fixture(scope="session")
async def system_pool(request: pytest.FixtureRequest) -> AsyncIterator[SystemPool]:
    """Empty at first. What it has to say goes past pytest's capture: an installation takes long."""
    reporter = request.config.pluginmanager.get_plugin("terminalreporter")

    def say(what: str) -> None:
        if reporter:
            reporter.write_line(f"\n{what}")

    folder = Path(tempfile.mkdtemp(prefix="cashward-system_pool-"))
    folder.chmod(0o711)  # PostgreSQL must get through, whoever it runs as
    async with open_system_pool(folder, cache(), say) as opened:
        yield opened
    if request.session.testsfailed and any(folder.iterdir()):
        say(f"a test failed: the systems' logs and data stay in {folder}")
    else:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of one real system in one process, since each process starts its own."""
    for item in items:
        if item.get_closest_marker("real"):
            named = [name for name in NAMES if name in item.nodeid]
            item.add_marker(pytest.mark.xdist_group(named[0] if named else "all"))
