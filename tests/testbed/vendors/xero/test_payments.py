"""Payments, and the credit notes that pay in their place."""

from decimal import Decimal

import pytest

from tests.testbed.vendors.xero.caller import Body, Caller, payment


@pytest.fixture
async def issued(xero: Caller) -> Body:
    """An approved invoice of 1000.00 EUR."""
    return await xero.invoice(await xero.customer(), Status="AUTHORISED", InvoiceNumber="CW-1")


async def test_a_part_leaves_an_invoice_open_and_the_rest_pays_it(
    xero: Caller, issued: Body
) -> None:
    part = await xero.pay(issued, 400, Reference="cw:pay:1")
    assert (part["Invoice"]["AmountDue"], part["Invoice"]["AmountPaid"]) == (600, 400)
    assert part["PaymentType"] == "ACCRECPAYMENT"
    assert (await xero.read(issued))["Status"] == "AUTHORISED"
    await xero.pay(issued, 600, Date="2026-10-25")
    paid = await xero.read(issued)
    assert (paid["Status"], paid["AmountDue"], paid["AmountPaid"]) == ("PAID", 0, 1000)
    assert paid["FullyPaidOnDate"] == "/Date(1792886400000+0000)/"
    assert [p["Amount"] for p in paid["Payments"]] == [400, 600]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"Amount": 1000.01}, "exceeds the amount outstanding"),
        ({"Amount": 0}, "greater than zero"),
        ({"Account": {"Code": "200"}}, "account of a payment"),
        ({"Invoice": {"InvoiceID": "nobody"}}, "could not be found"),
    ],
)
async def test_a_payment_that_breaks_a_rule_is_refused(
    xero: Caller, issued: Body, more: Body, reason: str
) -> None:
    reasons = await xero.refused("PUT", "/Payments", {**payment(issued, 10), **more})
    assert reason in reasons[0]
    assert (await xero.read(issued))["AmountPaid"] == 0


async def test_a_reversed_payment_opens_the_invoice_again_and_is_reversed_once(
    xero: Caller, issued: Body
) -> None:
    await xero.pay(issued, 400)
    paid = await xero.pay(issued, 600)
    path, body = f"/Payments/{paid['PaymentID']}", {"Status": "DELETED"}
    (reversed_one,) = (await xero.post(path, body))["Payments"]
    assert (reversed_one["Status"], reversed_one["Invoice"]["AmountDue"]) == ("DELETED", 600)
    read = await xero.read(issued)
    assert (read["Status"], read["AmountPaid"]) == ("AUTHORISED", 400)
    assert [p["Amount"] for p in read["Payments"]] == [400]
    reason = "Payment not of valid status for modification"
    assert await xero.refused("POST", path, body) == [reason]


async def test_nothing_but_its_reversal_changes_a_payment(xero: Caller, issued: Body) -> None:
    paid = await xero.pay(issued, 400)
    path = f"/Payments/{paid['PaymentID']}"
    reasons = await xero.refused("POST", path, {"Amount": 1})
    assert reasons == ["Payment not of valid status for modification"]
    assert (await xero.read(issued))["AmountPaid"] == 400


async def test_only_an_approved_invoice_is_paid(xero: Caller) -> None:
    invoice = await xero.invoice(await xero.customer("Early s.r.o."), Status="SUBMITTED")
    reasons = await xero.refused("PUT", "/Payments", payment(invoice, 10))
    assert reasons == ["Payments can only be made against Authorised documents"]


async def test_an_invoice_with_a_payment_is_neither_voided_nor_changed(
    xero: Caller, issued: Body
) -> None:
    await xero.pay(issued, 400)
    path = f"/Invoices/{issued['InvoiceID']}"
    assert "cannot be applied" in (await xero.refused("POST", path, {"Status": "VOIDED"}))[0]
    assert "cannot be edited" in (await xero.refused("POST", path, {"Date": "2026-10-02"}))[0]
    changed = await xero.post(path, {"Reference": "PO 77"})
    assert changed["Invoices"][0]["Reference"] == "PO 77"


async def allocate(xero: Caller, credit: Body, invoice: Body, amount: float) -> Body:
    body = {"Amount": amount, "Date": "2026-10-22", "Invoice": {"InvoiceID": invoice["InvoiceID"]}}
    path = f"/CreditNotes/{credit['CreditNoteID']}/Allocations"
    return dict((await xero.put(path, {"Allocations": [body]}))["Allocations"][0])


async def test_a_credit_note_pays_only_once_it_is_allocated(xero: Caller, issued: Body) -> None:
    credit = await xero.credit_note(issued["Contact"]["ContactID"], 600, CreditNoteNumber="CN-A")
    assert (credit["RemainingCredit"], (await xero.read(issued))["AmountDue"]) == (600, 1000)
    await allocate(xero, credit, issued, 400)
    invoice = await xero.read(issued)
    assert (invoice["AmountCredited"], invoice["AmountDue"]) == (400, 600)
    assert invoice["CreditNotes"][0]["CreditNoteNumber"] == "CN-A"
    assert invoice["CreditNotes"][0]["AppliedAmount"] == 400
    await allocate(xero, credit, issued, 200)
    used = (await xero.get("/CreditNotes/CN-A"))["CreditNotes"][0]
    assert (used["Status"], used["RemainingCredit"]) == ("PAID", Decimal(0))
    assert [part["Amount"] for part in used["Allocations"]] == [400, 200]


@pytest.mark.parametrize(
    ("price", "amount", "reason"),
    [(500, 501, "remaining credit"), (2000, 1001, "outstanding"), (500, 0, "greater than zero")],
)
async def test_an_allocation_takes_no_more_than_both_sides_have(
    xero: Caller, issued: Body, price: int, amount: int, reason: str
) -> None:
    credit = await xero.credit_note(issued["Contact"]["ContactID"], price)
    body = {"Amount": amount, "Invoice": {"InvoiceID": issued["InvoiceID"]}}
    path = f"/CreditNotes/{credit['CreditNoteID']}/Allocations"
    assert reason in (await xero.refused("PUT", path, body))[0]


async def test_a_credit_serves_its_own_contact_only(xero: Caller, issued: Body) -> None:
    credit = await xero.credit_note(await xero.customer("Vltava Mills a.s."))
    body = {"Amount": 1, "Invoice": {"InvoiceID": issued["InvoiceID"]}}
    path = f"/CreditNotes/{credit['CreditNoteID']}/Allocations"
    assert "contact" in (await xero.refused("PUT", path, body))[0]
