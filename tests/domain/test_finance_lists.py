"""Receivables are summed up by currency and by how long they are overdue."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.finance_lists import Age, subtotals
from domain.money import Money

TODAY = date(2027, 3, 31)


@pytest.mark.parametrize(
    ("days", "age"),
    [
        (-1, Age.NOT_DUE),
        (0, Age.NOT_DUE),
        (1, Age.TO_30),
        (30, Age.TO_30),
        (31, Age.TO_60),
        (61, Age.TO_90),
        (90, Age.TO_90),
        (91, Age.OVER_90),
    ],
)
def test_an_invoice_ages_from_the_day_after_it_was_due(days: int, age: Age) -> None:
    assert Age.at(TODAY - timedelta(days=days), TODAY) is age


def test_an_invoice_without_a_due_date_is_not_due() -> None:
    assert Age.at(None, TODAY) is Age.NOT_DUE


amounts = st.tuples(
    st.sampled_from(["EUR", "CZK"]), st.sampled_from(Age), st.decimals(0, 10_000, places=2)
)


@given(st.lists(amounts, max_size=30))
def test_subtotals_lose_no_cent_and_mix_no_currencies(rows: list[tuple[str, Age, object]]) -> None:
    owed = [(age, Money.of(str(amount), currency)) for currency, age, amount in rows]
    found = subtotals(owed, group=lambda each: each[0], amount=lambda each: each[1])
    assert sum(each.count for each in found) == len(owed)
    for currency in ("EUR", "CZK"):
        expected = Money.total((m for _, m in owed if m.currency == currency), currency)
        sums = (each.total for each in found if each.total.currency == currency)
        assert Money.total(sums, currency) == expected
