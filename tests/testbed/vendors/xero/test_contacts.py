"""Contacts: unique names and numbers, and a closed archive."""

import pytest

from tests.testbed.vendors.xero.caller import Caller

FULL = {
    "ContactNumber": "cw-acc-1042",
    "Name": "Ostrava Pumps s.r.o.",
    "EmailAddress": "ap@ostravapumps.example",
    "TaxNumber": "CZ09876543",
    "CompanyNumber": "09876543",
    "DefaultCurrency": "EUR",
}


async def test_a_contact_is_found_by_each_of_its_names_and_numbers(xero: Caller) -> None:
    made = (await xero.put("/Contacts", {"Contacts": [FULL]}))["Contacts"][0]
    assert {name: made[name] for name in FULL} == FULL
    for name in ("ContactNumber", "TaxNumber", "CompanyNumber", "Name"):
        found = await xero.get("/Contacts", params={"where": f'{name}=="{FULL[name]}"'})
        assert [c["ContactID"] for c in found["Contacts"]] == [made["ContactID"]], name
    assert (await xero.get("/Contacts/cw-acc-1042"))["Contacts"][0]["Name"] == FULL["Name"]


async def test_no_two_active_contacts_share_a_name(xero: Caller) -> None:
    await xero.customer("Ostrava Pumps s.r.o.")
    reasons = await xero.refused("PUT", "/Contacts", {"Name": "OSTRAVA PUMPS S.R.O."})
    assert "is already assigned to another contact" in reasons[0]
    assert xero.count("Contacts") == 3 + 1


async def test_names_that_differ_in_accents_are_two_names(xero: Caller) -> None:
    await xero.customer("Šariš, a. s.")
    await xero.customer("Saris, a. s.")
    assert xero.count("Contacts") == 3 + 2


async def test_a_taken_number_is_refused(xero: Caller) -> None:
    await xero.customer("One", ContactNumber="cw-1")
    assert await xero.refused("PUT", "/Contacts", {"Name": "Two", "ContactNumber": "cw-1"})


async def test_a_refused_contact_says_that_it_has_validation_errors(xero: Caller) -> None:
    answer = await xero.ask("PUT", "/Contacts", {"Contacts": [{"Name": ""}]})
    (element,) = answer.json()["Elements"]
    assert element["HasValidationErrors"] is True


async def test_an_archived_contact_is_hidden_shut_and_frees_its_name(xero: Caller) -> None:
    id_ = (await xero.put("/Contacts", FULL))["Contacts"][0]["ContactID"]
    await xero.post(f"/Contacts/{id_}", {"ContactID": id_, "ContactStatus": "ARCHIVED"})
    where = {"where": 'ContactNumber=="cw-acc-1042"'}
    assert (await xero.get("/Contacts", params=where))["Contacts"] == []
    shown = await xero.get("/Contacts", params={**where, "includeArchived": "True"})
    assert shown["Contacts"][0]["ContactStatus"] == "ARCHIVED"
    reasons = await xero.refused("POST", f"/Contacts/{id_}", {"FirstName": "Eva"})
    assert "Archived contacts cannot currently be edited" in reasons[0]
    assert await xero.refused("PUT", "/Invoices", {"Contact": {"ContactID": id_}})
    await xero.customer(FULL["Name"])


@pytest.mark.parametrize(
    "bad",
    [
        {"Name": ""},
        {"Name": "A", "ContactNumber": "x" * 51},
        {"Name": "A", "EmailAddress": "nobody"},
        {"Name": "A", "Addresses": [{"AddressType": "POBOX", "Country": "Sector 7"}]},
    ],
)
async def test_a_contact_that_breaks_a_rule_is_refused(
    xero: Caller, bad: dict[str, object]
) -> None:
    assert len(await xero.refused("PUT", "/Contacts", bad)) == 1
