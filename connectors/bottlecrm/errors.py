"""The failures that BottleCRM's error responses mean, and those of calls after a change."""

from collections.abc import Iterator
from contextlib import contextmanager

from connectors.common import Response
from ports.failures import ConnectorFailure, Misconfigured, Rejected, Uncertain


def explain(response: Response) -> ConnectorFailure | None:
    """The failure that an error response means; None where its status says it all."""
    if response.status in {401, 403}:
        way_out = "give Cashward an access token that is valid and has every scope it needs"
        return Misconfigured(response.system, f"{response.reason()} ({way_out})")
    if response.status == 404 and not response.text.lstrip().startswith("{"):
        reason = "404 from a path that no API serves: check url in the settings"
        return Misconfigured(response.system, reason)
    return None


def require_success(response: Response) -> None:
    """Raises Rejected for a status of success whose body says `"error": true`.

    BottleCRM source: the serializer errors in opportunity/views and tasks/views.
    """
    body = response.json()
    if isinstance(body, dict) and body.get("error") is True:
        raise Rejected(response.system, response.reason())


@contextmanager
def uncertain_if_lost(system: str) -> Iterator[None]:
    """Raises Uncertain for a failure to read back what was changed: the change may be there."""
    try:
        yield
    except Uncertain:
        raise
    except ConnectorFailure as lost:
        reason = f"it was done, and could not be read back: {lost.reason}"
        raise Uncertain(system, reason, answered=True) from lost
