"""The failures that Jira's error responses mean.

Jira translates its sentences: only statuses and keys are trusted.
"""

import httpx

from connectors.common import Response
from connectors.jira.models.error import ErrorBody
from connectors.jira.models.issues import BulkResult
from ports.failures import ConnectorFailure, Misconfigured, Rejected, Unreachable

# The header and its values, docs/basic-auth-for-rest-apis (CAPTCHA)
_LOGIN_REASON = "X-Seraph-LoginReason"
_WRONG_TOKEN = "the API token is wrong or has expired: give Cashward a new one (jira token)"  # noqa: S105
_LOGIN_FAILURES = {
    "AUTHENTICATED_FAILED": _WRONG_TOKEN,
    "AUTHENTICATION_DENIED": "Jira asks for a CAPTCHA: sign in to it as Cashward, in a browser",
    "OUT": _WRONG_TOKEN,
}
_UNIQUE_FIELDS = frozenset({"projectKey", "projectName", "name"})


class Taken(Rejected):
    """A name or key that must be unique is in use."""


class NoneCreated(Rejected):
    """Every row of a bulk create was refused."""

    def __init__(self, system: str, bulk: BulkResult) -> None:
        super().__init__(system, bulk.text)
        self.bulk = bulk


def status(response: httpx.Response) -> int:
    """Return the status of the response, or 401 where Jira should have sent that.

    Jira serves a wrong or expired token as an anonymous user, with empty lists and 404s, which
    would read as "it is gone" and "nothing of ours is there".
    """
    is_anonymous = response.headers.get(_LOGIN_REASON) in _LOGIN_FAILURES
    return 401 if is_anonymous else response.status_code


def explain(response: Response) -> ConnectorFailure | None:
    """The failure that an error response means; None where its status says it all."""
    if reason := _LOGIN_FAILURES.get(response.headers.get(_LOGIN_REASON, "")):
        return Misconfigured(response.system, reason)
    if response.status not in {400, 409}:
        return None
    body = response.try_read(ErrorBody)
    if body is None:
        bulk = response.try_read(BulkResult)
        return NoneCreated(response.system, bulk) if bulk and bulk.errors else None
    reason = response.reason(body.text)
    if body.errors.keys() & _UNIQUE_FIELDS:
        return Taken(response.system, reason)
    if response.status == 409:
        return Unreachable(response.system, f"two changes collided: {reason}")
    return Rejected(response.system, reason)
