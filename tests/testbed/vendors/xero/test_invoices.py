"""Invoices: amounts that come out of the lines, statuses that go one way, numbers used once."""

from decimal import Decimal

import pytest

from tests.testbed.vendors.xero.caller import Body, Caller, Open, draft, line

MODIFICATION = "Invoice not of valid status for modification"


async def moved(xero: Caller, invoice: Body, status: str) -> Body:
    """Post a status and nothing else."""
    body = {"InvoiceID": invoice["InvoiceID"], "Status": status}
    return dict((await xero.post(f"/Invoices/{invoice['InvoiceID']}", body))["Invoices"][0])


async def not_moved(xero: Caller, invoice: Body, status: str) -> list[str]:
    return await xero.refused("POST", f"/Invoices/{invoice['InvoiceID']}", {"Status": status})


async def test_three_lines_are_taxed_three_times(xero: Caller) -> None:
    rate = {"Name": "20% (VAT)", "TaxComponents": [{"Name": "VAT", "Rate": 20}]}
    made = await xero.put("/TaxRates", {"TaxRates": [rate]})
    lines = [line(1033.33, TaxType=made["TaxRates"][0]["TaxType"]) for _ in range(3)]
    invoice = await xero.invoice(await xero.customer(), LineItems=lines)
    assert [one["TaxAmount"] for one in invoice["LineItems"]] == [Decimal("206.67")] * 3
    assert invoice["SubTotal"] == Decimal("3099.99")
    assert invoice["TotalTax"] == Decimal("620.01")
    assert invoice["Total"] == invoice["AmountDue"] == Decimal("3720.00")


async def test_amounts_are_written_with_two_decimals_and_units_with_four(xero: Caller) -> None:
    contact = await xero.customer()
    body = {**draft(contact), "LineItems": [line(100)]}
    answer = await xero.ask("PUT", "/Invoices", body, params={"unitdp": "4"})
    assert '"Total":100.00' in answer.text
    assert '"Quantity":1.0000' in answer.text
    assert '"UnitAmount":100.0000' in answer.text


async def test_without_unitdp_a_price_is_cut_to_cents(xero: Caller) -> None:
    contact = await xero.customer()
    body = {**draft(contact), "LineItems": [line(0.1256, Quantity=1000)]}
    rough = await xero.put("/Invoices", body)
    fine = await xero.put("/Invoices", body, params={"unitdp": "4"})
    assert rough["Invoices"][0]["Total"] == Decimal("130.00")
    assert fine["Invoices"][0]["Total"] == Decimal("125.60")


@pytest.mark.parametrize("field", ["Total", "SubTotal", "TotalTax"])
async def test_a_total_that_is_not_the_sum_of_the_lines_is_refused(
    xero: Caller, field: str
) -> None:
    body = {**draft(await xero.customer()), field: 999.99}
    reasons = await xero.refused("PUT", "/Invoices", body)
    assert reasons == ["The document total does not equal the sum of the lines."]
    assert xero.count("Invoices") == 0


async def test_an_invoice_starts_as_a_draft_of_today_in_the_base_currency(
    xero: Caller,
) -> None:
    body = {"Type": "ACCREC", "Contact": {"ContactID": await xero.customer()}}
    invoice = (await xero.put("/Invoices", body))["Invoices"][0]
    assert (invoice["Status"], invoice["CurrencyCode"]) == ("DRAFT", "EUR")
    assert invoice["DateString"][:10] == xero.books.today


async def test_numbers_that_are_not_sent_follow_the_sequence(xero: Caller) -> None:
    contact = await xero.customer()
    await xero.invoice(contact, InvoiceNumber="INV-0002")
    numbers = [(await xero.invoice(contact))["InvoiceNumber"] for _ in range(2)]
    assert numbers == ["INV-0001", "INV-0003"]


async def test_a_number_is_used_once_even_when_its_invoice_is_dead(xero: Caller) -> None:
    contact = await xero.customer()
    first = await xero.invoice(contact, InvoiceNumber="CW-1", Status="AUTHORISED")
    await moved(xero, first, "VOIDED")
    body = {**draft(contact), "InvoiceNumber": "cw-1"}
    assert await xero.refused("PUT", "/Invoices", body) == ["Invoice # must be unique."]


async def test_a_post_with_a_known_number_overwrites_silently(xero: Caller) -> None:
    contact = await xero.customer()
    first = await xero.invoice(contact, InvoiceNumber="CW-1", Reference="one")
    body = {**draft(contact), "InvoiceNumber": "CW-1", "Reference": "two"}
    second = (await xero.post("/Invoices", body))["Invoices"][0]
    assert second["InvoiceID"] == first["InvoiceID"]
    assert (await xero.read(first))["Reference"] == "two"


async def test_nobody_chooses_an_id(xero: Caller) -> None:
    body = {**draft(await xero.customer()), "InvoiceID": "7f6c2f0a-3c1e-4b57-9d21-0c9a5b7e1d44"}
    assert (await xero.ask("POST", "/Invoices", body)).status_code == 404
    assert xero.count("Invoices") == 0


PATHS = [
    ("DRAFT", "SUBMITTED", "AUTHORISED", "VOIDED"),
    ("SUBMITTED", "DRAFT", "DELETED"),
    ("DRAFT", "DELETED"),
    ("AUTHORISED", "AUTHORISED", "VOIDED"),
]
DEAD_ENDS = [
    ("DRAFT", "VOIDED"),
    ("SUBMITTED", "VOIDED"),
    ("DRAFT", "PAID"),
    ("AUTHORISED", "DRAFT"),
    ("AUTHORISED", "DELETED"),
]


@pytest.mark.parametrize("path", PATHS)
async def test_a_status_may_move_along_these_paths(xero: Caller, path: tuple[str, ...]) -> None:
    invoice = await xero.invoice(await xero.customer(), Status=path[0])
    for status in path[1:]:
        assert (await moved(xero, invoice, status))["Status"] == status


@pytest.mark.parametrize(("start", "wanted"), DEAD_ENDS)
async def test_a_status_may_not_move_elsewhere(xero: Caller, start: str, wanted: str) -> None:
    invoice = await xero.invoice(await xero.customer(), Status=start)
    assert await not_moved(xero, invoice, wanted) == [MODIFICATION]
    assert (await xero.read(invoice))["Status"] == start


@pytest.mark.parametrize(("start", "end"), [("DRAFT", "DELETED"), ("AUTHORISED", "VOIDED")])
async def test_a_dead_invoice_never_comes_back(xero: Caller, start: str, end: str) -> None:
    invoice = await xero.invoice(await xero.customer(), Status=start)
    dead = await moved(xero, invoice, end)
    assert dead["AmountDue"] == 0
    for status in (end, "DRAFT", "AUTHORISED"):
        assert await not_moved(xero, invoice, status) == [MODIFICATION]


async def test_an_approved_invoice_needs_a_due_date_an_account_and_a_description(
    xero: Caller,
) -> None:
    bare = {"Quantity": 1, "UnitAmount": 5}
    body = {**draft(await xero.customer()), "LineItems": [bare], "Status": "AUTHORISED"}
    del body["DueDate"]
    reasons = await xero.refused("PUT", "/Invoices", body)
    assert "The document DueDate field must be specified." in reasons
    assert len(reasons) == 3
    assert (await xero.put("/Invoices", {**body, "Status": "DRAFT"}))["Invoices"]


async def test_a_line_may_be_words_only(xero: Caller) -> None:
    lines = [line(10), {"Description": "As agreed on 3 October"}]
    invoice = await xero.invoice(await xero.customer(), LineItems=lines, Status="AUTHORISED")
    assert invoice["Total"] == 10
    assert "Quantity" not in invoice["LineItems"][1]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"LineItems": [line(AccountCode="999")]}, "Account code '999' is not a valid code"),
        ({"LineItems": [line(AccountCode="090")]}, "Account code '090' is not a valid code"),
        ({"LineItems": [line(TaxType="NOPE")]}, "The TaxType code 'NOPE' does not exist"),
        ({"LineItems": [line(LineAmount=5)]}, "does not match the expected line total"),
        ({"LineItems": [line(TaxAmount=2000)]}, "Tax amount cannot be greater"),
        ({"LineItems": [line(-1)]}, "cannot be negative"),
        ({"LineItems": [line(Tracking=[{"Name": "Project", "Option": "?"}])]}, "tracking option"),
        ({"CurrencyCode": "CHF"}, "Organisation is not subscribed to currency CHF"),
        ({"Url": "https://xero.example"}, "must not contain"),
        ({"Status": "PAID"}, "not of valid status for creation"),
        ({"SentToContact": True}, "approved document"),
        ({"Reference": "x" * 256}, "at most 255"),
        ({"Type": "ACCPAY"}, "ACCREC only"),
    ],
)
async def test_what_an_invoice_may_not_hold_is_refused(
    xero: Caller, more: Body, reason: str
) -> None:
    reasons = await xero.refused("PUT", "/Invoices", {**draft(await xero.customer()), **more})
    assert any(reason in found for found in reasons), reasons


async def test_lines_with_an_id_change_without_one_come_and_unsent_ones_go(xero: Caller) -> None:
    invoice = await xero.invoice(await xero.customer(), LineItems=[line(1), line(2)])
    kept = invoice["LineItems"][1]["LineItemID"]
    body = {"LineItems": [{"LineItemID": kept, "UnitAmount": 20}, line(300)]}
    changed = (await xero.post(f"/Invoices/{invoice['InvoiceID']}", body))["Invoices"][0]
    assert [one["LineAmount"] for one in changed["LineItems"]] == [20, 300]
    assert changed["LineItems"][0]["LineItemID"] == kept
    assert changed["LineItems"][0]["Description"] == "Pump telemetry"
    assert changed["Total"] == 320


async def test_a_new_kind_of_line_amounts_prices_every_line_anew(xero: Caller) -> None:
    lines = [line(123, TaxType="OUTPUT")]
    invoice = await xero.invoice(await xero.customer(), LineItems=lines)
    assert invoice["Total"] == Decimal("151.29")
    body = {"LineAmountTypes": "Inclusive"}
    changed = (await xero.post(f"/Invoices/{invoice['InvoiceID']}", body))["Invoices"][0]
    assert (changed["SubTotal"], changed["TotalTax"], changed["Total"]) == (100, 23, 123)


async def test_an_account_gives_its_tax_where_a_line_names_none(xero: Caller) -> None:
    plain = {"Description": "Work", "Quantity": 2, "UnitAmount": 50, "AccountCode": "200"}
    invoice = await xero.invoice(await xero.customer(), LineItems=[plain])
    assert invoice["LineItems"][0]["TaxType"] == "OUTPUT"
    assert invoice["TotalTax"] == 23


async def test_a_foreign_currency_brings_the_rate_of_the_day(xero: Caller) -> None:
    contact = await xero.customer()
    day = await xero.invoice(contact, CurrencyCode="CZK")
    agreed = await xero.invoice(contact, CurrencyCode="CZK", CurrencyRate=25.1)
    assert (day["CurrencyRate"], agreed["CurrencyRate"]) == (Decimal("24.85"), Decimal("25.1"))


async def test_a_contact_that_is_named_and_unknown_is_created_with_the_invoice(
    xero: Caller,
) -> None:
    body = {**draft(""), "Contact": {"Name": "Brand New Ltd"}, "Status": "AUTHORISED"}
    assert await xero.refused("PUT", "/Invoices", {**body, "LineItems": []})
    assert xero.count("Contacts") == 3
    invoice = (await xero.put("/Invoices", body))["Invoices"][0]
    again = (await xero.put("/Invoices", body))["Invoices"][0]
    assert invoice["Contact"]["ContactID"] == again["Contact"]["ContactID"]
    assert xero.count("Contacts") == 3 + 1


async def test_an_unknown_contact_id_is_404_for_the_whole_request(xero: Caller) -> None:
    body = draft("3b9e1c52-7a40-4f6d-8e15-d2c07b94a631")
    assert (await xero.ask("PUT", "/Invoices", body)).status_code == 404


@pytest.mark.parametrize("lock", ["PeriodLockDate", "EndOfYearLockDate"])
async def test_a_closed_period_is_shut_for_new_and_old_documents(
    open_xero: Open, lock: str
) -> None:
    async with open_xero() as xero:
        contact = await xero.customer()
        invoice = await xero.invoice(contact, Status="AUTHORISED")
    async with open_xero(organisation={lock: "2026-10-01"}) as xero:
        organisation = (await xero.get("/Organisation"))["Organisations"][0]
        assert organisation[lock] == "/Date(1790812800000+0000)/"
        for reasons in (
            await xero.refused("PUT", "/Invoices", draft(contact)),
            await not_moved(xero, invoice, "VOIDED"),
        ):
            assert "currently set at 1 October 2026" in reasons[0]
        await xero.invoice(contact, Date="2026-10-02")


async def test_a_batch_is_taken_whole_or_not_at_all(xero: Caller) -> None:
    contact = await xero.customer()
    good, bad = draft(contact), {**draft(contact), "CurrencyCode": "CHF"}
    assert await xero.refused("PUT", "/Invoices", {"Invoices": [good, bad]})
    assert xero.count("Invoices") == 0
    assert (await xero.invoice(contact))["InvoiceNumber"] == "INV-0001"


async def test_a_batch_that_does_not_summarise_keeps_what_is_good(xero: Caller) -> None:
    contact = await xero.customer()
    good, bad = draft(contact), {**draft(contact), "CurrencyCode": "CHF"}
    body = {"Invoices": [bad, good]}
    answer = await xero.put("/Invoices", body, params={"summarizeErrors": "False"})
    first, second = answer["Invoices"]
    assert (first["StatusAttributeString"], second["StatusAttributeString"]) == ("ERROR", "OK")
    assert first["InvoiceID"] == "00000000-0000-0000-0000-000000000000"
    assert first["ValidationErrors"][0]["Message"].endswith("CHF")
    assert xero.count("Invoices") == 1


async def test_paper_comes_for_approved_invoices(xero: Caller) -> None:
    contact = await xero.customer(EmailAddress="ap@ostravapumps.example")
    invoice = await xero.invoice(contact, InvoiceNumber="CW-1")
    path = f"/Invoices/{invoice['InvoiceID']}"
    assert (await xero.ask("GET", f"{path}/OnlineInvoice")).status_code == 400
    assert (await xero.ask("POST", f"{path}/Email")).status_code == 400
    await moved(xero, invoice, "AUTHORISED")
    online = await xero.get(f"{path}/OnlineInvoice")
    assert online["OnlineInvoices"][0]["OnlineInvoiceUrl"].startswith("https://in.xero.example/")
    for _ in range(2):
        assert (await xero.ask("POST", f"{path}/Email")).status_code == 204
    assert xero.count("Emails") == 2
    assert (await xero.read(invoice))["SentToContact"] is True


async def test_an_invoice_is_a_pdf_when_one_is_accepted(xero: Caller) -> None:
    invoice = await xero.invoice(await xero.customer(), InvoiceNumber="CW-1")
    path = f"/Invoices/{invoice['InvoiceID']}"
    paper = await xero.ask("GET", path, headers={"Accept": "application/pdf"})
    assert paper.headers["content-type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF-1.4")
    assert b"Invoice CW-1" in paper.content
    table = int(paper.content.split(b"startxref\n")[1].split()[0])
    assert paper.content[table:].startswith(b"xref")
    assert (await xero.ask("GET", f"{path}/pdf")).status_code == 404


async def test_notes_and_files_stay_with_their_document(xero: Caller) -> None:
    invoice = await xero.invoice(await xero.customer())
    path = f"/Invoices/{invoice['InvoiceID']}"
    await xero.put(f"{path}/History", {"HistoryRecords": [{"Details": "Approved by 8831"}]})
    (note,) = (await xero.get(f"{path}/History"))["HistoryRecords"]
    assert (note["Details"], note["User"]) == ("Approved by 8831", "System Generated")
    for content in (b"one", b"other"):
        url = f"/api.xro/2.0{path}/Attachments/plan.txt"
        await xero.client.put(url, content=content, headers={"Content-Type": "text/plain"})
    (file,) = (await xero.get(f"{path}/Attachments"))["Attachments"]
    assert (file["FileName"], file["ContentLength"]) == ("plan.txt", 5)
    assert (await xero.ask("GET", f"{path}/Attachments/plan.txt")).content == b"other"
    assert (await xero.read(invoice))["HasAttachments"] is True
