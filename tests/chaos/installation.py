"""An installation without Temporal: its steps run in this process, one after the other."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from pydantic import BaseModel
from temporalio.exceptions import ApplicationError

from domain.effect import NotSettled
from domain.refusal import Refusal
from ports.failures import ConnectorFailure
from runtime.activity_interceptor import to_temporal_failure
from runtime.composition import open_systems
from store.clock import DatabaseClock
from store.database import Database
from testbed.attack import timing
from testbed.attack.counts import count_harm
from testbed.attack.deals import AttackedDeal, enter_deals
from testbed.attack.driver import StepRefused
from testbed.attack.evidence import gather_evidence
from testbed.attack.ledger import WatchedLedger
from testbed.attack.messages import Point
from testbed.attack.plants import Plant, planted
from testbed.attack.settings import set_up_settings, worker_settings
from testbed.attack.steps import Method, build_steps
from testbed.attack.stories import Outcome, Story
from testbed.demo.clients import open_clients

S = TypeVar("S")
C = TypeVar("C", bound=BaseModel)
R = TypeVar("R")
SEED = 1
PAUSE = timedelta(seconds=0.2)
BOUND = 60.0
"""Far longer than any step may take: one that hangs does not end within it."""


class Interrupted(Exception):
    """The installation stopped in the middle of a story."""


@dataclass
class Installation:
    """Runs steps until they end well, as Temporal does."""

    find: Callable[[str], Method]
    ledger: WatchedLedger
    steps_left: int | None = None
    """How many more steps it runs before it stops."""
    steps_done: int = 0
    failures: int = 0

    async def step(
        self,
        method: Callable[[S, C], Awaitable[R]],
        command: C,
        run: str,
        *,
        cancel_after: float | None = None,
    ) -> R:
        del cancel_after  # a step that is cancelled may still end
        if self.steps_left is not None:
            self.steps_left -= 1
            if self.steps_left < 0:
                raise Interrupted
        while True:
            try:
                async with asyncio.timeout(BOUND):
                    result: R = await self.find(method.__qualname__)(command)
                self.steps_done += 1
                return result
            except (ConnectorFailure, NotSettled, Refusal) as failure:
                self.failures += 1
                await _mended(failure, f"{method.__qualname__} of {run}")

    async def carry(self, deals: Sequence[AttackedDeal]) -> list[Outcome]:
        """Carry deals side by side; a story that is interrupted is left as it is."""
        stories = [Story(self, deal, SEED) for deal in deals]
        await asyncio.gather(*(story.carry() for story in stories), return_exceptions=True)
        return [story.outcome for story in stories]


async def _mended(failure: Exception, step: str) -> None:
    """Wait as long as Temporal would before the next attempt. Raises StepRefused."""
    known = to_temporal_failure(failure)
    assert isinstance(known, ApplicationError)
    if known.non_retryable:
        raise StepRefused(f"{step}: {known.type}: {known.message}") from failure
    await asyncio.sleep((known.next_retry_delay or PAUSE).total_seconds())


@asynccontextmanager
async def open_installation(
    urls: Mapping[str, str],
    database_url: str,
    *,
    name: str = "cashward",
    plant: Plant | None = None,
) -> AsyncIterator[Installation]:
    settings = worker_settings(urls, database_url, pool_size=6, installation=name)
    async with AsyncExitStack() as stack:
        open_ledger = stack.enter_context(planted(plant, timedelta(0)))
        systems = await stack.enter_async_context(open_systems(settings))
        opened = Database.open(database_url, pool_size=6, answer_timeout=timing.ANSWER)
        database = await stack.enter_async_context(opened)
        ledger = open_ledger(database, DatabaseClock(database), _nobody_is_struck)
        yield Installation(build_steps(settings, systems, database, ledger), ledger)


async def prepared(
    urls: Mapping[str, str], deals: int, *, name: str = "cashward"
) -> list[AttackedDeal]:
    """Prepare the CRM, and let sales enter deals that are carried to their end."""
    settings = set_up_settings(urls, installation=name)
    async with open_systems(settings) as systems, open_clients(urls) as clients:
        await systems.crm.set_up(dry_run=False)
        entered = await enter_deals(clients.crm, 2 * deals, settings.policy)
    return [deal for deal in entered if not deal.is_cancelled][:deals]


async def harm_of(
    urls: Mapping[str, str], database_url: str, outcomes: Sequence[Outcome], *, beside: str = ""
) -> dict[str, Sequence[str]]:
    """Return the kinds of harm that there are, as the attack counts them."""
    async with open_clients(urls) as clients:
        evidence = await gather_evidence(clients, database_url, beside=beside)
    return {kind: found for kind, found in count_harm(evidence, outcomes).items() if found}


async def _nobody_is_struck(_: Point) -> None:
    pass
