"""The base class of the lists of our records at a vendor."""

from datetime import timedelta
from typing import Generic, TypeVar

from connectors.common.client import VendorClient
from connectors.common.settings import VendorSettings

C_co = TypeVar("C_co", bound=VendorClient[VendorSettings], covariant=True)


class VendorRecords(Generic[C_co]):
    """A subclass adds `kinds`, `changed_since`, `read` and `remove`."""

    def __init__(self, client: C_co) -> None:
        self.client = client

    @property
    def system(self) -> str:
        return self.client.system

    @property
    def settle_time(self) -> timedelta:
        return self.client.settings.settle_time

    async def tenant(self) -> str:
        return await self.client.tenant()
