"""What payments and credits leave open on a document, and the status that follows."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from testbed.vendors.xero.rules.amounts import ZERO
from testbed.vendors.xero.rules.statuses import DEAD_STATUSES, POSTED_STATUSES

Doc = dict[str, Any]
CREDITS = ("CreditNotes", "Overpayments", "Prepayments")


def settle_invoice(invoice: Doc) -> Doc:
    """The invoice with AmountDue, AmountPaid, AmountCredited and status as its parts say."""
    credits_ = [part for kind in CREDITS for part in invoice[kind]]
    paid = _sum(invoice["Payments"], "Amount")
    credited = _sum(credits_, "AppliedAmount")
    due = Decimal(invoice["Total"]) - paid - credited
    if invoice["Status"] in DEAD_STATUSES:
        due = ZERO
    whole = invoice | {
        "AmountDue": str(due),
        "AmountPaid": str(paid),
        "AmountCredited": str(credited),
        "Status": _status(invoice["Status"], due),
        "FullyPaidOnDate": None,
    }
    if whole["Status"] == "PAID":
        days = [part["Date"] for part in (*invoice["Payments"], *credits_)]
        whole["FullyPaidOnDate"] = max(days, default=invoice["Date"])
    return whole


def settle_credit(credit: Doc) -> Doc:
    """The credit note, over- or prepayment with what remains of it, and its status."""
    used = _sum(credit["Allocations"], "Amount") + _sum(credit["Payments"], "Amount")
    left = Decimal(credit["Total"]) - used
    if credit["Status"] in DEAD_STATUSES:
        left = ZERO
    return credit | {"RemainingCredit": str(left), "Status": _status(credit["Status"], left)}


def is_settled(doc: Doc) -> bool:
    """Whether a payment, credit or allocation touches the document."""
    return any(doc.get(kind) for kind in ("Payments", "Allocations", *CREDITS))


def _status(status: str, open_amount: Decimal) -> str:
    if status not in POSTED_STATUSES:
        return status
    return "PAID" if open_amount == 0 else "AUTHORISED"


def _sum(parts: Iterable[Doc], field: str) -> Decimal:
    return sum((Decimal(part[field]) for part in parts), ZERO)
