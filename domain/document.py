"""Checks that a document of the ERP reads exactly as we asked, to the cent."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from domain.invoice import Document, DocumentLine, InvoiceLine, TaxTotal
from domain.money import Money
from domain.tax import TaxRounding, tax_on
from domain.value import Value


class Difference(Value):
    """A part of a document that does not read as we asked: a line, a rate, or the total."""

    part: str
    found: str
    expected: str

    def __str__(self) -> str:
        return f"{self.part} reads {self.found}, expected {self.expected}"


def tax_totals(lines: Sequence[InvoiceLine], rounding: TaxRounding) -> tuple[TaxTotal, ...]:
    """Return what a document over these lines must read per category and rate."""
    groups: dict[tuple[str, Decimal], list[InvoiceLine]] = {}
    for line in lines:
        groups.setdefault((line.tax.category, line.tax.rate), []).append(line)
    return tuple(
        TaxTotal(
            category=category,
            rate=rate,
            net=Money.total((line.net for line in group), group[0].net.currency),
            tax=_tax_of(group, rounding),
        )
        for (category, rate), group in groups.items()
    )


def _tax_of(lines: Sequence[InvoiceLine], rounding: TaxRounding) -> Money:
    """The tax on lines of one rate: what is known of it, and the rest as the ERP rounds it."""
    known = [line.tax_amount for line in lines if line.tax_amount is not None]
    nets = [line.net for line in lines if line.tax_amount is None]
    computed = [tax_on(nets, lines[0].tax, rounding)] if nets else []
    return Money.total([*known, *computed], lines[0].net.currency)


def gross_of(taxes: Sequence[TaxTotal]) -> Money:
    return Money.total((each.net + each.tax for each in taxes), taxes[0].net.currency)


def compare(
    lines: Sequence[InvoiceLine], document: Document, rounding: TaxRounding
) -> tuple[Difference, ...]:
    """Return how the document differs from one over these lines: per line, per rate, in total."""
    taxes = tax_totals(lines, rounding)
    # The ERP's tax does not say which category it is: then the rate alone counts.
    vague = frozenset(line.rate for line in document.lines if not line.category)
    expected = _lines(map(DocumentLine.of, lines), vague) | _taxes(taxes, vague)
    expected |= _total(_net(taxes), _tax(taxes), gross_of(taxes))
    found = _lines(document.lines, vague) | _taxes(document.taxes, vague)
    found |= _total(document.net, document.tax, document.gross)
    return tuple(
        Difference(
            part=part, found=found.get(part, "nothing"), expected=expected.get(part, "nothing")
        )
        for part in expected | found
        if found.get(part) != expected.get(part)
    )


def _lines(lines: Iterable[DocumentLine], vague: frozenset[Decimal]) -> dict[str, str]:
    return {
        f"line {number}": f"{line.net} at {_rate(line.category, line.rate, vague)}"
        for number, line in enumerate(lines, start=1)
    }


def _taxes(taxes: Sequence[TaxTotal], vague: frozenset[Decimal]) -> dict[str, str]:
    groups: dict[str, list[TaxTotal]] = {}
    for each in taxes:
        groups.setdefault(_rate(each.category, each.rate, vague), []).append(each)
    return {rate: f"{_net(group)} + {_tax(group)} tax" for rate, group in groups.items()}


def _total(net: Money, tax: Money, gross: Money) -> dict[str, str]:
    return {"total": f"{net} + {tax} tax = {gross}"}


def _net(taxes: Sequence[TaxTotal]) -> Money:
    return Money.total((each.net for each in taxes), taxes[0].net.currency)


def _tax(taxes: Sequence[TaxTotal]) -> Money:
    return Money.total((each.tax for each in taxes), taxes[0].net.currency)


def _rate(category: str, rate: Decimal, vague: frozenset[Decimal]) -> str:
    name = "" if rate in vague else f"{category} "
    return f"{name}{rate.normalize():f} %"
