"""Countries as people write them."""

import pytest

from connectors.common.countries import alpha_2


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
