"""What Xero's sandbox serves beside what our connector asks for: every call once."""

from tests.testbed.vendors.xero.caller import BASE, Body, Caller, draft, line, payment


async def visit(xero: Caller) -> None:
    await _settings(xero)
    contact = await _contacts(xero)
    invoice = await xero.invoice(contact, Status="AUTHORISED", Reference="cw:1")
    await _documents(xero, contact, invoice)
    await _money(xero, contact, invoice)
    await _credits(xero, contact, invoice)
    await _notes(xero)
    await _refusals(xero, invoice)
    (connection,) = (await xero.client.get("/connections")).raise_for_status().json()
    (await xero.client.delete(f"/connections/{connection['id']}")).raise_for_status()


async def _settings(xero: Caller) -> None:
    for kind in ("Organisation", "Organisation/Actions", "TaxRates", "Currencies", "Items"):
        await xero.get(f"/{kind}")
    await xero.get("/BrandingThemes")
    account = (await xero.get("/Accounts"))["Accounts"][0]
    await xero.get(f"/Accounts/{account['AccountID']}")
    sales = {"UnitPrice": 80.5, "AccountCode": "200", "TaxType": "OUTPUT"}
    await xero.put("/Items", {"Items": [{"Code": "HOUR", "Name": "Hour", "SalesDetails": sales}]})
    await xero.post("/Items", {"Items": [{"Code": "HOUR", "Name": "An hour"}]})
    await xero.get("/Items/HOUR")
    part = {"Name": "VAT", "Rate": 19}
    await xero.put("/TaxRates", {"TaxRates": [{"Name": "Old VAT", "TaxComponents": [part]}]})
    (category,) = (await xero.get("/TrackingCategories"))["TrackingCategories"]
    path = f"/TrackingCategories/{category['TrackingCategoryID']}"
    await xero.put(f"{path}/Options", {"Name": "M2"})
    await xero.get(path)
    await xero.put("/TrackingCategories", {"Name": "Region"})


async def _contacts(xero: Caller) -> str:
    contact = await xero.customer(ContactNumber="cw-1", EmailAddress="ap@ostrava.example")
    await xero.post("/Contacts", {"Contacts": [{"ContactNumber": "cw-1", "Name": "Ostrava"}]})
    await xero.get("/Contacts", params={"page": "1", "pageSize": "1"})
    await xero.get(f"/Contacts/{contact}")
    return contact


async def _documents(xero: Caller, contact: str, invoice: Body) -> None:
    some = {"summarizeErrors": "false"}
    bad = {**draft(contact), "InvoiceNumber": invoice["InvoiceNumber"]}
    good = {**draft(contact), "LineItems": [line(DiscountRate=10, Tracking=[])]}
    await xero.put("/Invoices", {"Invoices": [good, bad]}, params=some)
    await xero.post("/Invoices", {"Invoices": [{**draft(contact), "InvoiceNumber": "X-1"}]})
    await xero.get("/Invoices", params={"page": "1", "Statuses": "AUTHORISED"})
    path = f"/Invoices/{invoice['InvoiceID']}"
    await xero.get(f"{path}/OnlineInvoice")
    assert (await xero.ask("POST", f"{path}/Email")).status_code == 204
    credit = await xero.credit_note(contact, Status="DRAFT")
    one = f"/CreditNotes/{credit['CreditNoteID']}"
    await xero.post(one, {"CreditNotes": [{"Status": "SUBMITTED"}]})
    await xero.post("/CreditNotes", {"CreditNotes": [{**credit_of(contact), **credit_id(credit)}]})
    await xero.get(one)


def credit_of(contact: str) -> Body:
    return {"Type": "ACCRECCREDIT", "Contact": {"ContactID": contact}, "LineItems": [line(1)]}


def credit_id(credit: Body) -> Body:
    return {"CreditNoteID": credit["CreditNoteID"]}


async def _notes(xero: Caller) -> None:
    for kind in ("Invoices", "CreditNotes", "Contacts", "BankTransactions"):
        await _files(xero, await _note(xero, kind))
    for kind in ("Payments", "Prepayments", "Overpayments"):
        await _note(xero, kind)


async def _note(xero: Caller, kind: str) -> str:
    """Leave a note at the first of a kind; answers its path."""
    first = (await xero.get(f"/{kind}"))[kind][0]
    path = f"/{kind}/{first[f'{kind[:-1]}ID']}"
    await xero.put(f"{path}/History", {"HistoryRecords": [{"Details": "Seen"}]})
    await xero.get(f"{path}/History")
    return path


async def _files(xero: Caller, path: str) -> None:
    file = f"{BASE}{path}/Attachments/a.txt"
    for method in ("PUT", "POST", "GET"):
        answer = await xero.client.request(method, file, content=b"text")
        assert answer.is_success, answer.text
    await xero.get(f"{path}/Attachments")


async def _money(xero: Caller, contact: str, invoice: Body) -> None:
    paid = await xero.pay(invoice, 100)
    path = f"/Payments/{paid['PaymentID']}"
    await xero.get(path)
    await xero.get("/Payments", params={"page": "1"})
    await xero.post(path, {"Status": "DELETED"})
    await xero.post("/Payments", {"Payments": [payment(invoice, 1)]})
    for kind, words in (("PREPAYMENT", line(250)), ("OVERPAYMENT", _plain()), ("", line(1))):
        body = {
            "Type": f"RECEIVE-{kind}".rstrip("-"),
            "Contact": {"ContactID": contact},
            "BankAccount": {"Code": "090"},
            "LineAmountTypes": "NoTax",
            "LineItems": [words],
        }
        born = await xero.put("/BankTransactions", {"BankTransactions": [body]})
        await xero.get(f"/BankTransactions/{born['BankTransactions'][0]['BankTransactionID']}")
    await xero.get("/BankTransactions")


def _plain() -> Body:
    return {"Description": "Deposit", "Quantity": 1, "UnitAmount": 250}


async def _credits(xero: Caller, contact: str, invoice: Body) -> None:
    note = (await xero.credit_note(contact, 100))["CreditNoteID"]
    part = {"Amount": 10, "Date": "2026-10-02", "Invoice": {"InvoiceID": invoice["InvoiceID"]}}
    made = await xero.put(f"/CreditNotes/{note}/Allocations", {"Allocations": [part]})
    gone = f"/CreditNotes/{note}/Allocations/{made['Allocations'][0]['AllocationID']}"
    assert (await xero.ask("DELETE", gone)).is_success
    for kind in ("Prepayments", "Overpayments"):
        (credit,) = (await xero.get(f"/{kind}"))[kind]
        path = f"/{kind}/{credit[f'{kind[:-1]}ID']}"
        made = await xero.put(f"{path}/Allocations", {"Allocations": [part]})
        await xero.get(path)
        await xero.read(invoice)
        gone = f"{path}/Allocations/{made['Allocations'][0]['AllocationID']}"
        assert (await xero.ask("DELETE", gone)).is_success


async def _refusals(xero: Caller, invoice: Body) -> None:
    await xero.refused("PUT", "/Contacts", {"Name": "Ostrava"})
    await xero.refused("POST", f"/Invoices/{invoice['InvoiceID']}", {"Status": "DRAFT"})
    await xero.refused("PUT", "/Payments", {"Amount": 1})
    await xero.ask("GET", "/Invoices", params={"where": "no such =="})
    await xero.ask("PUT", "/Invoices", {"Invoices": [{"Date": 7}]})
