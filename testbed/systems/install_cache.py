"""The cache of installed releases: made once, kept while used, and cleared when outdated."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from testbed.systems.common.alone import alone, alone_at_once, using
from testbed.systems.common.system import System

Say = Callable[[str], None]
_WHOLE = ".whole"


def part_of(cache: Path, system: System) -> Path:
    """Return the folder of this release of the system."""
    return cache / f"{system.name}-{system.release}"


@asynccontextmanager
async def whole_part(
    cache: Path, system: System, install: Callable[[Path], Awaitable[None]], say: Say
) -> AsyncIterator[Path]:
    """Keep the system's part of the cache while the block runs.

    An incomplete part is made again by `install`, in one process at a time; then earlier releases
    are deleted, unless somebody uses them.
    """
    part = part_of(cache, system)
    cache.mkdir(parents=True, exist_ok=True)

    def wait() -> None:
        say(f"waiting for another run, which installs {system.name} ...")

    async with AsyncExitStack() as used:
        while True:
            await used.enter_async_context(using(_lock(part), wait))
            if (part / _WHOLE).exists():
                break
            await used.aclose()
            async with alone(_lock(part), wait):
                if not (part / _WHOLE).exists():  # another run may have made it meanwhile
                    await _make(part, install)
                    _clear(cache, system, say)
        yield part


async def _make(part: Path, install: Callable[[Path], Awaitable[None]]) -> None:
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    await install(part)
    (part / _WHOLE).touch()


def _clear(cache: Path, system: System, say: Say) -> None:
    """Delete the other releases that nobody uses."""
    for other in sorted(cache.glob(f"{system.name}-*")):
        if other == part_of(cache, system) or not other.is_dir():
            continue
        with alone_at_once(_lock(other)) as unused:
            if unused:
                shutil.rmtree(other)
                say(f"{other.name} was in the cache, and is gone")


def _lock(part: Path) -> Path:
    return part.with_name(f"{part.name}.lock")
