"""A rate file is read whole, or refused with every line that is wrong and how to mend it."""

from datetime import date

import pytest

from application.rate_file import read_rates
from domain.money import Money
from domain.rate_card import JobProfile
from domain.refusal import Refusal

HEADING = "role,seniority,location,valid_from,valid_until,price,cost,currency"
SENIOR = "consultant,senior,SK,2027-01-01,2027-02-28,120.00,61.50,EUR"


def file(*lines: str) -> str:
    return "\n".join([HEADING, *lines]) + "\n"


def test_a_file_becomes_a_rate_card() -> None:
    card = read_rates("\ufeff" + file(SENIOR, "developer,,,2027-01-01,,90,45,EUR"))
    first, second = card.rates
    assert first.profile == JobProfile(role="consultant", seniority="senior", location="SK")
    assert (first.valid_from, first.valid_until) == (date(2027, 1, 1), date(2027, 2, 28))
    assert (first.price, first.cost) == (Money.of("120.00", "EUR"), Money.of("61.50", "EUR"))
    assert second.profile == JobProfile(role="developer")
    assert second.valid_until is None


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (",senior,,2027-01-01,,1,1,EUR", "the role is missing: name what"),
        ("dev,,,,,1,1,EUR", "valid_from is missing: write the first day, such as 2027-03-01"),
        ("dev,,,1.3.2027,,1,1,EUR", "valid_from '1.3.2027' is no day: write it as 2027-03-01"),
        ("dev,,,2027-01-01,soon,1,1,EUR", "valid_until 'soon' is no day"),
        ('dev,,,2027-01-01,,"1,20",1,EUR', "price '1,20' is no amount: write it as 120.00"),
        ("dev,,,2027-01-01,,-1,1,EUR", "price '-1' is no amount"),
        ("dev,,,2027-01-01,,1,NaN,EUR", "cost 'NaN' is no amount"),
        ("dev,,,2027-01-01,,1.005,1,EUR", "price 1.005 'EUR' is no money"),
        ("dev,,,2027-01-01,,1,1,EURO", "price 1 'EURO' is no money"),
        ("dev,,,2027-01-01,,1,1", "it must have 8 values"),
        ("dev,,,2027-01-01,,1,1,EUR,more", "it must have 8 values"),
    ],
)
def test_a_wrong_line_is_named_with_what_is_wrong_and_how_to_mend_it(line: str, words: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_rates(file(SENIOR, line))
    assert str(refused.value).startswith("line 3: ")
    assert words in str(refused.value)


def test_all_wrong_lines_are_named_at_once() -> None:
    with pytest.raises(Refusal, match=r"(?s)line 2: .*line 4: "):
        read_rates(file("dev,,,,,1,1,EUR", SENIOR, "dev,,,2027-01-01,,x,1,EUR"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the first line must be role,seniority"),
        ("role;price\n", "the first line must be role,seniority"),
        (HEADING + "\n", "the file has no rate"),
        (file(SENIOR, '"dev,,,2027-01-01,,1,1,EUR'), "after line 2: .*: close every quote"),
        (file(SENIOR, SENIOR), "let the one from 2027-01-01 end before that day"),
    ],
)
def test_a_file_that_is_no_rate_card_is_refused(text: str, words: str) -> None:
    with pytest.raises(Refusal, match=words):
        read_rates(text)
