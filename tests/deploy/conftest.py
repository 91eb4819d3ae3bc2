import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]

Stack = dict[str, Any]


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def tool() -> Callable[[str], str]:
    """Finds a program beside this Python or on the PATH, or skips the test that needs it."""

    def find(name: str) -> str:
        beside = Path(sys.executable).with_name(name)
        found = str(beside) if beside.exists() else shutil.which(name)
        return found or pytest.skip(f"{name} is not installed")

    return find


@pytest.fixture(scope="session")
def compose(tool: Callable[[str], str]) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Compose itself, reading our file with the given variables and none from this machine."""
    program = tool("docker-compose")

    def run(*args: str, env_file: str = "/dev/null") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [program, "--project-directory", str(ROOT), "--env-file", env_file, *args],
            env={"HOME": "/nonexistent", "PATH": "/usr/bin:/bin"},
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip

    return run


@pytest.fixture(scope="session")
def stack(compose: Callable[..., subprocess.CompletedProcess[str]]) -> Stack:
    read = compose("--profile", "*", "config", "--format", "json", env_file=".env.example")
    assert read.returncode == 0, read.stderr
    parsed: Stack = json.loads(read.stdout)
    return parsed
