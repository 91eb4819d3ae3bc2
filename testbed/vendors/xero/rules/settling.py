"""The open amounts of documents after payments and credits, and the status that follows."""

from collections.abc import Iterable
from decimal import Decimal

from testbed.vendors.common.state import Doc
from testbed.vendors.xero.rules.amounts import ZERO
from testbed.vendors.xero.rules.statuses import DEAD_STATUSES, POSTED_STATUSES

CREDITS = ("CreditNotes", "Overpayments", "Prepayments")


def settle_invoice(invoice: Doc) -> Doc:
    """The invoice with AmountDue, AmountPaid, AmountCredited and status worked out anew."""
    credits_ = [part for kind in CREDITS for part in invoice[kind]]
    paid = _sum(invoice["Payments"], "Amount")
    credited = _sum(credits_, "AppliedAmount")
    due = _open(invoice, paid + credited)
    status = _status(invoice["Status"], due)
    days = [part["Date"] for part in (*invoice["Payments"], *credits_)]
    return invoice | {
        "AmountDue": str(due),
        "AmountPaid": str(paid),
        "AmountCredited": str(credited),
        "Status": status,
        "FullyPaidOnDate": max(days, default=invoice["Date"]) if status == "PAID" else None,
    }


def settle_credit(credit: Doc) -> Doc:
    """The credit note with RemainingCredit and status worked out anew."""
    left = _open(credit, _sum(credit["Allocations"], "Amount"))
    return credit | {"RemainingCredit": str(left), "Status": _status(credit["Status"], left)}


def is_settled(doc: Doc) -> bool:
    """Whether a payment, credit or allocation touches the document."""
    return any(doc.get(kind) for kind in ("Payments", "Allocations", *CREDITS))


def _open(doc: Doc, used: Decimal) -> Decimal:
    return ZERO if doc["Status"] in DEAD_STATUSES else Decimal(doc["Total"]) - used


def _status(status: str, open_amount: Decimal) -> str:
    if status not in POSTED_STATUSES:
        return status
    return "PAID" if open_amount == 0 else "AUTHORISED"


def _sum(parts: Iterable[Doc], field: str) -> Decimal:
    return sum((Decimal(part[field]) for part in parts), ZERO)
