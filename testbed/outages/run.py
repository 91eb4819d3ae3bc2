"""Runs an outage from an empty folder to its figures."""

import random
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final

from testbed.outages.outage import Outage, Tell
from testbed.outages.people import People, new_sales
from testbed.outages.restore import pace_of, restore
from testbed.outages.scene import Scene, open_scene
from testbed.outages.silence import PACE, silence

_WORKERS: Final = 2


async def restored(deals: int, lost: float, seed: int, tell: Tell) -> Outage:
    """Restore PostgreSQL from a backup that is so many seconds old."""
    async with _scene() as scene:
        return await restore(scene, _people(scene, deals, pace_of(lost), seed), lost, tell)


async def silenced(deals: int, seconds: float, seed: int, tell: Tell) -> list[Outage]:
    """Let PostgreSQL be silent for so long, and then Temporal, each in deals of its own."""
    outages = []
    async with _scene() as scene:
        for number, system in enumerate(scene.proxies):
            people = _people(scene, deals, PACE, seed, first=number * deals)
            outages.append(await silence(scene, people, system, seconds, tell))
    return outages


@asynccontextmanager
async def _scene() -> AsyncIterator[Scene]:
    with _folder() as folder:
        async with open_scene(folder, workers=_WORKERS) as scene:
            yield scene


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="cashward-outages-") as folder:
        Path(folder).chmod(0o711)  # the database may run under an account of its own
        yield Path(folder) / "state"


def _people(scene: Scene, deals: int, pace: float, seed: int, *, first: int = 0) -> People:
    sales = new_sales(deals, first=first, seed=seed)
    chance = random.Random(seed)  # noqa: S311 - decides when, not what
    return People(scene.systems, sales, pace, chance)
