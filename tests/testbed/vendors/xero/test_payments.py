"""Money in: what it pays, how it is taken back, and the credits that pay instead."""

from decimal import Decimal

import pytest

from tests.testbed.vendors.xero.caller import Body, Caller, line, payment


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


async def test_a_payment_taken_back_opens_the_invoice_again(xero: Caller, issued: Body) -> None:
    made = await xero.pay(issued, 1000)
    path = f"/Payments/{made['PaymentID']}"
    gone = (await xero.post(path, {"Status": "DELETED"}))["Payments"][0]
    assert (gone["Status"], gone["Invoice"]["AmountDue"]) == ("DELETED", 1000)
    again = await xero.read(issued)
    assert (again["Status"], again["AmountDue"], again["Payments"]) == ("AUTHORISED", 1000, [])
    assert "FullyPaidOnDate" not in again
    reasons = await xero.refused("POST", path, {"Status": "DELETED"})
    assert reasons == ["Payment not of valid status for modification"]


async def test_a_payment_is_never_changed(xero: Caller, issued: Body) -> None:
    made = await xero.pay(issued, 10)
    assert await xero.refused("POST", f"/Payments/{made['PaymentID']}", {"Amount": 20})


async def test_a_reconciled_payment_stays(xero: Caller, issued: Body) -> None:
    made = await xero.pay(issued, 10, IsReconciled=True)
    reasons = await xero.refused("POST", f"/Payments/{made['PaymentID']}", {"Status": "DELETED"})
    assert "reconciled" in reasons[0]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"Amount": 1000.01}, "exceeds the amount outstanding"),
        ({"Amount": 0}, "greater than zero"),
        ({"Account": {"Code": "200"}}, "account of a payment"),
        ({"Invoice": {"InvoiceNumber": "CW-9"}}, "could not be found"),
    ],
)
async def test_a_payment_that_cannot_be_is_refused(
    xero: Caller, issued: Body, more: Body, reason: str
) -> None:
    reasons = await xero.refused("PUT", "/Payments", {**payment(issued, 10), **more})
    assert reason in reasons[0]
    assert (await xero.read(issued))["AmountPaid"] == 0


@pytest.mark.parametrize("status", ["DRAFT", "SUBMITTED"])
async def test_only_an_approved_invoice_is_paid(xero: Caller, status: str) -> None:
    invoice = await xero.invoice(await xero.customer("Early s.r.o."), Status=status)
    reasons = await xero.refused("PUT", "/Payments", payment(invoice, 10))
    assert reasons == ["Payments can only be made against Authorised documents"]


async def test_an_invoice_with_money_on_it_is_neither_voided_nor_repriced(
    xero: Caller, issued: Body
) -> None:
    await xero.pay(issued, 400)
    path = f"/Invoices/{issued['InvoiceID']}"
    assert "cannot be applied" in (await xero.refused("POST", path, {"Status": "VOIDED"}))[0]
    dearer = {"LineItems": [{"LineItemID": issued["LineItems"][0]["LineItemID"], "Quantity": 2}]}
    assert "cannot be edited" in (await xero.refused("POST", path, dearer))[0]
    assert "cannot be edited" in (await xero.refused("POST", path, {"Date": "2026-10-02"}))[0]


async def test_a_paid_invoice_is_not_frozen(xero: Caller, issued: Body) -> None:
    await xero.pay(issued, 1000)
    body = {
        "Reference": "PO 77",
        "DueDate": "2026-11-30",
        "InvoiceNumber": "CW-1A",
        "LineItems": [
            {"LineItemID": issued["LineItems"][0]["LineItemID"], "Description": "As ordered"}
        ],
    }
    changed = (await xero.post(f"/Invoices/{issued['InvoiceID']}", body))["Invoices"][0]
    assert (changed["Status"], changed["Reference"], changed["InvoiceNumber"]) == (
        "PAID",
        "PO 77",
        "CW-1A",
    )
    assert changed["LineItems"][0]["Description"] == "As ordered"
    assert changed["Total"] == 1000


async def test_payments_are_found_by_invoice_and_reference(xero: Caller, issued: Body) -> None:
    other = await xero.invoice(issued["Contact"]["ContactID"], Status="AUTHORISED")
    wanted = await xero.pay(issued, 10, Reference="cw:pay:1")
    await xero.pay(other, 10, Reference="cw:pay:1")
    where = f'Invoice.InvoiceID==guid("{issued["InvoiceID"]}") AND Reference=="cw:pay:1"'
    found = await xero.get("/Payments", params={"where": where, "page": "1"})
    assert [one["PaymentID"] for one in found["Payments"]] == [wanted["PaymentID"]]


async def test_money_in_another_currency_lands_at_the_accounts_worth(xero: Caller) -> None:
    contact = await xero.customer("Brno Works a.s.")
    invoice = await xero.invoice(contact, Status="AUTHORISED", CurrencyCode="CZK")
    at_rate = await xero.pay(invoice, 100, CurrencyRate=25)
    assert (at_rate["Amount"], at_rate["BankAmount"]) == (100, 4)
    told = await xero.pay(invoice, 100, BankAmount=3.99)
    assert told["BankAmount"] == Decimal("3.99")
    same = await xero.pay(invoice, 100, Account={"Code": "091"})
    assert same["BankAmount"] == 100


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
    assert (used["Status"], used["RemainingCredit"]) == ("PAID", 0)
    assert [part["Amount"] for part in used["Allocations"]] == [400, 200]
    assert (
        "cannot be applied"
        in (await xero.refused("POST", "/CreditNotes/CN-A", {"Status": "VOIDED"}))[0]
    )


async def test_an_allocation_taken_back_opens_both_sides(xero: Caller, issued: Body) -> None:
    credit = await xero.credit_note(issued["Contact"]["ContactID"], 1000)
    made = await allocate(xero, credit, issued, 1000)
    assert (await xero.read(issued))["Status"] == "PAID"
    path = f"/CreditNotes/{credit['CreditNoteID']}/Allocations/{made['AllocationID']}"
    answer = (await xero.ask("DELETE", path)).json()
    assert answer["IsDeleted"] is True
    assert answer["Invoice"] == [{"InvoiceID": issued["InvoiceID"]}]
    assert (await xero.read(issued))["Status"] == "AUTHORISED"
    after = (await xero.get(f"/CreditNotes/{credit['CreditNoteID']}"))["CreditNotes"][0]
    assert (after["Status"], after["RemainingCredit"]) == ("AUTHORISED", 1000)
    assert (await xero.ask("DELETE", path)).status_code == 404


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


async def test_a_refund_is_a_payment_of_another_type(xero: Caller, issued: Body) -> None:
    credit = await xero.credit_note(issued["Contact"]["ContactID"], 500)
    body = {
        "CreditNote": {"CreditNoteID": credit["CreditNoteID"]},
        "Account": {"Code": "090"},
        "Date": "2026-10-20",
        "Amount": 500,
    }
    refund = (await xero.put("/Payments", body))["Payments"][0]
    assert refund["PaymentType"] == "ARCREDITPAYMENT"
    assert refund["CreditNote"]["RemainingCredit"] == 0
    received = await xero.get("/Payments", params={"where": 'PaymentType=="ACCRECPAYMENT"'})
    assert received["Payments"] == []


@pytest.mark.parametrize("kind", ["Prepayment", "Overpayment"])
async def test_money_without_an_invoice_waits_as_a_credit(
    xero: Caller, issued: Body, kind: str
) -> None:
    words = {"Description": "Deposit", "Quantity": 1, "UnitAmount": 250}
    body = {
        "Type": f"RECEIVE-{kind.upper()}",
        "Contact": {"ContactID": issued["Contact"]["ContactID"]},
        "BankAccount": {"Code": "090"},
        "Date": "2026-10-02",
        "LineAmountTypes": "NoTax",
        "LineItems": [line(250) if kind == "Prepayment" else words],
    }
    born = (await xero.put("/BankTransactions", body))["BankTransactions"][0]
    (credit,) = (await xero.get(f"/{kind}s"))[f"{kind}s"]
    assert (credit[f"{kind}ID"], credit["RemainingCredit"]) == (born[f"{kind}ID"], 250)
    part = {"Amount": 250, "Invoice": {"InvoiceID": issued["InvoiceID"]}}
    await xero.put(f"/{kind}s/{credit[f'{kind}ID']}/Allocations", {"Allocations": [part]})
    invoice = await xero.read(issued)
    assert (invoice["AmountCredited"], invoice["AmountPaid"], invoice["AmountDue"]) == (250, 0, 750)
    assert invoice[f"{kind}s"][0]["AppliedAmount"] == 250
    assert (await xero.get("/Payments"))["Payments"] == []


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"Type": "SPEND"}, "money comes in only"),
        ({"BankAccount": {"Code": "200"}}, "bank account"),
        ({"LineItems": []}, "line items"),
        ({"Type": "RECEIVE-OVERPAYMENT", "LineItems": [line(TaxType="OUTPUT")]}, "no tax"),
    ],
)
async def test_money_that_cannot_have_come_is_refused(
    xero: Caller, more: Body, reason: str
) -> None:
    body = {
        "Type": "RECEIVE",
        "Contact": {"ContactID": await xero.customer()},
        "BankAccount": {"Code": "090"},
        "LineItems": [line()],
    }
    assert reason in (await xero.refused("PUT", "/BankTransactions", {**body, **more}))[0]
    plain = (await xero.put("/BankTransactions", body))["BankTransactions"][0]
    read = await xero.get(f"/BankTransactions/{plain['BankTransactionID']}")
    listed = await xero.get("/BankTransactions", params={"where": 'Type=="RECEIVE"'})
    assert read["BankTransactions"][0]["Total"] == 1000
    assert len(listed["BankTransactions"]) == 1
