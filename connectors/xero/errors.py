"""The failures that Xero's error responses mean, where they say more than their status."""

from datetime import timedelta

from connectors.common import Response
from connectors.xero.models.error import ErrorBody
from ports.failures import (
    Absent,
    ConnectorFailure,
    Misconfigured,
    Rejected,
    Throttled,
    Uncertain,
)

# Words of the 400 for a key that came with another body, docs/idempotent-requests
_OTHER_REQUEST = "different request"
# Which limit is used up: minute, appminute or day, docs/oauth2/limits
_LIMIT_HEADER = "X-Rate-Limit-Problem"
_USUAL_PAUSE = timedelta(seconds=1)


def explain(response: Response) -> ConnectorFailure | None:
    match response.status:
        case 400:
            return _rejected(response)
        case 403:
            reason = response.reason(
                "the app may not see this organisation: connect it in Xero, or grant the scopes"
            )
            return Misconfigured(response.system, reason)
        case 404:
            return Absent(response.system, response.reason("there is no such record in Xero"))
        case 429:
            limit = response.headers.get(_LIMIT_HEADER, "concurrency")
            reason = response.reason(f"the {limit} limit of Xero is used up")
            pause = response.retry_after or _USUAL_PAUSE
            return Throttled(response.system, reason, pause=pause)
        case _:
            return None


def _rejected(response: Response) -> ConnectorFailure | None:
    """The reasons in a 400; None where there are none to read, as from the token endpoint."""
    body = response.try_read(ErrorBody)
    text = body.text if body else ""
    if _OTHER_REQUEST in text:
        # The key was sent before, perhaps with another date: the outcome of that call is unknown.
        return Uncertain(response.system, response.reason(text), answered=True)
    return Rejected(response.system, response.reason(text)) if text else None
