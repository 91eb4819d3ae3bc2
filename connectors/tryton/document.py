"""An invoice or credit note to be: what it says, and what it comes to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from connectors.tryton.facts import Tax
from connectors.tryton.office import Values
from connectors.tryton.wire import decimal
from domain.billing import InvoiceLine
from domain.money import Money
from domain.names import ExternalId
from domain.tax import TaxRounding, TaxRule, tax_on

# The tax amount goes in with the document, so it is ours to round.
TAX_ROUNDING = TaxRounding.PER_CATEGORY


@dataclass(frozen=True, kw_only=True)
class Document:
    """A document to be. `sign` is -1 of a credit note: Tryton counts its quantity below zero."""

    customer: ExternalId
    reference: str
    issue_date: date
    due_date: date
    lines: Sequence[InvoiceLine]
    rule: TaxRule
    sign: int = 1
    origin: str | None = None

    @property
    def currency(self) -> str:
        return self.lines[0].net.currency

    @property
    def totals(self) -> tuple[Decimal, Decimal, Decimal]:
        """Net, tax and gross, as they must read back."""
        nets = [line.net for line in self.lines]
        net, tax = Money.total(nets, self.currency), tax_on(nets, self.rule, TAX_ROUNDING)
        return net.amount * self.sign, tax.amount * self.sign, (net + tax).amount * self.sign

    def tax(self, tax: Tax) -> Values:
        """The tax with its amount: Tryton would round half a coin to the even one.

        It keeps the amount as long as the base is that of the lines.
        """
        net, amount, _ = self.totals
        return {
            "tax": tax.id,
            "account": tax.invoice_account if self.sign > 0 else tax.credit_note_account,
            "base": decimal(net),
            "amount": decimal(amount),
            "description": tax.description or tax.name,
            "manual": False,
        }
