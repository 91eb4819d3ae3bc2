"""One attack: workers carry deals while everything goes wrong; then the harm is counted."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import make_url

from runtime.composition import open_systems
from store import migrate
from testbed.attack import timing
from testbed.attack.counts import Counts, count_harm
from testbed.attack.deals import AttackedDeal, enter_deals
from testbed.attack.disturbances import Disturbance, Disturber
from testbed.attack.driver import Driver
from testbed.attack.evidence import gather_evidence
from testbed.attack.plants import Plant
from testbed.attack.reconciled import reconciled
from testbed.attack.settings import UNLIMITED, faults, set_up_settings, worker_settings
from testbed.attack.stories import Story
from testbed.attack.worker_pool import WorkerPool, open_workers
from testbed.demo.clients import VendorClients, inject_faults, open_clients
from testbed.stack.postgres import Database, start_postgres
from testbed.stack.state import State
from testbed.stack.supervisor import Supervisor
from testbed.stack.tcp_proxy import TcpProxy, tcp_proxy
from testbed.stack.vendors import VENDORS, start_sandbox

_EFFECTS_OF_FIVE_DEALS: Final = 78
_STEPS_OF_FIVE_DEALS: Final = 80
_CONNECTIONS: Final = 6  # of each worker to PostgreSQL
_AT_ONCE: Final = 10  # deals of each worker
_CALM_FROM: Final = 0.9  # of the progress
_QUIET_WITHIN: Final = 60.0
_PATIENCE: Final = 240.0


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How hard to attack."""

    seed: int
    effects: int
    workers: int
    disturbances: Mapping[Disturbance, int]
    faults: float
    skew: float
    plant: Plant | None = None
    latecomers: bool = False
    """Whether issues land later than the vendor promises."""

    @property
    def fault_config(self) -> Mapping[str, object]:
        return faults(self.faults, self.seed, latecomers=self.latecomers)

    @property
    def deals(self) -> int:
        return max(1, self.effects * 5 // _EFFECTS_OF_FIVE_DEALS)


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far an attack is."""

    part: float
    phase: str
    disturbances: Mapping[Disturbance, int]


Tell = Callable[[Progress], None]


@dataclass(frozen=True, kw_only=True)
class Result:
    """What an attack did, and what harm came of it."""

    harm: Counts
    effects: int
    disturbances: Mapping[Disturbance, int]
    longest_stop: float
    attempts: Mapping[str, int]
    seconds: float
    quiet_after: float
    """Seconds from the last fault until nothing was left to do."""

    @property
    def is_clean(self) -> bool:
        return not any(self.harm.values())


@dataclass(frozen=True, kw_only=True)
class _Scene:
    """Everything that takes part."""

    plan: Plan
    pool: WorkerPool
    proxy: TcpProxy
    clients: VendorClients
    urls: Mapping[str, str]
    database: Database
    deals: Sequence[AttackedDeal]


async def attack(plan: Plan, folder: Path, tell: Tell) -> Result:
    """Attack in a folder of its own; nothing runs on when this ends, however it ends."""
    async with _scene(plan, folder) as scene:
        began, since = time.monotonic(), datetime.now(UTC)
        driver = Driver(scene.pool)
        chance = random.Random(plan.seed)  # noqa: S311 - decides when, not what
        disturber = Disturber(scene.pool, driver, scene.proxy, dict(plan.disturbances), chance)
        stories = [Story(driver, deal, plan.seed) for deal in scene.deals]
        quiet_after = await _carry(scene, driver, disturber, stories, tell)
        took = time.monotonic() - began
        evidence = await gather_evidence(scene.clients, scene.database.url)
        harm = count_harm(evidence, [story.outcome for story in stories])
        differed = await reconciled(scene.urls, scene.database.worker_url, since)
        late = [f"quiet {quiet_after:.0f} s after the last fault"]
        return Result(
            harm={
                **harm,
                "differs when reconciled": differed,
                "not quiet in time": late if quiet_after > _QUIET_WITHIN else [],
            },
            effects=len(evidence.effects),
            disturbances=disturber.done(),
            longest_stop=max(scene.pool.stop_lengths, default=0.0),
            attempts=driver.attempts,
            seconds=took,
            quiet_after=quiet_after,
        )


async def _carry(
    scene: _Scene, driver: Driver, disturber: Disturber, stories: Sequence[Story], tell: Tell
) -> float:
    """Carry all stories through the faults and into the quiet; return how long that took."""
    steps = len(stories) * _STEPS_OF_FIVE_DEALS / 5
    phase = "under attack"

    def progress() -> float:
        return 1.0 if carrying.done() else min(driver.steps_done / steps, 1.0)

    async def report() -> None:
        while True:
            tell(Progress(part=progress(), phase=phase, disturbances=disturber.done()))
            await asyncio.sleep(0.5)

    carrying = asyncio.create_task(_all_stories(stories, scene.plan.workers * _AT_ONCE))
    reporting = asyncio.create_task(report())
    disturbing = asyncio.create_task(disturber.work(lambda: progress() / _CALM_FROM))
    try:
        await disturbing
        await inject_faults(scene.urls, faults(0, scene.plan.seed))
        phase = "until the last stop is over"
        await scene.pool.all_going()
        phase = "left alone"
        began = time.monotonic()
        await asyncio.wait({carrying}, timeout=_PATIENCE)
        if carrying.done():
            await carrying
        await scene.pool.all_idle()
        quiet_after = time.monotonic() - began
        await asyncio.sleep(timing.SETTLE)
        return quiet_after
    finally:
        for task in (reporting, carrying, disturbing):
            task.cancel()
        await asyncio.gather(reporting, carrying, disturbing, return_exceptions=True)


async def _all_stories(stories: Sequence[Story], at_once: int) -> None:
    some = asyncio.Semaphore(at_once)

    async def one(story: Story) -> None:
        async with some:
            await story.carry()

    async with asyncio.TaskGroup() as group:
        for story in stories:
            group.create_task(one(story))


@asynccontextmanager
async def _scene(plan: Plan, folder: Path) -> AsyncIterator[_Scene]:
    async with Supervisor(State.at(folder)) as supervisor:
        state = supervisor.state
        ports = state.ports("postgres", *VENDORS)
        database = await start_postgres(supervisor, ports["postgres"])
        await asyncio.to_thread(migrate, database.url)
        urls = (await start_sandbox(supervisor, ports, UNLIMITED)).urls
        async with (
            tcp_proxy("127.0.0.1", ports["postgres"]) as proxy,
            open_clients(urls) as clients,
        ):
            host, port = proxy.address
            through = make_url(database.url).set(host=host, port=port)
            settings = worker_settings(
                urls, through.render_as_string(hide_password=False), pool_size=_CONNECTIONS
            )
            async with open_systems(set_up_settings(urls)) as systems:
                await systems.crm.set_up(dry_run=False)
            deals = await enter_deals(clients.crm, plan.deals, settings.policy)
            async with open_workers(
                settings, state, size=plan.workers, skew=plan.skew, plant=plan.plant
            ) as pool:
                await pool.all_idle()
                await inject_faults(urls, plan.fault_config)
                yield _Scene(
                    plan=plan,
                    pool=pool,
                    proxy=proxy,
                    clients=clients,
                    urls=urls,
                    database=database,
                    deals=deals,
                )
