"""The programs of one stack, none of which outlives it.

They end in one way, whether the owner leaves, is interrupted, or is killed: the watchdog ends all
in the pid file, newest first. The owner only closes the pipe, and waits.
"""

import asyncio
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from testbed.stack.state import State

ROOT = Path(__file__).parents[2]
TICK = 0.01


@dataclass
class Supervisor:
    """Runs programs for the owner of a folder, and ends them all when the owner leaves."""

    state: State
    children: list[subprocess.Popen[bytes]] = field(default_factory=list)

    async def __aenter__(self) -> Self:
        self._lock = await self.state.take()
        self.state.pid_file.sweep()
        self._watchdog = _watch(self.state, self._lock)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._watchdog.stdin:
            self._watchdog.stdin.close()
        try:
            while self._watchdog.poll() is None:
                self.reap()
                await asyncio.sleep(TICK)
        finally:
            self.state.pid_file.sweep()  # leaves nothing even where the watchdog itself was killed
            for child in self.children:
                child.wait()
            os.close(self._lock)

    @property
    def watchdog_pid(self) -> int:
        return self._watchdog.pid

    def reap(self) -> None:
        """Reap the processes that have ended."""
        for child in self.children:
            child.poll()


def python(module: str, *arguments: str | Path) -> list[str]:
    """Return a module of ours as a program of this interpreter."""
    return [sys.executable, "-m", module, *map(str, arguments)]


def environment() -> dict[str, str]:
    """Return our environment, in which our modules are found from any folder."""
    found = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, found))}


def _watch(state: State, lock: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-S", "-m", "testbed.stack.watchdog", str(state.pid_file.path)],
        stdin=subprocess.PIPE,
        env=environment(),
        pass_fds=[lock],
        start_new_session=True,
    )
