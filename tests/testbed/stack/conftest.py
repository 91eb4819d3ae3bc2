"""Folders that the database's account can reach, and a stack that tests may share."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from testbed.demo.worker_settings import migrate_database, worker_environment
from testbed.stack.stack import Stack, local_stack


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """The folder of a stack that may have run before, so that its database exists."""
    yield from _folder()


@pytest.fixture
def new_folder() -> Iterator[Path]:
    """The folder of a stack that has never run."""
    yield from _folder()


@pytest.fixture(scope="session")
async def stack() -> AsyncIterator[Stack]:
    """A stack with vendors and a migrated database, but no worker yet."""
    for folder in _folder():
        async with local_stack(
            folder,
            sandbox_config={},
            workers=0,
            environment=worker_environment,
            prepare=migrate_database,
        ) as running:
            yield running


def _folder() -> Iterator[Path]:
    # pytest's own tmp_path is closed to every account but ours
    top = Path(tempfile.mkdtemp(prefix="cashward-test-"))
    top.chmod(0o711)
    yield top / "state"
    shutil.rmtree(top)
