"""What a role says it offers, drawn from its changes where these say so already."""

from collections.abc import Iterable
from typing import Any

from domain.effect import Strategy
from ports.capability import Capability
from ports.operation import Operation


def capabilities(
    *changes: Operation[Any], also: Iterable[Capability] = ()
) -> frozenset[Capability]:
    """What a role offers: what its `changes` do on a repeat, and whatever they cannot tell.

    The ledger acts by `repeat`: drawn from there, a flag never says anything else.
    """
    drawn = {
        Capability.IDEMPOTENCY_KEY: any(_takes_key(change) for change in changes),
        Capability.UNIQUE_REFERENCE: any(_keeps_unique(change) for change in changes),
    }
    if twice := drawn.keys() & set(also):
        raise ValueError(f"{', '.join(twice)}: the changes say so, or they do not")
    return frozenset(also) | {capability for capability, is_so in drawn.items() if is_so}


def _takes_key(change: Operation[Any]) -> bool:
    return change.idempotency.key_lifetime is not None


def _keeps_unique(change: Operation[Any]) -> bool:
    return change.idempotency.strategy is Strategy.UNIQUE_REFERENCE
