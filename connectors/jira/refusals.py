"""What Jira's refusals mean. Its sentences are translated: only status and keys are trusted."""

from pydantic import BaseModel, ValidationError

from connectors.kit import Answer
from ports.failures import ConnectorFailure, Misconfigured, Rejected, Unreachable

_LOGIN = "X-Seraph-LoginReason"
_STRANGERS = frozenset({"AUTHENTICATED_FAILED", "AUTHENTICATION_DENIED", "OUT"})


class Taken(Rejected):
    """A name or key that must be unique is in use."""


class Envelope(BaseModel):
    """An error body; either part may be missing."""

    errorMessages: list[str] = []  # noqa: N815 - Jira's name
    errors: dict[str, str] = {}

    @property
    def words(self) -> str:
        named = [f"{field}: {said}" for field, said in self.errors.items()]
        return "; ".join([*self.errorMessages, *named])


def stranger(answer: Answer) -> Misconfigured | None:
    """Jira serves a wrong or expired token as an anonymous visitor: with empty lists and 404s."""
    if answer.headers.get(_LOGIN) not in _STRANGERS:
        return None
    reason = "the API token is wrong or has expired: give Cashward a new one (jira token)"
    return Misconfigured(answer.system, reason)


def explain(answer: Answer) -> ConnectorFailure | None:
    """The failure that a refusal means; None where its status says it all."""
    if unknown := stranger(answer):
        return unknown
    envelope = _envelope(answer)
    if envelope is None or answer.status not in {400, 409}:
        return None
    reason = answer.reason(envelope.words)
    if answer.status == 409:
        return Unreachable(answer.system, f"two changes collided: {reason}")
    if envelope.errors.keys() & {"projectKey", "projectName", "name", "users"}:
        return Taken(answer.system, reason)
    return Rejected(answer.system, reason)


def _envelope(answer: Answer) -> Envelope | None:
    try:
        return Envelope.model_validate_json(answer.text)
    except ValidationError:
        return None
