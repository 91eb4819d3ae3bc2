"""The stack to measure on: one Temporal, and a worker process for each kind of run."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import psycopg
from temporalio.client import Client

from application.dispatch import TemporalEventDispatcher
from cli.context import settings_of
from ports.event_dispatcher import EventDispatcher
from runtime.composition import open_systems
from runtime.logging import set_up_logging
from runtime.temporal import connect
from store import open_store
from store.database import plain_url
from testbed.bench.measure import middle_shape
from testbed.bench.people import Crowd
from testbed.bench.shapes import QUEUE, REFERENCE, EmptyRun, Shape
from testbed.demo.clients import VendorClients, open_clients
from testbed.demo.orders import order
from testbed.demo.people import SalesPerson
from testbed.demo.story import Sale, Story
from testbed.demo.systems.hubspot import HubspotSales
from testbed.demo.worker_settings import (
    migrate_database,
    poll_intervals,
    sandbox_config,
    worker_environment,
)
from testbed.stack.program import Program
from testbed.stack.stack import Stack, local_stack
from testbed.stack.supervisor import python
from workflows import workflow_ids

MILESTONES = 3


@dataclass(kw_only=True)
class Rig:
    """Runs deals, or runs that do nothing, and returns the seconds that it took."""

    client: Client
    clients: VendorClients
    dispatcher: EventDispatcher
    stack: Stack
    shape: Shape = REFERENCE
    numbers: "count[int]" = field(default_factory=count)

    async def warm_up(self) -> None:
        """Run one of each kind."""
        await self.ours(1)
        await self.empty(1)
        await self.reference(1)

    async def empty(self, deals: int) -> float:
        """(a) Run our shape, doing nothing."""
        return await self._nothing("empty", self.shape, deals)

    async def reference(self, deals: int) -> float:
        """(b) Run one workflow of 24 steps and 6 signals, doing nothing."""
        return await self._nothing("reference", REFERENCE, deals)

    async def ours(self, deals: int) -> float:
        """(c) Run whole deals, with vendors and store; the shape is that of the median one."""
        sales = await self._sold(deals)
        took = await self._carry(sales)
        self.shape = await middle_shape(self.client, [sale.deal for sale in sales])
        return took

    async def statements(self, deals: int) -> float:
        """Count the statements that our worker sends to PostgreSQL, for each deal."""
        log = self.stack.supervisor.state.log("postgres")
        async with await psycopg.AsyncConnection.connect(
            plain_url(self.stack.database_url), autocommit=True
        ) as admin:
            for setting in ("log_statement = 'all'", "log_line_prefix = '%a '"):
                await admin.execute(f"ALTER SYSTEM SET {setting}".encode())
            await admin.execute("SELECT pg_reload_conf()")
            before = _statements(log)
            await self.ours(deals)
            counted = _statements(log) - before
            await admin.execute("ALTER SYSTEM RESET ALL")
            await admin.execute("SELECT pg_reload_conf()")
        return counted / deals

    async def _sold(self, deals: int) -> list[Sale]:
        today = datetime.now(UTC).date()
        orders = [
            order(next(self.numbers), milestones=MILESTONES, seed=1, today=today)
            for _ in range(deals)
        ]
        sales = [Sale(order=each) for each in orders]
        await SalesPerson(HubspotSales(self.clients.crm), Story()).sell(sales)
        return sales

    async def _carry(self, sales: Sequence[Sale]) -> float:
        crowd = Crowd(self.clients, self.dispatcher, sales, datetime.now(UTC).date())
        acting = asyncio.create_task(crowd.act())
        began = time.perf_counter()
        await crowd.win()
        runs = [self.client.get_workflow_handle(workflow_ids.deal_run(sale.deal)) for sale in sales]
        await asyncio.gather(*(run.result() for run in runs))
        took = time.perf_counter() - began
        acting.cancel()
        await asyncio.gather(acting, return_exceptions=True)
        return took

    async def _nothing(self, kind: str, shape: Shape, deals: int) -> float:
        began = time.perf_counter()
        runs = [f"{kind}:{next(self.numbers)}" for _ in range(deals)]
        handles = await asyncio.gather(
            *(
                self.client.start_workflow(EmptyRun.run, shape, id=run, task_queue=QUEUE)
                for run in runs
            )
        )
        await asyncio.gather(*(handle.result() for handle in handles))
        return time.perf_counter() - began


def _statements(log: Path) -> int:
    """Count what PostgreSQL's log says of statements; our sessions name themselves."""
    text = log.read_text(encoding="utf-8", errors="replace")
    return sum(text.count(f"cashward LOG:  {kind}") for kind in ("execute", "statement"))


@asynccontextmanager
async def open_rig(folder: Path) -> AsyncIterator[Rig]:
    async with local_stack(
        folder,
        sandbox_config=sandbox_config(limits=False),
        environment=_environment,
        prepare=migrate_database,
    ) as stack:
        settings = settings_of(stack.environment)
        set_up_logging("WARNING")
        async with open_systems(settings) as systems:
            await systems.crm.set_up(dry_run=False)
        await _start_empty_worker(stack)
        client = await connect(settings.temporal)
        async with (
            open_store(stack.worker_database_url) as store,
            open_clients(stack.sandbox_urls) as clients,
        ):
            dispatcher = TemporalEventDispatcher(
                client,
                task_queue=settings.temporal.task_queue,
                policy=settings.policy,
                attention_queue=store.attention_queue,
                registry=store.deal_registry,
            )
            yield Rig(client=client, clients=clients, dispatcher=dispatcher, stack=stack)


def _environment(stack: Stack) -> Mapping[str, str]:
    """Return a worker's settings without polls: people send signals instead."""
    return {**worker_environment(stack), **poll_intervals(crm=86400, pm=86400, erp=86400)}


async def _start_empty_worker(stack: Stack) -> None:
    program = Program(
        supervisor=stack.supervisor,
        name="worker-empty",
        argv=python("testbed.bench.worker"),
        settings=stack.environment,
    )
    await program.up()
    stack.programs[program.name] = program
