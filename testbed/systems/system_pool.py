"""The real systems of one run, each with a data folder of its own, started on demand."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Iterable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from testbed.stack.errors import StackError
from testbed.stack.program import Program
from testbed.stack.state import State
from testbed.stack.supervisor import Supervisor
from testbed.systems.common.system import Running, System
from testbed.systems.install_cache import Say, whole_part

_LOOK_INTERVAL = 0.2


@dataclass
class SystemPool:
    """Installs a system once into the cache, starts it once per run, and ends it with the run."""

    folder: Path
    cache: Path
    say: Say
    _stack: AsyncExitStack = field(repr=False)
    running: dict[str, Running] = field(default_factory=dict)

    async def open_all(self, systems: Sequence[System]) -> list[Running]:
        """Open all of them, side by side; raise Missing before anything is installed.

        Errors of some are raised when all have been tried.
        """
        await _all(map(self._equip, systems))
        await _all(map(self.open, systems))
        return [self.running[system.name] for system in systems]

    async def open(self, system: System) -> Running:
        """Return the running system. Raises Missing, or Died with the log, and leaves nothing."""
        if system.name not in self.running:
            async with AsyncExitStack() as entered:
                # Entered first, so that the cache is let go when nothing runs from it any more.
                kept = await entered.enter_async_context(AsyncExitStack())
                supervisor = await entered.enter_async_context(self._supervisor(system))
                await system.equip(supervisor)
                install = partial(self._install, system, supervisor)
                part = whole_part(self.cache, system, install, self.say)
                cache = await kept.enter_async_context(part)
                began = time.monotonic()
                self.running[system.name] = await system.start(supervisor, cache)
                self._stack.push_async_exit(entered.pop_all())
            self.say(f"{system.name} is up after {time.monotonic() - began:.0f} s")
        return self.running[system.name]

    async def watch(self) -> None:
        """Wait while everything runs; raise StackError for what ended by itself."""
        while True:
            for name, program in self._programs():
                if program.missed and not program.alive:
                    raise StackError(f"{name} is down: {program.exit_error()}")
            await asyncio.sleep(_LOOK_INTERVAL)

    async def _equip(self, system: System) -> None:
        if system.name not in self.running:
            async with self._supervisor(system) as supervisor:
                await system.equip(supervisor)

    def _supervisor(self, system: System) -> Supervisor:
        return Supervisor(State.at(self.folder / f"{system.name}-{system.release}"))

    def _programs(self) -> Iterator[tuple[str, Program]]:
        for name, running in self.running.items():
            yield from ((name, program) for program in running.programs)

    async def _install(self, system: System, supervisor: Supervisor, part: Path) -> None:
        began = time.monotonic()
        self.say(f"installing {system.name} {system.release}, once for this machine ...")
        await system.install(supervisor, part)
        self.say(f"{system.name} is installed after {time.monotonic() - began:.0f} s")


async def _all(tasks: Iterable[Awaitable[object]]) -> None:
    """Run all of them, and then raise the errors of those that failed."""
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    if failures := [each for each in ended if isinstance(each, BaseException)]:
        raise _together(failures)


def _together(failures: Sequence[BaseException]) -> BaseException:
    """Join what a person must do into one error; a bug is raised first, with its traceback."""
    bugs = [each for each in failures if not isinstance(each, StackError)]
    if bugs or len(failures) == 1:
        return (bugs or failures)[0]
    return StackError("\n".join(map(str, failures)))


@asynccontextmanager
async def open_system_pool(folder: Path, cache: Path, say: Say) -> AsyncIterator[SystemPool]:
    """Open a pool in which nothing runs at first, and leave nothing running."""
    async with AsyncExitStack() as stack:
        yield SystemPool(folder, cache, say, stack)
