import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

MADE_UP = {
    "temporal_db_admin_password",
    "temporal_db_password",
    "cashward_db_admin_password",
    "cashward_db_migrator_password",
    "cashward_db_password",
}
FROM_VENDORS = {"hubspot_access_token", "jira_token", "xero_client_secret"}


def test_shellcheck_finds_nothing(root: Path, tool: Callable[[str], str]) -> None:
    scripts = sorted((root / "deploy").rglob("*.sh"))
    assert len(scripts) == 6
    read = subprocess.run(
        [tool("shellcheck"), "-s", "sh", *scripts], capture_output=True, text=True, check=False
    )
    assert (read.returncode, read.stdout) == (0, "")


def test_secrets_are_made_once_and_what_only_a_vendor_knows_is_asked_for(
    root: Path, tmp_path: Path
) -> None:
    first = _new_secrets(root, tmp_path)
    assert first.returncode == 1
    assert {name for name in FROM_VENDORS if f"{tmp_path / name}:" in first.stderr} == FROM_VENDORS
    made = {file.name: file.read_text() for file in tmp_path.iterdir()}
    assert set(made) == MADE_UP
    assert len(set(made.values())) == len(MADE_UP)
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{32,}", password) for password in made.values())

    for name in FROM_VENDORS:
        (tmp_path / name).write_text("given")
    assert _new_secrets(root, tmp_path).returncode == 0
    assert {name: (tmp_path / name).read_text() for name in MADE_UP} == made


def test_secrets_are_shut_off_by_their_folder_and_open_to_the_containers(
    root: Path, tmp_path: Path
) -> None:
    _new_secrets(root, tmp_path)
    assert tmp_path.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {0o644}


@pytest.mark.parametrize("refuses", ["", "setup-schema", "update-schema"])
def test_the_schema_job_does_both_databases_or_fails_where_it_stopped(
    root: Path, tmp_path: Path, refuses: str
) -> None:
    log = tmp_path / "log"
    log.touch()
    _stand_in(tmp_path / "temporal-sql-tool", f'echo "$2 $3" >>{log}; [ "$3" != "{refuses}" ]')
    (tmp_path / "password").write_text("p\n")
    done = subprocess.run(
        ["/bin/sh", root / "deploy/temporal/schema.sh"],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin", "PASSWORD_FILE": str(tmp_path / "password")},
        check=False,
    )
    steps = [
        f"{database} {step}"
        for database in ("temporal", "temporal_visibility")
        for step in ("setup-schema", "update-schema")
    ]
    until = steps.index(f"temporal {refuses}") + 1 if refuses else len(steps)
    assert log.read_text().splitlines() == steps[:until]
    assert (done.returncode == 0) is (not refuses)


def test_the_owner_script_is_executable_so_that_postgres_runs_it(root: Path) -> None:
    assert (root / "deploy/postgres/10-owner.sh").stat().st_mode & 0o111


def _new_secrets(root: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [root / "deploy/new-secrets.sh"],
        env={"PATH": "/usr/bin:/bin", "SECRETS_DIR": str(folder)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def _stand_in(path: Path, body: str) -> None:
    """Temporal's tool exists only inside its image; this one records its arguments."""
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
