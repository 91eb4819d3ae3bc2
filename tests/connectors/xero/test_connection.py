"""Sign-in, the organisation, and the problems of a connection."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.xero import XeroSettings, connector
from domain.tax import TaxTreatment
from ports.failures import Misconfigured, Unreachable
from tests.contracts.erp_harness import NOBODY, customer, draft, drafted, ticket
from tests.contracts.xero import BASE, SECRET, XeroHarness, settings


def test_tokens_come_from_xero_or_from_the_server_that_stands_in_for_it() -> None:
    assert settings("https://api.xero.com").identity == "https://identity.xero.com"
    assert settings("http://127.0.0.1:81").identity == "http://127.0.0.1:81"
    elsewhere = settings("http://127.0.0.1:81", identity_url="http://127.0.0.1:82")
    assert elsewhere.identity == "http://127.0.0.1:82"


@pytest.mark.parametrize(
    "secrets", [{}, {"client_secret": "a", "client_secret_file": "/secrets/xero"}]
)
def test_one_secret_is_needed_and_only_one(secrets: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="secret"):
        XeroSettings.model_validate({"client_id": "cashward-xero", **secrets})


def test_a_secret_does_not_show() -> None:
    assert SECRET not in repr(settings("https://api.xero.com"))
    assert connector.name == "xero"


async def test_a_secret_in_a_file_is_read_at_each_sign_in(
    xero: XeroHarness, tmp_path: Path
) -> None:
    file = tmp_path / "secret"
    file.write_text("old and wrong")
    async with xero.opened(client_secret=None, client_secret_file=file) as roles:
        assert roles.invoicing
        with pytest.raises(Misconfigured):
            await roles.invoicing.probe()
        file.write_text(f"{SECRET}\n")
        assert (await roles.invoicing.probe()).system == "xero"


async def test_an_expired_token_is_renewed_without_a_word(xero: XeroHarness) -> None:
    invoice = await drafted(xero)
    await xero.spoil(operation=f"GET {BASE}/Invoices/*", kind="expired_token")
    assert (await xero.invoicing.read_invoice(invoice)).id == invoice


async def test_a_foreign_organisation_is_for_a_person_to_connect(xero: XeroHarness) -> None:
    async with xero.opened(tenant_id=NOBODY) as roles:
        assert roles.invoicing
        with pytest.raises(Misconfigured, match="connect it in Xero"):
            await roles.invoicing.probe()


async def test_a_missing_scope_is_for_a_person_to_grant(xero: XeroHarness) -> None:
    async with xero.opened(scope="accounting.contacts") as roles:
        assert roles.invoicing
        with pytest.raises(Misconfigured):
            await roles.invoicing.read_invoice(NOBODY)


async def test_an_answer_that_never_comes_is_unreachable_for_a_read(xero: XeroHarness) -> None:
    invoice = await drafted(xero)
    await xero.spoil(operation=f"GET {BASE}/*", attempt=None, kind="hang")
    async with xero.opened(http={"timeout_seconds": 0.2}) as roles:
        assert roles.invoicing
        with pytest.raises(Unreachable):
            await roles.invoicing.read_invoice(invoice)


async def test_a_probe_names_what_finance_must_still_do(xero: XeroHarness) -> None:
    xero.plant("TaxRates", {**xero.record("TaxRates", "TAX001"), "Status": "DELETED"})
    async with xero.opened(account="999", currencies=("EUR", "SEK")) as roles:
        assert roles.invoicing
        reverse, account, currency = (await roles.invoicing.probe()).problems
    assert "no tax rate fits reverse charge sales" in reverse
    assert "999" in account
    assert "SEK" in currency


async def test_a_missing_tax_rate_holds_the_bill_until_finance_made_it(xero: XeroHarness) -> None:
    output = xero.record("TaxRates", "OUTPUT")
    xero.plant("TaxRates", {**output, "Status": "DELETED"})
    command = draft(await customer(xero))
    with pytest.raises(Misconfigured, match="finance must create a sales tax rate of 23 %"):
        await xero.invoicing.draft_invoice.do(command, ticket("i"))
    xero.plant("TaxRates", output)
    await xero.invoicing.draft_invoice.do(command, ticket("i"))


async def test_of_several_fitting_rates_a_person_chooses(xero: XeroHarness) -> None:
    output = xero.record("TaxRates", "OUTPUT")
    xero.plant("TaxRates", {**output, "TaxType": "TAX077", "Name": "23 % bis"})
    command = draft(await customer(xero))
    with pytest.raises(Misconfigured, match=r"choose one in `tax_types`: .*TAX077"):
        await xero.invoicing.draft_invoice.do(command, ticket("i"))
    async with xero.opened(tax_types={TaxTreatment.DOMESTIC: "TAX077"}) as roles:
        assert roles.invoicing
        await roles.invoicing.draft_invoice.do(command, ticket("i"))


async def test_no_tax_at_all_is_never_taken_for_an_exemption(xero: XeroHarness) -> None:
    for tax_type in ("TAX001", "ZERORATEDOUTPUT", "EXEMPTOUTPUT"):
        xero.plant("TaxRates", {**xero.record("TaxRates", tax_type), "Status": "DELETED"})
    assert len((await xero.invoicing.probe()).problems) == 3
