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

    The ledger acts by `idempotency`: a flag derived from it never says anything else.
    """
    derived = {
        Capability.IDEMPOTENCY_KEY: any(_takes_key(operation) for operation in operations),
        Capability.UNIQUE_REFERENCE: any(_keeps_unique(operation) for operation in operations),
    }
    if twice := derived.keys() & set(also):
        raise ValueError(f"{', '.join(twice)}: its operations declare that")
    return frozenset(also) | {capability for capability, is_so in derived.items() if is_so}


def _takes_key(operation: Operation[Any]) -> bool:
    return operation.idempotency.key_lifetime is not None


def _keeps_unique(operation: Operation[Any]) -> bool:
    return operation.idempotency.strategy is Strategy.UNIQUE_REFERENCE
