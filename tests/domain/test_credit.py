"""However an invoice is credited, its credits take its tax to the cent, and no more."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from domain.credit import exact_credit
from domain.document import gross_of, tax_totals
from domain.ids import ExternalId
from domain.invoice import CreditNote, DocumentLine, Invoice, InvoiceLine
from domain.money import Money
from domain.tax import TaxRounding, TaxTreatment, tax_rule
from tests.invoices import credit_of, invoice

RULES = [tax_rule(TaxTreatment.DOMESTIC, standard_rate=Decimal(rate)) for rate in (23, 19, 5)]


def line(cents: int, rate: int) -> InvoiceLine:
    net = Money.of(Decimal(cents) / 100, "EUR")
    return InvoiceLine(description="Work", net=net, tax=RULES[rate])


lines = st.lists(st.builds(line, st.integers(1, 999), st.integers(0, 2)), min_size=1, max_size=8)
roundings = st.sampled_from(TaxRounding)


def figures(lines: list[InvoiceLine], rounding: TaxRounding) -> dict[str, object]:
    taxes = tax_totals(lines, rounding)
    return {
        "lines": tuple(map(DocumentLine.of, lines)),
        "taxes": taxes,
        "net": Money.total((each.net for each in taxes), "EUR"),
        "tax": Money.total((each.tax for each in taxes), "EUR"),
        "gross": gross_of(taxes),
    }


def credited(bill: Invoice, part: list[InvoiceLine], rounding: TaxRounding) -> Invoice:
    read = figures([*exact_credit(part, bill)], rounding)
    note = CreditNote.model_validate(
        {
            **read,
            "id": ExternalId("n"),
            "reference": "",
            "number": "",
            "issued_on": None,
            "allocated": read["gross"],
        }
    )
    return bill.model_copy(update={"credit_notes": (*bill.credit_notes, note)})


@given(lines, roundings, st.data())
def test_credits_of_all_parts_in_any_order_leave_nothing(
    ordered: list[InvoiceLine], rounding: TaxRounding, data: st.DataObject
) -> None:
    bill = invoice(Money.of(1, "EUR")).model_copy(update=figures(ordered, rounding))
    parts = data.draw(st.permutations(ordered))
    while parts:
        size = data.draw(st.integers(1, len(parts)))
        bill, parts = credited(bill, parts[:size], rounding), parts[size:]
    assert bill.credited_net == bill.net
    assert bill.credited == bill.gross
    assert not bill.outstanding


def test_a_note_that_went_elsewhere_too_leaves_the_tax_to_the_erp() -> None:
    bill = invoice(Money.of(100, "EUR"))
    note = credit_of(bill, allocated=Money.of(50, "EUR"))
    other = bill.model_copy(update={"credit_notes": (note,)})
    order = (line(10000, 0),)
    assert exact_credit(order, other) == order
    assert exact_credit(order, bill)[0].tax_amount == bill.tax


def test_a_note_of_a_rate_that_the_invoice_has_not_takes_none_of_its_tax() -> None:
    bill = invoice(Money.of(100, "EUR"))
    other = credit_of(invoice(Money.of(10, "EUR"), rate=19))
    credited_before = bill.model_copy(update={"credit_notes": (other,)})
    assert exact_credit((line(10000, 0),), credited_before)[0].tax_amount == bill.tax
