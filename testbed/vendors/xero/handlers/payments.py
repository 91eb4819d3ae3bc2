"""Payments of invoices: create, find, reverse."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from testbed.vendors.common.call import Call, Response
from testbed.vendors.common.state import Doc
from testbed.vendors.xero import errors
from testbed.vendors.xero.errors import Invalid
from testbed.vendors.xero.handlers.batch import save_all
from testbed.vendors.xero.records import Records, new_id
from testbed.vendors.xero.rules.amounts import ZERO, cents
from testbed.vendors.xero.rules.documents import lock_problem
from testbed.vendors.xero.rules.settling import settle_invoice
from testbed.vendors.xero.wire.envelope import wrapped
from testbed.vendors.xero.wire.lists import select
from testbed.vendors.xero.wire.render import render
from testbed.vendors.xero.wire.requests import Element, day_in, decimal_in, part_in, text_in

KIND = "Payments"
_ON_INVOICE = (
    "PaymentID", "Date", "Amount", "Reference", "CurrencyRate", "HasAccount",
    "HasValidationErrors",
)  # fmt: skip
_INVOICE = (
    "Type", "InvoiceID", "InvoiceNumber", "AmountDue", "AmountPaid", "CurrencyCode", "HasErrors",
)  # fmt: skip


class PaymentHandler:
    """Serves /Payments."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def create(self, call: Call) -> Response:
        return save_all(call, KIND, self._book, self._show)

    def reverse(self, call: Call) -> Response:
        """Delete a payment; nothing else of it can be changed."""
        found = self._records.get(KIND, call.params["id"])
        if not found:
            raise errors.not_found()
        return save_all(call, KIND, lambda sent: self._reverse(found, sent), self._show)

    def find(self, call: Call) -> Response:
        found = select(call, KIND, self._records)
        return wrapped(call, KIND, [self._show(doc) for doc in found.docs], found.pagination)

    def _book(self, sent: Element) -> Doc:
        invoice = self._records.get("Invoices", part_in(sent, "Invoice").get("InvoiceID"))
        account = _bank_account(part_in(sent, "Account"), self._records)
        if not invoice:
            raise Invalid("Invoice could not be found")
        if not account:
            raise Invalid("The account of a payment must be a bank account or accept payments")
        payment = self._payment(sent, invoice, account)
        if problems := [*self._problems(payment, invoice)]:
            raise Invalid(*problems)
        part = {name: payment[name] for name in _ON_INVOICE}
        paid = {**invoice, "Payments": [*invoice["Payments"], part]}
        self._records.save("Invoices", settle_invoice(paid))
        return self._records.save(KIND, payment)

    def _reverse(self, payment: Doc, sent: Element) -> Doc:
        if payment["Status"] == "DELETED" or text_in(sent, "Status") != "DELETED":
            raise Invalid("Payment not of valid status for modification")
        if locked := lock_problem(payment["Date"], self._records):
            raise Invalid(locked)
        invoice = self._records.get("Invoices", payment["Invoice"]["InvoiceID"]) or {}
        left = [p for p in invoice["Payments"] if p["PaymentID"] != payment["PaymentID"]]
        self._records.save("Invoices", settle_invoice({**invoice, "Payments": left}))
        return self._records.save(KIND, {**payment, "Status": "DELETED"})

    def _payment(self, sent: Element, invoice: Doc, account: Doc) -> Doc:
        return {
            "PaymentID": new_id(),
            "Date": day_in(sent, "Date") or self._records.today,
            "Amount": str(cents(decimal_in(sent, "Amount") or ZERO)),
            "Reference": text_in(sent, "Reference"),
            "CurrencyRate": invoice["CurrencyRate"],
            "PaymentType": "ACCRECPAYMENT",
            "Status": "AUTHORISED",
            "HasAccount": True,
            "IsReconciled": False,
            "HasValidationErrors": False,
            "Account": {name: account[name] for name in ("AccountID", "Code")},
            "Invoice": {"InvoiceID": invoice["InvoiceID"]},
        }

    def _problems(self, payment: Doc, invoice: Doc) -> Iterator[str]:
        amount = Decimal(payment["Amount"])
        if amount <= 0:
            yield "Payment amount must be greater than zero"
        if invoice["Status"] != "AUTHORISED":
            yield "Payments can only be made against Authorised documents"
        elif amount > Decimal(invoice["AmountDue"]):
            yield "Payment amount exceeds the amount outstanding on this document"
        if locked := lock_problem(payment["Date"], self._records):
            yield locked

    def _show(self, doc: Doc) -> dict[str, Any]:
        """A payment with its invoice as that is now."""
        invoice = self._records.get("Invoices", doc["Invoice"]["InvoiceID"]) or {}
        contact = self._records.get("Contacts", invoice["Contact"]["ContactID"]) or {}
        brief = {name: invoice[name] for name in _INVOICE}
        brief["Contact"] = {name: contact.get(name) for name in ("ContactID", "Name")}
        shown: dict[str, Any] = render({**doc, "Invoice": brief})
        return shown


def _bank_account(asked: Element, records: Records) -> Doc | None:
    """The active bank account with the sent code."""
    found = records.by("Accounts", "Code", asked.get("Code", ""))
    return next((a for a in found if (a["Status"], a["Type"]) == ("ACTIVE", "BANK")), None)
