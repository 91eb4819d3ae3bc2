"""Finding a Python for BottleCRM runs it to check, or says what to install."""

from pathlib import Path

import pytest

from testbed.stack.errors import Missing
from testbed.systems.bottlecrm.interpreter import HOMES, find_python

MOVED = [home for home in HOMES if home[0]]  # those that a variable can place elsewhere


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder for Pythons; those of this machine are not on the path."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setenv("UV_PYTHON_INSTALL_DIR", str(tmp_path / "uv"))
    return tmp_path


def put(python: Path, says: str, status: int = 0) -> Path:
    python.parent.mkdir(parents=True, exist_ok=True)
    python.write_text(f"#!/bin/sh\necho {says}\nexit {status}\n")
    python.chmod(0o755)
    return python


@pytest.mark.usefixtures("elsewhere")
def test_a_machine_without_one_says_what_to_install() -> None:
    with pytest.raises(Missing, match=r"3\.12, 3\.13 or 3\.14.*install one"):
        find_python(MOVED)


def test_a_shim_that_does_not_run_is_passed_over(elsewhere: Path) -> None:
    put(elsewhere / "bin/python3.13", "3 13", status=127)
    kept = put(elsewhere / "pyenv/versions/3.13.1/bin/python3", "3 13")
    assert find_python(MOVED) == kept


def test_a_python_that_is_another_than_its_name_says_is_passed_over(elsewhere: Path) -> None:
    put(elsewhere / "bin/python3.13", "3 11")
    kept = put(elsewhere / "uv/cpython-3.12.9-linux/bin/python3", "3 12")
    assert find_python(MOVED) == kept


def test_the_latest_patch_is_taken(elsewhere: Path) -> None:
    put(elsewhere / "pyenv/versions/3.13.2/bin/python3", "3 13")
    latest = put(elsewhere / "pyenv/versions/3.13.10/bin/python3", "3 13")
    assert find_python(MOVED) == latest
