"""A demo on the real BottleCRM, Redmine and Tryton, installed on this machine."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cli.context import out
from testbed.demo.carry import Disruption
from testbed.demo.environment import DemoEnvironment
from testbed.demo.systems import DemoSystems
from testbed.demo.systems.bottlecrm import open_bottlecrm
from testbed.demo.systems.redmine import open_redmine
from testbed.demo.systems.tryton import open_tryton
from testbed.demo.worker_settings import real_environment
from testbed.stack.stack import Stack
from testbed.systems.catalog import NAMES, changes_at, system_named
from testbed.systems.common.proxy import Fault, Proxy, proxy_before
from testbed.systems.common.system import Running
from testbed.systems.places import cache
from testbed.systems.system_pool import open_system_pool
from testbed.up import standing

_ROLES = ("lead", "consultant", "developer", "designer")


@dataclass(frozen=True)
class RealEnvironment:
    """BottleCRM, Redmine and Tryton; Cashward uses proxies, people connect directly."""

    stack: Stack
    systems: DemoSystems
    running: Mapping[str, Running] = field(repr=False)
    proxies: Mapping[str, Proxy] = field(repr=False)

    async def inject_faults(self, rate: float, seed: int) -> None:
        """Lose the responses of this share of changing calls, which the systems carry out."""
        del seed  # which call it meets is chance enough
        for name, proxy in self.proxies.items():
            proxy.share(rate, Fault.LOST_REPLY, changes_at(name))

    def restarts(self, times: int) -> list[Disruption]:
        return [
            Disruption(name, f"{name} was killed (-9) and started again", system.restart)
            for _ in range(times)
            for name, system in self.running.items()
        ]


@asynccontextmanager
async def real_systems_environment(state: Path, workers: int) -> AsyncIterator[DemoEnvironment]:
    async with (
        AsyncExitStack() as left,
        open_system_pool(state / "real", cache(), _say) as system_pool,
    ):
        opened = await system_pool.open_all([*map(system_named, NAMES)])
        running = dict(zip(NAMES, opened, strict=True))
        proxies = {
            name: await left.enter_async_context(proxy_before(system.place.url))
            for name, system in running.items()
        }
        places = {name: system.place for name, system in running.items()}
        given = real_environment(
            {name: {**place.connector, "URL": proxies[name].url} for name, place in places.items()},
            staffing=json.dumps({role: places["redmine"].credentials[role] for role in _ROLES}),
        )
        stack = await left.enter_async_context(standing(state, None, workers, lambda _: given))
        systems = DemoSystems(
            await left.enter_async_context(open_bottlecrm(places["bottlecrm"])),
            await left.enter_async_context(open_redmine(places["redmine"])),
            await left.enter_async_context(open_tryton(places["tryton"])),
        )
        yield RealEnvironment(stack, systems, running, proxies)


def _say(what: str) -> None:
    out.print(f"  [dim]{what}[/]", highlight=False)
