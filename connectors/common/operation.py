"""What every change of a vendor with one way in has: where it is made, and what a repeat does."""

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from domain.effect import IdempotencyPolicy


class Client(Protocol):
    """Where changes are made; `system` is the vendor's name."""

    @property
    def system(self) -> str: ...


S_co = TypeVar("S_co", bound=Client, covariant=True)


@dataclass(frozen=True)
class VendorOperation(Generic[S_co]):
    """Base class for a vendor's operations: a subclass adds `kind`, `do`, `find` and `undo`."""

    site: S_co
    idempotency: IdempotencyPolicy
    is_repeatable = False

    @property
    def system(self) -> str:
        return self.site.system
