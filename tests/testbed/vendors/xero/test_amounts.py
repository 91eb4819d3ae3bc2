from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testbed.vendors.xero.rules.amounts import Line, Totals, cents, price, total

PRICES = st.decimals("-9999", "9999", places=4)
PERCENTS = st.sampled_from([Decimal(n) for n in ("0", "5", "15", "19", "20", "23")])


def priced(*prices: str, percent: str, mode: str = "Exclusive") -> Totals:
    lines = [
        Line(quantity=Decimal(1), unit_amount=Decimal(p), tax_percent=Decimal(percent))
        for p in prices
    ]
    return total([price(line, mode) for line in lines], mode)


def test_tax_is_rounded_on_each_line_and_not_once_on_the_sum() -> None:
    totals = priced("1033.33", "1033.33", "1033.33", percent="20")
    assert (totals.sub_total, totals.tax) == (Decimal("3099.99"), Decimal("620.01"))
    assert cents(totals.sub_total * Decimal("0.20")) == Decimal("620.00")


def test_the_vendors_own_example_comes_out() -> None:
    totals = priced("25.06", "25.61", "25.63", percent="15")
    assert (totals.tax, totals.total) == (Decimal("11.44"), Decimal("87.74"))


def test_half_a_cent_goes_up() -> None:
    assert priced("0.10", percent="5").tax == Decimal("0.01")


def test_an_inclusive_price_holds_its_tax() -> None:
    totals = priced("123.00", percent="23", mode="Inclusive")
    assert totals == Totals(Decimal("100.00"), Decimal("23.00"))


@pytest.mark.parametrize(
    ("discount", "amount"),
    [({"discount_rate": Decimal(10)}, "1800.00"), ({"discount_amount": Decimal(5)}, "1995.00")],
)
def test_a_discount_lowers_the_line_before_its_tax(
    discount: dict[str, Decimal], amount: str
) -> None:
    line = Line(quantity=Decimal(2), unit_amount=Decimal(1000), tax_percent=Decimal(23), **discount)
    found = price(line, "Exclusive")
    assert found.amount == Decimal(amount)
    assert found.tax == cents(Decimal(amount) * Decimal("0.23"))


def test_a_sent_tax_amount_stands() -> None:
    line = Line(
        quantity=Decimal(1),
        unit_amount=Decimal("1033.33"),
        tax_percent=Decimal(20),
        tax_amount=Decimal("206.66"),
    )
    assert price(line, "Exclusive").tax == Decimal("206.66")


@given(st.lists(PRICES, min_size=1, max_size=9), PERCENTS)
def test_an_inclusive_document_totals_exactly_what_its_lines_say(
    prices: list[Decimal], percent: Decimal
) -> None:
    totals = priced(*map(str, prices), percent=str(percent), mode="Inclusive")
    assert totals.total == sum(map(cents, prices))
