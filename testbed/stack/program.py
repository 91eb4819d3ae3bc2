"""One program of the stack, in its own group, listed while it runs."""

import asyncio
import signal
import subprocess
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from testbed.stack.accounts import OURSELVES, Account
from testbed.stack.errors import Died
from testbed.stack.processes import signal_group
from testbed.stack.supervisor import TICK, Supervisor, environment


async def at_once() -> bool:
    """Take a program as ready as soon as it runs."""
    return True


@dataclass(kw_only=True)
class Program:
    """A process with a name, a log, and an entry in the supervisor's pid file."""

    supervisor: Supervisor
    name: str
    argv: Sequence[str]
    settings: Mapping[str, str] = field(default_factory=dict)
    account: Account = OURSELVES
    folder: Path | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    ready: Callable[[], Awaitable[bool]] = at_once
    missed: bool = True  # false while we have killed it ourselves
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False, repr=False)

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def log(self) -> Path:
        return self.supervisor.state.log(self.name)

    async def up(self, within: float = 60) -> None:
        """Start, and wait until it is ready or has ended."""
        self._start()
        deadline = time.monotonic() + within
        while not await self.ready():
            if not self.alive:
                raise self.exit_error()
            if time.monotonic() > deadline:
                raise Died(self.name, f"was not ready within {within:.0f} s", self.log)
            await asyncio.sleep(TICK)

    async def run(self) -> None:
        """Start, and wait until it has ended."""
        self._start()
        await self._ended()
        if self._status() != 0:
            raise self.exit_error()

    async def kill(self) -> None:
        """Kill it and its group without a warning."""
        self.missed = False
        if self.alive:
            signal_group(self.pid, signal.SIGKILL)
        await self._ended()

    def exit_error(self) -> Died:
        return Died(self.name, f"ended with status {self._status()}", self.log)

    def _start(self) -> None:
        with self.supervisor.state.make_way(self.name).open("ab") as log:
            self._process = subprocess.Popen(
                self.argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**environment(), **self.settings},
                cwd=self.folder,
                start_new_session=True,
                **self.account.identity(),
            )
        self.supervisor.state.pid_file.add(self.name, self.pid, self.stop_signal)
        self.supervisor.children.append(self._process)
        self.missed = True

    async def _ended(self) -> None:
        if self._process is not None:
            await asyncio.to_thread(self._process.wait)
        self.supervisor.state.pid_file.remove(self.pid)

    def _status(self) -> int:
        return (self._process.poll() or 0) if self._process else 0
