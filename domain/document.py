"""Checks that a document of the ERP reads exactly as we asked, to the cent."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from domain.invoice import Invoice, InvoiceLine
from domain.money import Money
from domain.tax import TaxRounding, TaxRule, tax_on


@dataclass(frozen=True)
class Totals:
    """Net, tax and gross of a document. Decimals, because a vendor may answer half a yen."""

    currency: str
    net: Decimal
    tax: Decimal
    gross: Decimal

    @classmethod
    def expected(cls, lines: Sequence[InvoiceLine], rule: TaxRule, rounding: TaxRounding) -> Self:
        """Compute what a document over these lines must read; the ERP rounds the tax like this."""
        nets = [line.net for line in lines]
        net, tax = Money.total(nets, nets[0].currency), tax_on(nets, rule, rounding)
        return cls(net.currency, net.amount, tax.amount, (net + tax).amount)

    @classmethod
    def of(cls, invoice: Invoice) -> Self:
        net, tax, gross = invoice.net, invoice.tax, invoice.gross
        return cls(net.currency, net.amount, tax.amount, gross.amount)

    def __neg__(self) -> Self:
        return type(self)(self.currency, -self.net, -self.tax, -self.gross)

    def __str__(self) -> str:
        return f"{self.net} + {self.tax} tax = {self.gross} {self.currency}"

    def difference_from(self, expected: Self) -> str:
        """Say how a document with these totals differs; empty if it reads as expected."""
        return "" if self == expected else f"reads {self}, expected {expected}"
