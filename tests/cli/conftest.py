"""One process that runs the commands of all tests."""

from collections.abc import Iterator

import pytest

from tests.cli.command_server import CommandServer, command_server


@pytest.fixture(scope="session")
def server() -> Iterator[CommandServer]:
    with command_server() as opened:
        yield opened
