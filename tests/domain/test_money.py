"""Money loses no minor unit: properties of sums, shares and allocations."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.currency import minor_unit
from domain.money import CurrencyMismatch, Money
from domain.refusal import Refusal
from domain.tax import TaxRounding, TaxTreatment, tax_on, tax_rule

currencies = st.sampled_from(["EUR", "CZK", "JPY", "KWD", "CLF"])
weights = st.lists(st.decimals(0, 1000, places=3), min_size=1, max_size=12).filter(any)


@st.composite
def amounts(draw: st.DrawFn) -> Money:
    currency = draw(currencies)
    units = draw(st.integers(-(10**12), 10**12))
    return Money.of(units * minor_unit(currency), currency)


@given(amounts(), weights)
def test_the_parts_of_a_cut_add_up_to_the_whole(whole: Money, by: list[Decimal]) -> None:
    assert Money.total(whole.allocate(by), whole.currency) == whole


@given(amounts(), weights)
def test_each_part_is_less_than_a_minor_unit_from_its_ideal(
    whole: Money, by: list[Decimal]
) -> None:
    for part, weight in zip(whole.allocate(by), by, strict=True):
        ideal = whole.amount * weight / sum(by)
        assert abs(part.amount - ideal) < minor_unit(whole.currency)


@given(amounts(), weights)
def test_a_credit_note_mirrors_its_invoice_to_the_minor_unit(
    whole: Money, by: list[Decimal]
) -> None:
    assert (-whole).allocate(by) == tuple(-part for part in whole.allocate(by))


@given(amounts())
def test_money_survives_the_wire_unchanged(money: Money) -> None:
    assert Money.model_validate_json(money.model_dump_json()) == money


def test_ties_go_to_the_earlier_part() -> None:
    thirds = Money.of("0.02", "EUR").allocate([Decimal(1)] * 3)
    assert [str(part.amount) for part in thirds] == ["0.01", "0.01", "0.00"]


@pytest.mark.parametrize(
    ("currency", "smallest"), [("EUR", "0.01"), ("JPY", "1"), ("KWD", "0.001"), ("CLF", "0.0001")]
)
def test_each_currency_has_its_own_minor_unit(currency: str, smallest: str) -> None:
    assert minor_unit(currency) == Decimal(smallest)


@pytest.mark.parametrize(
    ("amount", "currency"), [("1.5", "JPY"), ("0.001", "EUR"), ("NaN", "EUR"), ("1", "XXL")]
)
def test_what_cannot_be_paid_is_no_money(amount: str, currency: str) -> None:
    with pytest.raises((ValidationError, ValueError)):
        Money.of(amount, currency)


def test_two_currencies_do_not_meet_in_a_sum() -> None:
    with pytest.raises(CurrencyMismatch):
        Money.of(1, "EUR") + Money.of(1, "CZK")


@pytest.mark.parametrize("by", [[], [Decimal(0)], [Decimal(2), Decimal(-1)]])
def test_a_cut_by_nothing_is_refused(by: list[Decimal]) -> None:
    with pytest.raises((Refusal, ValueError)):
        Money.of(1, "EUR").allocate(by)


def test_where_tax_is_rounded_makes_the_cents_of_the_vendors_own_example() -> None:
    nets = [Money.of(amount, "EUR") for amount in ("25.06", "25.61", "25.63")]
    rule = tax_rule(TaxTreatment.DOMESTIC, standard_rate=Decimal(15))
    assert tax_on(nets, rule, TaxRounding.PER_LINE) == Money.of("11.44", "EUR")
    assert tax_on(nets, rule, TaxRounding.PER_CATEGORY) == Money.of("11.45", "EUR")


@pytest.mark.parametrize("treatment", [t for t in TaxTreatment if t is not TaxTreatment.DOMESTIC])
def test_only_domestic_sales_carry_vat_and_the_others_say_why(treatment: TaxTreatment) -> None:
    rule = tax_rule(treatment, standard_rate=Decimal(23))
    assert rule.rate == 0
    assert rule.note
