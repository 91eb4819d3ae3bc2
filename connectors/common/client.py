"""The base class of vendor clients."""

from typing import Generic, TypeVar

from connectors.common.http import Api
from connectors.common.settings import VendorSettings

S_co = TypeVar("S_co", bound=VendorSettings, covariant=True)


class VendorClient(Generic[S_co]):
    """The calls to one account: a subclass adds its own over the API and the settings."""

    def __init__(self, api: Api, settings: S_co) -> None:
        self.api = api
        self.settings = settings

    @property
    def system(self) -> str:
        return self.api.system
