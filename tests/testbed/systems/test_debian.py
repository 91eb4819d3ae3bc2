"""Debian packages that are missing are installed by root, and named to everybody else."""

import os
import shlex
import subprocess
from pathlib import Path

import pytest

from testbed.stack.state import State
from testbed.stack.supervisor import Supervisor
from testbed.systems.common.debian import as_typed, ensure, installed_size, missing

_KNOWN = """#!/bin/sh
for name; do :; done
test "$name" = there && printf installed
"""


@pytest.fixture
def debian(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A Debian of two programs: it has `there`, and records the arguments of apt-get."""
    programs = {
        "dpkg-query": _KNOWN,
        "apt-get": f'#!/bin/sh\necho "$DEBCONF $*" >> {tmp_path}/asked\n',
    }
    for name, text in programs.items():
        program = tmp_path / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(text)
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    return tmp_path


@pytest.mark.usefixtures("debian")
def test_what_is_there_is_not_missing() -> None:
    assert missing(["there", "elsewhere"]) == ["elsewhere"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root installs")
async def test_root_installs_what_is_missing_and_only_that(debian: Path) -> None:
    async with Supervisor(State.at(debian / "state")) as supervisor:
        await ensure(["there"], supervisor)
        assert not (debian / "asked").exists()
        await ensure(["there", "elsewhere"], supervisor, {"DEBCONF": "quiet"})
    updated, installed = (debian / "asked").read_text().splitlines()
    assert updated.endswith("update")
    assert installed.startswith("quiet ")
    assert installed.endswith("install --no-install-recommends -y elsewhere")


def test_what_root_is_asked_to_run_can_be_typed_as_it_is() -> None:
    command = as_typed(["sh", "-c", 'echo "$ONE"'], {"ONE": "File{a b}"})
    assert shlex.split(command)[:2] == ["env", "ONE=File{a b}"]
    result = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=True)
    assert result.stdout == "File{a b}\n"


def test_a_machine_without_debians_programs_takes_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert installed_size(["redmine"]) == 0
