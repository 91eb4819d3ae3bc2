"""The spelling of values in HubSpot, and the finding about an unreadable one."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.common.fields import FieldReader, Unreadable
from connectors.hubspot.models import values


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-30T10:00:00Z", datetime(2026, 11, 30, 10, tzinfo=UTC)),
        ("2026-11-30T10:00:00.250Z", datetime(2026, 11, 30, 10, 0, 0, 250_000, tzinfo=UTC)),
        ("1796032800000", datetime(2026, 11, 30, 10, tzinfo=UTC)),
        ("2026-11-30", datetime(2026, 11, 30, tzinfo=UTC)),
    ],
)
def test_a_moment_is_iso_or_milliseconds(text: str, moment: datetime) -> None:
    assert values.moment(text) == moment
    assert values.day(text) == moment.date()


@pytest.mark.parametrize(
    ("parse", "text"),
    [(values.day, "soon"), (values.moment, "2026-13-01"), (values.country, "Ruritania")],
)
def test_what_cannot_be_read_is_quoted(parse: Callable[[str], object], text: str) -> None:
    with pytest.raises(Unreadable, match=f'"{text}"'):
        parse(text)


@given(st.text())
def test_no_text_breaks_the_reader(text: str) -> None:
    reader = FieldReader()
    for parse in (values.country, values.moment, values.day):
        reader.read("a field", text, parse)
    assert all(finding.problem for finding in reader.findings)
