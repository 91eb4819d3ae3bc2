"""Contacts: names that are unique, numbers that are ours, an archive that is shut."""

import pytest

from tests.testbed.vendors.xero.caller import Caller

FULL = {
    "ContactNumber": "cw-acc-1042",
    "Name": "Ostrava Pumps s.r.o.",
    "EmailAddress": "ap@ostravapumps.example",
    "TaxNumber": "CZ09876543",
    "CompanyNumber": "09876543",
    "DefaultCurrency": "EUR",
    "Addresses": [{"AddressType": "POBOX", "AddressLine1": "Dlouha 7", "City": "Ostrava"}],
}


async def test_a_contact_is_found_by_each_of_its_marks(xero: Caller) -> None:
    made = (await xero.put("/Contacts", {"Contacts": [FULL]}))["Contacts"][0]
    assert {name: made[name] for name in FULL if name != "Addresses"} == {
        name: value for name, value in FULL.items() if name != "Addresses"
    }
    assert [a["AddressType"] for a in made["Addresses"]] == ["STREET", "POBOX"]
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


async def test_an_update_leaves_what_it_does_not_name(xero: Caller) -> None:
    id_ = (await xero.put("/Contacts", FULL))["Contacts"][0]["ContactID"]
    changed = await xero.post(f"/Contacts/{id_}", {"TaxNumber": "", "FirstName": "Eva"})
    contact = changed["Contacts"][0]
    assert contact["FirstName"] == "Eva"
    assert "TaxNumber" not in contact
    assert contact["EmailAddress"] == FULL["EmailAddress"]


async def test_a_post_without_an_id_updates_who_has_the_number(xero: Caller) -> None:
    id_ = (await xero.put("/Contacts", FULL))["Contacts"][0]["ContactID"]
    body = {"ContactNumber": "cw-acc-1042", "Name": "Ostrava Pumps a.s."}
    changed = (await xero.post("/Contacts", body))["Contacts"][0]
    assert (changed["ContactID"], changed["Name"]) == (id_, "Ostrava Pumps a.s.")


async def test_an_archived_contact_is_hidden_shut_and_frees_its_name(xero: Caller) -> None:
    id_ = (await xero.put("/Contacts", FULL))["Contacts"][0]["ContactID"]
    await xero.post(f"/Contacts/{id_}", {"ContactID": id_, "ContactStatus": "ARCHIVED"})
    where = {"where": 'ContactNumber=="cw-acc-1042"'}
    assert (await xero.get("/Contacts", params=where))["Contacts"] == []
    shown = await xero.get("/Contacts", params={**where, "includeArchived": "True"})
    assert shown["Contacts"][0]["ContactStatus"] == "ARCHIVED"
    reasons = await xero.refused("POST", f"/Contacts/{id_}", {"FirstName": "Eva"})
    assert "Archived contacts cannot currently be edited" in reasons[0]
    await xero.customer(str(FULL["Name"]))


async def test_an_archived_contact_takes_no_new_invoice(xero: Caller) -> None:
    id_ = await xero.customer()
    await xero.post(f"/Contacts/{id_}", {"ContactStatus": "ARCHIVED"})
    body = {"Type": "ACCREC", "Contact": {"ContactID": id_}}
    assert await xero.refused("PUT", "/Invoices", body)


@pytest.mark.parametrize(
    "bad",
    [
        {"Name": ""},
        {"Name": "x" * 256},
        {"Name": "A", "ContactNumber": "x" * 51},
        {"Name": "A", "EmailAddress": "nobody"},
        {"Name": "A", "Addresses": [{"AddressType": "POBOX", "Country": "Sector 7"}]},
        {"Name": "A", "ContactPersons": [{"FirstName": str(n)} for n in range(6)]},
    ],
)
async def test_what_no_contact_may_hold_is_refused(xero: Caller, bad: dict[str, object]) -> None:
    assert len(await xero.refused("PUT", "/Contacts", bad)) == 1


async def test_the_world_begins_with_three_contacts_that_invite_confusion(xero: Caller) -> None:
    names = [c["Name"] for c in (await xero.get("/Contacts"))["Contacts"]]
    assert names == ["TATRA KOVO, a. s.", "Zelený dvor s.r.o.", "Zelený dvor SK s.r.o."]
