"""The failures that Redmine's error responses mean.

Redmine translates its sentences: only statuses are trusted.
"""

from connectors.common import Response
from connectors.redmine.models.error import ErrorBody
from ports.failures import ConnectorFailure, Misconfigured, Rejected, Unreachable

_WRONG_KEY = (
    "the API key is wrong or its account is locked: sign in to Redmine as Cashward's account, make"
    " a new key on its page My account (API access key, Reset), and set it as redmine key or in"
    " key_file"
)
_FORBIDDEN = (
    "403: Cashward's account may not do this; let it administer Redmine, and switch the REST API"
    " and the project's modules on"
)


class Forbidden(Misconfigured):
    """A 403: no right, an archived or closed project, or a module or the REST API is off."""


def explain(response: Response) -> ConnectorFailure | None:
    """The failure that an error response means; None where its status says it all."""
    match response.status:
        case 401:
            return Misconfigured(response.system, _WRONG_KEY)
        case 403:
            return Forbidden(response.system, _FORBIDDEN)
        case 409:
            return Unreachable(response.system, "somebody else wrote at the same time")
        case 422:
            return _invalid(response)
    return None


def _invalid(response: Response) -> ConnectorFailure | None:
    body = response.try_read(ErrorBody)
    if body is None:
        return None
    # No errors: the record is stale, Redmine source, app/controllers/issues_controller.rb
    if not body.errors:
        return Unreachable(response.system, "somebody else changed it at the same time")
    return Rejected(response.system, response.reason("; ".join(body.errors)))
