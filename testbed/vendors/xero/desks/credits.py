"""Allocations of credits to invoices, and the over- and prepayments that can be allocated too."""

from typing import Any

from testbed.vendors.common.call import Answer, Call
from testbed.vendors.common.state import Doc
from testbed.vendors.xero import refusals
from testbed.vendors.xero.books import Books, new_id
from testbed.vendors.xero.refusals import Invalid, Unreadable
from testbed.vendors.xero.rules.amounts import ZERO, cents
from testbed.vendors.xero.rules.documents import lock_problem
from testbed.vendors.xero.rules.payments import allocation_problems
from testbed.vendors.xero.rules.settling import settle_credit, settle_invoice
from testbed.vendors.xero.wire.envelope import wrapped
from testbed.vendors.xero.wire.lists import select
from testbed.vendors.xero.wire.moments import day_stamp
from testbed.vendors.xero.wire.render import out, with_days, with_stamp
from testbed.vendors.xero.wire.requests import Element, day_of, decimal_in, elements, part_of
from testbed.vendors.xero.wire.shapes import Shape
from testbed.vendors.xero.wire.text import write

KIND = "Allocations"
_ON_INVOICE = ("CreditNoteID", "CreditNoteNumber", "OverpaymentID", "PrepaymentID", "Total")


class CreditDesk:
    """Serves what is left of a credit, one kind of credit each: read, allocate, take back."""

    def __init__(self, shape: Shape, books: Books) -> None:
        self._shape = shape
        self._kind = shape.kind
        self._books = books

    def read(self, call: Call) -> Answer:
        return wrapped(call, self._kind, [self._show(self._named(call))])

    def find(self, call: Call) -> Answer:
        found = select(call, self._shape, self._books)
        return wrapped(call, self._kind, [self._show(doc) for doc in found.rows], found.pagination)

    def allocate(self, call: Call) -> Answer:
        """Each allocation in the order sent; all or none."""
        self._named(call)
        rows: list[dict[str, Any]] = []
        element: Element = {}
        try:
            for element in elements(call, KIND):
                made = self._allocate(self._named(call), element)
                rows.append({**out(made), "ValidationErrors": []})
        except Invalid as no:
            told = refusals.echo(element, no.reasons, "AllocationID")
            raise refusals.validation([told]) from no
        except Unreadable as wrong:
            raise refusals.unreadable(str(wrong)) from wrong
        return wrapped(call, KIND, rows)

    def take_back(self, call: Call) -> Answer:
        """Undo one allocation; the answer has the vendor's own, odd shape."""
        credit, id_ = self._named(call), call.params["allocation"].lower()
        gone = next((part for part in credit["Allocations"] if part["AllocationID"] == id_), None)
        if not gone:
            raise refusals.absent()
        invoice = self._books.get("Invoices", gone["Invoice"]["InvoiceID"]) or {}
        if locked := lock_problem(gone["Date"], self._books):
            raise refusals.validation([refusals.echo({}, (locked,), "AllocationID")])
        kept = [part for part in credit["Allocations"] if part is not gone]
        self._books.file(self._kind, settle_credit({**credit, "Allocations": kept}))
        parts = [part for part in invoice[self._kind] if part["_allocation"] != id_]
        self._books.file("Invoices", settle_invoice({**invoice, self._kind: parts}))
        body = {
            "AllocationId": id_,
            "Date": day_stamp(gone["Date"]),
            "Invoice": [{"InvoiceID": invoice["InvoiceID"]}],
            "IsDeleted": True,
        }
        return Answer(200, write(body))

    def _allocate(self, credit: Doc, sent: Element) -> Doc:
        asked = part_of(sent, "Invoice")
        name = asked.get("InvoiceID") or asked.get("InvoiceNumber") or ""
        invoice = self._books.named("Invoices", name, "InvoiceNumber")
        if not invoice:
            raise Invalid("Invoice could not be found")
        amount = cents(decimal_in(sent, "Amount") or ZERO)
        day = day_of(sent, "Date") or max(credit["Date"], invoice["Date"])
        problems = [*allocation_problems(amount, credit, invoice)]
        problems += filter(None, [lock_problem(day, self._books)])
        if problems:
            raise Invalid(*problems)
        made = {"AllocationID": new_id(), "Amount": str(amount), "Date": day} | {
            "Invoice": {name: invoice[name] for name in ("InvoiceID", "InvoiceNumber")}
        }
        self._book(made, credit, invoice)
        return made

    def _book(self, made: Doc, credit: Doc, invoice: Doc) -> None:
        part = {name: credit[name] for name in _ON_INVOICE if name in credit}
        part |= {"AppliedAmount": made["Amount"], "Date": made["Date"]}
        part["_allocation"] = made["AllocationID"]
        allocations = [*credit["Allocations"], made]
        self._books.file(self._kind, settle_credit({**credit, "Allocations": allocations}))
        parts = [*invoice[self._kind], part]
        self._books.file("Invoices", settle_invoice({**invoice, self._kind: parts}))

    def _named(self, call: Call) -> Doc:
        found = self._books.named(self._kind, call.params["id"], self._shape.number)
        if not found:
            raise refusals.absent()
        return found

    def _show(self, doc: Doc) -> dict[str, Any]:
        contact = self._books.get("Contacts", doc["Contact"]["ContactID"]) or {}
        brief = {name: contact[name] for name in ("ContactID", "Name") if name in contact}
        shown: dict[str, Any] = out(with_days(with_stamp({**doc, "Contact": brief})))
        return shown
