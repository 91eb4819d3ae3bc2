"""The wrapper of every answer of the Accounting API."""

import json
import re
from typing import Any

from testbed.vendors.common.call import Call, Response
from testbed.vendors.common.clock import milliseconds
from testbed.vendors.xero.records import new_id

_MARKED = re.compile(r'"\\u0000([-0-9.]+)"')


def wrapped(
    call: Call,
    plural: str,
    rows: list[dict[str, Any]],
    pagination: dict[str, int] | None = None,
) -> Response:
    """An answer with these rows."""
    body: dict[str, Any] = {
        "Id": new_id(),
        "Status": "OK",
        "ProviderName": call.actor,
        "DateTimeUTC": f"/Date({milliseconds(call.at)})/",
    }
    if pagination:
        body["pagination"] = pagination
    return Response(200, _exact_json({**body, plural: rows}))


def _exact_json(body: object) -> bytes:
    """JSON in which a Decimal keeps its trailing zeros, as Xero writes amounts."""
    text = json.dumps(body, default=lambda amount: f"\0{amount:f}", ensure_ascii=False)
    return _MARKED.sub(r"\1", text).encode()
