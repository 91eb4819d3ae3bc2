"""What HubSpot's refusals mean, where its envelope says more than the status."""

from datetime import timedelta
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from connectors.common import Response
from ports.failures import Absent, ConnectorFailure, Misconfigured, Rejected, Throttled

# A REST 429 carries no Retry-After; its policy says how long the window is.
_PAUSES = {
    "SECONDLY": timedelta(seconds=1),
    "TEN_SECONDLY_ROLLING": timedelta(seconds=10),
    "DAILY": timedelta(hours=1),
}
_PAUSE = timedelta(seconds=10)
_LOCKED_PAUSE = timedelta(seconds=2)
_MOVING_PAUSE = timedelta(minutes=1)


class Detail(BaseModel):
    """One of several things wrong."""

    message: str = ""
    code: str = ""
    context: dict[str, Any] = Field(default_factory=dict)


class Envelope(BaseModel):
    """An error body. Any field but the message may be missing."""

    message: str
    category: str = ""
    policy: str = Field("", alias="policyName")
    context: dict[str, Any] = Field(default_factory=dict)
    errors: list[Detail] = Field(default_factory=list)

    @property
    def words(self) -> str:
        """Its details where there are any: the message only repeats them as JSON."""
        details = "; ".join(detail.message for detail in self.errors if detail.message)
        return details or self.message

    @property
    def scopes(self) -> str:
        """The scopes that were wanting; they come in either of two places."""
        contexts = [self.context, *(detail.context for detail in self.errors)]
        named = [context.get("requiredGranularScopes") or [] for context in contexts]
        return ", ".join(scope for scopes in named for scope in scopes)


def explain(answer: Response) -> ConnectorFailure | None:
    """The failure that a refusal means; None where its outcome is not known."""
    envelope = _envelope(answer)
    if envelope is None and answer.status == 404:
        reason = "404 from a path that no API serves: check url and api_version in the settings"
        return Misconfigured(answer.system, reason)
    said = envelope or Envelope(message=answer.text)
    reason = answer.reason(said.words)
    if pause := _pause(answer, said):
        return Throttled(answer.system, reason, pause=pause)
    if way_out := _way_out(answer, said):
        return Misconfigured(answer.system, f"{reason} ({way_out})")
    if answer.status == 404:
        return Absent(answer.system, reason)
    refused = 400 <= answer.status < 500 and answer.status != 408
    return Rejected(answer.system, reason) if refused else None


def _pause(answer: Response, said: Envelope) -> timedelta | None:
    """How long to wait, for the refusals that mean: not now, and nothing was done."""
    usual = {
        423: _LOCKED_PAUSE,
        429: _PAUSES.get(said.policy, _PAUSE),
        477: _MOVING_PAUSE,
    }.get(answer.status)
    return usual and (answer.retry_after or usual)


def _way_out(answer: Response, said: Envelope) -> str:
    """What a person must mend, for the refusals that mean: not until then."""
    if answer.status == 401:
        return "give Cashward an access token that is valid"
    if answer.status == 403:
        return f"grant Cashward's app these scopes: {said.scopes or 'see its settings'}"
    if any(detail.code == "PROPERTY_DOESNT_EXIST" for detail in said.errors):
        return "prepare the account, or make the property there"
    return ""


def _envelope(answer: Response) -> Envelope | None:
    try:
        return Envelope.model_validate_json(answer.text)
    except ValidationError:
        return None
