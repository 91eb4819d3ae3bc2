"""A misspelt setting of a vendor is refused by its name."""

from typing import Any

import pytest

from runtime.composition import connector_of
from runtime.settings import InvalidSettings, Settings

COMPLETE: dict[str, dict[str, Any]] = {
    "hubspot": {"access_token": "t"},
    "jira": {"url": "https://acme.atlassian.net", "email": "a@acme.example", "token": "t"},
    "xero": {"client_id": "c", "client_secret": "s"},
    "memory": {},
}


@pytest.mark.parametrize("vendor", COMPLETE)
def test_a_misspelt_setting_is_named_and_its_value_is_not(vendor: str) -> None:
    given = COMPLETE[vendor] | {"acces_tokn": "s3cret"}
    with pytest.raises(InvalidSettings) as problem:
        connector_of(vendor, Settings(connectors={vendor: given}))
    assert f"CASHWARD_CONNECTORS__{vendor.upper()}__ACCES_TOKN" in str(problem.value)
    assert "s3cret" not in str(problem.value)


@pytest.mark.parametrize("vendor", sorted(COMPLETE.keys() - {"memory"}))
def test_so_is_one_of_its_http(vendor: str) -> None:
    given = COMPLETE[vendor] | {"http": {"time_out": 5}}
    with pytest.raises(InvalidSettings, match=f"{vendor.upper()}__HTTP__TIME_OUT"):
        connector_of(vendor, Settings(connectors={vendor: given}))


@pytest.mark.parametrize("vendor", COMPLETE)
def test_complete_settings_are_taken(vendor: str) -> None:
    assert connector_of(vendor, Settings(connectors={vendor: COMPLETE[vendor]}))
