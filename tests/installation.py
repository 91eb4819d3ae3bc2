"""Cashward in a test: workers that run deals while people act."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, TypeVar

from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from application.application import Application
from domain.deal_snapshot import Outcome
from runtime.application import build_application
from runtime.composition import Systems
from runtime.plugin import CashwardPlugin
from runtime.settings import Settings
from runtime.workers import build_workers, steps
from store import Store
from testbed.demo.story import Sale
from workflows import workflow_ids

T = TypeVar("T")


@asynccontextmanager
async def at_work(
    temporal: WorkflowEnvironment,
    settings: Settings,
    systems: Systems,
    store: Store,
    *,
    strict: bool = False,
) -> AsyncIterator[Client]:
    """Run workers with a client; `strict` loads our own code inside the workflow sandbox."""
    plugin = CashwardPlugin(strict=strict)
    config = temporal.client.config(active_config=False) | {"plugins": [plugin]}
    client = Client(**config)
    async with AsyncExitStack() as stack:
        for worker in build_workers(client, settings, steps(settings, systems, store, client)):
            await stack.enter_async_context(worker)
        yield client


def application_of(
    settings: Settings, systems: Systems, store: Store, client: Client
) -> Application:
    """Build the application over what is open already."""

    async def connect() -> Client:
        return client

    @asynccontextmanager
    async def open_systems() -> AsyncIterator[Systems]:
        yield systems

    return build_application(settings, store, connect=connect, open_systems=open_systems)


async def outcomes(client: Client, sales: Sequence[Sale]) -> list[Outcome]:
    """Wait until all deals have ended, and return how."""
    ids = (workflow_ids.deal_run(sale.deal) for sale in sales)
    runs = [client.get_workflow_handle(each, result_type=Outcome) for each in ids]
    ended: list[Outcome] = await asyncio.gather(*(run.result() for run in runs))
    return ended


async def meanwhile(
    acting: Coroutine[Any, Any, None], ending: Coroutine[Any, Any, T], *, within: float
) -> T:
    """Return the result of `ending` while people act; fail as soon as they do."""
    acted, ended = asyncio.create_task(acting), asyncio.create_task(ending)
    try:
        async with asyncio.timeout(within):
            await asyncio.wait({acted, ended}, return_when=asyncio.FIRST_COMPLETED)
            if acted.done():
                await acted
            return await ended
    finally:
        acted.cancel()
        ended.cancel()
        await asyncio.gather(acted, ended, return_exceptions=True)
