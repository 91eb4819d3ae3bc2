"""An invoice is due by the terms that were agreed, dated by the seller's day and calendar."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.payment_terms import BusinessDayConvention as Convention
from domain.payment_terms import PaymentTerms
from tests.deals import SELLER

DAYS = st.dates(date(2020, 1, 1), date(2040, 1, 1))
TERMS = st.builds(
    PaymentTerms,
    days=st.integers(0, 365),
    from_month_end=st.booleans(),
    in_business_days=st.booleans(),
    convention=st.sampled_from(Convention),
)


def due(terms: str, issued: date, country: str = "SK") -> date:
    return PaymentTerms.parse(terms).due_date(issued, country)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("30", PaymentTerms(days=30)),
        ("0", PaymentTerms(days=0)),
        (" Net 30  days ", PaymentTerms(days=30)),
        ("EOM+15", PaymentTerms(days=15, from_month_end=True)),
        ("eom", PaymentTerms(days=0, from_month_end=True)),
        ("end of month + 15 days", PaymentTerms(days=15, from_month_end=True)),
        ("14 business days", PaymentTerms(days=14, in_business_days=True)),
        ("30 following", PaymentTerms(days=30, convention=Convention.FOLLOWING)),
        ("EOM, preceding", PaymentTerms.parse("end of month preceding")),
        ("30; modified following", PaymentTerms.parse("30 days Modified Following")),
    ],
)
def test_terms_are_read_as_people_write_them(text: str, terms: PaymentTerms) -> None:
    assert PaymentTerms.parse(text) == terms


@pytest.mark.parametrize("text", ["", "-5", "14.5", "two weeks", "days", "business", "30 EOM", "+"])
def test_other_terms_are_refused_with_the_forms_that_count(text: str) -> None:
    with pytest.raises(ValueError, match="14 business days"):
        PaymentTerms.parse(text)


def test_terms_of_more_than_a_year_are_refused() -> None:
    with pytest.raises(ValueError, match="more than 365 days"):
        PaymentTerms.parse("366")


@pytest.mark.parametrize(
    ("terms", "issued", "expected"),
    [
        ("30", date(2026, 11, 29), date(2026, 12, 29)),
        ("EOM+15", date(2028, 2, 3), date(2028, 3, 15)),
        ("EOM", date(2026, 12, 31), date(2026, 12, 31)),
        ("2 business days", date(2026, 12, 23), date(2026, 12, 29)),
        ("0 business days", date(2026, 12, 26), date(2026, 12, 26)),
        ("1 following", date(2026, 12, 23), date(2026, 12, 28)),
        ("1 preceding", date(2026, 12, 25), date(2026, 12, 23)),
        ("EOM following", date(2027, 1, 4), date(2027, 2, 1)),
        ("EOM modified following", date(2027, 1, 4), date(2027, 1, 29)),
    ],
)
def test_a_due_date_is_counted_from_its_base_by_the_slovak_calendar(
    terms: str, issued: date, expected: date
) -> None:
    assert due(terms, issued) == expected


def test_the_calendar_is_that_of_the_sellers_country() -> None:
    assert due("1 following", date(2026, 12, 23), "US") == date(2026, 12, 24)


def test_a_country_without_a_known_calendar_has_weekends() -> None:
    assert due("1 following", date(2026, 11, 27), "XX") == date(2026, 11, 30)


def test_a_document_is_dated_by_the_sellers_day() -> None:
    just_before_midnight = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    assert SELLER.local_day(just_before_midnight) == date(2027, 1, 1)


@given(TERMS, DAYS)
def test_no_invoice_is_due_before_its_base_but_for_a_preceding_business_day(
    terms: PaymentTerms, issued: date
) -> None:
    found = terms.due_date(issued, "SK")
    base = issued if not terms.from_month_end else issued.replace(day=28)
    goes_back = {Convention.PRECEDING, Convention.MODIFIED_FOLLOWING}
    slack = timedelta(days=10 if terms.convention in goes_back else 0)
    assert found >= base + timedelta(days=terms.days) - slack


@given(TERMS, DAYS)
def test_an_adjusted_due_date_is_a_business_day(terms: PaymentTerms, issued: date) -> None:
    if terms.convention is not Convention.NONE and not terms.in_business_days:
        found = terms.due_date(issued, "SK")
        next_day = PaymentTerms(days=1, in_business_days=True)
        assert next_day.due_date(found - timedelta(days=1), "SK") == found
