"""The demo as a user runs it, checked by its exit code and its figures."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def demo(folder: Path, *options: str) -> dict[str, Any]:
    figures = folder / "figures.json"
    argv = [sys.executable, "-m", "cli.main", "demo", "--no-stay", "--state", str(folder / "state")]
    ended = subprocess.run(
        [*argv, "--json", str(figures), *options], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    found: dict[str, Any] = json.loads(figures.read_text())
    return found


def test_one_deal_is_carried_to_cash_and_the_next_is_a_new_one(tmp_path: Path) -> None:
    first, second = demo(tmp_path), demo(tmp_path)
    for report in (first, second):
        assert (report["invoices_issued"], report["invoices_paid"]) == (3, 3)
        assert (report["duplicates"], report["mismatches"], report["parked"]) == (0, 0, 0)
    assert 0 < second["won_to_project_p50_s"] < second["seconds"] < 30
    assert (tmp_path / "state/demo/0002/money.svg").exists()


def test_faults_and_killed_workers_make_nothing_twice(tmp_path: Path) -> None:
    report = demo(tmp_path, "--deals", "5", "--faults", "0.1", "--kills", "2")
    assert (report["invoices_issued"], report["invoices_paid"]) == (15, 15)
    assert (report["duplicates"], report["mismatches"]) == (0, 0)


def test_ctrl_c_ends_everything_and_says_what_brings_it_back(tmp_path: Path) -> None:
    argv = [sys.executable, "-m", "cli.main", "demo", "--deals", "5", "--state", str(tmp_path)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout
        assert any("Logs" in line for line in running.stdout)
        running.send_signal(signal.SIGINT)
        said, _ = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "everything is down" in said
    assert said.rstrip().endswith(f"cashward up --state {tmp_path}")
