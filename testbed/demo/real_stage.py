"""A demo on BottleCRM, Redmine and Tryton themselves, installed on this machine."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cli.context import out
from testbed.demo.carry import Blow
from testbed.demo.cast import Cast
from testbed.demo.cast.bottlecrm import open_bottlecrm
from testbed.demo.cast.redmine import open_redmine
from testbed.demo.cast.tryton import open_tryton
from testbed.demo.environment import real_environment
from testbed.demo.stage import Stage
from testbed.stack.stack import Stack
from testbed.systems.catalog import NAMES, changes_at, system_named
from testbed.systems.common.proxy import Fault, Proxy, proxy_before
from testbed.systems.common.system import Running
from testbed.systems.places import cache
from testbed.systems.street import street_in
from testbed.up import standing

_ROLES = ("lead", "consultant", "developer", "designer")


@dataclass(frozen=True)
class RealStage:
    """BottleCRM, Redmine and Tryton; Cashward reaches them through proxies, people straight."""

    stack: Stack
    cast: Cast
    running: Mapping[str, Running] = field(repr=False)
    proxies: Mapping[str, Proxy] = field(repr=False)

    async def spoil(self, rate: float, seed: int) -> None:
        """This share of the changing calls is done, and the reply lost; no other call is hurt."""
        del seed  # which call it meets is chance enough
        for name, proxy in self.proxies.items():
            proxy.share(rate, Fault.LOST_REPLY, changes_at(name))

    def restarts(self, times: int) -> list[Blow]:
        return [
            Blow(name, f"{name} was killed (-9) and started again", system.restart)
            for _ in range(times)
            for name, system in self.running.items()
        ]


@asynccontextmanager
async def real_stage(state: Path, workers: int) -> AsyncIterator[Stage]:
    async with AsyncExitStack() as left, street_in(state / "real", cache(), _say) as street:
        opened = await street.open_all([*map(system_named, NAMES)])
        running = dict(zip(NAMES, opened, strict=True))
        proxies = {
            name: await left.enter_async_context(proxy_before(system.place.url))
            for name, system in running.items()
        }
        places = {name: system.place for name, system in running.items()}
        told = real_environment(
            {name: {**place.connector, "URL": proxies[name].url} for name, place in places.items()},
            staffing=json.dumps({role: places["redmine"].hands[role] for role in _ROLES}),
        )
        stack = await left.enter_async_context(standing(state, None, workers, lambda _: told))
        cast = Cast(
            await left.enter_async_context(open_bottlecrm(places["bottlecrm"])),
            await left.enter_async_context(open_redmine(places["redmine"])),
            await left.enter_async_context(open_tryton(places["tryton"])),
        )
        yield RealStage(stack, cast, running, proxies)


def _say(what: str) -> None:
    out.print(f"  [dim]{what}[/]", highlight=False)
