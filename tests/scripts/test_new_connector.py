"""A scaffold is clean from the first minute, and its contracts say what is left to do."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_LEFT = shutil.ignore_patterns("__pycache__", ".*", "build", "*.egg-info")
_MADE = ("connectors/acme", "tests/contracts/acme.py")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The repository without its history, to lay out a connector in."""
    shutil.copytree(ROOT, tmp_path / "copy", ignore=_LEFT)
    return tmp_path / "copy"


def run(folder: Path, *argv: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *argv]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def add_line(file: Path, after: str, line: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert after in text
    file.write_text(text.replace(after, f"{after}{line}", 1), encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("role", ["crm", "pm", "erp"])
def test_what_is_laid_out_passes_lint_and_fails_the_contracts_with_a_way_on(
    copy: Path, role: str
) -> None:
    laid = run(copy, "scripts/new_connector.py", "acme", "--role", role)
    assert laid.returncode == 0, laid.stderr
    assert "connectors/catalog.py" in laid.stdout
    package = (copy / "connectors/acme/__init__.py").read_text(encoding="utf-8")
    assert f"{role}_records=records" in package
    assert ("crm_revenue=records" in package) is (role == "crm")
    for tool in (["check"], ["format", "--check"]):
        checked = run(copy, "-m", "ruff", *tool, *_MADE)
        assert checked.returncode == 0, checked.stdout
    add_line(copy / "connectors/catalog.py", "_VENDORS: Final = (\n", '    "acme",\n')
    add_line(copy / "tests/contracts/conftest.py", f'    "{role}": (\n', '        "acme",\n')
    skeleton = run(copy, "-m", "pytest", "tests/connectors/test_skeleton.py", "-k", "acme", "-q")
    assert skeleton.returncode == 0, skeleton.stdout[-2000:]
    suite = ["tests/contracts", "-k", "acme", "-q", "-p", "no:cacheprovider"]
    failed = run(copy, "-m", "pytest", *suite)
    assert failed.returncode == 1, failed.stdout[-2000:]
    assert "NotImplementedError: fill " in failed.stdout
    assert "passed" not in failed.stdout.splitlines()[-1]


def test_a_name_that_is_taken_or_no_name_is_refused(copy: Path) -> None:
    for name, message in (("jira", "there already"), ("Acme-CRM", "lower case")):
        refused = run(copy, "scripts/new_connector.py", name)
        assert refused.returncode == 2
        assert message in refused.stderr
