"""The wrapper that every answer of the accounting API comes in."""

from typing import Any

from testbed.vendors.common.call import Answer, Call
from testbed.vendors.xero.books import new_id
from testbed.vendors.xero.wire.moments import instant
from testbed.vendors.xero.wire.text import write


def wrapped(
    call: Call,
    plural: str,
    rows: list[dict[str, Any]],
    pagination: dict[str, int] | None = None,
) -> Answer:
    """An answer with rows that are already spelt as the vendor spells them."""
    body: dict[str, Any] = {
        "Id": new_id(),
        "Status": "OK",
        "ProviderName": call.actor,
        "DateTimeUTC": f"/Date({instant(call.at)})/",
    }
    if pagination:
        body["pagination"] = pagination
    return Answer(200, write({**body, plural: rows}))
