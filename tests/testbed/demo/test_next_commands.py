"""A demo ends with commands that can be typed as they are."""

import shlex
import sys
from pathlib import Path

import pytest

from testbed.demo.environment import Systems
from testbed.demo.next_commands import way_back

_BIN = Path(sys.executable).parent


def test_a_sandbox_comes_back_with_the_stack_of_its_folder() -> None:
    (command,) = way_back(Systems.SANDBOX, Path("my demos"))
    program, *rest = shlex.split(command)
    assert Path(program).absolute() == _BIN / "cashward"
    assert rest == ["up", "--state", "my demos"]


def test_real_systems_come_back_beside_a_stack_without_workers() -> None:
    real, stack = map(shlex.split, way_back(Systems.REAL, Path("there")))
    assert Path(real[0]).absolute() == Path(sys.executable)
    assert real[1:] == ["-m", "testbed.systems", "up", "--folder", "there/real"]
    assert stack[1:] == ["up", "--state", "there", "--no-sandbox", "--workers", "0"]


def test_a_program_is_named_from_the_folder_one_is_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(_BIN.parent)
    (command,) = way_back(Systems.SANDBOX, Path("there"))
    assert command.startswith(f"{_BIN.name}/cashward up ")
