"""Invoices: rounding on each line, statuses, unique numbers, refusals."""

from decimal import Decimal

import pytest

from tests.testbed.vendors.xero.caller import Body, Caller, draft, line

MODIFICATION = "Invoice not of valid status for modification"


async def moved(xero: Caller, invoice: Body, status: str) -> Body:
    """Post a status and nothing else."""
    body = {"InvoiceID": invoice["InvoiceID"], "Status": status}
    return dict((await xero.post(f"/Invoices/{invoice['InvoiceID']}", body))["Invoices"][0])


async def not_moved(xero: Caller, invoice: Body, status: str) -> list[str]:
    return await xero.refused("POST", f"/Invoices/{invoice['InvoiceID']}", {"Status": status})


async def test_tax_is_rounded_on_each_line(xero: Caller) -> None:
    lines = [line(price, TaxType="OUTPUT") for price in (25.06, 25.61, 25.63)]
    invoice = await xero.invoice(await xero.customer(), LineItems=lines)
    taxes = [Decimal("5.76"), Decimal("5.89"), Decimal("5.89")]
    assert [one["TaxAmount"] for one in invoice["LineItems"]] == taxes
    assert (invoice["SubTotal"], invoice["TotalTax"]) == (Decimal("76.30"), sum(taxes))
    assert sum(taxes) != round(invoice["SubTotal"] * Decimal("0.23"), 2)
    assert invoice["Total"] == invoice["AmountDue"] == Decimal("93.84")


async def test_a_sent_tax_amount_stands(xero: Caller) -> None:
    lines = [line(100, TaxType="OUTPUT", TaxAmount=22.99)]
    invoice = await xero.invoice(await xero.customer(), LineItems=lines)
    assert invoice["TotalTax"] == Decimal("22.99")


async def test_amounts_are_written_with_two_decimals_and_units_with_four(xero: Caller) -> None:
    body = {**draft(await xero.customer()), "LineItems": [line(100)]}
    answer = await xero.ask("PUT", "/Invoices", body, params={"unitdp": "4"})
    for text in ('"Total": 100.00', '"Quantity": 1.0000', '"UnitAmount": 100.0000'):
        assert text in answer.text


async def test_without_unitdp_a_price_is_cut_to_cents(xero: Caller) -> None:
    body = {**draft(await xero.customer()), "LineItems": [line(0.1256, Quantity=1000)]}
    rough = await xero.put("/Invoices", body)
    fine = await xero.put("/Invoices", body, params={"unitdp": "4"})
    totals = [made["Invoices"][0]["Total"] for made in (rough, fine)]
    assert totals == [Decimal("130.00"), Decimal("125.60")]


async def test_lines_with_an_id_are_changed_others_added_and_missing_ones_deleted(
    xero: Caller,
) -> None:
    invoice = await xero.invoice(await xero.customer(), LineItems=[line(10), line(20), line(30)])
    first, second, _ = invoice["LineItems"]
    changed = {"LineItemID": second["LineItemID"], "UnitAmount": 21}
    body = {"LineItems": [{"LineItemID": first["LineItemID"]}, changed, line(40)]}
    (read,) = (await xero.post(f"/Invoices/{invoice['InvoiceID']}", body))["Invoices"]
    assert [one["LineAmount"] for one in read["LineItems"]] == [10, 21, 40]
    assert [one["LineItemID"] for one in read["LineItems"]][:2] == [
        first["LineItemID"],
        second["LineItemID"],
    ]
    assert read["LineItems"][1]["Description"] == "Pump telemetry"


async def test_a_line_of_text_has_no_amount_and_needs_no_account(xero: Caller) -> None:
    lines = [line(10), {"Description": "Thank you"}]
    invoice = await xero.invoice(await xero.customer(), LineItems=lines, Status="AUTHORISED")
    text = invoice["LineItems"][1]
    assert (text["LineAmount"], text.get("UnitAmount")) == (0, None)
    assert invoice["Total"] == 10


async def test_a_line_below_zero_is_taken_and_a_total_below_zero_is_not(xero: Caller) -> None:
    contact = await xero.customer()
    invoice = await xero.invoice(contact, LineItems=[line(10), line(-3, TaxType="OUTPUT")])
    assert (invoice["SubTotal"], invoice["TotalTax"]) == (Decimal("7.00"), Decimal("-0.69"))
    body = {**draft(contact), "LineItems": [line(10), line(-11)]}
    reasons = await xero.refused("PUT", "/Invoices", body)
    assert reasons == ["The document total cannot be negative."]


async def test_an_invoice_without_a_number_takes_the_next_free_one(xero: Caller) -> None:
    contact = await xero.customer()
    await xero.invoice(contact, InvoiceNumber="INV-0002")
    numbers = [(await xero.invoice(contact))["InvoiceNumber"] for _ in range(2)]
    assert numbers == ["INV-0001", "INV-0003"]


async def test_a_voided_invoice_keeps_its_number(xero: Caller) -> None:
    contact = await xero.customer()
    first = await xero.invoice(contact, InvoiceNumber="CW-1", Status="AUTHORISED")
    await moved(xero, first, "VOIDED")
    body = {**draft(contact), "InvoiceNumber": "cw-1"}
    assert await xero.refused("PUT", "/Invoices", body) == ["Invoice # must be unique."]


@pytest.mark.parametrize(
    "path",
    [
        ("DRAFT", "SUBMITTED", "AUTHORISED", "AUTHORISED", "VOIDED"),
        ("SUBMITTED", "DRAFT", "DELETED"),
    ],
)
async def test_a_status_moves_along_these_paths(xero: Caller, path: tuple[str, ...]) -> None:
    invoice = await xero.invoice(await xero.customer(), Status=path[0])
    for status in path[1:]:
        assert (await moved(xero, invoice, status))["Status"] == status
    for status in (path[-1], "DRAFT", "AUTHORISED"):
        assert await not_moved(xero, invoice, status) == [MODIFICATION]


@pytest.mark.parametrize(
    ("start", "wanted"),
    [("DRAFT", "VOIDED"), ("DRAFT", "PAID"), ("AUTHORISED", "DRAFT"), ("AUTHORISED", "DELETED")],
)
async def test_a_status_does_not_move_elsewhere(xero: Caller, start: str, wanted: str) -> None:
    invoice = await xero.invoice(await xero.customer(), Status=start)
    assert await not_moved(xero, invoice, wanted) == [MODIFICATION]
    assert (await xero.read(invoice))["Status"] == start


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


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"LineItems": [line(AccountCode="999")]}, "Account code '999' is not a valid code"),
        ({"LineItems": [line(AccountCode="090")]}, "Account code '090' is not a valid code"),
        ({"LineItems": [line(TaxType="NOPE")]}, "The TaxType code 'NOPE' does not exist"),
        ({"LineItems": [line(TaxAmount=2000)]}, "Tax amount cannot be greater"),
        ({"LineItems": [line(-1)]}, "cannot be negative"),
        ({"LineItems": [line(Tracking=[{"Name": "Project", "Option": "?"}])]}, "tracking option"),
        ({"CurrencyCode": "CHF"}, "Organisation is not subscribed to currency CHF"),
        ({"Url": "https://xero.example"}, "must not contain"),
        ({"Status": "PAID"}, "not of valid status for creation"),
        ({"Type": "ACCPAY"}, "ACCREC only"),
        ({"Contact": {}}, "A Contact must be specified"),
    ],
)
async def test_an_invoice_that_breaks_a_rule_is_refused(
    xero: Caller, more: Body, reason: str
) -> None:
    reasons = await xero.refused("PUT", "/Invoices", {**draft(await xero.customer()), **more})
    assert any(reason in found for found in reasons), reasons
    assert xero.count("Invoices") == 0


async def test_an_unknown_contact_id_is_404_for_the_whole_request(xero: Caller) -> None:
    body = draft("3b9e1c52-7a40-4f6d-8e15-d2c07b94a631")
    assert (await xero.ask("PUT", "/Invoices", body)).status_code == 404


async def test_sent_lines_replace_the_lines_before(xero: Caller) -> None:
    invoice = await xero.invoice(await xero.customer(), LineItems=[line(1), line(2)])
    path = f"/Invoices/{invoice['InvoiceID']}"
    changed = (await xero.post(path, {"LineItems": [line(300)]}))["Invoices"][0]
    assert ([one["LineAmount"] for one in changed["LineItems"]], changed["Total"]) == ([300], 300)


async def test_a_closed_period_is_shut_for_new_and_old_documents(xero: Caller) -> None:
    contact = await xero.customer()
    invoice = await xero.invoice(contact, Status="AUTHORISED")
    organisation = xero.records.organisation["OrganisationID"]
    xero.plant("Organisation", organisation, PeriodLockDate="2026-10-01")
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


async def test_a_batch_that_does_not_summarise_keeps_the_good_elements(xero: Caller) -> None:
    contact = await xero.customer()
    body = {"Invoices": [{**draft(contact), "CurrencyCode": "CHF"}, draft(contact)]}
    answer = await xero.put("/Invoices", body, params={"summarizeErrors": "False"})
    first, second = answer["Invoices"]
    assert (first["StatusAttributeString"], second["StatusAttributeString"]) == ("ERROR", "OK")
    assert (first["HasErrors"], second["HasErrors"]) == (True, False)
    assert first["InvoiceID"] == "00000000-0000-0000-0000-000000000000"
    assert xero.count("Invoices") == 1


@pytest.mark.parametrize("body", [b"{", b'{"Invoices": []}', b'{"Contact": "nobody"}'])
async def test_a_body_of_the_wrong_kind_is_refused(xero: Caller, body: bytes) -> None:
    answer = await xero.client.put("/api.xro/2.0/Invoices", content=body)
    assert (answer.status_code, answer.json()["ErrorNumber"]) == (400, 14)


async def test_an_invoice_is_a_pdf_for_a_caller_that_accepts_one(xero: Caller) -> None:
    invoice = await xero.invoice(await xero.customer())
    headers = {"Accept": "application/pdf"}
    paper = await xero.ask("GET", f"/Invoices/{invoice['InvoiceID']}", headers=headers)
    assert paper.headers["content-type"] == "application/pdf"
    table = int(paper.content.split(b"startxref\n")[1].split()[0])
    assert paper.content[table:].startswith(b"xref")
    assert paper.content[9:].startswith(b"1 0 obj")
