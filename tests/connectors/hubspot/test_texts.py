"""What HubSpot's fields hold in a way of their own, told back in words when it cannot be read."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.common.countries import alpha_2
from connectors.common.fields import FieldReader, Unreadable
from connectors.hubspot import texts


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
    assert texts.moment(text) == moment
    assert texts.day(text) == moment.date()


@pytest.mark.parametrize(
    ("parse", "text"),
    [(texts.day, "soon"), (texts.moment, "2026-13-01"), (texts.country, "Ruritania")],
)
def test_what_cannot_be_read_is_quoted(parse: Callable[[str], object], text: str) -> None:
    with pytest.raises(Unreadable, match=f'"{text}"'):
        parse(text)


@given(st.text())
def test_no_text_breaks_the_reader(text: str) -> None:
    notes = FieldReader()
    for parse in (texts.country, texts.moment, texts.day):
        notes.read("a field", text, parse)
    assert all(finding.problem for finding in notes.findings)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("SK", "SK"),
        ("svk", "SK"),
        ("Slovakia", "SK"),
        ("Slovensko", "SK"),
        ("Slovenská republika", "SK"),
        ("Česko", "CZ"),
        ("Cesko", "CZ"),
        ("Czech Republic", "CZ"),
        ("Rakúsko", "AT"),
        ("Österreich", "AT"),
        ("U.K.", "GB"),
        ("United  Kingdom", "GB"),
        ("USA", "US"),
        ("Greece", "GR"),
        ("EL", "GR"),
        ("Trinidad and Tobago", "TT"),
        ("Japan", "JP"),
        ("Europe", None),
        ("EU", None),
        ("ZZ", None),
        ("Ruritania", None),
    ],
)
def test_a_country_is_known_by_its_code_or_its_name(written: str, code: str | None) -> None:
    assert alpha_2(written) == code
