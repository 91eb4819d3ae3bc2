"""Small rules that everything on the site follows: durations, documents, times, JQL's grammar."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from testbed.vendors.jira.core import adf, clock, duration
from testbed.vendors.jira.jql.parse import parse
from testbed.vendors.jira.jql.query import Both, Clause, Either, Negated, Order, Value
from tests.testbed.vendors.jira.conftest import paragraph


@given(some.integers(min_value=0, max_value=10_000))
def test_a_duration_is_read_as_it_is_written(minutes: int) -> None:
    assert duration.seconds(duration.pretty(minutes * 60)) == minutes * 60


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("1200m", 72_000), ("2d 4h", 72_000), ("1w", 144_000), ("1.5h", 5400), ("90", 5400)],
)
def test_a_day_has_eight_hours_and_a_week_five_days(text: str, seconds: int) -> None:
    assert duration.seconds(text) == seconds


@pytest.mark.parametrize("text", ["", "soon", "2x", "1h later"])
def test_what_is_no_duration_is_none(text: str) -> None:
    assert duration.seconds(text) is None


@given(some.integers(min_value=0, max_value=4_000_000_000_000))
def test_a_time_is_read_as_it_is_written(millis: int) -> None:
    assert clock.millis(clock.stamp(millis, "Europe/Bratislava")) == millis


@given(some.text(some.characters(exclude_characters="\n", exclude_categories=["Cs"])))
def test_text_becomes_a_document_and_text_again(line: str) -> None:
    document = adf.document(f"{line}x")
    assert adf.is_document(document)
    assert adf.text(document) == f"{line}x"


@pytest.mark.parametrize(
    "value",
    [
        "text",
        None,
        {"type": "doc", "content": []},
        {"type": "doc", "version": 1},
        {"type": "doc", "version": 1, "content": [{"type": "text", "text": "loose"}]},
        {"type": "doc", "version": 1, "content": [{"type": "heading", "content": []}]},
        paragraph(""),
    ],
)
def test_what_is_no_document_is_refused(value: object) -> None:
    assert not adf.is_document(value)


def test_and_binds_closer_than_or_and_not_closest() -> None:
    query = parse("not a = 1 and b = 2 or c = 3 order by key desc")
    a, b, c = (Clause(name, "=", (Value(value),)) for name, value in ("a1", "b2", "c3"))
    assert query.condition == Either((Both((Negated(a), b)), c))
    assert query.order == (Order("key", descending=True),)


def test_a_quoted_value_may_hold_anything() -> None:
    query = parse(r'''project = "INT \"and\" \\ order by"''')
    assert query.condition == Clause("project", "=", (Value('INT "and" \\ order by'),))
