"""A document is compared with its order line by line, rate by rate, and in total."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.document import compare, gross_of, tax_totals
from domain.ids import ExternalId
from domain.invoice import CreditNote, Document, DocumentLine, InvoiceLine
from domain.money import Money
from domain.refusal import Refusal
from domain.tax import TaxRounding, TaxRule, TaxTreatment, tax_rule

STANDARD = tax_rule(TaxTreatment.DOMESTIC, standard_rate=Decimal(23))
REDUCED = tax_rule(TaxTreatment.DOMESTIC, standard_rate=Decimal(5))
EXPORT = tax_rule(TaxTreatment.EXPORT, standard_rate=Decimal(23))
EXEMPT = tax_rule(TaxTreatment.EXEMPT, standard_rate=Decimal(23))

cents = st.integers(-(10**7), 10**7).map(lambda units: Money.of(Decimal(units) / 100, "EUR"))
rules = st.sampled_from([STANDARD, REDUCED, EXPORT, EXEMPT])
roundings = st.sampled_from(TaxRounding)


def line(net: Money | str, tax: TaxRule = STANDARD) -> InvoiceLine:
    amount = net if isinstance(net, Money) else Money.of(net, "EUR")
    return InvoiceLine(description="Work", net=amount, tax=tax)


orders = st.lists(st.builds(line, cents, rules), min_size=1, max_size=8)


def faithful(lines: list[InvoiceLine], rounding: TaxRounding) -> Document:
    """The document that an ERP makes of these lines."""
    taxes = tax_totals(lines, rounding)
    return CreditNote(
        id=ExternalId("d"),
        reference="",
        number="",
        issued_on=None,
        lines=tuple(map(DocumentLine.of, lines)),
        taxes=taxes,
        net=Money.total((each.net for each in taxes), "EUR"),
        tax=Money.total((each.tax for each in taxes), "EUR"),
        gross=gross_of(taxes),
        allocated=gross_of(taxes),
    )


@given(orders, roundings)
def test_a_faithful_document_does_not_differ(
    lines: list[InvoiceLine], rounding: TaxRounding
) -> None:
    assert compare(lines, faithful(lines, rounding), rounding) == ()


@given(orders, roundings)
def test_net_and_tax_of_the_rates_are_the_whole(
    lines: list[InvoiceLine], rounding: TaxRounding
) -> None:
    document = faithful(lines, rounding)
    assert Money.total((each.net for each in document.lines), "EUR") == document.net
    assert document.net + document.tax == document.gross


@given(orders, roundings, st.data())
def test_a_changed_line_is_named(
    lines: list[InvoiceLine], rounding: TaxRounding, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(lines) - 1))
    edited = [*lines]
    edited[at] = line(lines[at].net + Money.of("0.01", "EUR"), lines[at].tax)
    found = compare(lines, faithful(edited, rounding), rounding)
    assert f"line {at + 1}" in {each.part for each in found}
    assert "total" in {each.part for each in found}


@given(orders, roundings)
def test_a_line_too_many_and_a_line_too_few_are_named(
    lines: list[InvoiceLine], rounding: TaxRounding
) -> None:
    more = [*lines, line("1.00")]
    last = f"line {len(more)}"
    (extra,) = [d for d in compare(lines, faithful(more, rounding), rounding) if d.part == last]
    (lost,) = [d for d in compare(more, faithful(lines, rounding), rounding) if d.part == last]
    assert extra.expected == lost.found == "nothing"


def test_a_line_of_another_rate_is_named_in_words() -> None:
    asked, made = [line("100.00"), line("50.00")], [line("100.00"), line("50.00", REDUCED)]
    found = compare(asked, faithful(made, TaxRounding.PER_LINE), TaxRounding.PER_LINE)
    assert [str(each) for each in found] == [
        "line 2 reads 50.00 EUR at S 5 %, expected 50.00 EUR at S 23 %",
        "S 23 % reads 100.00 EUR + 23.00 EUR tax, expected 150.00 EUR + 34.50 EUR tax",
        (
            "total reads 150.00 EUR + 25.50 EUR tax = 175.50 EUR,"
            " expected 150.00 EUR + 34.50 EUR tax = 184.50 EUR"
        ),
        "S 5 % reads 50.00 EUR + 2.50 EUR tax, expected nothing",
    ]


def test_the_same_money_in_another_category_differs() -> None:
    made = faithful([line("100.00", EXEMPT)], TaxRounding.PER_LINE)
    found = compare([line("100.00", EXPORT)], made, TaxRounding.PER_LINE)
    assert {each.part for each in found} == {"line 1", "G 0 %", "E 0 %"}


def test_where_the_erp_tells_no_category_the_rate_alone_counts() -> None:
    asked = [line("100.00", EXPORT), line("50.00", EXEMPT), line("10.00")]
    made = faithful(asked, TaxRounding.PER_LINE)
    vague = {"category": ""}
    blurred = made.model_copy(
        update={
            "lines": tuple(e if e.rate else e.model_copy(update=vague) for e in made.lines),
            "taxes": tuple(e if e.rate else e.model_copy(update=vague) for e in made.taxes),
        }
    )
    assert compare(asked, blurred, TaxRounding.PER_LINE) == ()
    assert compare([*asked[:2], line("10.00", REDUCED)], blurred, TaxRounding.PER_LINE)


def test_a_quantity_times_its_price_must_be_the_net() -> None:
    hours = {"description": "Work", "tax": STANDARD, "quantity": "2.5"}
    line = InvoiceLine.model_validate(
        {**hours, "unit_price": "33.33", "net": Money.of("83.33", "EUR")}
    )
    assert line.quantity * line.unit_price == Decimal("83.325")
    with pytest.raises(ValidationError, match=r"is not 83\.34 EUR"):
        InvoiceLine.model_validate(
            {**hours, "unit_price": "33.33", "net": Money.of("83.34", "EUR")}
        )


def test_a_part_of_a_line_is_smaller_and_of_the_same_sign() -> None:
    whole = line("675.00")
    assert whole.part(Money.of(100, "EUR")).net == Money.of(100, "EUR")
    for none in ("675.01", "-1.00", "0.00"):
        with pytest.raises(Refusal, match="no part of"):
            whole.part(Money.of(none, "EUR"))
