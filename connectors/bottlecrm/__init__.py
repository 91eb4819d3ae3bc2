"""BottleCRM, a CRM: its settings, and its part as Crm."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from pydantic import BaseModel, Field, SecretStr, model_validator

from connectors.bottlecrm.account import keys, prepare, probe
from connectors.bottlecrm.deal import Reading, RecordChange, TaskChange, deal_of
from connectors.bottlecrm.site import Site
from connectors.bottlecrm.wire import Activities, DealPage, explain
from connectors.bottlecrm.wire import Deal as DealRecord
from connectors.common import (
    Api,
    ApiProfile,
    Connector,
    HttpSettings,
    Roles,
    StaticBearer,
    capabilities,
    open_http,
    secret,
    together,
)
from domain.deal import Deal
from domain.effect import IdempotencyPolicy, Strategy
from domain.ids import DealId
from ports.capability import Capability
from ports.crm import WonDeal
from ports.failures import Misconfigured
from ports.probe import Probe

__all__ = ["BottleCrm", "BottlecrmSettings", "connector", "open_bottlecrm"]

_SYSTEM = "bottlecrm"
# Without its queue the site commits, then tries for up to 38 s before it says that it failed.
_SETTLE = timedelta(seconds=60)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class BottlecrmSettings(BaseModel, extra="forbid"):
    """A personal access token of an administrator's profile, in the settings or in a file.

    `url` is where the API is; `app_url` the site that people open.
    """

    url: str
    app_url: str = ""
    access_token: SecretStr | None = None
    access_token_file: Path | None = None
    page_size: int = Field(100, ge=2)
    http: HttpSettings = HttpSettings()

    @model_validator(mode="after")
    def _a_way_in(self) -> Self:
        if secret(self.access_token, self.access_token_file) is None:
            raise ValueError("BottleCRM needs an access_token")
        return self


class BottleCrm:
    """Reads a deal in two rounds of calls; a poll reads the feed of edits, and the deals in it."""

    def __init__(self, site: Site, settle: timedelta) -> None:
        self._site = site
        self.write_back = RecordChange(
            site, IdempotencyPolicy(strategy=Strategy.UPSERT, settle_time=settle)
        )
        self.owner_task = TaskChange(
            site, IdempotencyPolicy(strategy=Strategy.SEARCH_FIRST, settle_time=settle)
        )
        self.capabilities = capabilities(
            self.write_back, self.owner_task, also={Capability.DRY_RUN}
        )

    async def read_deal(self, deal: DealId) -> Deal:
        page = await self._site.deal(self._site.local(deal))
        if missing := sorted(keys("Opportunity") - page.keys):
            reason = f"deals have no {', '.join(missing)}: prepare the account"
            raise Misconfigured(self._site.system, reason)
        return deal_of(deal, await self._gather(page))

    async def won_since(self, since: datetime) -> Sequence[WonDeal]:
        """By the vendor's feed of the latest edits; where that is too short, by all won deals.

        No win that left an entry in the feed is missed. Django's own admin pages leave none, nor
        does a site that dies between a save and its entry: such a win may be told only once the
        deal is saved again. Of edits to a won deal, those that the feed no longer has, or never
        had, are not told.
        """
        feed = await self._site.feed()
        if feed.reach(since):
            deals = await self._site.deals(
                [deal for deal, at in feed.latest.items() if at >= since]
            )
        else:
            deals = await self._site.won()
        found = {deal.id: self._won(deal, feed) for deal in deals if deal.is_won}
        lately = (won for won in found.values() if won.changed_at >= since)
        return sorted(lately, key=lambda won: won.changed_at)

    async def set_up(self, *, dry_run: bool) -> Sequence[str]:
        return await prepare(self._site, dry_run=dry_run)

    async def probe(self) -> Probe:
        return await probe(self._site)

    def _won(self, deal: DealRecord, feed: Activities) -> WonDeal:
        known = (deal.stage_changed_at, feed.latest.get(deal.id))
        changed_at = max((at for at in known if at is not None), default=_EPOCH)
        return WonDeal(deal=DealId(self._site.key(deal.id)), changed_at=changed_at)

    async def _gather(self, page: DealPage) -> Reading:
        record, site = page.deal, self._site
        async with together() as group:
            contacts = group.create_task(site.contacts([each.id for each in record.contacts]))
            organization = group.create_task(site.organization.get())
            account = group.create_task(site.account(record.account)) if record.account else None
        return Reading(
            site=site,
            deal=record,
            account=account.result() if account else None,
            contacts=contacts.result(),
            fallback=organization.result().currency or "",
        )


@asynccontextmanager
async def open_bottlecrm(settings: BottlecrmSettings) -> AsyncIterator[Roles]:
    token = secret(settings.access_token, settings.access_token_file)
    if token is None:
        raise ValueError("the settings name no way in")
    async with open_http(settings.url, settings.http) as http:
        auth, timeout = StaticBearer(_SYSTEM, token), settings.http.timeout_seconds
        api = Api(_SYSTEM, http, auth, timeout, ApiProfile(explain=explain))
        app_url = (settings.app_url or settings.url).rstrip("/")
        site = Site(api, app_url, settings.page_size)
        yield Roles(crm=BottleCrm(site, settings.http.settle(_SETTLE)))


connector = Connector(_SYSTEM, BottlecrmSettings, open_bottlecrm)
