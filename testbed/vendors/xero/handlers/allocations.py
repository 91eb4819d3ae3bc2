"""Allocations of credit notes to invoices."""

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
from testbed.vendors.xero.rules.settling import settle_credit, settle_invoice
from testbed.vendors.xero.wire.render import render
from testbed.vendors.xero.wire.requests import Element, day_in, decimal_in, part_in

_KIND = "CreditNotes"


class AllocationHandler:
    """Serves /CreditNotes/{id}/Allocations."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def create(self, call: Call) -> Response:
        self._credit(call)
        return save_all(call, "Allocations", lambda sent: self._allocate(call, sent), _show)

    def _allocate(self, call: Call, sent: Element) -> Doc:
        credit = self._credit(call)
        invoice = self._records.get("Invoices", part_in(sent, "Invoice").get("InvoiceID"))
        if not invoice:
            raise Invalid("Invoice could not be found")
        amount = cents(decimal_in(sent, "Amount") or ZERO)
        day = day_in(sent, "Date") or max(credit["Date"], invoice["Date"])
        reasons = [*_problems(amount, credit, invoice), lock_problem(day, self._records)]
        if any(reasons):
            raise Invalid(*filter(None, reasons))
        of = {name: invoice[name] for name in ("InvoiceID", "InvoiceNumber")}
        made = {"AllocationID": new_id(), "Amount": str(amount), "Date": day, "Invoice": of}
        self._book(made, credit, invoice)
        return made

    def _book(self, made: Doc, credit: Doc, invoice: Doc) -> None:
        """Write the allocation on both documents."""
        allocations = [*credit["Allocations"], made]
        self._records.save(_KIND, settle_credit({**credit, "Allocations": allocations}))
        part = {name: credit[name] for name in ("CreditNoteID", "CreditNoteNumber", "Total")}
        part |= {"AppliedAmount": made["Amount"], "Date": made["Date"]}
        credited = {**invoice, _KIND: [*invoice[_KIND], part]}
        self._records.save("Invoices", settle_invoice(credited))

    def _credit(self, call: Call) -> Doc:
        found = self._records.get(_KIND, call.params["id"])
        if not found:
            raise errors.not_found()
        return found


def _show(made: Doc) -> dict[str, Any]:
    return {**render(made), "ValidationErrors": []}


def _problems(amount: Decimal, credit: Doc, invoice: Doc) -> Iterator[str]:
    if amount <= 0:
        yield "Allocation amount must be greater than zero"
    if credit["Status"] != "AUTHORISED" or invoice["Status"] != "AUTHORISED":
        yield "Credits can only be allocated between Authorised documents"
        return
    if credit["Contact"]["ContactID"] != invoice["Contact"]["ContactID"]:
        yield "The contact of the credit and of the invoice must be the same"
    if credit["CurrencyCode"] != invoice["CurrencyCode"]:
        yield "The currency of the credit and of the invoice must be the same"
    if amount > Decimal(credit["RemainingCredit"]):
        yield "The allocation amount exceeds the remaining credit of this document"
    if amount > Decimal(invoice["AmountDue"]):
        yield "The allocation amount exceeds the amount outstanding on the invoice"
