"""Bills: our orders for one invoice each."""

from datetime import date, datetime

from domain.actor import Actor
from domain.charge import Charge, Standing
from domain.claim import Claim, ClaimedBill
from domain.credit import exact_credit
from domain.ids import ChargeId, CustomerKey, DealId, ExternalId, Subject
from domain.invoice import (
    CreditInvoice,
    DraftInvoice,
    Invoice,
    InvoiceDates,
    InvoiceLine,
)
from domain.money import Money
from domain.payment_terms import PaymentTerms
from domain.seller import Seller
from domain.tax import TaxRule
from domain.value import Value


class BillReference(Value):
    """A bill of a contract: its key, made from what it bills, and the charges on it.

    A bill whose document was voided, credited or deleted is billed again in its next revision.
    """

    key: str
    revision: int
    charges: tuple[ChargeId, ...]

    def subject(self, deal: DealId) -> Subject:
        """Return the name under which it is billed exactly once."""
        return Subject(f"{deal}:{self.key}:r{self.revision}")


class Bill(Value):
    """The order for one invoice over charges of a contract, with all that it needs."""

    deal: DealId
    deal_name: str
    url: str
    owner: str
    customer_key: CustomerKey
    customer: ExternalId
    key: str
    revision: int = 1
    charges: tuple[Charge, ...]
    tax: TaxRule
    seller: Seller
    payment_terms: PaymentTerms
    approve_above: Money | None
    supplied_on: date | None = None
    """The day of supply, if it is not the day of issue."""

    @property
    def reference(self) -> BillReference:
        return BillReference(
            key=self.key, revision=self.revision, charges=tuple(c.id for c in self.charges)
        )

    @property
    def subject(self) -> Subject:
        return self.reference.subject(self.deal)

    @property
    def net(self) -> Money:
        return Money.total((charge.net for charge in self.charges), self.charges[0].net.currency)

    @property
    def description(self) -> str:
        return ", ".join(charge.description for charge in self.charges)

    @property
    def needs_approval(self) -> bool:
        limit = self.approve_above
        return bool(limit and limit.currency == self.net.currency and limit < self.net)

    def claimed(self) -> ClaimedBill:
        """Return the claims of all its charges."""
        return ClaimedBill(
            subject=self.subject,
            deal=self.deal,
            key=self.key,
            revision=self.revision,
            claims=tuple(
                Claim(charge=charge.id, revision=charge.revision, net=charge.net)
                for charge in self.charges
            ),
        )

    def draft(self, now: datetime) -> DraftInvoice:
        """Return the order for the draft, dated by the seller's local day."""
        today = self.seller.local_day(now)
        return DraftInvoice(
            subject=self.subject,
            deal=self.deal,
            customer=self.customer,
            lines=self.lines,
            dates=InvoiceDates(
                issued_on=today,
                due_on=self.payment_terms.due_date(today, self.seller.country),
                supplied_on=self.supplied_on or today,
            ),
            url=self.url,
        )

    @property
    def lines(self) -> tuple[InvoiceLine, ...]:
        note = f" ({self.tax.note})" if self.tax.note else ""
        return tuple(
            InvoiceLine(
                description=f"{self.deal_name}: {charge.description}{note}",
                net=charge.net,
                tax=self.tax,
            )
            for charge in self.charges
        )


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

    def credit(self, now: datetime) -> CreditInvoice:
        """Return the order for the credit note that mirrors the invoice."""
        return CreditInvoice(
            subject=Subject(f"{self.bill.subject}:credit"),
            deal=self.bill.deal,
            customer=self.bill.customer,
            invoice=self.invoice.id,
            invoice_number=self.invoice.number,
            lines=exact_credit(self.bill.lines, self.invoice),
            issue_date=self.bill.seller.local_day(now),
            reason=self.reason,
        )


class BillResult(Value):
    """The result of a bill: where its charges stand, and the document as it was read last."""

    standing: Standing
    invoice: Invoice | None
