"""Writes of many elements: all or none, or each for itself under `summarizeErrors=false`."""

from collections.abc import Callable
from typing import Any

from testbed.vendors.common.call import Call, Response
from testbed.vendors.common.state import Doc
from testbed.vendors.xero import errors
from testbed.vendors.xero.errors import BadBody, Invalid
from testbed.vendors.xero.records import ID_FIELDS
from testbed.vendors.xero.wire.envelope import wrapped
from testbed.vendors.xero.wire.requests import Element, elements


def save_all(
    call: Call,
    kind: str,
    save: Callable[[Element], Doc],
    show: Callable[[Doc], dict[str, Any]],
) -> Response:
    """Save the elements in the order sent. `save` changes nothing when it raises Invalid."""
    rows, refused = [], []
    status = {} if kind == "Allocations" else {"StatusAttributeString": "OK"}
    try:
        for element in elements(call, kind):
            try:
                rows.append(show(save(element)) | status)
            except Invalid as no:
                id_field = ID_FIELDS.get(kind, "AllocationID")
                rows.append(errors.refused_element(element, no.args, kind, id_field))
                refused.append(rows[-1])
    except BadBody as wrong:
        raise errors.bad_body(str(wrong)) from wrong
    if refused and call.query.get("summarizeErrors", "").lower() != "false":
        raise errors.validation(refused)
    return wrapped(call, kind, rows)
