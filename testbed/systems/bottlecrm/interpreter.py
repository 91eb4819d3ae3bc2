"""Finds a Python that BottleCRM can run on: ours is too old for it."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from testbed.stack.errors import Missing

Homes = Iterable[tuple[str, str, str]]
"""A variable that may name the folder, its usual place, and the programs in it."""
MINORS = (13, 12, 14)
_TELL = "import ensurepip, venv, sys; print(*sys.version_info[:2])"
HOMES = (  # pyenv, uv, Homebrew, python.org; beside the one that runs us
    ("PYENV_ROOT", "~/.pyenv", "versions/3.{minor}.*/bin/python3"),
    ("UV_PYTHON_INSTALL_DIR", "~/.local/share/uv/python", "cpython-3.{minor}.*/bin/python3"),
    ("", "/opt/homebrew/opt", "python@3.{minor}/bin/python3.{minor}"),
    ("", "/usr/local/opt", "python@3.{minor}/bin/python3.{minor}"),
    ("", "/Library/Frameworks/Python.framework/Versions", "3.{minor}/bin/python3"),
    ("", str(Path(sys.base_prefix).parent), "3.{minor}.*/bin/python3"),
)


def find_python(homes: Homes = HOMES) -> Path:
    """Return a Python from 3.12 to 3.14 that can make environments; the best tested one first."""
    for minor in MINORS:
        for python in _places(minor, homes):
            if _is(python, minor):
                return python
    raise Missing(
        "BottleCRM needs Python 3.12, 3.13 or 3.14 beside ours, and none was found: install one,"
        " such as by `pyenv install 3.13` or `uv python install 3.13`"
    )


def _places(minor: int, homes: Homes) -> Iterator[Path]:
    on_path = shutil.which(f"python3.{minor}")
    return chain([Path(on_path)] if on_path else [], _kept(minor, homes))


def _kept(minor: int, homes: Homes) -> Iterator[Path]:
    for variable, usual, pattern in homes:
        home = Path(os.environ.get(variable) or usual).expanduser()
        yield from sorted(home.glob(pattern.format(minor=minor)), key=_patch, reverse=True)


def _patch(python: Path) -> int:
    found = re.search(r"3\.\d+\.(\d+)", str(python))
    return int(found[1]) if found else 0


def _is(python: Path, minor: int) -> bool:
    """Run it to ask its version, since a shim may stand for a version that is not active."""
    try:
        answer = subprocess.run(
            [python, "-I", "-c", _TELL], capture_output=True, text=True, check=False, timeout=30
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0 and answer.stdout.split() == ["3", str(minor)]
