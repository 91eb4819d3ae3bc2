"""Orders of several lines and taxes, for invoices and for credits."""

from decimal import Decimal

from domain.invoice import InvoiceLine
from domain.money import Money
from domain.tax import TaxTreatment, tax_rule
from tests.contracts.erp_harness import VAT, line

REDUCED = tax_rule(TaxTreatment.DOMESTIC, standard_rate=Decimal(5))


def hours(text: str, quantity: str, price: str, net: str) -> InvoiceLine:
    return InvoiceLine(
        description=text,
        quantity=Decimal(quantity),
        unit_price=Decimal(price),
        net=Money.of(net, "EUR"),
        tax=VAT,
    )


TIME = (
    hours("Senior consultant, February", "2", "120", "240.00"),
    hours("Senior consultant, March", "0.5", "126", "63.00"),
    hours("Consultant, March", "7.5", "90", "675.00"),
)
ADVANCE = (line("Milestone of 40 %", "4000.00"), line("Advance", "-1200.00"))
ORDERS = {
    "two rates": (line("Work", "1033.33"), line("Books", "0.50", REDUCED), line("More", "0.17")),
    "halves of a cent": tuple(line("Part", net, REDUCED) for net in ("0.10", "0.30", "0.50")),
    "an advance": ADVANCE,
    "an advance with the tax of its bill": (
        ADVANCE[0],
        ADVANCE[1].model_copy(update={"tax_amount": Money.of("-276.01", "EUR")}),
    ),
    "an advance of another rate": (line("Work", "4000.00"), line("Advance", "-1200.00", REDUCED)),
    "hours under a cap": (*TIME, line("Not to exceed", "-78.00")),
    "half a cent of a price": (hours("Work", "0.5", "33.33", "16.67"),),
    "a price with four decimals": (hours("Calls", "1234.5", "0.0125", "15.43"),),
    "a free line": (line("Work", "100.00"), line("Introduction", "0.00")),
    "every treatment": tuple(
        line(treatment, "100.00", tax_rule(treatment, standard_rate=Decimal(23)))
        for treatment in TaxTreatment
    ),
}
