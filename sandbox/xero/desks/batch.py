"""Many elements in one write: all or none, or each for itself under `summarizeErrors=false`."""

from collections.abc import Callable
from typing import Any

from sandbox.kit.call import Answer, Call
from sandbox.kit.state import Doc
from sandbox.xero import refusals
from sandbox.xero.books import ID_FIELDS
from sandbox.xero.refusals import Invalid, Unreadable
from sandbox.xero.wire.envelope import wrapped
from sandbox.xero.wire.requests import Element, elements

_MARKED = {"BankTransactions", "Contacts", "CreditNotes", "Invoices", "Payments"}


def save_all(
    call: Call,
    kind: str,
    save: Callable[[Element], Doc],
    show: Callable[[Doc], dict[str, Any]],
) -> Answer:
    """Save each element in the order sent; `save` changes nothing when it refuses."""
    rows, refused = [], []
    mark = {"StatusAttributeString": "OK"} if kind in _MARKED else {}
    try:
        for element in elements(call, kind):
            try:
                rows.append(show(save(element)) | mark)
            except Invalid as no:
                refused.append(refusals.echo(element, no.reasons, ID_FIELDS.get(kind, "ID")))
                rows.append(refused[-1])
    except Unreadable as wrong:
        raise refusals.unreadable(str(wrong)) from wrong
    if refused and call.query.get("summarizeErrors", "").lower() != "false":
        raise refusals.validation(refused)
    return wrapped(call, kind, rows)
