from pathlib import Path

from cli.up import Tail, readable


def test_a_workers_line_is_told_with_its_facts() -> None:
    line = '{"at": "2026-11-24T06:31:12Z", "event": "working", "level": "info", "queue": "q"}'
    assert readable("worker-1", line).plain == "06:31:12 worker-1  working  queue=q"


def test_a_line_that_is_no_json_is_told_as_it_is() -> None:
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
