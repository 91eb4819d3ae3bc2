"""The calls that the BottleCRM connector makes: sign-in, addresses, whole records and lists."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Final
from uuid import UUID

from connectors.bottlecrm.errors import explain
from connectors.bottlecrm.models.account import (
    Activities,
    Definition,
    Organization,
    Pipeline,
    Profile,
)
from connectors.bottlecrm.models.records import Account, Contact, Deal, DealPage, NamedReference
from connectors.bottlecrm.settings import BottlecrmSettings
from connectors.common import (
    Api,
    ApiProfile,
    Cached,
    References,
    StaticBearer,
    VendorClient,
    all_of,
    open_http,
)
from connectors.common.transport import Query
from ports.failures import Absent, Unreachable

SYSTEM: Final = "bottlecrm"
_PROFILE = ApiProfile(explain=explain)
# The most activities of one response, BottleCRM source: common/views/dashboard_views.py
_ACTIVITIES_LIMIT = 50
_NAMESAKES = 50
# The two lists in a response, BottleCRM source: accounts/views.py
_ACCOUNT_LISTS = (("active_accounts", "open_accounts"), ("closed_accounts", "close_accounts"))
_ACCOUNT_CACHE_TIME = timedelta(minutes=5)


class BottlecrmClient(VendorClient[BottlecrmSettings]):
    """Reads whole records, each fresh; facts of the account are kept for a few minutes."""

    def __init__(self, api: Api, settings: BottlecrmSettings, references: References) -> None:
        super().__init__(api, settings, references)
        self.organization = Cached(self._read_organization, _ACCOUNT_CACHE_TIME)
        self.won_stages = Cached(self._read_won_stages, _ACCOUNT_CACHE_TIME)

    async def read_tenant(self) -> str:
        return (await self.organization.get()).id

    def url(self, deal: str) -> str:
        """The page of a deal that people open."""
        return f"{self.settings.site}/pipeline/{deal}"

    def local_id(self, deal: str) -> str:
        """BottleCRM's own id of a deal such as `bottlecrm:0b7e5f0a-…`. Raises Absent."""
        prefix, _, local = deal.partition(":")
        if prefix != self.system or not _is_uuid(local):
            form = f"{self.system}:0b7e5f0a-58f1-4a6e-9d54-0c7a53a1c2f3"
            reason = f"no deal {deal!r}: ids of BottleCRM deals look like {form}"
            raise Absent(self.system, reason)
        return local

    async def deal(self, id: str) -> DealPage:
        return (await self.api.get("/api/opportunities/{}/", id)).read(DealPage)

    async def deals(self, ids: Sequence[str]) -> Sequence[Deal]:
        """The deals with these ids; leaves out those that are gone."""
        return [deal for deal in await all_of(map(self._deal, ids)) if deal]

    async def account(self, reference: NamedReference) -> Account | None:
        """Searches by name: a company's own page holds all its deals, tasks and invoices too."""
        query: Query = {"name": reference.name, "limit": _NAMESAKES}
        response = await self.api.get("/api/accounts/", query=query)
        for names in _ACCOUNT_LISTS:
            for account in response.read(list[Account], *names):
                if account.id == reference.id:
                    return account
        with suppress(Absent):
            response = await self.api.get("/api/accounts/{}/", reference.id)
            return response.read(Account, "account_obj")
        return None

    async def contacts(self, ids: Sequence[str]) -> Sequence[Contact]:
        """The contacts with these ids; leaves out those that are gone."""
        return [contact for contact in await all_of(map(self._contact, ids)) if contact]

    async def definitions(self) -> Sequence[Definition]:
        query = {"include_counts": "false"}
        response = await self.api.get("/api/custom-fields/", query=query)
        return response.read(list[Definition], "definitions")

    async def me(self) -> Profile:
        return (await self.api.get("/api/profile/")).read(Profile, "user_obj")

    async def activities(self) -> Activities:
        """The latest edits of deals, by whomever, ours included."""
        query: Query = {"entity_type": "Opportunity", "limit": _ACTIVITIES_LIMIT}
        return (await self.api.get("/api/activities/", query=query)).read(Activities)

    async def won_deals(self) -> Sequence[Deal]:
        """Read every deal in a won stage. Raises Unreachable if the list changed meanwhile."""
        found: dict[str, Deal] = {}
        for stage in await self.won_stages.get():
            found |= await self._deals_in(stage)
        return [deal for deal in found.values() if deal.is_won]

    async def _deals_in(self, stage: str) -> dict[str, Deal]:
        """Read pages that overlap by one deal; if they do not, the list changed meanwhile."""
        found: dict[str, Deal] = {}
        full, offset = True, 0
        while full:
            page = await self._page(stage, offset)
            if found and not any(deal.id in found for deal in page):
                raise Unreachable(self.system, "the list of won deals changed while it was read")
            found |= {deal.id: deal for deal in page}
            full, offset = len(page) == self.settings.page_size, offset + len(page) - 1
        return found

    async def _page(self, stage: str, offset: int) -> Sequence[Deal]:
        query: Query = {"stage": stage, "limit": self.settings.page_size, "offset": offset}
        response = await self.api.get("/api/opportunities/", query=query)
        return response.read(list[Deal], "opportunities")

    async def _deal(self, id: str) -> Deal | None:
        with suppress(Absent):
            return (await self.deal(id)).deal
        return None

    async def _contact(self, id: str) -> Contact | None:
        with suppress(Absent):
            return (await self.api.get("/api/contacts/{}/", id)).read(Contact, "contact_obj")
        return None

    async def _read_organization(self) -> Organization:
        return (await self.api.get("/api/org/settings/")).read(Organization)

    async def _read_won_stages(self) -> Sequence[str]:
        response = await self.api.get("/api/opportunities/pipelines/")
        pipelines = response.read(list[Pipeline], "pipelines")
        stages = (stage for pipeline in pipelines for stage in pipeline.stages)
        return sorted({stage.code for stage in stages if stage.kind == "won"})


@asynccontextmanager
async def open_client(
    settings: BottlecrmSettings, references: References
) -> AsyncIterator[BottlecrmClient]:
    async with open_http(settings.url, settings.http) as http:
        api = Api(SYSTEM, http, StaticBearer(SYSTEM, settings.secret()), _PROFILE)
        yield BottlecrmClient(api, settings, references)


def _is_uuid(id: str) -> bool:
    try:
        return str(UUID(id)) == id
    except ValueError:
        return False
