"""The system that owns customers' accounts and invoices. Two roles, one vendor."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from domain.company import Account
from domain.customer import Candidate, OpenCustomer
from domain.ids import ExternalId, Subject
from domain.invoice import CreditInvoice, DraftInvoice, Invoice, InvoiceDates
from domain.tax import TaxRounding
from domain.value import Value
from ports.capability import Capability
from ports.operation import Operation
from ports.probe import Probe


class ChangedInvoice(Value):
    """An invoice of ours as it is since its record or payments changed.

    `subject` is the one that its draft was ordered with; the vendor has it in its reference.
    """

    subject: Subject
    invoice: Invoice
    changed_at: datetime


class Customers(Protocol):
    """The customers' accounts of the ERP."""

    @property
    def open_customer(self) -> Operation[OpenCustomer]: ...

    async def find_customers(self, account: Account) -> Sequence[Candidate]:
        """Every customer that may be this account: by our key, its numbers, a name like it."""
        ...


class Invoicing(Protocol):
    """`invoice` makes a draft and deletes a draft; only `issue` makes it a document.

    `credit` makes a credit note and allocates it to its invoice.
    """

    @property
    def capabilities(self) -> frozenset[Capability]: ...
    @property
    def draft_invoice(self) -> Operation[DraftInvoice]: ...
    @property
    def credit_invoice(self) -> Operation[CreditInvoice]: ...
    @property
    def tax_rounding(self) -> TaxRounding: ...

    async def issue(self, invoice: ExternalId) -> Invoice | None:
        """Make the draft a document; an issued one stays as it is. Rejected if it is gone.

        Returns the invoice if the vendor's response has all of it, with number, totals and
        payments as they are now; None if it must be read.
        """
        ...

    async def set_dates(self, draft: ExternalId, dates: InvoiceDates) -> None:
        """Give the draft these dates, and change nothing else. Rejected if it is no draft."""
        ...

    async def read_invoice(self, invoice: ExternalId) -> Invoice:
        """The invoice, fresh, with lines, payments and credit notes. Raises Absent if unknown."""
        ...

    async def changed_since(self, since: datetime) -> Sequence[ChangedInvoice]:
        """Documents of ours changed at or after this moment, oldest first. May repeat."""
        ...

    async def probe(self) -> Probe: ...
