"""Contacts under our number: adopted when they are ours, never by name alone."""

import pytest

from domain.customer import Verdict
from domain.matching import match_customer
from ports.failures import Rejected, Uncertain
from tests.contracts.erp_harness import ACCOUNT, opening, ticket
from tests.contracts.xero import BASE, XeroHarness


async def _another(xero: XeroHarness) -> str:
    """A contact that finance made by hand."""
    made = await xero.write("PUT", "/Contacts", {"Name": "Oravské Píly, a. s."})
    return str(made["Contacts"][0]["ContactID"])


async def test_a_contact_carries_our_key_and_the_companys_numbers(xero: XeroHarness) -> None:
    made = await xero.customers.open_customer.do(opening(), ticket("c"))
    contact = (await xero.read(f"/Contacts/{made.id}"))["Contacts"][0]
    assert contact["ContactNumber"] == f"cw:acme:{ACCOUNT.customer_key}"
    assert (contact["CompanyNumber"], contact["TaxNumber"]) == ("36421936", "SK2020273893")
    assert (contact["EmailAddress"], contact["DefaultCurrency"]) == (
        "faktury@hronske.example",
        "EUR",
    )
    assert any(address["Country"] == "SK" for address in contact["Addresses"])
    assert made.url == f"https://go.xero.com/Contacts/View/{made.id}"


async def test_a_name_that_another_contact_has_is_refused_and_names_it(xero: XeroHarness) -> None:
    other = await _another(xero)
    namesake = ACCOUNT.model_copy(update={"name": "oravské píly, a. s."})
    with pytest.raises(Rejected, match=other):
        await xero.customers.open_customer.do(opening(namesake), ticket("c"))
    assert not await xero.customers.open_customer.find(opening(namesake))


async def test_a_refusal_for_another_reason_keeps_xeros_words(xero: XeroHarness) -> None:
    command = opening().model_copy(update={"billing_email": "not an address"})
    with pytest.raises(Rejected, match="email address must be valid"):
        await xero.customers.open_customer.do(command, ticket("c"))


async def test_the_name_of_an_archived_contact_is_free_again(xero: XeroHarness) -> None:
    change = xero.customers.open_customer
    await change.undo(opening(), await change.do(opening(), ticket("c")))
    again = await change.do(opening(), ticket("c", generation=2))
    contact = (await xero.read(f"/Contacts/{again.id}"))["Contacts"][0]
    assert contact["ContactNumber"] == f"cw:acme:{ACCOUNT.customer_key}.2"


async def test_an_undo_that_xero_refuses_is_reported(xero: XeroHarness) -> None:
    change = xero.customers.open_customer
    made = await change.do(opening(), ticket("c"))
    xero.plant("Contacts", {**xero.record("Contacts", made.id), "Name": ""})
    with pytest.raises(Rejected, match="name must be specified"):
        await change.undo(opening(), made)


async def test_a_merged_contact_stands_for_the_one_it_went_into(xero: XeroHarness) -> None:
    made = await xero.customers.open_customer.do(opening(), ticket("c"))
    other = await _another(xero)
    merged = {"ContactStatus": "ARCHIVED", "MergedToContactID": other}
    xero.plant("Contacts", {**xero.record("Contacts", made.id), **merged})
    assert [each.id for each in await xero.customers.open_customer.find(opening())] == [other]
    match = match_customer(ACCOUNT, await xero.customers.find_customers(ACCOUNT))
    assert (match.verdict, match.chosen) == (Verdict.MATCHED, other)


async def test_a_customer_that_lands_late_is_found_and_kept(xero: XeroHarness) -> None:
    await xero.spoil(operation=f"PUT {BASE}/Contacts", kind="late_commit")
    async with xero.opened(http={"timeout_seconds": 0.3}) as roles:
        assert roles.customers
        with pytest.raises(Uncertain):
            await roles.customers.open_customer.do(opening(), ticket("c"))
    second = await xero.customers.open_customer.do(opening(), ticket("c", attempt=2))
    assert [each.id for each in await xero.customers.open_customer.find(opening())] == [second.id]


async def test_a_stored_error_does_not_stand_in_the_way_of_a_customer(xero: XeroHarness) -> None:
    await xero.spoil(operation=f"PUT {BASE}/Contacts", kind="error_before")
    with pytest.raises(Uncertain):
        await xero.customers.open_customer.do(opening(), ticket("c"))
    made = await xero.customers.open_customer.do(opening(), ticket("c", attempt=2))
    assert [each.id for each in await xero.customers.open_customer.find(opening())] == [made.id]


async def test_a_look_for_a_company_takes_two_calls(xero: XeroHarness) -> None:
    await xero.customers.open_customer.do(opening(), ticket("c"))
    before = len(await xero.calls())
    await xero.customers.find_customers(ACCOUNT)
    assert (await xero.calls())[before:] == [f"GET {BASE}/Contacts"] * 2
