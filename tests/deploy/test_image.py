import re
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def dockerfile(root: Path) -> str:
    return (root / "Dockerfile").read_text()


@pytest.fixture(scope="module")
def let_in(root: Path) -> set[str]:
    lines = (root / ".dockerignore").read_text().splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*", "the image starts from nothing"
    return {rule[1:] for rule in rules if rule.startswith("!")}


def test_hadolint_finds_nothing(root: Path, tool: Callable[[str], str]) -> None:
    read = subprocess.run(
        [tool("hadolint"), "--no-color", root / "Dockerfile"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (read.returncode, read.stdout) == (0, "")


def test_the_image_runs_as_nobody_in_particular(dockerfile: str) -> None:
    runtime = dockerfile.split("AS runtime")[1]
    assert re.findall(r"^USER (.+)$", runtime, re.MULTILINE) == ["10001:10001"]


def test_everything_fetched_is_locked_by_hash(dockerfile: str) -> None:
    installs = re.findall(r"pip install ([^\\\n]+)", dockerfile)
    assert len(installs) == 2
    for options in installs:
        assert "--require-hashes" in options or (
            "--no-deps" in options and "--no-build-isolation" in options
        )


def test_the_image_holds_every_room_of_the_product_and_nothing_of_the_testbed(
    let_in: set[str], root: Path
) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text())
    setuptools = project["tool"]["setuptools"]
    rooms = {name.rstrip("*") for name in setuptools["packages"]["find"]["include"]}
    doors = {f"{module}.py" for module in setuptools["py-modules"]}
    build = {
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "NOTICE",
        "requirements.in",
        "requirements.lock",
    }
    assert let_in == rooms | doors | build


def test_the_image_and_the_lock_mean_the_same_python(dockerfile: str, root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text())
    (python,) = re.findall(r"^ARG PYTHON_VERSION=(.+)$", dockerfile, re.MULTILINE)
    assert project["project"]["requires-python"] == f">={python}"


def test_the_command_of_the_image_is_one_we_publish(dockerfile: str, root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text())
    (command,) = re.findall(r'^ENTRYPOINT \["(.+)"\]$', dockerfile, re.MULTILINE)
    assert command in project["project"]["scripts"]
