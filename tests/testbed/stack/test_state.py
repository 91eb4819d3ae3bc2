"""The folder keeps ports, so that links stay valid, and shows a program's last log lines."""

import socket
import sys
from pathlib import Path

import pytest

from testbed.stack.errors import Died, StackError
from testbed.stack.program import Program
from testbed.stack.state import State
from testbed.stack.supervisor import Supervisor


async def never() -> bool:
    return False


def test_ports_are_distinct_and_the_same_next_time(tmp_path: Path) -> None:
    state = State.at(tmp_path / "state")
    ports = state.ports("temporal", "postgres", "jira")
    assert len(set(ports.values())) == 3
    assert state.ports("temporal", "postgres", "jira") == ports


def test_a_port_that_was_taken_meanwhile_is_replaced(tmp_path: Path) -> None:
    state = State.at(tmp_path / "state")
    before = state.ports("temporal")
    with socket.socket() as other:
        other.bind(("127.0.0.1", before["temporal"]))
        other.listen()
        assert state.ports("temporal") != before


def test_a_damaged_record_of_ports_is_as_good_as_none(tmp_path: Path) -> None:
    state = State.at(tmp_path / "state")
    (state.folder / "ports.json").write_text("{x")
    assert state.ports("temporal") == state.ports("temporal")


def test_what_cannot_be_the_folder_is_refused_with_a_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StackError, match="name another with --state"):
        State.at(tmp_path / "file")


def test_a_folder_in_use_is_refused_with_a_way_out(tmp_path: Path) -> None:
    state = State.at(tmp_path / "state")
    (state.folder / "sandbox").touch()
    with pytest.raises(StackError, match="name another with --state"):
        state.room("sandbox")


async def test_a_damaged_pid_file_is_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    state = State.at(tmp_path / "state")
    state.pid_file.path.write_text("[{")
    with pytest.raises(StackError, match="delete that file"):
        async with Supervisor(state):
            pass


def test_a_secret_is_made_once_and_for_the_owner_only(tmp_path: Path) -> None:
    state = State.at(tmp_path / "state")
    assert state.secret("postgres") == state.secret("postgres")
    assert (state.folder / "postgres.secret").stat().st_mode & 0o777 == 0o600


async def test_a_program_that_dies_while_starting_leaves_its_last_words(tmp_path: Path) -> None:
    dying = [sys.executable, "-c", "raise SystemExit('the licence ran out')"]
    async with Supervisor(State.at(tmp_path / "state")) as supervisor:
        with pytest.raises(Died, match=r"(?s)status 1.*the licence ran out") as death:
            await Program(supervisor=supervisor, name="temporal", argv=dying, ready=never).up()
        assert "temporal.log" in str(death.value)


async def test_a_program_that_is_never_ready_is_not_waited_for_forever(tmp_path: Path) -> None:
    waiting = [sys.executable, "-c", "import time; time.sleep(60)"]
    async with Supervisor(State.at(tmp_path / "state")) as supervisor:
        with pytest.raises(Died, match="was not ready within 0 s"):
            await Program(supervisor=supervisor, name="worker-1", argv=waiting, ready=never).up(
                within=0.1
            )
