"""Derives the capabilities of a role from its operations."""

from collections.abc import Iterable
from typing import Any

from domain.effect import Strategy
from ports.capability import Capability
from ports.operation import Operation


def capabilities(
    *operations: Operation[Any], also: Iterable[Capability] = ()
) -> frozenset[Capability]:
    """The capabilities that the operations declare, and those in `also`.

    The ledger acts by `idempotency`, so the flags are derived from it.
    """
    derived = {
        Capability.IDEMPOTENCY_KEY: any(
            each.idempotency.key_lifetime is not None for each in operations
        ),
        Capability.UNIQUE_REFERENCE: any(
            each.idempotency.strategy is Strategy.UNIQUE_REFERENCE for each in operations
        ),
    }
    if twice := derived.keys() & set(also):
        raise ValueError(f"{', '.join(twice)}: its operations declare that")
    return frozenset(also) | {capability for capability, is_so in derived.items() if is_so}
