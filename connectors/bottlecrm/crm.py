"""BottleCRM in the role of the CRM."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from connectors.bottlecrm.about import Activities
from connectors.bottlecrm.deal import Reading, deal_of
from connectors.bottlecrm.fields import keys
from connectors.bottlecrm.record import record_change
from connectors.bottlecrm.schema import prepare, probe
from connectors.bottlecrm.site import Site
from connectors.bottlecrm.task import task_change
from connectors.bottlecrm.wire import Deal as DealRecord
from connectors.bottlecrm.wire import DealPage
from connectors.kit import capabilities, together
from domain.deal import Deal
from domain.names import DealId
from domain.task import OwnerTask
from domain.writeback import WriteBack
from ports.capability import Capability
from ports.change import Change
from ports.crm import Won
from ports.failures import Misconfigured
from ports.probe import Probe

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class BottleCrm:
    """Reads a deal in two rounds of calls; a poll reads the feed of edits, and the deals in it."""

    def __init__(self, site: Site, settle: timedelta) -> None:
        self._site = site
        self._record = record_change(site, settle)
        self._task = task_change(site, settle)

    @property
    def capabilities(self) -> frozenset[Capability]:
        return capabilities(self._record, self._task, also={Capability.DRY_RUN})

    @property
    def record(self) -> Change[WriteBack]:
        return self._record

    @property
    def task(self) -> Change[OwnerTask]:
        return self._task

    async def read_deal(self, deal: DealId) -> Deal:
        page = await self._site.deal(self._site.local(deal))
        if missing := sorted(keys("Opportunity") - page.keys):
            reason = f"deals have no {', '.join(missing)}: prepare the account"
            raise Misconfigured(self._site.system, reason)
        return deal_of(deal, await self._gather(page))

    async def won_since(self, since: datetime) -> Sequence[Won]:
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

    async def prepare(self, *, dry_run: bool) -> Sequence[str]:
        return await prepare(self._site, dry_run=dry_run)

    async def probe(self) -> Probe:
        return await probe(self._site)

    def _won(self, deal: DealRecord, feed: Activities) -> Won:
        known = (deal.stage_changed_at, feed.latest.get(deal.id))
        changed_at = max((at for at in known if at is not None), default=_EPOCH)
        return Won(deal=DealId(self._site.key(deal.id)), changed_at=changed_at)

    async def _gather(self, page: DealPage) -> Reading:
        record, site = page.deal, self._site
        async with together() as group:
            contacts = group.create_task(site.contacts([each.id for each in record.contacts]))
            organization = group.create_task(site.organization.get())
            account = group.create_task(site.account(record.account)) if record.account else None
        return Reading(
            system=site.system,
            deal=record,
            url=site.url(record.id),
            account=account.result() if account else None,
            contacts=contacts.result(),
            fallback=organization.result().currency or "",
        )
