"""Money received without an invoice: bank transactions, over- and prepayments."""

from typing import Any

from testbed.vendors.common.call import Answer, Call
from testbed.vendors.common.state import Doc
from testbed.vendors.xero import refusals
from testbed.vendors.xero.books import Books, new_id
from testbed.vendors.xero.desks.batch import save_all
from testbed.vendors.xero.refusals import Invalid
from testbed.vendors.xero.rules.amounts import total
from testbed.vendors.xero.rules.documents import lock_problem
from testbed.vendors.xero.rules.lines import Pricing, draft_lines, line_problems, priced
from testbed.vendors.xero.rules.payments import payable_account
from testbed.vendors.xero.rules.settling import settle_credit
from testbed.vendors.xero.wire.envelope import wrapped
from testbed.vendors.xero.wire.lists import select
from testbed.vendors.xero.wire.render import out, with_days
from testbed.vendors.xero.wire.requests import Element, day_of, part_of, parts_of, text_of
from testbed.vendors.xero.wire.shapes import BANK_TRANSACTIONS

KIND = "BankTransactions"
_CREDITS = {
    "RECEIVE-PREPAYMENT": ("Prepayments", "PrepaymentID"),
    "RECEIVE-OVERPAYMENT": ("Overpayments", "OverpaymentID"),
}
_TYPES = {"RECEIVE", *_CREDITS}


class BankDesk:
    """Serves /BankTransactions."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def create(self, call: Call) -> Answer:
        return save_all(call, KIND, lambda sent: self._receive(call, sent), self._show)

    def read(self, call: Call) -> Answer:
        found = self._books.get(KIND, call.params["id"])
        if not found:
            raise refusals.absent()
        return wrapped(call, KIND, [self._show(found)])

    def find(self, call: Call) -> Answer:
        found = select(call, BANK_TRANSACTIONS, self._books)
        return wrapped(call, KIND, [self._show(doc) for doc in found.rows], found.pagination)

    def _receive(self, call: Call, sent: Element) -> Doc:
        contact = self._books.get("Contacts", part_of(sent, "Contact").get("ContactID"))
        account = payable_account(part_of(sent, "BankAccount"), self._books)
        if not contact or not account or account["Type"] != "BANK":
            raise Invalid("A bank transaction needs a contact and a bank account that exist")
        doc = self._drafted(sent, contact, account)
        if problems := list(dict.fromkeys(self._problems(doc))):
            raise Invalid(*problems)
        doc["_app"] = call.actor
        if born := _CREDITS.get(doc["Type"]):
            kind, id_field = born
            doc[id_field] = new_id()
            self._books.file(kind, _credit(doc, id_field))
        return self._books.file(KIND, doc)

    def _drafted(self, sent: Element, contact: Doc, account: Doc) -> Doc:
        mode = text_of(sent, "LineAmountTypes") or "Exclusive"
        currency = account.get("CurrencyCode", self._books.base_currency)
        return {
            "Type": text_of(sent, "Type") or "",
            "Status": "AUTHORISED",
            "Contact": {"ContactID": contact["ContactID"]},
            "BankAccount": {name: account.get(name) for name in ("AccountID", "Code", "Name")},
            "Date": day_of(sent, "Date") or self._books.today,
            "Reference": text_of(sent, "Reference"),
            "IsReconciled": sent.get("IsReconciled") is True,
            "HasAttachments": False,
            "CurrencyCode": currency,
            "CurrencyRate": (self._books.get("Currencies", currency) or {}).get("_rate", "1"),
            **_lines(mode, parts_of(sent, "LineItems"), self._books),
        }

    def _problems(self, doc: Doc) -> list[str]:
        over = doc["Type"] == "RECEIVE-OVERPAYMENT"
        problems = [
            problem
            for line in doc["LineItems"]
            for problem in line_problems(line, approved=not over, books=self._books)
        ]
        if doc["Type"] not in _TYPES:
            problems.append(f"The type {doc['Type']} is not served here: money comes in only")
        if not doc["LineItems"]:
            problems.append("One or more line items must be specified")
        if over and doc["TotalTax"] != "0.00":
            problems.append("An overpayment has no tax")
        return [*problems, *filter(None, [lock_problem(doc["Date"], self._books)])]

    def _show(self, doc: Doc) -> dict[str, Any]:
        contact = self._books.get("Contacts", doc["Contact"]["ContactID"]) or {}
        brief = {name: contact[name] for name in ("ContactID", "Name") if name in contact}
        shown: dict[str, Any] = out(with_days({**doc, "Contact": brief}))
        return shown


def _lines(mode: str, sent: list[Element], books: Books) -> Doc:
    """The lines of a transaction and what they come to."""
    pricing = Pricing(line_amount_types=mode, unitdp=4, books=books)
    lines = draft_lines(sent, [], pricing)
    totals = total(map(priced, lines), mode)
    return {"LineAmountTypes": mode, "LineItems": lines, **totals.fields}


def _credit(doc: Doc, id_field: str) -> Doc:
    """The credit that a bank transaction brings to life."""
    kept = (
        id_field, "Type", "Status", "Contact", "Date", "Reference", "CurrencyCode", "CurrencyRate",
        "LineAmountTypes", "LineItems", "SubTotal", "TotalTax", "Total", "HasAttachments", "_app",
    )  # fmt: skip
    taken = {name: doc[name] for name in kept}
    return settle_credit(taken | {"Allocations": [], "Payments": []})
