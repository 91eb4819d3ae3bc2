"""The tax of credits: several of them take exactly the tax of their invoice."""

from collections.abc import Sequence
from decimal import Decimal

from domain.invoice import Invoice, InvoiceLine
from domain.money import Money

Rate = tuple[str, Decimal]


def exact_credit(lines: Sequence[InvoiceLine], invoice: Invoice) -> tuple[InvoiceLine, ...]:
    """Return the lines of a credit so that the last credit of a rate takes all tax that is left.

    The tax of several credits, each rounded, may otherwise not be that of the invoice.
    """
    left, asked = _left(invoice), _asked(lines)
    exact = []
    for line in lines:
        rate = (line.tax.category, line.tax.rate)
        net, tax = left.get(rate, (None, line.net))
        if net == asked[rate]:
            rest = net - line.net
            own = line.net.share(line.tax.rate) if rest else tax
            left[rate], asked[rate] = (rest, tax - own), rest
            exact.append(line.model_copy(update={"tax_amount": own}))
        else:
            exact.append(line)
    return tuple(exact)


def _asked(lines: Sequence[InvoiceLine]) -> dict[Rate, Money]:
    """The net amount of the credit per rate."""
    asked: dict[Rate, Money] = {}
    for line in lines:
        rate = (line.tax.category, line.tax.rate)
        asked[rate] = asked.get(rate, Money.zero(line.net.currency)) + line.net
    return asked


def _left(invoice: Invoice) -> dict[Rate, tuple[Money, Money]]:
    """Net and tax per rate that no credit took yet; nothing where a note went elsewhere too."""
    if any(note.allocated != note.gross for note in invoice.credit_notes):
        return {}
    left = {(each.category, each.rate): (each.net, each.tax) for each in invoice.taxes}
    taken = (each for note in invoice.credit_notes for each in note.taxes)
    for each in taken:
        if (rate := (each.category, each.rate)) in left:
            net, tax = left[rate]
            left[rate] = net - each.net, tax - each.tax
    return left
