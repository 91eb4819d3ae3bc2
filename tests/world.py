"""A whole installation in a test: real Temporal, real PostgreSQL, every vendor in memory."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

from temporalio.client import Client, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.testing import WorkflowEnvironment

from application.application import Application
from application.dispatch import TemporalEventDispatcher
from connectors.memory import MemorySettings, MemoryWorld, open_memory
from domain.attention import Action, Decision
from domain.contract import Policy
from domain.customer import Candidate
from domain.deal import Deal
from domain.deal_snapshot import Outcome
from domain.effect import Effect, EffectKey, EffectKind
from domain.event import DealChanged, DealWon, InvoiceChanged, MilestoneReached
from domain.ids import ChargeId, DealId, EventId, ExternalId, MilestoneKey, Subject
from domain.invoice import Invoice, InvoiceStatus
from domain.money import Money
from domain.owner_task import OwnerTask
from domain.write_back import WriteBack
from ports.attention_queue import QueuedAttention
from runtime.composition import Systems
from runtime.settings import (
    PollIntervals,
    Settings,
    TemporalSettings,
    Timing,
    VendorChoice,
    WorkerSettings,
)
from store import Store, open_store
from testbed.stack.postgres import as_worker
from tests.actors import GRACE
from tests.deals import POLICY, SELLER
from tests.installation import application_of, at_work
from tests.references import OURS
from workflows import workflow_ids
from workflows.attention import WithAttention
from workflows.deal_to_cash import DealToCash

_queues = count(1)
EVENT = EventId("told by a test")
TIMEOUT = 45.0
"""Seconds. Without a cache a local step may be lost, and Temporal waits ten to retry it."""


@dataclass(frozen=True, kw_only=True)
class World:
    """The systems, our store, and the acts of the people in a test."""

    client: Client
    queue: str
    systems: MemoryWorld
    store: Store
    dispatcher: TemporalEventDispatcher
    application: Application

    async def win(
        self, deal: Deal, policy: Policy | None = None
    ) -> WorkflowHandle[DealToCash, Outcome]:
        """Sales close the deal, and the poll sees it."""
        self.systems.add(deal)
        self.systems.win(deal.id)
        dispatcher = self.dispatcher_with(policy) if policy else self.dispatcher
        await dispatcher.deal_won(DealWon(deal=deal.id, event=EVENT))
        return self.client.get_workflow_handle(workflow_ids.deal_run(deal.id), result_type=Outcome)

    async def change(self, deal: DealId, **changes: object) -> None:
        """Sales change a deal that is carried, and the poll sees it."""
        self.systems.add(self.systems.deals[deal].model_copy(update=changes))
        await self.dispatcher.deal_changed(DealChanged(deal=deal, event=EVENT))

    def dispatcher_with(self, policy: Policy) -> TemporalEventDispatcher:
        return TemporalEventDispatcher(
            self.client,
            task_queue=self.queue,
            policy=policy.model_copy(update={"seller": policy.seller or SELLER}),
            attention_queue=self.store.attention_queue,
            registry=self.store.deal_registry,
        )

    async def reach(self, deal: DealId, *charges: str) -> None:
        """Delivery reaches milestones, and the poll sees it."""
        project = await until(lambda: self.planned_project(deal))
        for charge in charges:
            self.systems.reach(project, MilestoneKey(charge))
        await self.dispatcher.milestone_reached(
            MilestoneReached(deal=deal, milestone=MilestoneKey(charges[0]), event=EVENT)
        )

    async def pay(
        self, deal: DealId, charge: str, amount: Money | None = None, *, revision: int = 1
    ) -> None:
        """The customer pays an issued invoice, and the poll sees it."""
        invoice = await until(lambda: self.issued(deal, charge, revision))
        self.systems.pay(invoice.id, amount or invoice.outstanding)
        await self.ring_invoice(deal, charge, revision)

    async def take_payment_back(self, deal: DealId, charge: str) -> None:
        """The bank takes a payment back, and the poll sees it."""
        subject = workflow_ids.subject_of(deal, ChargeId(charge))
        paid = next(i for i in self.invoices(deal) if i.reference == OURS.of(subject))
        self.systems.take_payment_back(paid.id)
        await self.ring_invoice(deal, charge)

    async def ring_invoice(self, deal: DealId, charge: str, revision: int = 1) -> None:
        subject = workflow_ids.subject_of(deal, ChargeId(charge), revision)
        await self.dispatcher.invoice_changed(
            InvoiceChanged(deal=deal, subject=subject, event=EVENT)
        )

    async def carry_to_cash(self, deal: DealId) -> None:
        """Deliver and pay everything."""
        charges = [milestone.key for milestone in self.systems.deals[deal].milestones]
        await self.reach(deal, *charges)
        for charge in charges:
            await self.pay(deal, charge)

    def add_customer(self, name: str, *, company_id: str = "") -> ExternalId:
        """Add a customer that finance already have."""
        number = self.systems.next_id("customer-")
        self.systems.customers[number] = Candidate(id=number, name=name, company_id=company_id)
        return number

    def live_customers(self) -> set[ExternalId]:
        return {c.id for c in self.systems.customers.values() if not c.is_archived}

    def is_untouched_by(self, deal: DealId) -> bool:
        """Whether there is no project and no live invoice of the deal."""
        projects = [p for p in self.systems.projects.values() if p.opening.deal == deal]
        live = [i for i in self.invoices(deal) if i.status is not InvoiceStatus.GONE]
        return not projects and not live

    async def drop(self, deal: DealId, charge: ChargeId) -> None:
        """Finance drop a credited or voided charge: it is not billed again."""
        run = workflow_ids.billing_run(workflow_ids.subject_of(deal, charge))
        await self.parked(run)
        await self.decide(run, Action.SKIP)

    async def decide(self, run: str, verb: Action, choice: str = "", reason: str = "") -> str:
        """Decide as a person. The queue may show a run just before it has parked."""
        handle = self.client.get_workflow_handle(run, result_type=Outcome)
        decision = Decision(action=verb, by=GRACE, choice=choice, reason=reason)

        async def counted() -> str | None:
            try:
                return str(await handle.execute_update(WithAttention.decide, decision))
            except WorkflowUpdateFailedError as refused:
                if getattr(refused.cause, "type", "") != "NothingOpen":
                    raise
                return None

        return str(await until_awaited(counted))

    async def cancel(self, deal: DealId, reason: str = "lost after all") -> None:
        await self.application.deals.cancel(GRACE, deal, reason)

    async def parked(self, run: str) -> QueuedAttention:
        """Wait until a run waits for a person, and return its attention."""

        async def look() -> QueuedAttention | None:
            found = [
                filed
                for filed in await self.store.attention_queue.list_of_run(run)
                if filed.decision is None
            ]
            return found[0] if found else None

        filed: QueuedAttention = await until_awaited(look)
        return filed

    async def effect(self, kind: str, subject: Subject) -> Effect | None:
        """Return what the ledger has of a subject in this world's account."""
        key = EffectKey(
            system="memory", tenant=self.systems.tenant, kind=EffectKind(kind), subject=subject
        )
        return await self.store.effect_ledger.read(key)

    def planned_project(self, deal: DealId) -> Any:
        """Wait until the CRM links to a deal's project, and return it."""
        record = self.written_back(deal)
        if record is None or not record.project:
            return None
        return next(p.id for p in self.systems.projects.values() if p.opening.deal == deal)

    async def has_project(self, deal: DealId) -> bool:
        return self.planned_project(deal) is not None

    async def is_issued(self, deal: DealId, charge: str) -> bool:
        return self.issued(deal, charge) is not None

    async def has_draft(self, deal: DealId) -> bool:
        return any(invoice.status is InvoiceStatus.DRAFT for invoice in self.invoices(deal))

    def written_back(self, deal: DealId) -> WriteBack | None:
        return self.systems.records.get(deal)

    def open_tasks(self, deal: DealId) -> list[OwnerTask]:
        """Return the open tasks of the deal's owner."""
        ours = (task for task in self.systems.tasks.values() if task.command.deal == deal)
        return [task.command for task in ours if task.is_open]

    def invoices(self, deal: DealId) -> list[Invoice]:
        """Return invoices in the order of their charges, since they are issued side by side."""
        marked = (stored.invoice for stored in self.systems.invoices.values())
        ours = [i for i in marked if i.reference.startswith(OURS.of(f"{deal}:"))]
        return sorted(ours, key=lambda invoice: invoice.reference)

    def issued(self, deal: DealId, charge: str, revision: int = 1) -> Invoice | None:
        reference = OURS.of(workflow_ids.subject_of(deal, ChargeId(charge), revision))
        states = {InvoiceStatus.ISSUED, InvoiceStatus.PAID}
        found = [i for i in self.invoices(deal) if i.reference == reference and i.status in states]
        return found[0] if found else None


_OFTEN = PollIntervals(crm=0.02, pm=0.02, erp=0.02, time=0.02)


@asynccontextmanager
async def open_world(
    temporal: WorkflowEnvironment,
    database_url: str,
    *,
    strict: bool = False,
    cached: int = 1000,
    at_once: int = 20,
) -> AsyncIterator[World]:
    """Open a world; `strict` loads our code in the sandbox, `cached` runs stay in memory."""
    queue = f"test-{next(_queues)}"
    settings = Settings(
        installation=OURS.installation,
        vendors=VendorChoice(crm="memory", pm="memory", erp="memory"),
        temporal=TemporalSettings(task_queue=queue),
        policy=POLICY,
        timing=Timing(operation_timeout_seconds=3, poll_interval_seconds=_OFTEN),
        worker=WorkerSettings(
            cached_workflows=cached, concurrency=dict.fromkeys(("crm", "pm", "erp"), at_once)
        ),
    )
    world = MemoryWorld()
    async with AsyncExitStack() as stack:
        roles = await stack.enter_async_context(open_memory(MemorySettings(world=world), OURS))
        store = await stack.enter_async_context(open_store(as_worker(database_url), pool_size=5))
        assert roles.crm and roles.pm and roles.customers and roles.invoicing
        assert roles.erp_records and roles.pm_records and roles.crm_revenue
        systems = Systems(
            crm=roles.crm,
            pm=roles.pm,
            customers=roles.customers,
            invoicing=roles.invoicing,
            crm_records=roles.crm_records,
            crm_revenue=roles.crm_revenue,
            pm_records=roles.pm_records,
            erp_records=roles.erp_records,
        )
        working = at_work(temporal, settings, systems, store, strict=strict)
        client = await stack.enter_async_context(working)
        dispatcher = TemporalEventDispatcher(
            client,
            task_queue=queue,
            policy=settings.policy,
            attention_queue=store.attention_queue,
            registry=store.deal_registry,
        )
        application = application_of(settings, systems, store, client)
        yield World(
            client=client,
            queue=queue,
            systems=world,
            store=store,
            dispatcher=dispatcher,
            application=application,
        )


async def until(look: Callable[[], Any]) -> Any:
    """Wait until `look` finds something, and return it."""

    async def looked() -> Any:
        return look()

    return await until_awaited(looked, every=0.02)


async def until_awaited(look: Callable[[], Awaitable[Any]], *, every: float = 0.06) -> Any:
    """Wait for what a server has to tell: each look costs it time that a run could use."""
    async with asyncio.timeout(TIMEOUT):
        while not (found := await look()):
            await asyncio.sleep(every)
    return found
