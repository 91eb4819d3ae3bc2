"""A whole installation in a test: real Temporal, real PostgreSQL, and every vendor's sandbox."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import Any

from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from application.application import Application
from application.dispatch import TemporalEventDispatcher
from connectors.common import References
from domain.contract import Policy
from domain.deal_snapshot import Outcome
from runtime.composition import open_systems
from runtime.settings import Settings, TemporalSettings, Timing
from store import open_store
from testbed.bench.people import Crowd, oplog
from testbed.demo.clients import VendorClient, VendorClients, inject_faults, open_clients
from testbed.demo.environment import sandbox_systems
from testbed.demo.orders import Order, order
from testbed.demo.people import SalesPerson
from testbed.demo.reconciliation import Reconciliation, read_back
from testbed.demo.story import Sale, Story
from testbed.demo.systems.hubspot import HubspotSales
from testbed.seller import SELLER
from testbed.stack.postgres import as_worker
from testbed.vendors import serve
from tests.installation import application_of, at_work, meanwhile, outcomes
from tests.references import OURS

_numbers = count(1)
_HTTP = {"timeout_seconds": 1.0, "settle_seconds": 1.2}
LATE_BY, HANG_FOR, OPERATION_TIMEOUT = 1.5, 1.5, 4.0
_WITHIN = 90.0
VENDORS: dict[str, Any] = {
    "hubspot": {"search_lag": 0},
    # Workers wait out Xero's minute by the wall clock, and Xero's clock, if it were advanced, would
    # end idempotency keys that they still count on.
    "xero": {"limits": {"minute": 100_000}},
}


@dataclass(frozen=True, kw_only=True)
class Sandboxed:
    """Workers on the sandbox's vendors, and the people who use them."""

    client: Client
    application: Application
    dispatcher: TemporalEventDispatcher
    dispatcher_with: Callable[[Policy], TemporalEventDispatcher]
    policy: Policy
    clients: VendorClients
    urls: dict[str, str]
    references: References
    began: datetime
    numbers: Iterator[int] = field(default_factory=count)
    spoilt_from: dict[str, int] = field(default_factory=dict)

    def orders(self, wanted: int, *, milestones: int = 3) -> list[Order]:
        """Return new orders, each with a customer and names of its own."""
        today = self.began.date()
        return [_order(next(self.numbers), milestones, today) for _ in range(wanted)]

    async def sell(self, orders: Sequence[Order]) -> list[Sale]:
        """Let sales enter and win these; Cashward does not know of it yet."""
        sales = [Sale(order=each) for each in orders]
        await SalesPerson(HubspotSales(self.clients.crm), Story()).sell(sales)
        return sales

    async def inject_faults(self, rules: Sequence[dict[str, object]]) -> None:
        """Make these calls of ours fail from now on."""
        for client in self._vendors:
            self.spoilt_from[client.name] = (await client.ask("GET", "/_sandbox/health"))["seq"]
        await inject_faults(
            self.urls,
            {
                "rules": list(rules),
                "actors": ["cashward"],
                "late_by": LATE_BY,
                "hang_for": HANG_FOR,
            },
        )

    async def carry(self, sales: Sequence[Sale], *, within: float = _WITHIN) -> list[Outcome]:
        """Run deals from closed-won to cash, with people who act as soon as they can."""
        today = self.began.date()
        crowd = Crowd(self.clients, self.dispatcher, sales, today, prefix=self.references.prefix)

        async def ending() -> list[Outcome]:
            await crowd.win()
            return await outcomes(self.client, sales)

        return await meanwhile(crowd.act(), ending(), within=within)

    async def read_back(self, sales: Sequence[Sale]) -> list[Reconciliation]:
        return await read_back(
            sandbox_systems(self.clients), sales, self.began - timedelta(seconds=5)
        )

    async def changing_calls(self) -> list[str]:
        """Return the operations by which we changed the vendors so far."""
        lines = [line for client in self._vendors for line in await oplog(client)]
        ours = [line for line in lines if line["actor"] == "cashward" and line["changed"]]
        return list(dict.fromkeys(line["operation"] for line in ours))

    async def went_wrong(self) -> set[str]:
        """Return the operations that failed since faults were last injected."""
        spoilt = self.spoilt_from
        lines = [
            each for client in self._vendors for each in await oplog(client, spoilt[client.name])
        ]
        return {line["operation"] for line in lines if line["fault"]}

    @property
    def _vendors(self) -> tuple[VendorClient, ...]:
        return self.clients.crm, self.clients.pm, self.clients.erp


@asynccontextmanager
async def open_sandboxed(
    temporal: WorkflowEnvironment,
    database_url: str,
    folder: Path,
    *,
    references: References = OURS,
    shared: Mapping[str, str] = MappingProxyType({}),
) -> AsyncIterator[Sandboxed]:
    """Open an installation; `shared` are vendors that run already, by their names."""
    began = datetime.now(UTC)
    async with AsyncExitStack() as stack:
        own = [name for name in ("hubspot", "jira", "xero") if name not in shared]
        served = await stack.enter_async_context(serve(folder, config=VENDORS, only=own))
        urls = {**shared, **served.urls}
        settings = _settings(urls, references)
        systems = await stack.enter_async_context(open_systems(settings))
        await systems.crm.set_up(dry_run=False)
        store = await stack.enter_async_context(open_store(as_worker(database_url), pool_size=10))
        client = await stack.enter_async_context(at_work(temporal, settings, systems, store))

        def dispatcher_with(policy: Policy) -> TemporalEventDispatcher:
            queue = settings.temporal.task_queue
            return TemporalEventDispatcher(
                client,
                task_queue=queue,
                policy=policy,
                attention_queue=store.attention_queue,
                registry=store.deal_registry,
            )

        clients = await stack.enter_async_context(open_clients(urls))
        yield Sandboxed(
            client=client,
            application=application_of(settings, systems, store, client),
            dispatcher=dispatcher_with(settings.policy),
            dispatcher_with=dispatcher_with,
            policy=settings.policy,
            clients=clients,
            urls=urls,
            references=references,
            began=began,
        )


def _settings(urls: dict[str, str], references: References) -> Settings:
    number = next(_numbers)
    ways_in: dict[str, dict[str, Any]] = {
        "hubspot": {"access_token": "pat-na1-cashward-demo"},
        "jira": {"email": "cashward@lowfold.example", "token": "jira-demo-token"},
        "xero": {"client_id": "cashward-xero", "client_secret": "xero-demo-secret"},
    }
    staffing = {"people": {"lead": "acc-pm", "consultant": "acc-consultant"}}
    return Settings.model_validate(
        {
            "installation": references.installation,
            "temporal": TemporalSettings(task_queue=f"sandboxed-{number}"),
            "connectors": {
                vendor: {"url": urls[vendor], "http": _HTTP, **way_in}
                for vendor, way_in in ways_in.items()
            },
            "policy": {"staffing": staffing, "seller": SELLER},
            "timing": Timing(operation_timeout_seconds=OPERATION_TIMEOUT),
        }
    )


def _order(number: int, milestones: int, today: date) -> Order:
    made = order(number, milestones=milestones, seed=1, today=today)
    plan = tuple((f"{name} {number}", share, due) for name, share, due in made.plan)
    return replace(made, plan=plan)
