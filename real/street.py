"""The real systems of one run, each in a house of its own, brought up when somebody asks for it."""

import shutil
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from real.kit.system import Running, System
from runtime.local.crew import Crew
from runtime.local.state import State

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

    async def open(self, system: System) -> Running:
        """The running system. Raises Missing, or Died with the log to read."""
        if system.name not in self.running:
            home = State.at(self.folder / f"{system.name}-{system.release}")
            crew = await self._stack.enter_async_context(Crew(home))
            cache = await self._installed(system, crew)
            began = time.monotonic()
            self.running[system.name] = await system.start(crew, cache)
            self.say(f"{system.name} is up after {time.monotonic() - began:.0f} s")
        return self.running[system.name]

    async def _installed(self, system: System, crew: Crew) -> Path:
        """The system's part of the cache; what is not whole is made anew."""
        began = time.monotonic()
        await system.equip(crew)
        cache = self.cache / f"{system.name}-{system.release}"
        if (cache / _WHOLE).exists():
            return cache
        self.say(f"installing {system.name} {system.release}, once for this machine ...")
        shutil.rmtree(cache, ignore_errors=True)
        cache.mkdir(parents=True)
        await system.install(crew, cache)
        (cache / _WHOLE).touch()
        self.say(f"{system.name} is installed after {time.monotonic() - began:.0f} s")
        return cache


@asynccontextmanager
async def street_in(folder: Path, cache: Path, say: Say) -> AsyncIterator[Street]:
    """Nothing runs at first, and nothing is left running."""
    async with AsyncExitStack() as stack:
        yield Street(folder, cache, say, stack)
