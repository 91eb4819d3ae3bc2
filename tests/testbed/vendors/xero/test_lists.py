"""Spelling: dates, numbers, filters, lists, errors."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from testbed.vendors.xero.wire.moments import day_in, day_stamp, since_in
from testbed.vendors.xero.wire.shapes import INVOICES
from testbed.vendors.xero.wire.text import Digits, write
from testbed.vendors.xero.wire.values import Value
from testbed.vendors.xero.wire.where import BadExpression, parse
from tests.testbed.vendors.xero.caller import Caller, Open, draft

ROW: dict[str, Value] = {
    "Type": "ACCREC",
    "Reference": "cw:Ďeal-1",
    "InvoiceID": "7f6c2f0a-3c1e-4b57-9d21-0c9a5b7e1d44",
    "AmountDue": Decimal("3720.00"),
    "Date": datetime(2026, 10, 1, tzinfo=UTC),
    "SentToContact": False,
    "DueDate": None,
}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ('Type=="ACCREC"', True),
        ('type == "accrec" AND Reference=="cw:deal-1"', True),
        ('Type=="ACCREC" && AmountDue >= 3720.01', False),
        ('Type=="ACCPAY" OR (AmountDue > 0 AND Reference.StartsWith("CW:"))', True),
        ('InvoiceID == guid("7F6C2F0A-3C1E-4B57-9D21-0C9A5B7E1D44")', True),
        ("Date >= DateTime(2026, 10, 01) AND Date < DateTime(2026,11,01)", True),
        ("DueDate == null AND SentToContact == false", True),
        ('Reference.Contains("nothing") || Reference != null', True),
        ("SentToContact", False),
        ("DueDate > DateTime(2026,1,1)", False),
    ],
)
def test_a_filter_means_what_it_says(text: str, holds: object) -> None:
    assert parse(text, INVOICES.fields).holds(ROW.__getitem__) is holds


@pytest.mark.parametrize(
    "text",
    [
        "Nonsense==1",
        'Type=="ACCREC" AND',
        'AmountDue=="much"',
        "Date==DateTime(2026,13,1)",
        'Type=="ACCREC',
        'Type=="a" Type=="b"',
        "(Type==null",
        "Reference.Length>3",
    ],
)
def test_a_filter_that_cannot_be_meant_is_refused(text: str) -> None:
    with pytest.raises(BadExpression):
        parse(text, INVOICES.fields)


def test_only_what_every_row_must_have_can_lead_an_index() -> None:
    both = parse('Reference=="x" AND (Type=="a" OR Type=="b")', INVOICES.fields)
    assert dict(both.pins()) == {"Reference": "x"}


def test_dates_are_read_in_each_spelling_and_written_in_one() -> None:
    spellings = ("2026-10-01", "2026-10-01T00:00:00", "/Date(1790812800000)/")
    assert {day_in(text) for text in spellings} == {"2026-10-01"}
    assert day_stamp("2026-10-01") == "/Date(1790812800000+0000)/"
    assert since_in("2026-10-05T09:10:00") == since_in("2026-10-05T09:10:00+00:00")
    with pytest.raises(ValueError, match="no date"):
        day_in("01/10/2026")


def test_digits_go_out_as_they_are_kept() -> None:
    body = {"Total": Digits("3720.00"), "Rate": Decimal("1.0"), "Name": "Žilina"}
    assert write(body).decode() == '{"Total":3720.00,"Rate":1.0,"Name":"Žilina"}'


async def test_without_asking_for_json_there_is_none(xero: Caller) -> None:
    answer = await xero.ask("GET", "/Contacts", headers={"Accept": "*/*"})
    assert answer.status_code == 406
    assert "json" not in answer.headers["content-type"]


async def test_paths_match_in_any_case(xero: Caller) -> None:
    assert (await xero.get("/oRGANISATION"))["Organisations"][0]["CountryCode"] == "SK"


async def test_a_missing_thing_is_an_empty_page_of_html(xero: Caller) -> None:
    answer = await xero.ask("GET", "/Invoices/nothing")
    assert (answer.status_code, answer.content) == (404, b"")
    assert answer.headers["content-type"].startswith("text/html")


async def test_a_method_that_is_not_served_is_501(xero: Caller) -> None:
    assert (await xero.ask("DELETE", "/Invoices")).status_code == 501


async def test_a_body_that_is_no_json_is_error_14(xero: Caller) -> None:
    answer = await xero.client.put("/api.xro/2.0/Invoices", content=b"<Invoices/>")
    assert (answer.status_code, answer.json()["ErrorNumber"]) == (400, 14)


@pytest.mark.parametrize("query", [{"where": "Nope==1"}, {"order": "Nope ASC"}, {"page": "one"}])
async def test_a_bad_query_is_error_16(xero: Caller, query: dict[str, str]) -> None:
    answer = await xero.ask("GET", "/Invoices", params=query)
    assert (answer.status_code, answer.json()["ErrorNumber"]) == (400, 16)
    assert answer.json()["Type"] == "QueryParseException"


async def test_pages_carry_lines_and_lists_do_not(xero: Caller) -> None:
    contact = await xero.customer()
    for _ in range(3):
        await xero.invoice(contact)
    page = await xero.get("/Invoices", params={"page": "2", "pageSize": "2"})
    assert page["pagination"] == {"page": 2, "pageSize": 2, "pageCount": 2, "itemCount": 3}
    assert len(page["Invoices"][0]["LineItems"]) == 1
    whole = await xero.get("/Invoices")
    assert "pagination" not in whole
    assert all("LineItems" not in invoice for invoice in whole["Invoices"])
    assert (await xero.get("/Invoices?page=9"))["Invoices"] == []


async def test_lists_narrow_by_each_of_their_filters(xero: Caller) -> None:
    contact, other = await xero.customer(), await xero.customer("Vltava Mills a.s.")
    one = await xero.invoice(contact, Reference="cw:a", InvoiceNumber="CW-1")
    two = await xero.invoice(other, Reference="cw:b", InvoiceNumber="CW-2", Status="AUTHORISED")

    async def numbers(**query: str) -> list[str]:
        found = await xero.get("/Invoices", params=query)
        return [invoice["InvoiceNumber"] for invoice in found["Invoices"]]

    assert await numbers(where='Type=="ACCREC" AND Reference=="CW:B"') == ["CW-2"]
    assert await numbers(where=f'Contact.ContactID==guid("{contact}")') == ["CW-1"]
    assert await numbers(where='Contact.Name=="Vltava Mills a.s."') == ["CW-2"]
    assert await numbers(IDs=f"{two['InvoiceID']},{one['InvoiceID']}") == ["CW-2", "CW-1"]
    assert await numbers(InvoiceNumbers="CW-2,CW-9") == ["CW-2"]
    assert await numbers(Statuses="DRAFT,PAID") == ["CW-1"]
    assert await numbers(searchTerm="w:a") == ["CW-1"]
    assert await numbers(order="InvoiceNumber DESC") == ["CW-2", "CW-1"]
    assert await numbers(createdByMyApp="true") == ["CW-1", "CW-2"]


async def test_only_what_changed_since_is_listed(xero: Caller) -> None:
    contact = await xero.customer()
    await xero.invoice(contact)
    await xero.advance(120)
    late = await xero.invoice(contact)
    stamp = late["UpdatedDateUTCString"][:19]
    mark = f"{datetime.fromisoformat(stamp).replace(second=0).isoformat()}+00:00"
    found = await xero.get("/Invoices", headers={"If-Modified-Since": mark})
    assert [invoice["InvoiceID"] for invoice in found["Invoices"]] == [late["InvoiceID"]]


async def test_a_lagging_list_does_not_show_what_a_read_by_id_does(open_xero: Open) -> None:
    async with open_xero(list_lag=30) as xero:
        invoice = await xero.invoice(await xero.customer(), Reference="cw:new")
        assert (await xero.get("/Invoices", params={"where": 'Reference=="cw:new"'}))[
            "Invoices"
        ] == []
        assert (await xero.read(invoice))["Reference"] == "cw:new"
        await xero.advance(31)
        assert len((await xero.get("/Invoices"))["Invoices"]) == 1


async def test_no_answer_ever_holds_a_null(xero: Caller) -> None:
    contact = await xero.customer()
    await xero.invoice(contact, Status="AUTHORISED")
    for path in ("Organisation", "Accounts", "TaxRates", "Currencies", "Contacts", "Invoices"):
        answer = await xero.ask("GET", f"/{path}", params={"page": "1"})
        assert "null" not in answer.text, path


@pytest.mark.parametrize(
    "bad",
    [
        {"Date": "tomorrow"},
        {"LineItems": [{"Quantity": "many"}]},
        {"LineItems": [{"UnitAmount": "NaN"}]},
        {"LineItems": [{"UnitAmount": 1e300}]},
        {"LineItems": "none"},
        {"LineItems": [{"Description": {"text": "x"}}]},
        {"Contact": "Ostrava Pumps"},
        {"LineAmountTypes": "Gross"},
    ],
)
async def test_a_value_of_the_wrong_kind_is_error_14(xero: Caller, bad: dict[str, object]) -> None:
    body = {**draft(await xero.customer()), **bad}
    answer = await xero.ask("PUT", "/Invoices", body)
    assert (answer.status_code, answer.json()["ErrorNumber"]) == (400, 14)
    assert xero.count("Invoices") == 0


async def test_http_dates_are_taken_and_nonsense_is_not(xero: Caller) -> None:
    past = {"If-Modified-Since": "Thu, 01 Oct 2020 09:10:00 GMT"}
    assert len((await xero.get("/Contacts", headers=past))["Contacts"]) == 3
    answer = await xero.ask("GET", "/Contacts", headers={"If-Modified-Since": "last week"})
    assert answer.status_code == 400
