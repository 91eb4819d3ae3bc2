"""Settings: what a new world holds, and what can be added to it."""

from decimal import Decimal

import pytest

from tests.testbed.vendors.xero.caller import Body, Caller, Open, line


async def test_every_settings_row_is_read_by_its_id(xero: Caller) -> None:
    account = (await xero.get("/Accounts"))["Accounts"][1]
    found = (await xero.get(f"/Accounts/{account['AccountID']}"))["Accounts"]
    assert found == [account]
    assert (account["Code"], account["CurrencyCode"]) == ("090", "EUR")
    assert (await xero.ask("GET", "/Accounts/nothing")).status_code == 404


async def test_a_tracking_option_is_named_once_and_then_marks_lines(xero: Caller) -> None:
    (category,) = (await xero.get("/TrackingCategories"))["TrackingCategories"]
    path = f"/TrackingCategories/{category['TrackingCategoryID']}"
    made = (await xero.put(f"{path}/Options", {"Name": "DEAL-1042 / M2"}))["Options"][0]
    assert await xero.refused("PUT", f"{path}/Options", {"Name": "deal-1042 / m2"})
    (kept,) = (await xero.get(path))["TrackingCategories"][0]["Options"]
    assert kept == made
    tracked = line(Tracking=[{"Name": "Project", "Option": "DEAL-1042 / M2"}])
    invoice = await xero.invoice(await xero.customer(), LineItems=[tracked])
    (mark,) = invoice["LineItems"][0]["Tracking"]
    assert mark["TrackingOptionID"] == made["TrackingOptionID"]


async def test_there_are_two_tracking_categories_at_most(xero: Caller) -> None:
    await xero.put("/TrackingCategories", {"Name": "Region"})
    assert await xero.refused("PUT", "/TrackingCategories", {"Name": "Team"})


async def test_an_item_fills_what_a_line_leaves_out(xero: Caller) -> None:
    sales = {"UnitPrice": 80.5, "AccountCode": "200", "TaxType": "OUTPUT"}
    item = {"Code": "HOUR", "Name": "Hour of work", "SalesDetails": sales}
    await xero.put("/Items", {"Items": [item]})
    assert await xero.refused("PUT", "/Items", item)
    lines = [{"ItemCode": "HOUR", "Quantity": 2}, {"ItemCode": "HOUR", "UnitAmount": 10}]
    invoice = await xero.invoice(await xero.customer(), LineItems=lines, Status="AUTHORISED")
    assert [one["LineAmount"] for one in invoice["LineItems"]] == [161, 10]
    assert invoice["LineItems"][0]["Description"] == "Hour of work"
    assert invoice["TotalTax"] == Decimal("39.33")


async def test_an_item_changes_by_post(xero: Caller) -> None:
    await xero.put("/Items", {"Code": "DAY", "Name": "Day"})
    await xero.post("/Items", {"Code": "DAY", "SalesDetails": {"UnitPrice": 640}})
    (item,) = (await xero.get("/Items/DAY"))["Items"]
    assert (item["Name"], item["SalesDetails"]["UnitPrice"]) == ("Day", 640)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/Items", {"Code": "x" * 31}),
        ("/TaxRates", {"Name": "Empty"}),
        ("/TaxRates", {"Name": "Export 0%", "TaxComponents": [{"Name": "VAT", "Rate": 0}]}),
        ("/TrackingCategories", {"Name": "project"}),
    ],
)
async def test_what_settings_may_not_hold_is_refused(xero: Caller, path: str, body: Body) -> None:
    assert await xero.refused("PUT", path, body)


async def test_an_organisation_that_is_offline_says_so_in_plain_text(open_xero: Open) -> None:
    async with open_xero(offline=True) as xero:
        answer = await xero.ask("GET", "/Organisation")
        assert (answer.status_code, answer.headers["content-type"]) == (503, "text/plain")
        assert (await xero.client.get("/connections")).status_code == 200
