"""Whatever ends the owner of a stack, nothing outlives it, and the next stack just starts."""

import asyncio
import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from testbed.stack.pid_file import Entry, PidFile
from testbed.stack.processes import STOP_TIMEOUT, running
from testbed.stack.stack import Stack, local_stack
from testbed.stack.supervisor import environment, python


@contextmanager
def owner(folder: Path) -> Iterator[tuple[subprocess.Popen[str], dict[str, int]]]:
    """A process that owns a stack, and the stack's processes."""
    command = python("tests.testbed.stack.owner", folder)
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
        start_new_session=True,
    ) as process:
        assert process.stdout
        try:
            yield process, json.loads(process.stdout.readline())
        finally:
            process.kill()


async def until_gone(pids: dict[str, int]) -> None:
    async with asyncio.timeout(3 * STOP_TIMEOUT):
        while any(running(pid) for pid in pids.values()):
            await asyncio.sleep(0.02)


async def test_nothing_runs_after_the_stack(folder: Path) -> None:
    async with local_stack(folder, sandbox_config=None, workers=0) as stack:
        pids = {**stack.pids, "watchdog": stack.supervisor.watchdog_pid}
        assert all(running(pid) for pid in pids.values())
    assert not any(running(pid) for pid in pids.values())


async def test_nothing_runs_after_a_failure_inside(folder: Path) -> None:
    stacks: list[Stack] = []

    async def refuse(stack: Stack) -> None:
        stacks.append(stack)
        raise PermissionError

    with pytest.raises(PermissionError):
        await local_stack(folder, sandbox_config=None, prepare=refuse).__aenter__()
    assert not any(running(pid) for pid in stacks[0].pids.values())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_an_interrupted_owner_takes_everything_with_it(
    folder: Path, number: signal.Signals
) -> None:
    with owner(folder) as (process, pids):
        process.send_signal(number)
        await asyncio.to_thread(process.wait, 3 * STOP_TIMEOUT)
        assert not any(running(pid) for pid in pids.values())


async def test_nothing_outlives_a_killed_owner_and_the_next_stack_waits_for_that(
    folder: Path,
) -> None:
    with owner(folder) as (process, pids):
        process.kill()
        process.wait()
        async with local_stack(folder, sandbox_config=None, workers=0):
            assert not any(running(pid) for pid in pids.values())


async def test_the_next_stack_sweeps_what_outlived_owner_and_watchdog(folder: Path) -> None:
    with owner(folder) as (process, pids):
        os.kill(pids["watchdog"], signal.SIGKILL)
        process.kill()
        process.wait()
        assert running(pids["postgres"])
        async with local_stack(folder, sandbox_config=None, workers=0):
            await until_gone(pids)


async def test_a_process_that_took_over_a_number_is_spared(tmp_path: Path) -> None:
    pid_file = PidFile(tmp_path / "running.json")
    with subprocess.Popen(["/bin/sleep", "60"], start_new_session=True) as stranger:
        pid_file._write([Entry("postgres", stranger.pid, "another started_at", signal.SIGKILL)])
        assert pid_file.sweep() == []
        assert running(stranger.pid)
        stranger.kill()
