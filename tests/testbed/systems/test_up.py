"""`python -m testbed.systems up` as a person runs it: it reports what died, and ends the rest."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from testbed.stack.processes import running

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that PostgreSQL can reach, whatever account it runs as."""
    with tempfile.TemporaryDirectory(prefix="cashward-up-", ignore_cleanup_errors=True) as made:
        Path(made).chmod(0o711)
        yield Path(made)


@pytest.mark.parametrize(("name", "program"), [("tryton", "tryton"), ("bottlecrm", "postgres")])
def test_a_program_that_dies_ends_all_with_a_word_about_it(
    folder: Path, name: str, program: str
) -> None:
    argv = [sys.executable, "-m", "testbed.systems", "up", "--folder", str(folder)]
    argv += ["--only", "tryton", "--only", "bottlecrm"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as up:
        assert up.stdout
        for line in up.stdout:
            if "Ctrl-C" in line:
                break
        pids = _pids(folder)
        os.kill(pids[name, program], signal.SIGKILL)
        output, errors = up.communicate(timeout=60)
    assert up.returncode == 3
    assert f"{name} is down: {program} ended with status -9. Its log is" in errors
    assert f"/logs/{program}.log" in errors
    assert "everything is down" in output
    _gone(pids)


def _pids(folder: Path) -> dict[tuple[str, str], int]:
    """Return the processes by system and program."""
    return {
        (pid_file.parent.name.partition("-")[0], entry["name"]): entry["pid"]
        for pid_file in folder.glob("*/running.json")
        for entry in json.loads(pid_file.read_text())
    }


def _gone(pids: dict[tuple[str, str], int]) -> None:
    deadline = time.monotonic() + 10
    while left := [who for who, pid in pids.items() if running(pid)]:
        assert time.monotonic() < deadline, left
        time.sleep(0.1)
