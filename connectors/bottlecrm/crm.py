"""BottleCRM in the role of Crm: reads deals."""

from collections.abc import Sequence
from datetime import UTC, datetime

from connectors.bottlecrm.client import BottlecrmClient
from connectors.bottlecrm.models.account import Activities
from connectors.bottlecrm.models.deal import DealRecords, to_deal
from connectors.bottlecrm.models.fields import names
from connectors.bottlecrm.models.records import Deal as DealRecord
from connectors.bottlecrm.operations.owner_task import OwnerTaskOperation
from connectors.bottlecrm.operations.write_back import WriteBackOperation
from connectors.bottlecrm.setup import other_installations, probe, set_up
from connectors.common import capabilities, together
from connectors.common.field_definitions import KEY
from domain.deal import Deal
from domain.ids import DealId
from ports.capability import Capability
from ports.crm import ChangedDeal
from ports.failures import Misconfigured
from ports.probe import Probe

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class BottlecrmCrm:
    """Reads a deal in two rounds of calls; a poll reads the latest edits, then their deals."""

    def __init__(self, client: BottlecrmClient) -> None:
        self._client = client
        self.write_back = WriteBackOperation(client)
        self.owner_task = OwnerTaskOperation(client)
        self.capabilities = capabilities(
            self.write_back, self.owner_task, also={Capability.DRY_RUN}
        )

    async def read_deal(self, deal: DealId) -> Deal:
        page = await self._client.deal(self._client.local_id(deal))
        if missing := sorted(names("Opportunity") - page.field_names):
            reason = f"deals have no {', '.join(missing)}: prepare the account"
            raise Misconfigured(self._client.system, reason)
        return to_deal(deal, await self._records(page.deal))

    async def changed_since(self, since: datetime) -> Sequence[ChangedDeal]:
        """Read the latest fifty edits, and all won deals if those do not reach back far enough.

        It finds every change that left an edit in that list. Django's admin pages leave none, and
        neither does a site that dies between a save and its entry: such a deal is found when it
        is saved again. It misses edits that are not in the list; so a deal that is lost again while
        more than fifty edits were made is found at its next edit. Deals that another installation
        carries are left out.
        """
        activities = await self._client.activities()
        deals = [] if activities.reach(since) else [*await self._client.won_deals()]
        known = {deal.id for deal in deals}
        edited = [deal for deal, at in activities.latest.items() if at >= since]
        deals += await self._client.deals([deal for deal in edited if deal not in known])
        found = {deal.id: self._changed(deal, activities) for deal in deals if self._is_ours(deal)}
        recent = (changed for changed in found.values() if changed.changed_at >= since)
        return sorted(recent, key=lambda changed: changed.changed_at)

    async def set_up(self, *, dry_run: bool) -> Sequence[str]:
        return await set_up(self._client, dry_run=dry_run)

    async def other_installations(self) -> frozenset[str]:
        return await other_installations(self._client)

    async def probe(self) -> Probe:
        return await probe(self._client)

    def _is_ours(self, deal: DealRecord) -> bool:
        key, references = deal.text(KEY), self._client.references
        return references.owns(key) or (deal.is_won and not references.is_foreign(key))

    def _changed(self, deal: DealRecord, activities: Activities) -> ChangedDeal:
        times = (deal.stage_changed_at, activities.latest.get(deal.id))
        changed_at = max((at for at in times if at is not None), default=_EPOCH)
        id_ = DealId(f"{self._client.system}:{deal.id}")
        return ChangedDeal(deal=id_, changed_at=changed_at, is_won=deal.is_won)

    async def _records(self, deal: DealRecord) -> DealRecords:
        client = self._client
        async with together() as group:
            contacts = group.create_task(client.contacts([each.id for each in deal.contacts]))
            organization = group.create_task(client.organization.get())
            account = group.create_task(client.account(deal.account)) if deal.account else None
        return DealRecords(
            system=client.system,
            references=client.references,
            deal=deal,
            url=client.url(deal.id),
            account=account.result() if account else None,
            contacts=contacts.result(),
            currency=organization.result().currency or "",
        )
