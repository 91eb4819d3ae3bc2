"""The base class of vendor operations."""

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from domain.effect import IdempotencyPolicy


class Client(Protocol):
    """Makes the calls of one vendor; `system` is the name of the vendor."""

    @property
    def system(self) -> str: ...


C_co = TypeVar("C_co", bound=Client, covariant=True)


@dataclass(frozen=True)
class VendorOperation(Generic[C_co]):
    """Base class for a vendor's operations: a subclass adds `kind`, `do`, `find` and `undo`."""

    client: C_co
    idempotency: IdempotencyPolicy
    is_repeatable = False

    @property
    def system(self) -> str:
        return self.client.system
