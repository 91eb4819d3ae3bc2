"""A whole installation on real systems: BottleCRM, Redmine, Tryton, Temporal and PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from typing import Any

from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from activities.poll_schedule import PollSchedule
from activities.polls import CrmPoll
from application.dispatch import TemporalEventDispatcher
from domain.deal_snapshot import Outcome
from domain.event import DealWon, InvoiceChanged, MilestoneReached
from domain.ids import ChargeId, EventId, MilestoneKey, Subject
from runtime.composition import open_systems
from runtime.settings import Settings, TemporalSettings
from store import open_store
from testbed.demo.orders import Order, order
from testbed.demo.people import Customer, DeliveryManager, SalesPerson
from testbed.demo.story import Sale, Story
from testbed.demo.systems import DemoSystems
from testbed.demo.systems.bottlecrm import open_bottlecrm
from testbed.demo.systems.redmine import open_redmine
from testbed.demo.systems.tryton import open_tryton
from testbed.seller import SELLER
from testbed.stack.postgres import as_worker
from testbed.systems.catalog import NAMES, system_named
from testbed.systems.common.proxy import Proxy, proxy_before
from testbed.systems.common.system import Running
from testbed.systems.count import Count
from testbed.systems.count import count as counted
from testbed.systems.system_pool import SystemPool
from tests.installation import at_work, meanwhile, outcomes

_EVENT = EventId("told by people")
_LOOK_INTERVAL = 0.5
_WITHIN = 420.0
_ROLES = ("lead", "consultant", "developer", "designer")
_numbers = count()


@dataclass(frozen=True, kw_only=True)
class RealInstallation:
    """People at real systems, workers that use proxies, and a count of the records."""

    client: Client
    dispatcher: TemporalEventDispatcher
    poll: CrmPoll
    systems: DemoSystems
    running: dict[str, Running]
    proxies: dict[str, Proxy]
    story: Story = field(default_factory=Story)

    async def sell(self, deals: int, *, milestones: int, today: date) -> list[Sale]:
        """Let sales enter and win these; Cashward does not know of it yet."""
        made = [order(n, milestones=milestones, seed=5, today=today) for n in range(deals)]
        return await self.sell_as(made)

    async def sell_as(self, made: Sequence[Order]) -> list[Sale]:
        sales = [Sale(order=each) for each in made]
        await SalesPerson(self.systems.sales, self.story).sell(sales)
        return sales

    async def ring(self, sale: Sale) -> None:
        await self.dispatcher.deal_won(DealWon(deal=sale.deal, event=_EVENT))

    async def carry(self, sales: Sequence[Sale]) -> list[Outcome]:
        """Run deals to cash, with people who look twice a second."""
        ending = outcomes(self.client, sales)
        return await meanwhile(self._act(sales), ending, within=_WITHIN)

    async def count(self) -> Count:
        places = {name: running.place for name, running in self.running.items()}
        return await asyncio.to_thread(counted, places)

    async def _act(self, sales: Sequence[Sale]) -> None:
        """Act until cancelled, and signal at once what a poll would notice."""
        today = sales[0].order.start
        seller = SalesPerson(self.systems.sales, self.story)
        manager = DeliveryManager(self.systems.delivery, self.story, today)
        customer = Customer(self.systems.erp, self.story, today)
        while True:
            await seller.look(sales)
            await manager.deliver(sales)
            await customer.pay(sales)
            await asyncio.gather(*(self._tell(sale) for sale in sales))
            await asyncio.sleep(_LOOK_INTERVAL)

    async def _tell(self, sale: Sale) -> None:
        if sale.reached:
            charge = ChargeId(f"m{sale.reached}")
            fact = MilestoneReached(deal=sale.deal, milestone=MilestoneKey(charge), event=_EVENT)
            await self.dispatcher.milestone_reached(fact)
        for reference in sale.paid:
            subject = Subject(reference.split(":", 2)[2])
            news = InvoiceChanged(deal=sale.deal, subject=subject, event=_EVENT)
            await self.dispatcher.invoice_changed(news)


@asynccontextmanager
async def open_real_installation(
    temporal: WorkflowEnvironment, database_url: str, system_pool: SystemPool
) -> AsyncIterator[RealInstallation]:
    async with AsyncExitStack() as stack:
        opened = await system_pool.open_all([*map(system_named, NAMES)])
        running = dict(zip(NAMES, opened, strict=True))
        for system in running.values():
            await system.reset()
        proxies = {
            name: await stack.enter_async_context(proxy_before(system.place.url))
            for name, system in running.items()
        }
        settings = _settings(running, proxies)
        systems = await stack.enter_async_context(open_systems(settings))
        await systems.crm.set_up(dry_run=False)
        for proxy in proxies.values():
            proxy.seen.clear()  # of what was done about no deal
        store = await stack.enter_async_context(open_store(as_worker(database_url), pool_size=10))
        client = await stack.enter_async_context(at_work(temporal, settings, systems, store))
        dispatcher = TemporalEventDispatcher(
            client,
            task_queue=settings.temporal.task_queue,
            policy=settings.policy,
            attention_queue=store.attention_queue,
            registry=store.deal_registry,
        )
        demo_systems = DemoSystems(
            await stack.enter_async_context(open_bottlecrm(running["bottlecrm"].place)),
            await stack.enter_async_context(open_redmine(running["redmine"].place)),
            await stack.enter_async_context(open_tryton(running["tryton"].place)),
        )
        overlap = settings.timing.overlap
        now = store.clock.now
        schedule = PollSchedule("crm", settings.timing.poll_interval("crm"), store.cursors, now)
        yield RealInstallation(
            client=client,
            dispatcher=dispatcher,
            poll=CrmPoll(
                systems.crm,
                store.attention_queue,
                store.cursors,
                dispatcher,
                now,
                overlap,
                schedule,
                settings.policy,
            ),
            systems=demo_systems,
            running=running,
            proxies=proxies,
        )


def _settings(running: dict[str, Running], proxies: dict[str, Proxy]) -> Settings:
    def connector_settings(name: str) -> dict[str, Any]:
        given = {key.lower(): value for key, value in running[name].place.connector.items()}
        http = {"timeout_seconds": 15, "settle_seconds": 15}
        return {**given, "url": proxies[name].url, "http": http}

    people = running["redmine"].place.credentials
    return Settings.model_validate(
        {
            "temporal": TemporalSettings(task_queue=f"installation-{next(_numbers)}"),
            "vendors": {"crm": "bottlecrm", "pm": "redmine", "erp": "tryton"},
            "connectors": {name: connector_settings(name) for name in NAMES},
            "policy": {
                "staffing": {"people": {role: people[role] for role in _ROLES}},
                "seller": SELLER,
            },
            "timing": {"operation_timeout_seconds": 60},
        }
    )
