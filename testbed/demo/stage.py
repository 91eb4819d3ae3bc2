"""Where a demo plays: a stack with vendors, and people who know their way there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Protocol

from testbed.demo.carry import Blow
from testbed.demo.cast import Cast
from testbed.demo.cast.hubspot import HubspotSales
from testbed.demo.cast.jira import JiraDelivery
from testbed.demo.cast.xero import XeroBooks
from testbed.demo.desks import Desks, open_desks, spoil
from testbed.demo.environment import fault_config, sandbox_config, worker_environment
from testbed.stack.stack import Stack
from testbed.up import standing


class Casting(StrEnum):
    """Which vendors play in a demo."""

    SANDBOX = "sandbox"
    REAL = "real"


class Stage(Protocol):
    """A stack with vendors, its people, and ways to hurt it."""

    @property
    def stack(self) -> Stack: ...
    @property
    def cast(self) -> Cast: ...

    async def spoil(self, rate: float, seed: int) -> None:
        """Let this share of Cashward's calls go wrong from now on."""
        ...

    def restarts(self, times: int) -> list[Blow]:
        """Each vendor restarted so often."""
        ...


@dataclass(frozen=True)
class SandboxStage:
    """HubSpot, Jira and Xero, as our sandbox plays them."""

    stack: Stack
    cast: Cast

    async def spoil(self, rate: float, seed: int) -> None:
        await spoil(self.stack.sandbox_urls, fault_config(rate, seed))

    def restarts(self, times: int) -> list[Blow]:
        async def strike() -> None:
            await self.stack.kill("sandbox")

        what = "the sandbox was killed (-9) and started again"
        return [Blow("hubspot", what, strike)] * times


def sandbox_cast(desks: Desks) -> Cast:
    return Cast(HubspotSales(desks.crm), JiraDelivery(desks.pm), XeroBooks(desks.erp))


@asynccontextmanager
async def sandbox_stage(
    state: Path, workers: int, *, deals: int, limits: bool
) -> AsyncIterator[Stage]:
    environment = partial(worker_environment, deals=deals)
    async with (
        standing(state, sandbox_config(limits=limits), workers, environment) as stack,
        open_desks(stack.sandbox_urls) as desks,
    ):
        yield SandboxStage(stack, sandbox_cast(desks))
