"""Many elements in one write: all or none, or each for itself under `summarizeErrors=false`."""

from collections.abc import Callable
from typing import Any

from testbed.vendors.common.call import Answer, Call
from testbed.vendors.common.state import Doc
from testbed.vendors.xero import refusals
from testbed.vendors.xero.books import ID_FIELDS
from testbed.vendors.xero.refusals import Invalid, Unreadable
from testbed.vendors.xero.wire.envelope import wrapped
from testbed.vendors.xero.wire.requests import Element, elements

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
