"""Checks and wording for an ERP's invoices and credit notes."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

import structlog
from pydantic import ValidationError

from domain.document import compare, gross_of, tax_totals
from domain.effect import Receipt
from domain.ids import ExternalId
from domain.invoice import CreditInvoice, Document, Invoice, InvoiceLine
from domain.money import Money
from domain.tax import TaxRounding
from ports.erp import ChangedInvoice
from ports.failures import Rejected

D = TypeVar("D")
_log = structlog.get_logger("connectors")


@dataclass(frozen=True)
class DocumentChecks:
    """Checks of one ERP: `system` names its connector, `name` is what people call it."""

    system: str
    name: str
    rounding: TaxRounding

    def require_as_asked(self, found: Document, lines: Sequence[InvoiceLine]) -> None:
        """Raises Rejected unless the document reads as one over these lines must."""
        if differences := compare(lines, found, self.rounding):
            raise Rejected(
                self.system,
                f"{found.number or found.id}: {'; '.join(map(str, differences))}: "
                f"finance must compare the lines and tax rates in {self.name} with ours",
            )

    def require_payable(self, lines: Sequence[InvoiceLine]) -> None:
        """Raises Rejected for an invoice below zero."""
        gross = gross_of(tax_totals(lines, self.rounding))
        if gross < Money.zero(gross.currency):
            raise Rejected(
                self.system, f"an invoice of {gross} is none: credit an issued one, or bill more"
            )

    def require_room(self, invoice: Invoice, lines: Sequence[InvoiceLine]) -> None:
        """Raises Rejected where a credit is larger than what is outstanding of the invoice."""
        credit = gross_of(tax_totals(lines, self.rounding))
        if invoice.outstanding < credit:
            raise Rejected(
                self.system,
                f"invoice {invoice.number} has {invoice.outstanding} left to pay, less than the "
                f"credit of {credit}: finance must refund in {self.name} what was paid",
            )

    def draft(self, invoice: ExternalId) -> Rejected:
        reason = f"invoice {invoice} is no draft any more: its dates stay"
        return Rejected(self.system, reason)

    def money(self, amount: Decimal, currency: str, reference: str) -> Money:
        """An amount of a document. Raises Rejected for half a yen."""
        try:
            return Money.of(amount, currency)
        except ValidationError as invalid:
            reason = f"{reference} reads {amount} {currency}, which nobody can pay"
            raise Rejected(self.system, reason) from invalid

    def issued(self, invoice: str) -> Rejected:
        reason = f"invoice {invoice} is issued: only a credit note reverses it"
        return Rejected(self.system, reason)

    def credited(self, command: CreditInvoice, receipt: Receipt) -> Rejected:
        reason = f"credit note {receipt.id} of {command.subject} is issued: it stays in the books"
        return Rejected(self.system, reason)


def credit_words(command: CreditInvoice) -> str:
    """What a credit note says: the invoice that it credits, and why."""
    return f"Credit of invoice {command.invoice_number}: {command.reason}"


def readable(
    documents: Iterable[D], to_domain: Callable[[D], ChangedInvoice]
) -> Iterator[ChangedInvoice]:
    """Leave out documents that cannot be read, with a warning: they must not stop the others."""
    for document in documents:
        try:
            yield to_domain(document)
        except Rejected as refused:
            _log.warning("invoice left out", system=refused.system, reason=refused.reason)
