import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.context import settings
from cli.errors import CliError, ExitCode
from testbed.up import Tail, again, readable


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The current folder, and an environment that is restored, since commands add to it."""
    before = {**os.environ}
    monkeypatch.chdir(tmp_path)
    os.environ["CASHWARD_STATE"] = str(tmp_path / "there")
    (tmp_path / "there").mkdir()
    yield tmp_path
    os.environ.clear()
    os.environ.update(before)


def test_commands_find_the_stack_of_the_folder_that_is_named(here: Path) -> None:
    environment = {"CASHWARD_TEMPORAL__ADDRESS": "127.0.0.1:29999"}
    (here / "there/environment.json").write_text(json.dumps(environment))
    assert settings().temporal.address == "127.0.0.1:29999"


@pytest.mark.parametrize("damaged", ["{", "[]", "null", '{"CASHWARD_INSTALLATION": 7}'])
def test_damaged_records_of_a_stack_are_reported(here: Path, damaged: str) -> None:
    (here / "there/environment.json").write_text(damaged)
    with pytest.raises(CliError, match="cannot be read") as raised:
        settings()
    assert raised.value.code is ExitCode.USAGE


def test_what_brings_a_stack_back_names_its_folder() -> None:
    assert again(Path(".cashward")) == "cashward up"
    assert again(Path("my demos")) == "cashward up --state 'my demos'"


def test_a_workers_line_is_shown_with_its_facts() -> None:
    line = '{"at": "2026-11-24T06:31:12Z", "event": "working", "level": "info", "queue": "q"}'
    assert readable("worker-1", line).plain == "06:31:12 worker-1  working  queue=q"


def test_a_line_that_is_no_json_is_shown_as_it_is() -> None:
    assert readable("worker-1", "Traceback\n").plain == "worker-1  Traceback"


def test_only_what_is_new_and_whole_is_read(tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    log.write_text("old\n")
    tail = Tail("worker-1", log)
    with log.open("a") as file:
        file.write("new\nhalf")
    assert list(tail.new_lines()) == ["new\n"]
    with log.open("a") as file:
        file.write(" and half\n")
    assert list(tail.new_lines()) == ["half and half\n"]


def test_a_log_that_made_way_is_read_from_its_beginning(tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    log.write_text("much that was read before\n")
    tail = Tail("worker-1", log)
    log.write_text("fresh\n")
    assert list(tail.new_lines()) == ["fresh\n"]
