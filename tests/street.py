"""The real systems of one run of tests: each starts when the first test asks for it."""

import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from testbed.systems.places import cache
from testbed.systems.street import Street, street_in


@pytest.fixture(scope="session")
async def street(request: pytest.FixtureRequest) -> AsyncIterator[Street]:
    """Empty at first. What it has to say goes past pytest's capture: an installation takes long."""
    reporter = request.config.pluginmanager.get_plugin("terminalreporter")

    def say(what: str) -> None:
        if reporter:
            reporter.write_line(f"\n{what}")

    folder = Path(tempfile.mkdtemp(prefix="cashward-street-"))
    folder.chmod(0o711)  # PostgreSQL must get through, whoever it runs as
    async with street_in(folder, cache(), say) as opened:
        yield opened
    if request.session.testsfailed and any(folder.iterdir()):
        say(f"a test failed: the systems' logs and data stay in {folder}")
    else:
        shutil.rmtree(folder, ignore_errors=True)
