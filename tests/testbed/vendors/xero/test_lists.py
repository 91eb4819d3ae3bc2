"""Lists: filters, pages, and Xero's spelling of dates and errors."""

from datetime import datetime

import pytest

from testbed.vendors.xero.wire.dates import day_stamp, read_day, read_modified_since
from testbed.vendors.xero.wire.where import parse
from tests.testbed.vendors.xero.caller import Caller

ROW = {"Type": "ACCREC", "Reference": "cw:Ďeal-1", "Url": None}


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ('Type=="ACCREC"', True),
        ('Type == "accrec" AND Reference=="cw:deal-1"', True),
        ('Type=="ACCREC" && Reference=="cw:deal-2"', False),
        ('Type=="ACCPAY" OR (Type!="x" AND Reference.StartsWith("CW:"))', True),
        ('Type=="ACCREC" OR Type=="ACCPAY" AND Reference=="x"', True),
        ('(Url!=null AND Url.StartsWith("x")) || Url==null', True),
        ('Url.StartsWith("x")', False),
    ],
)
def test_a_filter_matches_by_its_meaning(text: str, matches: object) -> None:
    assert parse(text, ROW.keys()).matches(ROW) is matches


@pytest.mark.parametrize(
    "text",
    ['Nonsense=="1"', 'Type=="ACCREC" AND', "Type==1", 'Type=="a', 'Type=="a" Type=="b"', "(Type"],
)
def test_a_filter_without_a_meaning_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"Syntax error|No property"):
        parse(text, ROW.keys())


def test_only_a_value_that_every_match_has_leads_an_index() -> None:
    both = parse('Reference=="x" AND (Type=="a" OR Type=="b")', ROW.keys())
    assert both.required == {"Reference": "x"}


def test_dates_are_read_in_each_spelling_and_written_in_one() -> None:
    spellings = ("2026-10-01", "2026-10-01T00:00:00", "/Date(1790812800000)/")
    assert {read_day(text) for text in spellings} == {"2026-10-01"}
    assert day_stamp("2026-10-01") == "/Date(1790812800000+0000)/"
    plain, offset = "2026-10-05T09:10:00", "2026-10-05T09:10:00+00:00"
    assert read_modified_since(plain) == read_modified_since(offset)


async def test_a_caller_that_does_not_accept_json_gets_none(xero: Caller) -> None:
    answer = await xero.ask("GET", "/Contacts", headers={"Accept": "*/*"})
    assert answer.status_code == 406
    assert "json" not in answer.headers["content-type"]


async def test_a_missing_record_is_an_empty_page_of_html(xero: Caller) -> None:
    answer = await xero.ask("GET", "/Invoices/nothing")
    assert (answer.status_code, answer.content) == (404, b"")
    assert answer.headers["content-type"].startswith("text/html")


async def test_a_method_that_is_not_served_is_501(xero: Caller) -> None:
    assert (await xero.ask("DELETE", "/Invoices")).status_code == 501


@pytest.mark.parametrize("query", [{"where": "Nope==1"}, {"order": "Nope ASC"}, {"page": "one"}])
async def test_a_bad_query_is_error_16(xero: Caller, query: dict[str, str]) -> None:
    answer = await xero.ask("GET", "/Invoices", params=query)
    assert (answer.status_code, answer.json()["ErrorNumber"]) == (400, 16)


@pytest.mark.parametrize(
    ("path", "where", "count"),
    [
        ("Accounts", 'Type=="BANK"', 2),
        ("TaxRates", 'ReportTaxType=="OUTPUT"', 2),
        ("Currencies", 'Code=="EUR"', 1),
    ],
)
async def test_settings_are_filtered_too(xero: Caller, path: str, where: str, count: int) -> None:
    found = await xero.get(f"/{path}", params={"where": where})
    assert len(found[path]) == count


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


async def test_each_parameter_narrows_a_list(xero: Caller) -> None:
    contact = await xero.customer("Vltava Mills a.s.")
    one = await xero.invoice(contact, Reference="cw:a", InvoiceNumber="CW-1")
    two = await xero.invoice(contact, Reference="cw:b", InvoiceNumber="CW-2", Status="AUTHORISED")

    async def numbers(**query: str) -> list[str]:
        found = await xero.get("/Invoices", params=query)
        return [invoice["InvoiceNumber"] for invoice in found["Invoices"]]

    assert await numbers(where='Type=="ACCREC" AND Reference=="CW:B"') == ["CW-2"]
    assert await numbers(IDs=f"{two['InvoiceID']},{one['InvoiceID']}") == ["CW-2", "CW-1"]
    assert await numbers(Statuses="DRAFT,PAID") == ["CW-1"]
    found = await xero.get("/Contacts", params={"searchTerm": "mills"})
    assert [each["ContactID"] for each in found["Contacts"]] == [contact]


async def test_a_list_holds_only_records_modified_since(xero: Caller) -> None:
    contact = await xero.customer()
    await xero.invoice(contact)
    await xero.advance(120)
    late = await xero.invoice(contact)
    stamp = late["UpdatedDateUTCString"][:19]
    mark = f"{datetime.fromisoformat(stamp).replace(second=0).isoformat()}+00:00"
    found = await xero.get("/Invoices", headers={"If-Modified-Since": mark})
    assert [invoice["InvoiceID"] for invoice in found["Invoices"]] == [late["InvoiceID"]]
    bad = await xero.ask("GET", "/Invoices", headers={"If-Modified-Since": "last week"})
    assert bad.status_code == 400


async def test_no_answer_holds_a_null(xero: Caller) -> None:
    await xero.invoice(await xero.customer(), Status="AUTHORISED")
    for path in ("Organisation", "Accounts", "TaxRates", "Currencies", "Contacts", "Invoices"):
        answer = await xero.ask("GET", f"/{path}", params={"page": "1"})
        assert "null" not in answer.text, path
