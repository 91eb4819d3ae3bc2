"""The failures that HubSpot's error responses mean, where the body says more than the status."""

from datetime import timedelta

from connectors.common import Response
from connectors.hubspot.models.error import ErrorBody
from ports.failures import Absent, ConnectorFailure, Misconfigured, Rejected, Throttled

# A 429 of the REST API carries no Retry-After; `policyName` says how long the window is.
# The windows are those of docs/usage-guidelines.
_PAUSES = {
    "SECONDLY": timedelta(seconds=1),
    "TEN_SECONDLY_ROLLING": timedelta(seconds=10),
    "DAILY": timedelta(hours=1),
}
_USUAL_PAUSE = timedelta(seconds=10)
# Status 423 asks for two seconds, docs/error-handling
_LOCKED_PAUSE = timedelta(seconds=2)
# Status 477: the account moves to another region, docs/error-handling
_MIGRATION_PAUSE = timedelta(minutes=1)


def explain(response: Response) -> ConnectorFailure | None:
    """The failure that an error response means; None where its outcome is not known."""
    body = response.try_read(ErrorBody)
    if body is None and response.status == 404:
        reason = "404 from a path that no API serves: check url and api_version in the settings"
        return Misconfigured(response.system, reason)
    error = body or ErrorBody(message=response.text)
    reason = response.reason(error.text)
    if pause := _pause(response, error):
        return Throttled(response.system, reason, pause=pause)
    if way_out := _way_out(response, error):
        return Misconfigured(response.system, f"{reason} ({way_out})")
    if response.status == 404:
        return Absent(response.system, reason)
    is_rejected = 400 <= response.status < 500 and response.status != 408
    return Rejected(response.system, reason) if is_rejected else None


def _pause(response: Response, error: ErrorBody) -> timedelta | None:
    """How long to wait, for the statuses that mean: nothing was done, try again later."""
    usual = {
        423: _LOCKED_PAUSE,
        429: _PAUSES.get(error.policy, _USUAL_PAUSE),
        477: _MIGRATION_PAUSE,
    }.get(response.status)
    return usual and (response.retry_after or usual)


def _way_out(response: Response, error: ErrorBody) -> str:
    """What a person must correct before a retry can succeed."""
    if response.status == 401:
        return "give Cashward an access token that is valid"
    if response.status == 403:
        return f"grant Cashward's app these scopes: {error.scopes or 'see its settings'}"
    if any(detail.code == "PROPERTY_DOESNT_EXIST" for detail in error.errors):
        return "prepare the account, or make the property there"
    return ""
