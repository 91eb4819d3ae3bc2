"""The base class of vendor clients."""

from abc import ABC, abstractmethod
from typing import Generic, TypeVar

from connectors.common.http import Api
from connectors.common.references import References
from connectors.common.settings import VendorSettings

S_co = TypeVar("S_co", bound=VendorSettings, covariant=True)


class VendorClient(ABC, Generic[S_co]):
    """The calls to one account: a subclass adds its own over the API and the settings.

    `references` are those of our installation: no other one has them on its records.
    """

    def __init__(self, api: Api, settings: S_co, references: References) -> None:
        self.api = api
        self.settings = settings
        self.references = references
        self._tenant = settings.tenant

    @property
    def system(self) -> str:
        return self.api.system

    async def tenant(self) -> str:
        """The account that we work in; asks for it once, if the settings do not tell."""
        if not self._tenant:
            self._tenant = await self.read_tenant()
        return self._tenant

    @abstractmethod
    async def read_tenant(self) -> str:
        """The vendor's own name of the account."""
