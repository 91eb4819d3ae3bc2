"""One deal from claim to credit over bad networks and dying workers, on our own activities."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import TypeVar

from activities.effects import Effects
from activities.erp import InvoiceActivities
from domain.baseline import Baseline
from domain.bill import Bill, CreditOrder
from domain.charge import Charge
from domain.contract import source_of
from domain.effect import IdempotencyPolicy, NotSettled, Strategy, Superseded
from domain.ids import ChargeId, CustomerKey, DealId, ExternalId, LineId
from domain.invoice import DraftInvoice
from domain.money import Money
from domain.payment_terms import PaymentTerms
from domain.refusal import Refusal
from domain.repair import RepairRequest
from domain.tax import TaxTreatment, tax_rule
from ports.failures import ConnectorFailure, Misconfigured, Rejected
from tests.actors import GRACE
from tests.deals import SELLER
from tests.simulation.memory import DatabaseFaults, MemoryBillingLedger, MemoryLedger, MemoryLinks
from tests.simulation.network import PATIENCE, SETTLE, ZOMBIE, Network
from tests.simulation.vendors import KEY_LIFE, TAX, Auditor, Crm, Erp
from tests.simulation.virtual import now, seconds

T = TypeVar("T")
DEAL = DealId("hubspot:1")
NETS = (Money.of("600.01", "EUR"), Money.of("399.99", "EUR"))
STEP_TIMEOUT = PATIENCE.total_seconds() * 1.5
CREDITS = (Strategy.IDEMPOTENCY_KEY, Strategy.UNIQUE_REFERENCE, Strategy.SEARCH_FIRST)


class Parked(Exception):
    """A run needs a person, which no simulated fault may cause."""


@dataclass(kw_only=True)
class World:
    """Everything that one seed decides."""

    seed: int
    settle: timedelta = SETTLE
    driver: type[Effects] = Effects
    chance: Random = field(init=False)
    auditor: Auditor = field(init=False, default_factory=Auditor)
    faults_end: float = field(init=False)
    billed: list[DraftInvoice] = field(init=False, default_factory=list)
    zombies: list[Awaitable[object]] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.chance = Random(self.seed)  # noqa: S311 - a seed must replay
        rate = self.chance.choice((0.0, 0.15, 0.35, 0.6))
        self.dying = rate / 4
        self.faults_end = self.chance.uniform(60, 400)
        network = Network(self.chance, rate, self.faults_end)
        faults = DatabaseFaults(self.chance, rate / 8, self.faults_end)
        credit = self.chance.choice(CREDITS)
        self.ledger = MemoryLedger(faults)
        self.books = MemoryBillingLedger(self.ledger, faults)
        self.erp = Erp(
            network,
            self.auditor,
            IdempotencyPolicy(strategy=Strategy.DRAFT, settle_time=self.settle),
            IdempotencyPolicy(
                strategy=credit,
                settle_time=self.settle,
                key_lifetime=KEY_LIFE if credit is Strategy.IDEMPOTENCY_KEY else None,
            ),
        )
        self.crm = Crm(network, self.auditor, self.settle)
        self.links = MemoryLinks()
        self.effects = self.driver(self.ledger, operation_timeout=PATIENCE, seconds=seconds)
        self.invoices = InvoiceActivities(self.erp, self.effects, self.books, self.links, now)

    async def live(self) -> None:
        """Run the whole deal; then what is still on its way lands, and strays are swept."""
        total = Money.total(NETS, "EUR")
        terms = Baseline(deal=DEAL, customer=CustomerKey("c"), value=total)
        await self.books.agree(terms, now=now())
        async with asyncio.TaskGroup() as group:
            for number, net in enumerate(NETS, start=1):
                group.create_task(self._carry(bill_of(number, net)))
            group.create_task(self._tell("midway"))
        await asyncio.sleep(max(self.faults_end - seconds(), 0) + ZOMBIE)
        await self._tell("end")
        for draft in self.billed:
            await self._sweep(draft)
        await asyncio.gather(*self.zombies, return_exceptions=True)

    async def _carry(self, bill: Bill) -> None:
        drafted = await self.step(lambda: self.invoices.draft_invoice(bill))
        await asyncio.sleep(self.chance.choice((0, 5, 100)))
        if self.chance.random() < 0.2:  # somebody thinks better of it, perhaps too late
            if self.chance.random() < 0.5:
                self._abandon(asyncio.ensure_future(self.invoices.issue_invoice(drafted)))
            if await self.step(lambda: self.invoices.withdraw_invoice(bill)) is None:
                bill = bill.model_copy(update={"revision": 2})
                drafted = await self.step(lambda: self.invoices.draft_invoice(bill))
        invoice = await self.step(lambda: self.invoices.issue_invoice(drafted))
        self.billed.append(drafted.draft)
        if self.chance.random() < 0.3:
            order = CreditOrder(
                bill=bill, invoice=invoice, reason="the customer complained", by=GRACE
            )
            await self.step(lambda: self.invoices.credit_invoice(order))

    async def _sweep(self, draft: DraftInvoice) -> None:
        await self.step(lambda: self.effects.sweep(self.erp.draft_invoice, draft))

    async def _tell(self, occasion: str) -> None:
        request = RepairRequest(deal=DEAL, occasion=occasion)
        command = await self.step(lambda: self.invoices.read_revenue(request))
        await self.step(lambda: self.effects.execute(self.crm.write_back, command))

    async def step(self, activity: Callable[[], Awaitable[T]]) -> T:
        """Retry a step as Temporal does, while workers die and attempts overlap."""
        for _ in range(500):
            attempt: asyncio.Task[T] = asyncio.ensure_future(_run(activity))
            try:
                async with asyncio.timeout(self._lifetime()):
                    return await asyncio.shield(attempt)
            except TimeoutError:
                await self._mourn(attempt)
            except NotSettled as wait:
                await asyncio.sleep(wait.wait.total_seconds())
            except Superseded:
                await asyncio.sleep(1)
            except ConnectorFailure as failure:
                if isinstance(failure, Rejected | Misconfigured):
                    raise Parked(str(failure)) from failure
                await asyncio.sleep((failure.pause or timedelta(seconds=1)).total_seconds())
            except Refusal as refusal:
                raise Parked(str(refusal)) from refusal
        raise Parked("tried for ever")

    def _lifetime(self) -> float:
        """Return when the worker dies, or when its silence makes the step another worker's."""
        dies = seconds() < self.faults_end and self.chance.random() < self.dying
        return self.chance.uniform(0, 3) if dies else STEP_TIMEOUT

    async def _mourn(self, attempt: asyncio.Task[T]) -> None:
        """Let a worker that seemed dead be dead, or go on with its answer lost."""
        if self.chance.random() < 0.5:
            attempt.cancel()
        self._abandon(attempt)
        await asyncio.sleep(1)

    def _abandon(self, attempt: Awaitable[object]) -> None:
        self.zombies.append(attempt)


async def _run(activity: Callable[[], Awaitable[T]]) -> T:
    return await activity()


def bill_of(number: int, net: Money) -> Bill:
    charge = Charge(
        id=ChargeId(f"m{number}"),
        line=LineId(f"m{number}"),
        description=f"Milestone {number}",
        quantity=Decimal(1),
        unit_price=net.amount,
        net=net,
        due=date(2027, 3, 1),
        source=source_of(DEAL),
    )
    return Bill(
        deal=DEAL,
        deal_name="Portal",
        url="",
        owner="o",
        customer_key=CustomerKey("c"),
        customer=ExternalId("c1"),
        key=charge.id,
        charges=(charge,),
        tax=tax_rule(TaxTreatment.DOMESTIC, standard_rate=TAX),
        seller=SELLER,
        payment_terms=PaymentTerms(days=14),
        approve_above=None,
    )
