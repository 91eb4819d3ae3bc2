"""Payments: booked against a document, reversed, never changed."""

from typing import Any

from testbed.vendors.common.call import Answer, Call
from testbed.vendors.common.state import Doc
from testbed.vendors.xero import refusals
from testbed.vendors.xero.books import ID_FIELDS, Books, new_id
from testbed.vendors.xero.desks.batch import save_all
from testbed.vendors.xero.refusals import Invalid
from testbed.vendors.xero.rules import payments as rules
from testbed.vendors.xero.rules.amounts import RATE, ZERO, cents
from testbed.vendors.xero.rules.documents import lock_problem
from testbed.vendors.xero.rules.payments import TARGETS, Target
from testbed.vendors.xero.rules.settling import settle_credit, settle_invoice
from testbed.vendors.xero.wire.envelope import wrapped
from testbed.vendors.xero.wire.lists import select
from testbed.vendors.xero.wire.render import out, with_stamp
from testbed.vendors.xero.wire.requests import Element, day_of, decimal_in, part_of, text_of
from testbed.vendors.xero.wire.shapes import PAYMENTS

KIND = "Payments"
_IN_DOCUMENT = ("PaymentID", "Date", "Amount", "Reference", "CurrencyRate")
_BRIEF = (
    "Type", "InvoiceID", "InvoiceNumber", "CreditNoteID", "CreditNoteNumber", "OverpaymentID",
    "PrepaymentID", "AmountDue", "AmountPaid", "RemainingCredit", "CurrencyCode", "HasErrors",
    "IsDiscounted",
)  # fmt: skip


class PaymentDesk:
    """Serves /Payments."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def create(self, call: Call) -> Answer:
        return save_all(call, KIND, lambda sent: self._book(call, sent), self.show)

    def reverse(self, call: Call) -> Answer:
        payment = self._named(call)
        return save_all(call, KIND, lambda sent: self._reverse(sent, payment), self.show)

    def read(self, call: Call) -> Answer:
        return wrapped(call, KIND, [self.show(self._named(call))])

    def find(self, call: Call) -> Answer:
        found = select(call, PAYMENTS, self._books)
        return wrapped(call, KIND, [self.show(doc) for doc in found.rows], found.pagination)

    def show(self, doc: Doc) -> dict[str, Any]:
        """A payment as it is answered, with its document as that is now."""
        target = next(target for target in TARGETS if target.name in doc)
        document = self._document(doc, target)
        brief = {name: document[name] for name in _BRIEF if name in document}
        contact = self._books.get("Contacts", document["Contact"]["ContactID"]) or {}
        brief["Contact"] = {name: contact[name] for name in ("ContactID", "Name")}
        shown: dict[str, Any] = out(with_stamp({**doc, target.name: brief}))
        return shown

    def _named(self, call: Call) -> Doc:
        found = self._books.get(KIND, call.params["id"])
        if not found:
            raise refusals.absent()
        return found

    def _document(self, payment: Doc, target: Target) -> Doc:
        id_ = payment[target.name][ID_FIELDS[target.kind]]
        return self._books.shelf(target.kind).get(id_) or {}

    def _book(self, call: Call, sent: Element) -> Doc:
        target = next((target for target in TARGETS if sent.get(target.name)), None)
        if not target:
            raise Invalid("A payment must name an invoice, credit note, over- or prepayment")
        document = self._meant(sent, target)
        account = rules.payable_account(part_of(sent, "Account"), self._books)
        if not account:
            raise Invalid("The account of a payment must be a bank account or accept payments")
        payment = self._payment(sent, document, target) | {
            "_app": call.actor,
            "Account": {name: account[name] for name in ("AccountID", "Code") if name in account},
        }
        if problems := [*rules.payment_problems(payment, document, target, self._books)]:
            raise Invalid(*problems)
        if "BankAmount" not in payment:
            payment["BankAmount"] = rules.bank_amount(payment, document, account, self._books)
        part = {name: payment[name] for name in _IN_DOCUMENT}
        part |= {"HasAccount": True, "HasValidationErrors": False}
        self._settle(target, document, [*document["Payments"], part])
        return self._books.file(KIND, payment)

    def _meant(self, sent: Element, target: Target) -> Doc:
        asked = part_of(sent, target.name)
        name = asked.get(ID_FIELDS[target.kind]) or asked.get(target.number or "")
        found = self._books.named(target.kind, str(name), target.number) if name else None
        if not found:
            raise Invalid(f"{target.name} could not be found")
        return found

    def _payment(self, sent: Element, document: Doc, target: Target) -> Doc:
        rate = decimal_in(sent, "CurrencyRate")
        into_bank = decimal_in(sent, "BankAmount")
        payment: Doc = {
            "PaymentID": new_id(),
            "Date": day_of(sent, "Date") or self._books.today,
            "Amount": str(cents(decimal_in(sent, "Amount") or ZERO)),
            "Reference": text_of(sent, "Reference"),
            "CurrencyRate": str(rate.quantize(RATE)) if rate else document["CurrencyRate"],
            "PaymentType": target.payment_type,
            "Status": "AUTHORISED",
            "HasAccount": True,
            "IsReconciled": sent.get("IsReconciled") is True,
            "HasValidationErrors": False,
            target.name: {ID_FIELDS[target.kind]: document[ID_FIELDS[target.kind]]},
        }
        if into_bank:
            payment["BankAmount"] = str(cents(into_bank))
        return payment

    def _reverse(self, sent: Element, payment: Doc) -> Doc:
        if payment["IsReconciled"]:
            raise Invalid("This payment has been reconciled and cannot be deleted")
        if payment["Status"] == "DELETED" or sent.get("Status") != "DELETED":
            raise Invalid("Payment not of valid status for modification")
        if locked := lock_problem(payment["Date"], self._books):
            raise Invalid(locked)
        target = next(target for target in TARGETS if target.name in payment)
        document = self._document(payment, target)
        left = [part for part in document["Payments"] if part["PaymentID"] != payment["PaymentID"]]
        self._settle(target, document, left)
        return self._books.file(KIND, payment | {"Status": "DELETED"})

    def _settle(self, target: Target, document: Doc, payments: list[Doc]) -> None:
        settle = settle_invoice if target.kind == "Invoices" else settle_credit
        self._books.file(target.kind, settle({**document, "Payments": payments}))
