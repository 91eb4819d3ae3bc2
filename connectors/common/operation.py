"""The base class of vendor operations."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, Generic, TypeVar

from connectors.common.client import VendorClient
from connectors.common.settings import VendorSettings
from domain.effect import IdempotencyPolicy, Receipt, Strategy

C_co = TypeVar("C_co", bound=VendorClient[VendorSettings], covariant=True)


@dataclass(frozen=True)
class VendorOperation(Generic[C_co]):
    """Base class for a vendor's operations.

    A subclass adds `kind`, `strategy`, `do`, `find` and `undo`.
    """

    client: C_co
    strategy: ClassVar[Strategy]
    key_lifetime: ClassVar[timedelta | None] = None
    is_repeatable = False
    looks_first = False

    @property
    def system(self) -> str:
        return self.client.system

    async def tenant(self) -> str:
        return await self.client.tenant()

    @property
    def idempotency(self) -> IdempotencyPolicy:
        return IdempotencyPolicy(
            strategy=self.strategy,
            settle_time=self.client.settings.settle_time,
            key_lifetime=self.key_lifetime,
        )


class UpsertOperation(VendorOperation[C_co]):
    """Base class for operations that write whole values: a repeat needs no search."""

    strategy = Strategy.UPSERT

    async def find(self, command: object) -> Sequence[Receipt]:
        return ()
