"""The local stack: Temporal, PostgreSQL, the vendors, and workers on one machine."""

import asyncio
import signal
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from testbed.stack.postgres import start_postgres
from testbed.stack.program import Program
from testbed.stack.state import State
from testbed.stack.supervisor import Supervisor
from testbed.stack.temporal import start_temporal
from testbed.stack.vendors import VENDORS, start_sandbox
from testbed.stack.worker import start_worker

NAMESPACE = "cashward"
PORTS = ("postgres", "temporal", "temporal-ui", *VENDORS)
_REQUESTS_TO_END = (signal.SIGTERM, signal.SIGHUP)


@dataclass(kw_only=True)
class Stack:
    """A running stack: the addresses of its parts, and how to kill them."""

    supervisor: Supervisor = field(repr=False)
    namespace: str
    temporal_address: str
    temporal_ui_url: str
    database_url: str = field(repr=False)
    """The owner's; workers connect as a role that owns nothing."""
    worker_database_url: str = field(repr=False)
    sandbox_urls: Mapping[str, str]
    notes: tuple[str, ...]
    programs: dict[str, Program] = field(repr=False)
    extra: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def environment(self) -> dict[str, str]:
        """Return the variables by which our programs find this stack."""
        return {
            "CASHWARD_TEMPORAL__ADDRESS": self.temporal_address,
            "CASHWARD_TEMPORAL__NAMESPACE": self.namespace,
            "CASHWARD_TEMPORAL__UI": self.temporal_ui_url,
            "CASHWARD_DATABASE__URL": self.worker_database_url,
            **self.extra,
        }

    @property
    def pids(self) -> dict[str, int]:
        return {name: program.pid for name, program in self.programs.items()}

    @property
    def logs(self) -> dict[str, Path]:
        return {name: program.log for name, program in self.programs.items()}

    @property
    def workers(self) -> list[str]:
        return [name for name in self.programs if name.startswith("worker-")]

    async def add_worker(self) -> str:
        """Start one more worker; return its name."""
        program = await start_worker(self.supervisor, len(self.workers) + 1, self.environment)
        self.programs[program.name] = program
        return program.name

    async def kill(self, name: str) -> None:
        """Kill -9 one program, start it again, and wait until it is ready."""
        program = self.programs[name]
        await program.kill()
        await program.up()

    async def kill_worker(self, name: str = "worker-1") -> None:
        """Kill -9 a worker and start it again."""
        await self.kill(name)

    async def watch(self) -> None:
        """Wait while everything runs; raise `Died` for the first that ended by itself."""
        while True:
            for program in self.programs.values():
                if program.missed and not program.alive:
                    raise program.exit_error()
            await asyncio.sleep(0.2)


@asynccontextmanager
async def local_stack(
    folder: Path,
    *,
    sandbox_config: Mapping[str, object] | None,
    workers: int = 1,
    environment: Callable[[Stack], Mapping[str, str]] = lambda _: {},
    prepare: Callable[[Stack], Awaitable[None]] | None = None,
) -> AsyncIterator[Stack]:
    """Run everything while the block runs, and leave nothing running after it.

    A `sandbox_config` starts the sandbox, {} with its defaults; None starts no vendors.
    `prepare` is called on the database before workers start; they also get `environment`.
    """
    with _ended_by_cancelling():
        async with Supervisor(State.at(folder)) as supervisor:
            stack = await _services(supervisor, sandbox_config)
            stack.extra.update(environment(stack))
            if prepare is not None:
                await prepare(stack)
            for _ in range(workers):
                await stack.add_worker()
            yield stack


async def _services(supervisor: Supervisor, sandbox_config: Mapping[str, object] | None) -> Stack:
    ports = supervisor.state.ports(*PORTS)
    starting = (
        asyncio.create_task(start_postgres(supervisor, ports["postgres"])),
        asyncio.create_task(start_temporal(supervisor, ports, NAMESPACE)),
        asyncio.create_task(start_sandbox(supervisor, ports, sandbox_config)),
    )
    try:
        database, temporal, sandbox = await asyncio.gather(*starting)
    finally:
        for task in starting:
            task.cancel()
        await asyncio.gather(*starting, return_exceptions=True)
    return Stack(
        supervisor=supervisor,
        namespace=NAMESPACE,
        temporal_address=temporal.address,
        temporal_ui_url=temporal.ui_url,
        database_url=database.url,
        worker_database_url=database.worker_url,
        sandbox_urls=sandbox.urls,
        notes=tuple(filter(None, (database.note, temporal.note))),
        programs={
            part.program.name: part.program
            for part in (database, temporal, sandbox)
            if part.program is not None
        },
    )


@contextmanager
def _ended_by_cancelling() -> Iterator[None]:
    """Make a stop signal unwind the block as Ctrl-C does."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    if task is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    for number in _REQUESTS_TO_END:
        loop.add_signal_handler(number, task.cancel)
    try:
        yield
    finally:
        for number in _REQUESTS_TO_END:
            loop.remove_signal_handler(number)
