"""Documents in memory: what one over ordered lines reads."""

from collections.abc import Sequence
from typing import Any

from connectors.memory.world import TAX_ROUNDING
from domain.document import gross_of, tax_totals
from domain.invoice import DocumentLine, InvoiceLine
from domain.money import Money


def figures(lines: Sequence[InvoiceLine]) -> dict[str, Any]:
    """Return the lines and amounts of a document by the names of their fields."""
    taxes, currency = tax_totals(lines, TAX_ROUNDING), lines[0].net.currency
    return {
        "lines": tuple(map(DocumentLine.of, lines)),
        "taxes": taxes,
        "net": Money.total((each.net for each in taxes), currency),
        "tax": Money.total((each.tax for each in taxes), currency),
        "gross": gross_of(taxes),
    }
