"""The real systems of one run, each in a house of its own, brought up when somebody asks for it."""

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from real.kit.alone import alone
from real.kit.system import Running, System
from runtime.local.crew import Crew
from runtime.local.state import State
from runtime.local.trouble import StackTrouble

Say = Callable[[str], None]
_WHOLE = ".whole"


@dataclass
class Street:
    """Installs a system once into the cache, starts it once a run, and ends it with the run."""

    folder: Path
    cache: Path
    say: Say
    _stack: AsyncExitStack = field(repr=False)
    running: dict[str, Running] = field(default_factory=dict)

    async def open_all(self, systems: Sequence[System]) -> list[Running]:
        """All of them, side by side. What keeps some from running is told when all have tried."""
        opening = (self.open(system) for system in systems)
        opened = await asyncio.gather(*opening, return_exceptions=True)
        failures = [each for each in opened if isinstance(each, BaseException)]
        if failures:
            raise _together(failures)
        return [self.running[system.name] for system in systems]

    async def open(self, system: System) -> Running:
        """The running system. Raises Missing, or Died with the log; nothing is left of it then."""
        if system.name not in self.running:
            async with AsyncExitStack() as entered:
                home = State.at(self.folder / f"{system.name}-{system.release}")
                crew = await entered.enter_async_context(Crew(home))
                cache = await self._installed(system, crew)
                began = time.monotonic()
                self.running[system.name] = await system.start(crew, cache)
                self._stack.push_async_exit(entered.pop_all())
            self.say(f"{system.name} is up after {time.monotonic() - began:.0f} s")
        return self.running[system.name]

    async def _installed(self, system: System, crew: Crew) -> Path:
        """The system's part of the cache; what is not whole is made anew."""
        await system.equip(crew)
        part = part_of(self.cache, system)
        if (part / _WHOLE).exists():
            return part
        self.cache.mkdir(parents=True, exist_ok=True)
        async with alone(part.with_name(f"{part.name}.lock"), self._wait(system)):
            if not (part / _WHOLE).exists():  # another run may have made it meanwhile
                await self._install(system, crew, part)
        return part

    async def _install(self, system: System, crew: Crew, part: Path) -> None:
        began = time.monotonic()
        self.say(f"installing {system.name} {system.release}, once for this machine ...")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
        await system.install(crew, part)
        (part / _WHOLE).touch()
        self.say(f"{system.name} is installed after {time.monotonic() - began:.0f} s")

    def _wait(self, system: System) -> Callable[[], None]:
        return lambda: self.say(f"waiting for another run, which installs {system.name} ...")


def part_of(cache: Path, system: System) -> Path:
    """Where this release of it is kept."""
    return cache / f"{system.name}-{system.release}"


def _together(failures: Sequence[BaseException]) -> BaseException:
    """What a person must do, all at once; a bug goes before that, with its traceback."""
    bugs = [each for each in failures if not isinstance(each, StackTrouble)]
    if bugs or len(failures) == 1:
        return (bugs or failures)[0]
    return StackTrouble("\n".join(map(str, failures)))


@asynccontextmanager
async def street_in(folder: Path, cache: Path, say: Say) -> AsyncIterator[Street]:
    """Nothing runs at first, and nothing is left running."""
    async with AsyncExitStack() as stack:
        yield Street(folder, cache, say, stack)
