"""Invoices and credit notes to be made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self

from connectors.common.documents import credit_lines
from connectors.tryton.models.chart import ChartData, Tax
from connectors.tryton.models.documents import TAX_ROUNDING, StoredInvoice
from connectors.tryton.models.json import Values, day, decimal
from connectors.tryton.models.parties import InvoiceParty
from domain.document import Totals
from domain.ids import ExternalId
from domain.invoice import CreditInvoice, DraftInvoice, InvoiceLine
from domain.tax import TaxRule


@dataclass(frozen=True, kw_only=True)
class NewDocument:
    """A document to be made. In Tryton the quantity of a credit note is negative."""

    customer: ExternalId
    reference: str
    issue_date: date
    due_date: date
    lines: Sequence[InvoiceLine]
    rule: TaxRule
    is_credit: bool = False
    origin: str | None = None

    @classmethod
    def invoice(cls, command: DraftInvoice, reference: str) -> Self:
        return cls(
            customer=command.customer,
            reference=reference,
            issue_date=command.issue_date,
            due_date=command.due_date,
            lines=command.lines,
            rule=command.tax,
        )

    @classmethod
    def credit_note(cls, command: CreditInvoice, reference: str, invoice: StoredInvoice) -> Self:
        """Its line names the first line of the invoice as its origin."""
        return cls(
            customer=command.customer,
            reference=reference,
            issue_date=command.issue_date,
            due_date=command.issue_date,
            lines=credit_lines(command),
            rule=command.tax,
            is_credit=True,
            origin=f"account.invoice.line,{invoice.lines[0]}" if invoice.lines else None,
        )

    @property
    def totals(self) -> Totals:
        """The totals that Tryton must read back."""
        totals = Totals.expected(self.lines, self.rule, TAX_ROUNDING)
        return -totals if self.is_credit else totals

    def values(self, company: int, chart: ChartData, tax: Tax, party: InvoiceParty) -> Values:
        currency = chart.currencies[self.totals.currency]
        line = {
            "type": "line",
            "account": chart.revenue,
            "quantity": -1.0 if self.is_credit else 1.0,
            "currency": currency,
            "company": company,
            "taxes": [["add", [tax.id]]],
            "origin": self.origin,
        }
        lines = [
            {**line, "description": each.description, "unit_price": decimal(each.net.amount)}
            for each in self.lines
        ]
        return {
            "type": "out",
            "company": company,
            "party": party.id,
            "invoice_address": party.addresses[0],
            "account": party.account_receivable or chart.receivable,
            "journal": chart.journal,
            "currency": currency,
            "reference": self.reference,
            "invoice_date": day(self.issue_date),
            # Without a payment term, all is due on this date.
            "payment_term": None,
            "payment_term_date": day(self.due_date),
            "lines": [["create", lines]],
            "taxes": [["create", [self._tax(tax)]]],
        }

    def _tax(self, tax: Tax) -> Values:
        """The tax with its amount: Tryton would round half a cent to the even one.

        Tryton keeps the amount as long as the base is that of the lines.
        """
        totals = self.totals
        return {
            "tax": tax.id,
            "account": tax.credit_note_account if self.is_credit else tax.invoice_account,
            "base": decimal(totals.net),
            "amount": decimal(totals.tax),
            "description": tax.description or tax.name,
            "manual": False,
        }
