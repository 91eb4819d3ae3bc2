"""Rates go by work date; what is not on the card has no price."""

from datetime import date

import pytest

from domain.money import Money
from domain.rate_card import JobProfile, Rate, RateCard
from domain.refusal import Refusal

SENIOR = JobProfile(role="consultant", seniority="senior")
CONSULTANT = JobProfile(role="consultant")


def rate(
    price: str, first: str, last: str = "", profile: JobProfile = SENIOR, currency: str = "EUR"
) -> Rate:
    return Rate(
        profile=profile,
        valid_from=date.fromisoformat(first),
        valid_until=date.fromisoformat(last) if last else None,
        price=Money.of(price, currency),
        cost=Money.of("60.00", currency),
    )


CARD = RateCard.of(
    [
        rate("126.00", "2027-03-01"),
        rate("120.00", "2027-01-01", "2027-02-28"),
        rate("90.00", "2027-01-01", profile=CONSULTANT),
        rate("2900.00", "2027-01-01", currency="CZK"),
    ]
)


@pytest.mark.parametrize(
    ("day", "price"),
    [("2027-01-01", "120.00"), ("2027-02-28", "120.00"), ("2027-03-01", "126.00")],
)
def test_the_rate_is_that_of_the_work_date(day: str, price: str) -> None:
    found = CARD.rate(SENIOR, date.fromisoformat(day), "EUR")
    assert found.price == Money.of(price, "EUR")


def test_a_profile_has_a_rate_of_its_own_in_each_currency() -> None:
    day = date(2027, 3, 1)
    assert CARD.rate(SENIOR, day, "CZK").price == Money.of("2900.00", "CZK")
    assert CARD.rate(CONSULTANT, day, "EUR").price == Money.of("90.00", "EUR")
    assert len(CARD.on(day)) == 3


@pytest.mark.parametrize(
    ("profile", "day", "currency"),
    [
        (SENIOR, date(2026, 12, 31), "EUR"),
        (SENIOR, date(2027, 3, 1), "USD"),
        (JobProfile(role="consultant", seniority="senior", location="SK"), date(2027, 3, 1), "EUR"),
    ],
)
def test_what_the_card_lacks_is_refused_with_a_way_out(
    profile: JobProfile, day: date, currency: str
) -> None:
    with pytest.raises(Refusal, match=f"no rate in {currency} for .* on {day}.*rates import"):
        CARD.rate(profile, day, currency)


@pytest.mark.parametrize(
    ("rates", "words"),
    [
        (
            [rate("120.00", "2027-01-01"), rate("126.00", "2027-03-01")],
            "consultant are valid on 2027-03-01: let the one from 2027-01-01 end before that day",
        ),
        (
            [rate("1.00", "2027-01-01", "2027-03-01"), rate("2.00", "2027-03-01")],
            "valid on 2027-03-01",
        ),
        ([rate("1.00", "2027-03-01", "2027-02-28")], "valid until 2027-02-28, before 2027-03-01"),
        ([rate("-1.00", "2027-03-01")], "negative"),
        (
            [rate("1.00", "2027-03-01").model_copy(update={"cost": Money.of(1, "CZK")})],
            "two currencies",
        ),
    ],
)
def test_a_card_that_contradicts_itself_is_refused(rates: list[Rate], words: str) -> None:
    with pytest.raises(Refusal, match=words):
        RateCard.of(rates)
