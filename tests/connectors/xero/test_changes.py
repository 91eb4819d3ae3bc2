"""Changed invoices, read by keyset."""

from datetime import UTC, datetime, timedelta

from connectors.xero import XeroInvoicing
from tests.contracts.erp_harness import customer, draft, drafted, issued, ticket
from tests.contracts.xero import BASE, XeroHarness, settings

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def _in_pages_of(xero: XeroHarness, size: int) -> XeroInvoicing:
    assert isinstance(xero.invoicing, XeroInvoicing)
    client = xero.invoicing.draft_invoice.client
    client.settings = settings(xero.url, page_size=size)
    return xero.invoicing


async def test_changes_of_one_moment_are_paged_through(xero: XeroHarness) -> None:
    issued_ones = [(await issued(xero, f"m{number}")).id for number in range(7)]
    changed = await _in_pages_of(xero, 2).changed_since(LONG_AGO)
    assert [change.invoice.id for change in changed] == issued_ones


async def test_changes_over_time_are_sought_from_the_first_page(xero: XeroHarness) -> None:
    issued_ones = []
    for number in range(6):
        issued_ones.append((await issued(xero, f"m{number}")).id)
        await xero.advance(60)
    before = len(await xero.calls())
    changed = await _in_pages_of(xero, 3).changed_since(LONG_AGO)
    assert [change.invoice.id for change in changed] == issued_ones
    assert all(call == f"GET {BASE}/Invoices" for call in (await xero.calls())[before:])


async def test_invoices_of_others_are_left_out(xero: XeroHarness) -> None:
    invoice = {
        "Type": "ACCREC",
        "Status": "AUTHORISED",
        "Contact": {"ContactID": await customer(xero)},
        "Reference": "PO 42",
        "DueDate": "2026-12-01",
        "LineItems": [
            {"Description": "By hand", "Quantity": 1, "UnitAmount": "1", "AccountCode": "200"}
        ],
    }
    await xero.write("PUT", "/Invoices", invoice)
    mine = await issued(xero)
    changed = await xero.invoicing.changed_since(LONG_AGO)
    assert [change.invoice.id for change in changed] == [mine.id]


async def test_one_spoilt_document_does_not_hold_up_the_others(xero: XeroHarness) -> None:
    spoilt, whole = await issued(xero, "m1"), await issued(xero, "m2")
    on_file = xero.record("Invoices", spoilt.id)
    xero.plant("Invoices", {**on_file, "CurrencyCode": "JPY"})
    changed = await xero.invoicing.changed_since(LONG_AGO)
    assert [change.invoice.id for change in changed] == [whole.id]


async def test_a_change_is_dated_by_xero(xero: XeroHarness) -> None:
    await xero.advance(3600)
    start = datetime.now(UTC) + timedelta(minutes=59)
    await issued(xero)
    (change,) = await xero.invoicing.changed_since(start)
    assert change.changed_at > start


async def test_a_change_on_the_full_second_is_reported(xero: XeroHarness) -> None:
    moment = datetime(2026, 11, 24, 10, 0, 0, tzinfo=UTC)
    on_file = xero.record("Invoices", (await issued(xero)).id)
    xero.plant("Invoices", on_file | {"UpdatedDateUTC": int(moment.timestamp()) * 1000})
    (change,) = await xero.invoicing.changed_since(moment)
    assert change.changed_at == moment


async def test_a_draft_is_no_change(xero: XeroHarness) -> None:
    await drafted(xero)
    command = draft(await customer(xero), charge="m2")
    await xero.invoicing.draft_invoice.undo(
        command, await xero.invoicing.draft_invoice.do(command, ticket("i"))
    )
    assert not await xero.invoicing.changed_since(LONG_AGO)
