"""The operations of the testbed's Xero, each called once or more."""

from tests.testbed.vendors.xero.caller import Body, Caller, draft, line


async def call_the_rest(xero: Caller) -> None:
    for kind in ("Organisation", "Accounts", "TaxRates", "Currencies"):
        await xero.get(f"/{kind}")
    (await xero.client.get("/connections")).raise_for_status()
    contact = await _contacts(xero)
    invoice = await xero.invoice(contact, Status="AUTHORISED", Reference="cw:1")
    await _documents(xero, contact, invoice)
    await _money(xero, contact, invoice)
    await _refusals(xero, invoice)


async def _contacts(xero: Caller) -> str:
    contact = await xero.customer(ContactNumber="cw-1", EmailAddress="ap@ostrava.example")
    await xero.post(f"/Contacts/{contact}", {"Contacts": [{"Name": "Ostrava"}]})
    await xero.get("/Contacts", params={"page": "1", "pageSize": "1"})
    await xero.get(f"/Contacts/{contact}")
    return contact


async def _documents(xero: Caller, contact: str, invoice: Body) -> None:
    some = {"summarizeErrors": "false"}
    bad = {**draft(contact), "InvoiceNumber": invoice["InvoiceNumber"]}
    good = {**draft(contact), "LineItems": [line(Tracking=[])]}
    await xero.put("/Invoices", {"Invoices": [good, bad]}, params=some)
    await xero.post(f"/Invoices/{invoice['InvoiceID']}", {"Reference": "cw:2"})
    await xero.read(invoice)
    await xero.get("/Invoices", params={"page": "1", "Statuses": "AUTHORISED"})


async def _money(xero: Caller, contact: str, invoice: Body) -> None:
    await xero.pay(invoice, 100)
    await xero.get("/Payments", params={"page": "1"})
    note = (await xero.credit_note(contact, 100))["CreditNoteID"]
    part = {"Amount": 10, "Date": "2026-10-02", "Invoice": {"InvoiceID": invoice["InvoiceID"]}}
    await xero.put(f"/CreditNotes/{note}/Allocations", {"Allocations": [part]})
    await xero.get(f"/CreditNotes/{note}")
    await xero.get("/CreditNotes", params={"page": "1"})
    await xero.read(invoice)


async def _refusals(xero: Caller, invoice: Body) -> None:
    await xero.refused("PUT", "/Contacts", {"Name": "Ostrava"})
    await xero.refused("POST", f"/Invoices/{invoice['InvoiceID']}", {"Status": "DRAFT"})
    await xero.refused("PUT", "/Payments", {"Amount": 1})
    await xero.ask("GET", "/Invoices", params={"where": "no such =="})
    await xero.ask("PUT", "/Invoices", {"Invoices": [{"Contact": 7}]})
