"""Billable items, due dates, and the documents that bill them."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from domain.actor import Actor
from domain.deal import PlannedMilestone
from domain.identity import identity_of
from domain.ids import CustomerKey, DealId, ExternalId, ItemKey, Subject
from domain.money import Money
from domain.responsibility import Party
from domain.tax import TaxRule
from domain.value import Value


class BillableItem(Value):
    """A part of the contract that is billed once: its net amount and the date planned for it."""

    key: ItemKey
    name: str
    net: Money
    due: date
    revision: int = 1

    def subject(self, deal: DealId) -> Subject:
        """Return the name of the bill for this item in this revision: it is billed exactly once."""
        return Subject(f"{deal}:{self.key}:r{self.revision}")


def billable_items(
    value: Money, milestones: Sequence[PlannedMilestone]
) -> tuple[BillableItem, ...]:
    """Cut the contract value by the milestones' shares; the parts add up exactly."""
    amounts = value.allocate([milestone.share for milestone in milestones])
    return tuple(
        BillableItem(key=ItemKey(f"m{number}"), name=milestone.name, net=net, due=milestone.due)
        for number, (milestone, net) in enumerate(zip(milestones, amounts, strict=True), start=1)
    )


def due_date(issued: date, payment_days: int) -> date:
    """Count calendar days from issue; Directive 2011/7/EU counts lateness from the day after."""
    return issued + timedelta(days=payment_days)


class InvoiceLine(Value):
    """A line of an invoice: its description and its net amount."""

    description: str
    net: Money


class DraftInvoice(Value):
    """The order for a draft invoice. The ERP numbers it."""

    subject: Subject
    deal: DealId
    customer: ExternalId
    lines: tuple[InvoiceLine, ...]
    tax: TaxRule
    issue_date: date
    due_date: date
    url: str

    @property
    def net(self) -> Money:
        return Money.total((line.net for line in self.lines), self.lines[0].net.currency)

    def identity(self) -> str:
        """Return what must not change under one key. Dates may: a draft waits for approval."""
        return identity_of(
            customer=self.customer,
            net=str(self.net),
            tax_category=self.tax.category,
            tax_rate=str(self.tax.rate),
        )


class IssueInvoice(Value):
    """The order to make the elected draft a document, if it still reads as the order for it."""

    draft: DraftInvoice
    invoice: ExternalId

    @property
    def subject(self) -> Subject:
        return self.draft.subject

    @property
    def deal(self) -> DealId:
        return self.draft.deal

    def identity(self) -> str:
        return identity_of(invoice=self.invoice, draft=self.draft.identity())


class CreditInvoice(Value):
    """The order to credit an issued invoice in part or in full; the credit names it (Art. 219)."""

    subject: Subject
    deal: DealId
    customer: ExternalId
    invoice: ExternalId
    invoice_number: str
    net: Money
    tax: TaxRule
    issue_date: date
    reason: str

    def identity(self) -> str:
        return identity_of(invoice=self.invoice, net=str(self.net), tax_rate=str(self.tax.rate))


class InvoiceStatus(StrEnum):
    """The status of an invoice at the ERP."""

    DRAFT = "draft"
    ISSUED = "issued"
    PAID = "paid"
    GONE = "gone"
    """Voided or deleted at the ERP."""


class Invoice(Value):
    """An invoice as the ERP has it, read back. Amounts are in the contract's currency."""

    id: ExternalId
    reference: str
    number: str
    status: InvoiceStatus
    url: str
    issued_on: date | None
    due_on: date | None
    net: Money
    tax: Money
    gross: Money
    paid: Money
    credited: Money
    pdf: str = ""
    """The address of its PDF, if the ERP has one."""

    @property
    def outstanding(self) -> Money:
        return self.gross - self.paid - self.credited


class ItemState(StrEnum):
    """The state of a billable item on its way to cash."""

    PLANNED = "planned"
    BILLABLE = "billable"
    HELD = "held"
    DRAFTED = "drafted"
    ISSUED = "issued"
    PAID = "paid"
    CREDITED = "credited"
    CANCELLED = "cancelled"

    @property
    def is_invoiced(self) -> bool:
        return self in {ItemState.ISSUED, ItemState.PAID, ItemState.CREDITED}


class ItemStatus(Value):
    """A billable item's state, since when, why it is not further, and who must act."""

    item: BillableItem
    state: ItemState
    since: datetime
    reason: str
    responsible: Party
    invoice: Invoice | None = None


class Bill(Value):
    """The order to bill one item of a contract, with all that it needs."""

    deal: DealId
    deal_name: str
    url: str
    owner: str
    customer_key: CustomerKey
    customer: ExternalId
    item: BillableItem
    tax: TaxRule
    payment_days: int
    approve_above: Money | None

    @property
    def subject(self) -> Subject:
        return self.item.subject(self.deal)

    @property
    def needs_approval(self) -> bool:
        limit = self.approve_above
        return bool(limit and limit.currency == self.item.net.currency and limit < self.item.net)

    def draft(self, today: date) -> DraftInvoice:
        return DraftInvoice(
            subject=self.subject,
            deal=self.deal,
            customer=self.customer,
            lines=(InvoiceLine(description=self._description, net=self.item.net),),
            tax=self.tax,
            issue_date=today,
            due_date=due_date(today, self.payment_days),
            url=self.url,
        )

    @property
    def _description(self) -> str:
        note = f" ({self.tax.note})" if self.tax.note else ""
        return f"{self.deal_name}: {self.item.name}{note}"


class DraftedInvoice(Value):
    """The elected draft: only it can become the invoice."""

    bill: Bill
    invoice: ExternalId
    draft: DraftInvoice


class CreditOrder(Value):
    """The order to credit an issued bill in full."""

    bill: Bill
    invoice: Invoice
    reason: str
    by: Actor

    def credit(self, today: date) -> CreditInvoice:
        """Return the order for the credit note that mirrors the invoice."""
        return CreditInvoice(
            subject=Subject(f"{self.bill.subject}:credit"),
            deal=self.bill.deal,
            customer=self.bill.customer,
            invoice=self.invoice.id,
            invoice_number=self.invoice.number,
            net=self.invoice.net,
            tax=self.bill.tax,
            issue_date=today,
            reason=self.reason,
        )


class BillResult(Value):
    """The result of billing an item."""

    item: ItemKey
    state: ItemState
    invoice: Invoice | None
    reason: str = ""


HUNDRED = Decimal(100)
