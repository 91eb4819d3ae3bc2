"""Settings that do not hold together are refused in words that name the way out."""

from pathlib import Path

import pytest

from connectors.xero import XeroSettings
from runtime.composition import connector_of, open_systems
from runtime.settings import InvalidSettings, Settings, VendorChoice
from runtime.settings_loading import read_settings


def test_a_misspelt_setting_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASHWARD_DATABASE__HOST", "elsewhere")
    with pytest.raises(InvalidSettings, match="CASHWARD_DATABASE__HOST"):
        read_settings()


def test_a_wrong_value_is_named_and_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASHWARD_TIMING__OPERATION_TIMEOUT_SECONDS", "s3cret")
    with pytest.raises(
        InvalidSettings, match="CASHWARD_TIMING__OPERATION_TIMEOUT_SECONDS"
    ) as problem:
        read_settings()
    assert "s3cret" not in str(problem.value)


def test_a_setting_that_begins_like_none_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASHWARD_INSTALATION", "acme")
    with pytest.raises(InvalidSettings, match="CASHWARD_INSTALATION: there is no such setting"):
        read_settings()


def test_variables_of_others_with_our_prefix_are_no_settings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = read_settings()
    monkeypatch.setenv("CASHWARD_REAL_CACHE", "/there")
    assert read_settings() == before


def test_a_table_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASHWARD_POLICY__STAFFING__PEOPLE", '{"lead": ')
    with pytest.raises(InvalidSettings, match=r"CASHWARD_POLICY__STAFFING__PEOPLE: .* JSON"):
        read_settings()


def test_a_file_that_is_no_toml_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cashward.toml").write_text("installation = [")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidSettings, match=r"cashward\.toml is no TOML"):
        read_settings()


def test_a_time_out_that_is_no_number_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASHWARD_CONNECTORS__JIRA__HTTP__TIMEOUT_SECONDS", "soon")
    with pytest.raises(InvalidSettings, match=r"jira\.http\.timeout_seconds must be a number"):
        read_settings()


def test_the_level_of_the_log_may_be_written_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASHWARD_LOG_LEVEL", "warning")
    assert read_settings().log_level == "WARNING"


def test_a_call_must_end_before_the_change_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASHWARD_CONNECTORS__JIRA__HTTP__TIMEOUT_SECONDS", "300")
    with pytest.raises(InvalidSettings, match=r"connectors\.jira\.http\.timeout_seconds"):
        read_settings()


@pytest.mark.parametrize(
    ("vendors", "message"),
    [
        (VendorChoice(crm="pipedrive"), "no connector 'pipedrive'"),
        (
            VendorChoice(crm="memory", pm="memory", erp="xero"),
            "CASHWARD_CONNECTORS__XERO__CLIENT_ID",
        ),
    ],
)
async def test_a_wrong_choice_of_vendor_says_what_to_do(
    vendors: VendorChoice, message: str
) -> None:
    with pytest.raises(InvalidSettings, match=message):
        async with open_systems(Settings(vendors=vendors)):
            pass


async def test_a_list_comes_from_the_environment_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"CURRENCIES": '["EUR", "CZK"]', "CLIENT_ID": "c", "CLIENT_SECRET": "[s"}
    for name, value in given.items():
        monkeypatch.setenv(f"CASHWARD_CONNECTORS__XERO__{name}", value)
    _, xero = connector_of("xero", read_settings())
    assert isinstance(xero, XeroSettings)
    assert xero.currencies == ("EUR", "CZK")
    assert xero.client_secret
    assert xero.client_secret.get_secret_value() == "[s"


async def test_a_list_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASHWARD_CONNECTORS__XERO__CURRENCIES", "EUR, CZK")
    with pytest.raises(InvalidSettings, match="CASHWARD_CONNECTORS__XERO__CURRENCIES"):
        connector_of("xero", read_settings())


async def test_a_vendor_that_cannot_play_a_part_is_named() -> None:
    erp = {"xero": {"client_id": "c", "client_secret": "s"}}
    settings = Settings(vendors=VendorChoice(crm="xero", pm="memory", erp="memory"), connectors=erp)
    with pytest.raises(InvalidSettings, match="xero cannot play crm"):
        async with open_systems(settings):
            pass
