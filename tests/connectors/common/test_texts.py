"""Text in fields is read strictly; unreadable text is explained in words."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.common import fields
from connectors.common.fields import FieldReader, Unreadable
from domain.deal import CostType, Discount, PlannedMilestone, SlaMetric
from domain.money import Money
from domain.responsibility import Party


@pytest.mark.parametrize(
    ("line", "name", "share"),
    [
        ("Go-live; 40 %; 2027-02-26", "Go-live", "40"),
        ("Go-live;40%;2027-02-26", "Go-live", "40"),
        ("  Go-live ; 33.33 ; 2027-02-26 ", "Go-live", "33.33"),
        ("Spustenie; 33,34 %; 2027-02-26", "Spustenie", "33.34"),
        ("Build; phase 2; 100 %; 2027-02-26", "Build; phase 2", "100"),
    ],
)
def test_a_milestone_is_read_as_people_write_it(line: str, name: str, share: str) -> None:
    expected = PlannedMilestone(name=name, share=Decimal(share), due=date(2027, 2, 26))
    assert fields.milestone(line.strip()) == expected


@pytest.mark.parametrize(
    "line",
    [
        "Go-live",
        "Go-live; 40 %",
        "; 40 %; 2027-02-26",
        "Go-live; forty; 2027-02-26",
        "Go-live; 0 %; 2027-02-26",
        "Go-live; 101 %; 2027-02-26",
        "Go-live; -5 %; 2027-02-26",
        "Go-live; NaN %; 2027-02-26",
        "Go-live; 40 %; in March",
        "Go-live; 40 %; 2027-02-30",
        "Go-live; 40 %; 26. 2. 2027",
    ],
)
def test_a_milestone_that_cannot_be_read_is_quoted_with_the_form_it_needs(line: str) -> None:
    with pytest.raises(Unreadable) as raised:
        fields.milestone(line)
    assert f'"{line}"' in str(raised.value)
    assert "name; share %; YYYY-MM-DD" in str(raised.value)


@pytest.mark.parametrize("text", ["4000 EUR", "4000.00 eur", "4000,00 EUR"])
def test_a_milestone_may_be_an_amount_on_acceptance(text: str) -> None:
    expected = PlannedMilestone(name="Go-live", amount=Money.of(4000, "EUR"), due=None)
    assert fields.milestone(f"Go-live; {text}; On acceptance") == expected


def test_a_discount_is_a_share_or_an_amount() -> None:
    assert fields.discount("5 %") == Discount(share=Decimal(5))
    assert fields.discount("500 EUR") == Discount(amount=Money.of(500, "EUR"))


@pytest.mark.parametrize("text", ["5", "0 %", "101 %", "a bit", "-5 EUR", "0 EUR", "1.005 EUR"])
def test_a_discount_that_may_mean_something_else_is_quoted(text: str) -> None:
    with pytest.raises(Unreadable, match=re.escape(text)):
        fields.discount(text)


@pytest.mark.parametrize(
    ("line", "metric", "target", "penalty"),
    [
        ("response P1; 4 h; 5 % of the fee", "response P1", "4 h", "5 % of the fee"),
        ("availability; 99.5 %", "availability", "99.5 %", ""),
        ("availability; 99.5 %;", "availability", "99.5 %", ""),
    ],
)
def test_a_service_level_may_have_no_penalty(
    line: str, metric: str, target: str, penalty: str
) -> None:
    assert fields.sla_metric(line) == SlaMetric(metric=metric, target=target, penalty=penalty)


@pytest.mark.parametrize("line", ["response", "; 4 h", "response; ", ";;"])
def test_a_service_level_that_cannot_be_read_is_quoted(line: str) -> None:
    with pytest.raises(Unreadable) as raised:
        fields.sla_metric(line)
    assert f'"{line}"' in str(raised.value)


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("48200.001", "EUR"),
        ("100.5", "JPY"),
        ("NaN", "EUR"),
        ("1e400", "EUR"),
        ("12", "XYZ"),
        ("a lot", "EUR"),
        ("Infinity", "EUR"),
    ],
)
def test_an_amount_of_broken_minor_units_is_refused(text: str, currency: str) -> None:
    with pytest.raises(Unreadable):
        fields.money(currency)(text)


def test_an_amount_is_the_same_whatever_its_zeros() -> None:
    read = fields.money("EUR")
    assert read("48200") == read("48200.00") == read("48200.000") == Money.of(48200, "EUR")


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (fields.day, "soon"),
        (fields.payment_terms, "14.5"),
        (fields.payment_terms, "two weeks"),
        (fields.number, "1 000"),
        (fields.choice(CostType), "magic"),
        (fields.money("EUR"), "48200.001"),
    ],
)
def test_what_cannot_be_read_is_a_finding_for_the_deals_owner(
    parse: Callable[[str], object], text: str
) -> None:
    notes = FieldReader()
    assert notes.read("a field", text, parse) is None
    (finding,) = notes.findings
    assert (finding.field, finding.responsible) == ("a field", Party.DEAL_OWNER)
    assert text in finding.problem


def test_lines_that_can_be_read_are_kept_beside_those_that_cannot() -> None:
    notes = FieldReader()
    text = "A; 50 %; 2027-01-31\r\n\r\nnonsense\nB; 50 %; 2027-02-28\n"
    read = notes.lines("billing plan", text, fields.milestone)
    assert [milestone.name for milestone in read] == ["A", "B"]
    assert len(notes.findings) == 1


@given(st.text())
def test_no_text_breaks_the_reader(text: str) -> None:
    notes = FieldReader()
    for parse in (fields.milestone, fields.sla_metric):
        notes.lines("a field", text, parse)
    for read in (fields.number, fields.payment_terms, fields.day, fields.money("EUR")):
        notes.read("a field", text, read)
    assert all(finding.problem for finding in notes.findings)
