"""What BottleCRM's refusals mean, where its words say more than the status."""

from collections.abc import Iterator
from contextlib import contextmanager

from connectors.kit import Answer
from ports.failures import (
    Absent,
    ConnectorFailure,
    Misconfigured,
    Rejected,
    Uncertain,
    Unreachable,
)


def explain(answer: Answer) -> ConnectorFailure | None:
    """The failure that a refusal means; None where the status says it all."""
    if answer.status in {401, 403}:
        way_out = "give Cashward an access token that is valid and has every scope it needs"
        return Misconfigured(answer.system, f"{answer.reason()} ({way_out})")
    if answer.status == 404 and not answer.text.lstrip().startswith("{"):
        reason = "404 from a path that no API serves: check url in the settings"
        return Misconfigured(answer.system, reason)
    return None


def refused(answer: Answer) -> Answer:
    """Some of its successes say inside that they are none."""
    told = answer.json()
    if isinstance(told, dict) and told.get("error") is True:
        raise Rejected(answer.system, answer.reason())
    return answer


@contextmanager
def after_a_change(system: str) -> Iterator[None]:
    """What fails in here fails after something was changed: it may have happened."""
    try:
        yield
    except Uncertain:
        raise
    except ConnectorFailure as lost:
        reason = f"it was done, and could not be read back: {lost.reason}"
        raise Uncertain(system, reason, answered=True) from lost


def moved(system: str) -> Unreachable:
    return Unreachable(system, "the list of won deals moved while it was read")


def no_deal(system: str, id: str) -> Absent:
    form = f"{system}:0b7e5f0a-58f1-4a6e-9d54-0c7a53a1c2f3"
    return Absent(system, f"no deal {id!r}: ids of BottleCRM deals look like {form}")
