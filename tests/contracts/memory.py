"""The harnesses of memory: a world, and the people in it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from connectors.common import Roles
from connectors.common.documents import credit_words
from connectors.memory import Fault, MemorySettings, MemoryWorld, open_memory
from connectors.memory.documents import figures
from domain.deal import Deal
from domain.effect import Receipt
from domain.ids import DealId, ExternalId, MilestoneKey
from domain.invoice import InvoiceLine
from domain.money import Money
from ports.crm import Crm
from ports.erp import Customers, Invoicing
from ports.pm import Pm
from tests.contracts.erp_harness import VAT, Look
from tests.contracts.pm_harness import STRANGER
from tests.references import OURS, THEIRS

_WRITTEN_BACK = (
    *("stage", "contracted", "billed", "credited", "paid", "outstanding"),
    *("project", "project_url", "attention"),
)


@dataclass(frozen=True)
class MemoryHarness:
    """The roles of memory, over a world to look into."""

    roles: Roles
    world: MemoryWorld

    @property
    def crm(self) -> Crm:
        assert self.roles.crm
        return self.roles.crm

    @property
    def customers(self) -> Customers:
        assert self.roles.customers
        return self.roles.customers

    @property
    def invoicing(self) -> Invoicing:
        assert self.roles.invoicing
        return self.roles.invoicing

    def of_another_installation(self) -> AbstractAsyncContextManager[Roles]:
        return open_memory(MemorySettings(world=self.world), THEIRS)

    async def enter(self, deal: Deal) -> DealId:
        entered = DealId(f"memory:{len(self.world.deals) + 1}")
        self.world.add(deal.model_copy(update={"id": entered}))
        return entered

    async def win(self, deal: DealId) -> None:
        self.world.win(deal)

    async def lose(self, deal: DealId) -> None:
        self.world.lose(deal)

    async def revise(self, deal: DealId, name: str, value: Money) -> None:
        changes = {"name": name, "value": value}
        self.world.add(self.world.deals[deal].model_copy(update=changes))

    async def tasks(self, deal: DealId) -> list[str]:
        ours = (task for task in self.world.tasks.values() if task.command.deal == deal)
        return [task.command.title for task in ours if task.is_open]

    async def written_back(self, deal: DealId) -> dict[str, str]:
        record = self.world.records.get(deal)
        values = {name: getattr(record, name, None) for name in _WRITTEN_BACK}
        return {name: _text(value) for name, value in values.items()}

    def unknown(self) -> DealId:
        return DealId("memory:404")

    async def wait(self, pause: timedelta) -> None:
        """Return at once: memory throttles nobody."""

    async def pay(self, invoice: ExternalId, amount: Money) -> None:
        self.world.pay(invoice, amount)

    async def take_payments_back(self, invoice: ExternalId) -> None:
        self.world.take_payment_back(invoice)

    async def void(self, invoice: ExternalId) -> None:
        self.world.void(invoice)

    async def reprice(self, draft: ExternalId, net: Money) -> None:
        found = self.world.invoice(draft)
        changed = InvoiceLine(description="Part 1", net=net, tax=VAT)
        self.world.keep(found.model_copy(update=figures((changed,))))

    async def words(self, credit_note: ExternalId) -> str:
        return credit_words(self.world.credits[credit_note])

    async def texts(self, invoice: ExternalId) -> Sequence[str]:
        lines = self.world.invoice(invoice).lines
        return [line.description for line in lines if not line.net]

    async def annotate(self, draft: ExternalId) -> Look:
        self.world.keep(self.world.invoice(draft).model_copy(update={"number": "2026-17"}))

        async def is_there() -> bool:
            return self.world.invoice(draft).number == "2026-17"

        return is_there


@dataclass(frozen=True)
class MemoryCrmHarness(MemoryHarness):
    """Sales, in memory."""

    @asynccontextmanager
    async def with_fault(self, fault: Fault) -> AsyncIterator[Crm]:
        self.world.fail(fault)
        yield self.crm

    @asynccontextmanager
    async def in_small_pages(self) -> AsyncIterator[Crm]:
        yield self.crm


@dataclass(frozen=True)
class MemoryPmHarness(MemoryHarness):
    """Delivery, in memory."""

    @property
    def pm(self) -> Pm:
        assert self.roles.pm
        return self.roles.pm

    async def reach(self, project: ExternalId, milestone: MilestoneKey) -> None:
        self.world.reach(project, milestone)

    consultant = "consultant"

    async def book(self, project: ExternalId, package: str, minutes: int, day: date) -> ExternalId:
        return self.world.book(project, package, minutes, day)

    async def rebook(self, entry: ExternalId, minutes: int) -> None:
        self.world.rebook(entry, minutes=minutes)

    async def unbook(self, entry: ExternalId) -> None:
        self.world.unbook(entry)

    async def edit(self, part: str, made: Receipt) -> Look:
        edits, words = self.world.projects[made.id].edits, "by a person"
        edits[part] = words

        async def is_there() -> bool:
            return self.world.projects[made.id].edits.get(part) == words

        return is_there

    @asynccontextmanager
    async def with_fault(self, fault: str) -> AsyncIterator[Roles]:
        self.world.fail(Fault(fault))
        yield self.roles


@dataclass(frozen=True)
class MemoryErpHarness(MemoryHarness):
    """Finance, in memory."""

    @asynccontextmanager
    async def with_fault(self, fault: str) -> AsyncIterator[Roles]:
        self.world.fail(Fault(fault))
        yield self.roles

    @asynccontextmanager
    async def in_small_pages(self) -> AsyncIterator[Roles]:
        yield self.roles


@asynccontextmanager
async def crm(folder: Path) -> AsyncIterator[MemoryCrmHarness]:
    del folder
    async with open_memory(MemorySettings(world=(world := MemoryWorld())), OURS) as roles:
        yield MemoryCrmHarness(roles, world)


@asynccontextmanager
async def pm(folder: Path) -> AsyncIterator[MemoryPmHarness]:
    del folder
    world = MemoryWorld(unknown_people={STRANGER})
    async with open_memory(MemorySettings(world=world), OURS) as roles:
        yield MemoryPmHarness(roles, world)


@asynccontextmanager
async def erp(folder: Path) -> AsyncIterator[MemoryErpHarness]:
    del folder
    async with open_memory(MemorySettings(world=(world := MemoryWorld())), OURS) as roles:
        yield MemoryErpHarness(roles, world)


def _text(value: object) -> str:
    if isinstance(value, Money):
        return str(value.amount)
    return "" if value is None else str(value)
