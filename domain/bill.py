"""Bills: our orders for one invoice each."""

from datetime import date, datetime

from domain.actor import Actor
from domain.charge import Charge, ChargeState
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


class Bill(Value):
    """The order to bill one charge of a contract, with all that it needs."""

    deal: DealId
    deal_name: str
    url: str
    owner: str
    customer_key: CustomerKey
    customer: ExternalId
    charge: Charge
    tax: TaxRule
    seller: Seller
    payment_terms: PaymentTerms
    approve_above: Money | None
    supplied_on: date | None = None
    """The day of supply, if it is not the day of issue."""

    @property
    def subject(self) -> Subject:
        return self.charge.subject(self.deal)

    @property
    def needs_approval(self) -> bool:
        limit = self.approve_above
        return bool(
            limit and limit.currency == self.charge.net.currency and limit < self.charge.net
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
        description = f"{self.deal_name}: {self.charge.description}{note}"
        return (InvoiceLine(description=description, net=self.charge.net, tax=self.tax),)


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
    """The result of billing a charge."""

    charge: ChargeId
    state: ChargeState
    invoice: Invoice | None
    reason: str = ""
