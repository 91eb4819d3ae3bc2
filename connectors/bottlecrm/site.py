"""One BottleCRM account: its records, read fresh, and the facts that seldom change."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from connectors.bottlecrm.wire import (
    Account,
    AccountList,
    AccountPage,
    Activities,
    Contact,
    ContactPage,
    Deal,
    DealList,
    DealPage,
    Definition,
    Definitions,
    Named,
    Organization,
    Pipelines,
    ProfilePage,
)
from connectors.common import Api, Cached, together
from connectors.common.transport import Query
from ports.failures import Absent, Unreachable

_FEED = 50  # it gives no more
_NAMESAKES = 50
_FACTS_LIVE = timedelta(minutes=5)


class Site:
    """Reads whole records; `url` and `key` say how people and Cashward call a deal."""

    def __init__(self, api: Api, app_url: str, page_size: int) -> None:
        self.api = api
        self._app_url = app_url
        self._page_size = page_size
        self.organization = Cached(self._read_organization, _FACTS_LIVE)
        self.won_codes = Cached(self._read_won_codes, _FACTS_LIVE)

    @property
    def system(self) -> str:
        return self.api.system

    def url(self, deal: str) -> str:
        return f"{self._app_url}/pipeline/{deal}"

    def key(self, id: str) -> str:
        return f"{self.system}:{id}"

    def local(self, deal: str) -> str:
        """BottleCRM's own id in one of ours. Raises Absent."""
        prefix, _, known_as = deal.partition(":")
        if prefix != self.system or not _is_uuid(known_as):
            form = f"{self.system}:0b7e5f0a-58f1-4a6e-9d54-0c7a53a1c2f3"
            reason = f"no deal {deal!r}: ids of BottleCRM deals look like {form}"
            raise Absent(self.system, reason)
        return known_as

    async def deal(self, id: str) -> DealPage:
        return (await self.api.get("/api/opportunities/{}/", id)).read(DealPage)

    async def deals(self, ids: Sequence[str]) -> Sequence[Deal]:
        """Those of them that are still there."""
        async with together() as group:
            asked = [group.create_task(self._if_there(each)) for each in ids]
        return [found for each in asked if (found := each.result())]

    async def account(self, named: Named) -> Account | None:
        """Found by name: by itself, a company brings all its deals, tasks and invoices along."""
        query: Query = {"name": named.name, "limit": _NAMESAKES}
        listed = (await self.api.get("/api/accounts/", query=query)).read(AccountList)
        for found in (*listed.active.accounts, *listed.closed.accounts):
            if found.id == named.id:
                return found
        with suppress(Absent):
            return (await self.api.get("/api/accounts/{}/", named.id)).read(AccountPage).account
        return None

    async def contacts(self, ids: Sequence[str]) -> Sequence[Contact]:
        """Those of them that are still there."""
        async with together() as group:
            asked = [group.create_task(self._contact(each)) for each in ids]
        return [found for each in asked if (found := each.result())]

    async def definitions(self) -> Sequence[Definition]:
        query = {"include_counts": "false"}
        answer = await self.api.get("/api/custom-fields/", query=query)
        return answer.read(Definitions).definitions

    async def me(self) -> ProfilePage:
        return (await self.api.get("/api/profile/")).read(ProfilePage)

    async def feed(self) -> Activities:
        """That deals were saved, by whomever it was, us included."""
        query: Query = {"entity_type": "Opportunity", "limit": _FEED}
        return (await self.api.get("/api/activities/", query=query)).read(Activities)

    async def won(self) -> Sequence[Deal]:
        """Every deal in a won stage. Raises Unreachable if the list moved in our hands."""
        found: dict[str, Deal] = {}
        for code in await self.won_codes.get():
            found |= await self._all_in(code)
        return [deal for deal in found.values() if deal.is_won]

    async def _all_in(self, code: str) -> dict[str, Deal]:
        """Pages overlap by one: where they do not, the list has moved, and some may be missed."""
        found: dict[str, Deal] = {}
        full, offset = True, 0
        while full:
            page = await self._page(code, offset)
            if found and not any(deal.id in found for deal in page):
                raise Unreachable(self.system, "the list of won deals moved while it was read")
            found |= {deal.id: deal for deal in page}
            full, offset = len(page) == self._page_size, offset + len(page) - 1
        return found

    async def _page(self, code: str, offset: int) -> Sequence[Deal]:
        query: Query = {"stage": code, "limit": self._page_size, "offset": offset}
        return (await self.api.get("/api/opportunities/", query=query)).read(DealList).deals

    async def _if_there(self, id: str) -> Deal | None:
        with suppress(Absent):
            return (await self.deal(id)).deal
        return None

    async def _contact(self, id: str) -> Contact | None:
        with suppress(Absent):
            return (await self.api.get("/api/contacts/{}/", id)).read(ContactPage).contact
        return None

    async def _read_organization(self) -> Organization:
        return (await self.api.get("/api/org/settings/")).read(Organization)

    async def _read_won_codes(self) -> Sequence[str]:
        answer = await self.api.get("/api/opportunities/pipelines/")
        stages = (each for line in answer.read(Pipelines).pipelines for each in line.stages)
        return sorted({stage.code for stage in stages if stage.kind == "won"})


def _is_uuid(id: str) -> bool:
    try:
        return str(UUID(id)) == id
    except ValueError:
        return False
