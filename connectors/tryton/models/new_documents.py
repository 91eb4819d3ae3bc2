"""Invoices and credit notes to be made."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Self

from connectors.common.documents import credit_words
from connectors.tryton.models.chart import ChartData, Tax
from connectors.tryton.models.documents import TAX_ROUNDING, StoredInvoice, StoredLine
from connectors.tryton.models.json import Values, day, decimal
from connectors.tryton.models.parties import InvoiceParty
from domain.currency import minor_unit
from domain.document import tax_totals
from domain.ids import ExternalId
from domain.invoice import CreditInvoice, DraftInvoice, InvoiceDates, InvoiceLine
from domain.money import Money


@dataclass(frozen=True, kw_only=True)
class NewDocument:
    """A document to be made. In Tryton the quantities of a credit note are negative.

    `origins` are the invoice's lines that its lines credit; a credit note has words of its own.
    """

    customer: ExternalId
    reference: str
    dates: InvoiceDates
    lines: Sequence[InvoiceLine]
    is_credit: bool = False
    origins: Sequence[str | None] = ()
    words: str | None = None

    @classmethod
    def invoice(cls, command: DraftInvoice, reference: str) -> Self:
        return cls(
            customer=command.customer,
            reference=reference,
            dates=command.dates,
            lines=command.lines,
            origins=[None] * len(command.lines),
        )

    @classmethod
    def credit_note(cls, command: CreditInvoice, reference: str, invoice: StoredInvoice) -> Self:
        on = command.issue_date
        return cls(
            customer=command.customer,
            reference=reference,
            dates=InvoiceDates(issued_on=on, due_on=on, supplied_on=on),
            lines=command.lines,
            words=credit_words(command),
            is_credit=True,
            origins=[_origin(line, invoice.lines) for line in command.lines],
        )

    def values(
        self, company: int, chart: ChartData, taxes: Sequence[Tax], party: InvoiceParty
    ) -> Values:
        """The values of the document; `taxes` are those of its lines."""
        currency = chart.currencies[self.lines[0].net.currency]
        common = {
            "type": "line",
            "account": chart.revenue,
            "currency": currency,
            "company": company,
            "taxes_date": day(self.dates.supplied_on),
        }
        lines = [
            {**common, **_priced(line, self._sign), "taxes": [["add", [tax.id]]], "origin": origin}
            for line, tax, origin in zip(self.lines, taxes, self.origins, strict=True)
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
            "description": self.words,
            "invoice_date": day(self.dates.issued_on),
            # Without a payment term, all is due on this date.
            "payment_term": None,
            "payment_term_date": day(self.dates.due_on),
            "lines": [["create", lines]],
            "taxes": [["create", self._tax_rows(taxes)]],
        }

    @property
    def _sign(self) -> int:
        return -1 if self.is_credit else 1

    def _tax_rows(self, taxes: Sequence[Tax]) -> list[Values]:
        """The taxes with their amounts: Tryton would round half a cent to the even one.

        Tryton keeps an amount as long as the base is that of the lines.
        """
        bases, left = self._bases(taxes), self._amounts(taxes)
        later = [tax.id for tax, _ in bases]
        rows = []
        for (tax, is_below), base in bases.items():
            later.remove(tax.id)
            amount = base.share(tax.percentage) if tax.id in later else left[tax.id]
            left[tax.id] -= amount
            account = tax.credit_note_account if is_below else tax.invoice_account
            rows.append(self._tax_row(tax, account, base, amount))
        return rows

    def _bases(self, taxes: Sequence[Tax]) -> dict[tuple[Tax, bool], Money]:
        """The net amount per tax: Tryton has another row for the lines below zero."""
        bases: dict[tuple[Tax, bool], Money] = {}
        for line, tax in self._taxed(taxes):
            key = tax, self._sign * line.net.amount < 0
            bases[key] = bases.get(key, Money.zero(line.net.currency)) + line.net
        return bases

    def _amounts(self, taxes: Sequence[Tax]) -> dict[int, Money]:
        """How much tax each of Tryton's taxes must have; it may stand for several categories."""
        of_rule = {(line.tax.category, line.tax.rate): tax for line, tax in self._taxed(taxes)}
        amounts: dict[int, Money] = {}
        for total in tax_totals(self.lines, TAX_ROUNDING):
            number = of_rule[total.category, total.rate].id
            before = amounts.get(number, Money.zero(total.tax.currency))
            amounts[number] = before + total.tax
        return amounts

    def _taxed(self, taxes: Sequence[Tax]) -> list[tuple[InvoiceLine, Tax]]:
        return list(zip(self.lines, taxes, strict=True))

    def _tax_row(self, tax: Tax, account: int | None, base: Money, amount: Money) -> Values:
        return {
            "tax": tax.id,
            "account": account,
            "base": decimal(self._sign * base.amount),
            "amount": decimal(self._sign * amount.amount),
            "description": tax.description or tax.name,
            "manual": False,
        }


def _origin(line: InvoiceLine, lines: Sequence[StoredLine]) -> str | None:
    """The credited line: that of the same description, or else the first."""
    same = (each for each in lines if each.description == line.description)
    found = next(same, lines[0] if lines else None)
    return f"account.invoice.line,{found.id}" if found else None


def _priced(line: InvoiceLine, sign: int) -> dict[str, Any]:
    """The line's price; in one piece where Tryton would round half a cent to the even one."""
    unit = minor_unit(line.net.currency)
    exact = (line.quantity * line.unit_price).quantize(unit, ROUND_HALF_EVEN)
    if exact == line.net.amount:
        quantity, price, text = line.quantity, line.unit_price, line.description
    else:
        quantity, price = Decimal(1), line.net.amount
        text = f"{line.description} ({line.quantity} x {line.unit_price})"
    return {"quantity": float(sign * quantity), "unit_price": decimal(price), "description": text}
