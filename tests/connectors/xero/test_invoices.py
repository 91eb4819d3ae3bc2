"""Drafts in Xero: what is sent, what is compared, and what a repeat does."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from domain.effect import Strategy
from domain.ids import ExternalId
from domain.invoice import InvoiceStatus
from domain.money import Money
from domain.tax import TaxTreatment, tax_rule
from ports.failures import Rejected, Uncertain
from testbed.vendors.xero.rules.settling import settle_invoice
from tests.contracts.erp_harness import NOBODY, crediting, customer, draft, drafted, issued, ticket
from tests.contracts.xero import BASE, XeroHarness
from tests.references import OURS

EXPORT = tax_rule(TaxTreatment.EXPORT, standard_rate=Decimal(23))


async def _read(xero: XeroHarness, invoice: str) -> dict[str, Any]:
    found: dict[str, Any] = (await xero.read(f"/Invoices/{invoice}"))["Invoices"][0]
    return found


def retax(xero: XeroHarness, rate: str) -> None:
    """Finance change the standard rate after we read it."""
    xero.plant("TaxRates", {**xero.record("TaxRates", "OUTPUT"), "EffectiveRate": rate})


async def test_a_draft_says_what_the_bill_says(xero: XeroHarness) -> None:
    read = await _read(xero, await drafted(xero))
    assert (read["Type"], read["Status"], read["CurrencyCode"]) == ("ACCREC", "DRAFT", "EUR")
    assert read["Reference"] == "cw:acme:hubspot:7001:m1:r1"
    assert read["Url"] == "https://app.hubspot.example/deal/7001"
    assert read["InvoiceNumber"].startswith("INV-")
    (line,) = read["LineItems"]
    assert (line["AccountCode"], line["TaxType"], line["Quantity"]) == ("200", "OUTPUT", 1)


async def test_a_tax_rate_that_finance_made_meanwhile_is_read(xero: XeroHarness) -> None:
    invoice = await drafted(xero)
    rate = {**xero.record("TaxRates", "TAX002"), "TaxType": "TAX010", "EffectiveRate": "10"}
    xero.plant("TaxRates", {**rate, "Name": "10% (VAT on Income)"})
    (line,) = (await _read(xero, invoice))["LineItems"]
    changed = {"LineItemID": line["LineItemID"], "TaxType": "TAX010"}
    await xero.write("POST", f"/Invoices/{invoice}", {"LineItems": [changed]})
    (read,) = (await xero.invoicing.read_invoice(invoice)).taxes
    assert (read.category, read.rate, read.tax) == ("S", Decimal(10), Money.of("103.33", "EUR"))


async def test_an_address_that_xero_forbids_is_left_out(xero: XeroHarness) -> None:
    command = draft(await customer(xero)).model_copy(update={"url": "https://x.example/Xero/1"})
    made = await xero.invoicing.draft_invoice.do(command, ticket("i"))
    assert "Url" not in await _read(xero, made.id)


async def test_tracking_and_account_are_as_set(xero: XeroHarness) -> None:
    category = next(xero.records.collection("TrackingCategories").values())
    option = {"TrackingOptionID": "1", "Name": "Cashward", "Status": "ACTIVE"}
    xero.plant("TrackingCategories", {**category, "Options": [option]})
    async with xero.opened(tracking={category["Name"]: "Cashward"}) as roles:
        assert roles.invoicing
        made = await roles.invoicing.draft_invoice.do(draft(await customer(xero)), ticket("i"))
    (line,) = (await _read(xero, made.id))["LineItems"]
    assert line["Tracking"][0]["Option"] == "Cashward"


async def test_units_smaller_than_a_cent_are_refused_before_anything_is_sent(
    xero: XeroHarness,
) -> None:
    command = draft(await customer(xero), Money.of("10.125", "KWD"), tax=EXPORT)
    with pytest.raises(Rejected, match=r"KWD counts in 0\.001"):
        await xero.invoicing.draft_invoice.do(command, ticket("i"))
    assert f"PUT {BASE}/Invoices" not in await xero.calls()


async def test_totals_that_differ_are_refused_naming_both_and_the_draft_stays(
    xero: XeroHarness,
) -> None:
    await drafted(xero, "m9")
    command = draft(await customer(xero), Money.of(100, "EUR"))
    retax(xero, "20")
    with pytest.raises(
        Rejected, match=r"S 23 % reads 100\.00 EUR \+ 20\.00 EUR tax, expected .*23"
    ):
        await xero.invoicing.draft_invoice.do(command, ticket("i"))
    assert len(await xero.invoicing.draft_invoice.find(command)) == 1


async def test_a_repeat_under_one_key_makes_nothing(xero: XeroHarness) -> None:
    command = draft(await customer(xero))
    first = await xero.invoicing.draft_invoice.do(command, ticket("i"))
    second = await xero.invoicing.draft_invoice.do(command, ticket("i", attempt=2))
    assert first == second
    assert len(await xero.invoicing.draft_invoice.find(command)) == 1


async def test_the_declared_key_life_ends_before_xeros(xero: XeroHarness) -> None:
    repeat = xero.invoicing.draft_invoice.idempotency
    assert repeat.strategy is Strategy.DRAFT
    assert repeat.key_lifetime
    command = draft(await customer(xero))
    first = await xero.invoicing.draft_invoice.do(command, ticket("i"))
    await xero.advance(repeat.key_lifetime.total_seconds())
    assert await xero.invoicing.draft_invoice.do(command, ticket("i", attempt=2)) == first
    await xero.advance(timedelta(minutes=6).total_seconds())
    assert await xero.invoicing.draft_invoice.do(command, ticket("i", attempt=3)) != first


async def test_a_key_sent_with_another_date_is_uncertain_and_tainted(xero: XeroHarness) -> None:
    command = draft(await customer(xero))
    await xero.invoicing.draft_invoice.do(command, ticket("i"))
    later = command.dates.model_copy(update={"issued_on": command.dates.due_on})
    tomorrow = command.model_copy(update={"dates": later})
    with pytest.raises(Uncertain) as lost:
        await xero.invoicing.draft_invoice.do(tomorrow, ticket("i", attempt=2))
    assert lost.value.answered


async def test_an_error_that_xero_stored_is_left_behind_by_a_new_generation(
    xero: XeroHarness,
) -> None:
    command = draft(await customer(xero))
    await xero.spoil(operation=f"PUT {BASE}/Invoices", kind="error_before")
    for attempt in (1, 2):
        with pytest.raises(Uncertain) as broken:
            await xero.invoicing.draft_invoice.do(command, ticket("i", attempt=attempt))
        assert broken.value.answered
    assert not await xero.invoicing.draft_invoice.find(command)
    await xero.invoicing.draft_invoice.do(command, ticket("i", attempt=3, generation=2))
    assert len(await xero.invoicing.draft_invoice.find(command)) == 1


async def test_of_two_documents_the_issued_one_comes_first(xero: XeroHarness) -> None:
    command = draft(await customer(xero))
    first = await xero.invoicing.draft_invoice.do(command, ticket("i"))
    second = await xero.invoicing.draft_invoice.do(command, ticket("i", generation=2))
    assert [made.id for made in await xero.invoicing.draft_invoice.find(command)] == [
        first.id,
        second.id,
    ]
    await xero.invoicing.issue(second.id)
    assert [made.id for made in await xero.invoicing.draft_invoice.find(command)] == [
        second.id,
        first.id,
    ]


async def test_a_look_up_reads_every_page(xero: XeroHarness) -> None:
    on_file = xero.record("Invoices", await drafted(xero))
    for number in range(1000, 1150):
        copy = {"InvoiceID": f"copy-{number}", "InvoiceNumber": f"INV-{number}"}
        xero.plant("Invoices", on_file | copy)
    found = await xero.invoicing.draft_invoice.find(draft(NOBODY))
    assert len({made.id for made in found}) == 151


async def test_a_reference_in_other_letters_is_not_ours(xero: XeroHarness) -> None:
    invoice = await drafted(xero)
    body = {"InvoiceID": invoice, "Reference": "CW:HUBSPOT:7001:M1:R1"}
    await xero.write("POST", f"/Invoices/{invoice}", body)
    assert not await xero.invoicing.draft_invoice.find(draft(NOBODY))


async def test_a_closed_period_is_reported_in_xeros_words(xero: XeroHarness) -> None:
    organisation = {**xero.records.organisation, "PeriodLockDate": "2026-12-31"}
    xero.plant("Organisation", organisation)
    with pytest.raises(Rejected, match="period lock date"):
        await xero.invoicing.draft_invoice.do(draft(await customer(xero)), ticket("i"))


async def test_a_draft_that_cannot_be_approved_is_refused_in_xeros_words(xero: XeroHarness) -> None:
    invoice = await drafted(xero)
    xero.plant("Organisation", {**xero.records.organisation, "PeriodLockDate": "2026-12-31"})
    with pytest.raises(Rejected, match="period lock date"):
        await xero.invoicing.issue(invoice)
    assert (await xero.invoicing.read_invoice(invoice)).status is InvoiceStatus.DRAFT


async def test_a_voided_invoice_is_nothing_left_to_take_back(xero: XeroHarness) -> None:
    invoice = await issued(xero)
    command = draft(NOBODY)
    (made,) = await xero.invoicing.draft_invoice.find(command)
    await xero.void(invoice.id)
    await xero.invoicing.draft_invoice.undo(command, made)
    assert not await xero.invoicing.draft_invoice.find(command)


async def test_a_prepayment_that_was_put_against_an_invoice_is_money(xero: XeroHarness) -> None:
    invoice = await issued(xero)
    prepayment = {"PrepaymentID": "1", "AppliedAmount": "250.00", "Date": "2026-11-24"}
    on_file = xero.record("Invoices", invoice.id)
    xero.plant("Invoices", settle_invoice({**on_file, "Prepayments": [prepayment]}))
    read = await xero.invoicing.read_invoice(invoice.id)
    assert (read.paid, read.credited) == (Money.of(250, "EUR"), Money.zero("EUR"))


async def test_a_credit_note_names_its_invoice(xero: XeroHarness) -> None:
    invoice = await issued(xero)
    command = crediting(invoice, await customer(xero), Money.of(100, "EUR"))
    made = await xero.invoicing.credit_invoice.do(command, ticket("n"))
    note = (await xero.read(f"/CreditNotes/{made.id}"))["CreditNotes"][0]
    assert invoice.number in note["LineItems"][0]["Description"]
    assert (note["Reference"], note["Status"]) == (OURS.of(command.subject), "PAID")
    assert note["Allocations"][0]["Invoice"]["InvoiceID"] == invoice.id


async def test_a_credit_that_was_not_allocated_is_not_made_yet(xero: XeroHarness) -> None:
    invoice = await issued(xero)
    command = crediting(invoice, await customer(xero), Money.of(100, "EUR"))
    await xero.spoil(operation="PUT */Allocations", kind="error_before")
    with pytest.raises(Uncertain):
        await xero.invoicing.credit_invoice.do(command, ticket("n"))
    assert not await xero.invoicing.credit_invoice.find(command)
    await xero.invoicing.credit_invoice.do(command, ticket("n", attempt=2, generation=2))
    assert (await xero.calls()).count(f"PUT {BASE}/CreditNotes") == 1
    assert len(await xero.invoicing.credit_invoice.find(command)) == 1


async def test_a_credit_without_room_is_refused_before_a_note_is_made(xero: XeroHarness) -> None:
    invoice = await issued(xero)
    await xero.pay(invoice.id, Money.of(1, "EUR"))
    command = crediting(invoice, await customer(xero), invoice.net)
    with pytest.raises(Rejected, match="finance must refund"):
        await xero.invoicing.credit_invoice.do(command, ticket("n"))
    assert f"PUT {BASE}/CreditNotes" not in await xero.calls()


async def test_a_credit_note_that_reads_otherwise_is_never_allocated(xero: XeroHarness) -> None:
    invoice = await issued(xero)
    command = crediting(invoice, await customer(xero), Money.of(100, "EUR"))
    retax(xero, "20")
    for generation in (1, 2):
        with pytest.raises(Rejected, match=r"expected 100\.00 EUR \+ 23\.00 EUR tax"):
            await xero.invoicing.credit_invoice.do(command, ticket("n", generation=generation))
    assert not (await xero.invoicing.read_invoice(invoice.id)).credited
    assert (await xero.calls()).count(f"PUT {BASE}/CreditNotes") == 1


async def test_a_bill_takes_one_call_to_draft_and_one_to_issue(xero: XeroHarness) -> None:
    contact = await customer(xero)
    await xero.invoicing.draft_invoice.do(draft(contact, charge="m9"), ticket("warm"))
    before = len(await xero.calls())
    made = await xero.invoicing.draft_invoice.do(draft(contact), ticket("i"))
    await xero.invoicing.issue(ExternalId(made.id))
    assert (await xero.calls())[before:] == [
        f"PUT {BASE}/Invoices",
        f"POST {BASE}/Invoices/{{id}}",
    ]


async def test_an_invoices_pdf_is_where_it_says(xero: XeroHarness) -> None:
    invoice = await issued(xero)
    headers = {"Accept": "application/pdf"}
    answer = await xero.client.get(invoice.pdf, headers=headers)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
