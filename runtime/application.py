"""Gives the application its Temporal client, its store and its vendors."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime

from temporalio.client import Client

from activities.reconciliation import Reconciler
from activities.time_approval import TimeApproval
from application.application import Application
from application.command_log import CommandLog
from application.commands.charges import ChargeCommands
from application.commands.customers import CustomerCommands
from application.commands.deals import DealCommands
from application.commands.decisions import DecisionCommands
from application.commands.ledger import LedgerCommands
from application.commands.rates import RateCommands
from application.commands.reconciliation import ReconciliationCommands
from application.commands.time import TimeCommands
from application.dispatch import TemporalEventDispatcher
from application.queries import Queries
from application.runs import Runs
from ports.crm import Crm
from runtime.composition import Systems, open_systems
from runtime.reconciliation import build_reconcilers
from runtime.settings import Settings
from runtime.temporal import connect
from store import Store, open_store

Connect = Callable[[], Awaitable[Client]]
OpenSystems = Callable[[], AbstractAsyncContextManager[Systems]]


@asynccontextmanager
async def open_application(settings: Settings) -> AsyncIterator[Application]:
    """Open the application of these settings; it calls Temporal and vendors only when needed."""
    database = settings.database
    timeout = database.pool_timeout_seconds
    async with open_store(database.full_url, pool_size=2, pool_timeout=timeout) as store:
        yield build_application(
            settings,
            store,
            connect=lambda: connect(settings.temporal),
            open_systems=lambda: open_systems(settings),
        )


def now() -> datetime:
    return datetime.now(UTC)


def build_application(
    settings: Settings, store: Store, *, connect: Connect, open_systems: OpenSystems
) -> Application:
    """Build the application over a store that is open already."""
    runs = Runs(connect)
    log = CommandLog(store.audit_trail, now)

    def dispatcher(client: Client) -> TemporalEventDispatcher:
        return build_dispatcher(client, settings, store)

    @asynccontextmanager
    async def open_crm() -> AsyncIterator[Crm]:
        async with open_systems() as systems:
            yield systems.crm

    @asynccontextmanager
    async def reconciliations() -> AsyncIterator[Sequence[Reconciler]]:
        signals = dispatcher(await runs.client())
        async with open_systems() as systems:
            built = build_reconcilers(settings, systems, store, signals)
            yield [each for reconcilers in built.values() for each in reconcilers]

    return Application(
        deals=DealCommands(
            runs,
            log,
            open_crm=open_crm,
            dispatcher=dispatcher,
            billing_ledger=store.billing_ledger,
        ),
        charges=ChargeCommands(runs, log, store.billing_ledger),
        decisions=DecisionCommands(runs, log),
        customers=CustomerCommands(store.links, log, now),
        rates=RateCommands(store.rate_cards, log, now),
        time=TimeCommands(store.timesheets, build_time_approval(settings, store, now), log),
        ledger=LedgerCommands(store.effect_ledger, log, now),
        reconciliation=ReconciliationCommands(
            runs,
            log,
            reconciliations=reconciliations,
            dispatcher=dispatcher,
            billing_ledger=store.billing_ledger,
            attention_queue=store.attention_queue,
        ),
        queries=Queries(
            runs,
            attention_queue=store.attention_queue,
            audit_trail=store.audit_trail,
            audit_seals=store.audit_seals,
            links=store.links,
            timesheets=store.timesheets,
            rate_cards=store.rate_cards,
            finance_lists=store.finance_lists,
            staffing=settings.policy.staffing,
        ),
    )


def build_time_approval(
    settings: Settings, store: Store, clock: Callable[[], datetime]
) -> TimeApproval:
    return TimeApproval(
        store.timesheets, store.rate_cards, store.billing_ledger, settings.policy, clock
    )


def build_dispatcher(client: Client, settings: Settings, store: Store) -> TemporalEventDispatcher:
    """Return the dispatcher to runs on this installation's task queue."""
    return TemporalEventDispatcher(
        client,
        task_queue=settings.temporal.task_queue,
        policy=settings.policy,
        attention_queue=store.attention_queue,
        registry=store.deal_registry,
    )
