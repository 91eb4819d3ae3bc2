"""The environment of a demo: a stack with vendors, and clients for people."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Protocol

from testbed.demo.carry import Disruption
from testbed.demo.clients import VendorClients, inject_faults, open_clients
from testbed.demo.systems import DemoSystems
from testbed.demo.systems.hubspot import HubspotSales
from testbed.demo.systems.jira import JiraDelivery
from testbed.demo.systems.xero import XeroBank
from testbed.demo.worker_settings import fault_config, sandbox_config, worker_environment
from testbed.stack.stack import Stack
from testbed.up import standing


class Systems(StrEnum):
    """The vendors of a demo."""

    SANDBOX = "sandbox"
    REAL = "real"


class DemoEnvironment(Protocol):
    """A stack with vendors, the people's clients, and faults to inject."""

    @property
    def stack(self) -> Stack: ...
    @property
    def systems(self) -> DemoSystems: ...

    async def inject_faults(self, rate: float, seed: int) -> None:
        """Make this share of Cashward's calls fail from now on."""
        ...

    def restarts(self, times: int) -> list[Disruption]:
        """Return disruptions that restart each vendor so often."""
        ...


@dataclass(frozen=True)
class SandboxEnvironment:
    """HubSpot, Jira and Xero, as our sandbox serves them."""

    stack: Stack
    systems: DemoSystems

    async def inject_faults(self, rate: float, seed: int) -> None:
        await inject_faults(self.stack.sandbox_urls, fault_config(rate, seed))

    def restarts(self, times: int) -> list[Disruption]:
        async def strike() -> None:
            await self.stack.kill("sandbox")

        what = "the sandbox was killed (-9) and started again"
        return [Disruption("hubspot", what, strike)] * times


def sandbox_systems(clients: VendorClients) -> DemoSystems:
    return DemoSystems(HubspotSales(clients.crm), JiraDelivery(clients.pm), XeroBank(clients.erp))


@asynccontextmanager
async def sandbox_environment(
    state: Path, workers: int, *, deals: int, limits: bool
) -> AsyncIterator[DemoEnvironment]:
    environment = partial(worker_environment, deals=deals)
    async with (
        standing(state, sandbox_config(limits=limits), workers, environment) as stack,
        open_clients(stack.sandbox_urls) as clients,
    ):
        yield SandboxEnvironment(stack, sandbox_systems(clients))
