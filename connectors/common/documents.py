"""Checks and wording for an ERP's invoices and credit notes."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

import structlog
from pydantic import ValidationError

from domain.document import Totals
from domain.effect import Receipt
from domain.invoice import CreditInvoice, InvoiceLine
from domain.money import Money
from ports.erp import ChangedInvoice
from ports.failures import Rejected

D = TypeVar("D")
_log = structlog.get_logger("connectors")


@dataclass(frozen=True)
class DocumentChecks:
    """Checks of one ERP: `system` names its connector, `name` is what people call it."""

    system: str
    name: str

    def require_totals(self, document: str, found: Totals, expected: Totals) -> None:
        """Raises Rejected unless the document reads exactly as expected."""
        if difference := found.difference_from(expected):
            raise Rejected(
                self.system,
                f"{document} {difference}: "
                f"finance must compare the tax rate in {self.name} with ours",
            )

    def require_room(self, invoice: str, open_amount: Decimal, credit: Totals) -> None:
        """Raises Rejected where a credit is larger than what is outstanding of the invoice."""
        if open_amount < credit.gross:
            raise Rejected(
                self.system,
                f"invoice {invoice} has {open_amount} left to pay, less than the credit of "
                f"{credit.gross} {credit.currency}: "
                f"finance must refund in {self.name} what was paid",
            )

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


def credit_lines(command: CreditInvoice) -> tuple[InvoiceLine, ...]:
    """One line, which names the invoice."""
    note = f" ({command.tax.note})" if command.tax.note else ""
    description = f"Credit of invoice {command.invoice_number}: {command.reason}{note}"
    return (InvoiceLine(description=description, net=command.net),)


def readable(
    documents: Iterable[D], to_domain: Callable[[D], ChangedInvoice]
) -> Iterator[ChangedInvoice]:
    """Leave out documents that cannot be read, with a warning: they must not stop the others."""
    for document in documents:
        try:
            yield to_domain(document)
        except Rejected as refused:
            _log.warning("invoice left out", system=refused.system, reason=refused.reason)
