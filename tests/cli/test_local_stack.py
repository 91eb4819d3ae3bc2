"""The remains of a local stack never override settings, and set only variables of ours."""

import json
import os
from pathlib import Path

import pytest

from cli.context import settings

LEFT_OVER = {"CASHWARD_INSTALLATION": "demo", "PATH_OF_OTHERS": "changed"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with remains of a stack, and an environment without our settings."""
    for name in [each for each in os.environ if each.startswith("CASHWARD_")]:
        monkeypatch.delenv(name)
    for name in LEFT_OVER:  # set and deleted again, so that what a test sets is undone
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".cashward").mkdir()
    (tmp_path / ".cashward/environment.json").write_text(json.dumps(LEFT_OVER))
    return tmp_path


def test_a_local_stack_is_found_where_nothing_else_is_set() -> None:
    assert settings().installation == "demo"
    assert "PATH_OF_OTHERS" not in os.environ


def test_a_settings_file_is_not_overridden(folder: Path) -> None:
    (folder / "cashward.toml").write_text('installation = "acme"\n')
    assert settings().installation == "acme"


def test_any_setting_in_the_environment_keeps_the_left_over_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CASHWARD_LOG_LEVEL", "WARNING")
    assert settings().installation == "cashward"
