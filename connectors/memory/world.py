"""The records of all systems of a company, in memory, and the acts of its people."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from connectors.common.documents import DocumentChecks
from domain.customer import Candidate
from domain.deal import Deal
from domain.effect import Receipt
from domain.ids import DealId, ExternalId, MilestoneKey, Subject
from domain.invoice import CreditInvoice, Invoice, InvoiceStatus, Payment
from domain.money import Money
from domain.owner_task import OwnerTask
from domain.project import OpenProject, PlanMilestones, PlanWork, StaffProject, WriteCharter
from domain.tax import TaxRounding
from domain.timesheet import TimeEntry
from domain.write_back import WriteBack
from ports.failures import Absent, Misconfigured, Rejected, Throttled, Uncertain, Unreachable

SYSTEM = "memory"
# As EN 16931 has it.
TAX_ROUNDING = TaxRounding.PER_CATEGORY
CHECKS = DocumentChecks(SYSTEM, "memory", TAX_ROUNDING)
_SETTLED = {"status": InvoiceStatus.PAID}
T = TypeVar("T")
Part = WriteCharter | PlanMilestones | PlanWork | StaffProject


class Fault(StrEnum):
    """A failure of the next call."""

    DOWN = "down"
    THROTTLED = "throttled"
    LOCKED_OUT = "locked out"
    LOST_REPLY = "lost reply"


@dataclass(frozen=True, kw_only=True)
class Project:
    """A project as the PM has it: `parts` hold its charter, milestones, work and team."""

    id: ExternalId
    opening: OpenProject
    parts: dict[str, Part] = field(default_factory=dict)
    reached: set[MilestoneKey] = field(default_factory=set)
    edits: dict[str, str] = field(default_factory=dict)
    """Text that people wrote over a part; it is shown instead of ours."""

    def receipt(self, keys: Sequence[str] = ()) -> Receipt:
        return Receipt(id=self.id, url=self.url, parts={key: self.id_of(key) for key in keys})

    @property
    def url(self) -> str:
        return f"memory://projects/{self.id}"

    def id_of(self, key: str) -> ExternalId:
        """The id of a milestone or work package."""
        return ExternalId(f"{self.id}.{key}")

    @property
    def milestones(self) -> Sequence[MilestoneKey]:
        plan = self.parts.get("milestones")
        return (
            [milestone.key for milestone in plan.milestones]
            if isinstance(plan, PlanMilestones)
            else []
        )


@dataclass(frozen=True, kw_only=True)
class StoredInvoice:
    """An invoice, and when its record or payments changed last."""

    invoice: Invoice
    changed_at: datetime


@dataclass(frozen=True, kw_only=True)
class Task:
    """A task of a deal's owner."""

    command: OwnerTask
    is_open: bool = True


@dataclass
class MemoryWorld:
    """The records behind every memory port. Tests look at them, and act as the people do."""

    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    tenant: str = "world"
    installations: set[str] = field(default_factory=set)
    deals: dict[DealId, Deal] = field(default_factory=dict)
    changed: dict[DealId, datetime] = field(default_factory=dict)
    records: dict[DealId, WriteBack] = field(default_factory=dict)
    keys: dict[DealId, str] = field(default_factory=dict)
    """The key of the deal that is carried on a record."""
    tasks: dict[ExternalId, Task] = field(default_factory=dict)
    projects: dict[ExternalId, Project] = field(default_factory=dict)
    customers: dict[ExternalId, Candidate] = field(default_factory=dict)
    invoices: dict[ExternalId, StoredInvoice] = field(default_factory=dict)
    credits: dict[ExternalId, CreditInvoice] = field(default_factory=dict)
    references: dict[ExternalId, str] = field(default_factory=dict)
    """The reference of whoever made a record."""
    made_at: dict[ExternalId, datetime] = field(default_factory=dict)
    """When we made a record."""
    booked: dict[ExternalId, TimeEntry] = field(default_factory=dict)
    unbooked: dict[ExternalId, datetime] = field(default_factory=dict)
    """When a time entry was deleted."""
    without_tasks: set[DealId] = field(default_factory=set)
    """Deals whose owner takes no tasks."""
    unknown_people: set[str] = field(default_factory=set)
    """People who have no account in the project system."""
    faults: deque[Fault] = field(default_factory=deque)
    _last_id: int = 0
    _last_number: int = 0
    _last_credit: int = 0

    def add(self, deal: Deal) -> None:
        """Sales enter a deal, or change it."""
        self.deals[deal.id] = deal
        self.changed[deal.id] = self.clock()

    def win(self, deal: DealId) -> None:
        """Sales close a deal."""
        won = {"is_won": True, "probability": Decimal(1), "closed_at": self.clock()}
        self.add(self.deals[deal].model_copy(update=won))

    def lose(self, deal: DealId) -> None:
        """Sales set a deal to lost, whatever it was."""
        lost = {"is_won": False, "probability": Decimal(0)}
        self.add(self.deals[deal].model_copy(update=lost))

    def reach(self, project: ExternalId, milestone: MilestoneKey) -> None:
        """The delivery team reaches a milestone."""
        found = self.projects[project]
        if milestone not in found.milestones:
            raise KeyError(milestone)
        found.reached.add(milestone)

    def book(
        self, project: ExternalId, package: str, minutes: int, day: date, person: str = "consultant"
    ) -> ExternalId:
        """A consultant books time on a work package."""
        entry = TimeEntry(
            id=self.next_id("T"),
            project=project,
            work=Subject(self.references[project] + f":{package}"),
            person=person,
            day=day,
            minutes=minutes,
            changed_at=self.clock(),
        )
        self.booked[entry.id] = entry
        return entry.id

    def rebook(self, entry: ExternalId, **changes: object) -> None:
        """A consultant edits time."""
        changes |= {"changed_at": self.clock()}
        self.booked[entry] = self.booked[entry].model_copy(update=changes)

    def unbook(self, entry: ExternalId) -> None:
        """A consultant deletes time."""
        del self.booked[entry]
        self.unbooked[entry] = self.clock()

    def pay(self, invoice: ExternalId, amount: Money) -> None:
        """The bank reports a payment."""
        found = self.invoice(invoice)
        if found.status is not InvoiceStatus.ISSUED or found.outstanding < amount:
            raise Rejected(SYSTEM, f"{found.outstanding} of invoice {invoice} can be paid")
        paid = Payment(id=self.next_id("P"), paid_on=self.clock().date(), amount=amount)
        self.settle(found.model_copy(update={"payments": (*found.payments, paid)}))

    def take_payment_back(self, invoice: ExternalId) -> None:
        """The bank takes back all that was paid."""
        found = self.invoice(invoice)
        unpaid = {"payments": (), "status": InvoiceStatus.ISSUED}
        self.keep(found.model_copy(update=unpaid))

    def settle(self, invoice: Invoice) -> None:
        """Store a paid or credited invoice; it is paid if nothing is outstanding."""
        self.keep(invoice if invoice.outstanding else invoice.model_copy(update=_SETTLED))

    def void(self, invoice: ExternalId) -> None:
        """Finance take an issued invoice out of the books."""
        self.keep(self.invoice(invoice).model_copy(update={"status": InvoiceStatus.GONE}))

    def keep(self, invoice: Invoice) -> None:
        self.invoices[invoice.id] = StoredInvoice(invoice=invoice, changed_at=self.clock())

    def next_id(self, prefix: str) -> ExternalId:
        self._last_id += 1
        return ExternalId(f"{prefix}{self._last_id}")

    def next_number(self) -> str:
        """The number of the next document: drafts take none."""
        self._last_number += 1
        return f"INV-{self._last_number}"

    def next_credit_number(self) -> str:
        self._last_credit += 1
        return f"CN-{self._last_credit}"

    def fail(self, *faults: Fault) -> None:
        """Make the next calls fail, one fault each."""
        self.faults.extend(faults)

    def respond(self, do: Callable[[], T], *, changes: bool = False) -> T:
        """Do what a call asks unless a fault is due; a lost response comes after the change."""
        fault = self.faults.popleft() if self.faults else None
        match fault:
            case Fault.DOWN:
                raise Unreachable(SYSTEM, "it does not respond")
            case Fault.THROTTLED:
                raise Throttled(SYSTEM, "too many calls", pause=timedelta(seconds=1))
            case Fault.LOCKED_OUT:
                raise Misconfigured(SYSTEM, "wrong credentials: ask for new ones")
            case Fault.LOST_REPLY:
                do()
                lost = Uncertain if changes else Unreachable
                raise lost(SYSTEM, "the response was lost")
            case None:
                return do()

    def deal(self, id: DealId) -> Deal:
        found = self.deals.get(id)
        if found is None:
            raise Absent(SYSTEM, f"no deal {id!r}")
        return found

    def project(self, id: ExternalId) -> Project:
        found = self.projects.get(id)
        if found is None:
            raise Absent(SYSTEM, f"no project {id!r}")
        return found

    def invoice(self, id: ExternalId) -> Invoice:
        found = self.invoices.get(id)
        if found is None:
            raise Absent(SYSTEM, f"no invoice {id!r}")
        return found.invoice
