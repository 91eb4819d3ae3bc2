"""What Jira's refusals mean. Its sentences are translated: only status and keys are trusted."""

import httpx
from pydantic import ValidationError

from connectors.common import Response
from connectors.jira.wire import Bulk, Envelope
from ports.failures import ConnectorFailure, Misconfigured, Rejected, Unreachable

_LOGIN = "X-Seraph-LoginReason"
_STRANGE = "the API token is wrong or has expired: give Cashward a new one (jira token)"
_STRANGERS = {
    "AUTHENTICATED_FAILED": _STRANGE,
    "AUTHENTICATION_DENIED": "Jira asks for a CAPTCHA: sign in to it as Cashward, in a browser",
    "OUT": _STRANGE,
}
_UNIQUE = frozenset({"projectKey", "projectName", "name"})


class Taken(Rejected):
    """A name or key that must be unique is in use."""


class NoneMade(Rejected):
    """Every row of a bulk was refused."""

    def __init__(self, system: str, bulk: Bulk) -> None:
        super().__init__(system, bulk.words)
        self.bulk = bulk


def status(response: httpx.Response) -> int:
    """The answer's status, or the 401 that Jira does not give.

    It serves a wrong or expired token as an anonymous visitor, with empty lists and 404s, which
    would read as "it is gone" and "nothing of ours is there".
    """
    return 401 if response.headers.get(_LOGIN) in _STRANGERS else response.status_code


def explain(answer: Response) -> ConnectorFailure | None:
    """The failure that a refusal means; None where its status says it all."""
    if stranger := _STRANGERS.get(answer.headers.get(_LOGIN, "")):
        return Misconfigured(answer.system, stranger)
    if answer.status not in {400, 409}:
        return None
    try:
        envelope = Envelope.model_validate_json(answer.text)
    except ValidationError:
        return _none_made(answer)
    reason = answer.reason(envelope.words)
    if envelope.errors.keys() & _UNIQUE:
        return Taken(answer.system, reason)
    if answer.status == 409:
        return Unreachable(answer.system, f"two changes collided: {reason}")
    return Rejected(answer.system, reason)


def _none_made(answer: Response) -> NoneMade | None:
    try:
        bulk = Bulk.model_validate_json(answer.text)
    except ValidationError:
        return None
    return NoneMade(answer.system, bulk) if bulk.errors else None
