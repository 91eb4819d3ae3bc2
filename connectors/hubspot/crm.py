"""HubSpot in the role of Crm: reads deals."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime

from connectors.common import capabilities, together
from connectors.common.field_definitions import KEY
from connectors.hubspot.client import HubspotClient
from connectors.hubspot.models.deal import DealRecords, company_id, to_deal
from connectors.hubspot.models.fields import names
from connectors.hubspot.models.records import CHANGED, Association, Record
from connectors.hubspot.models.values import moment
from connectors.hubspot.operations.owner_task import OwnerTaskOperation
from connectors.hubspot.operations.write_back import WriteBackOperation
from connectors.hubspot.setup import HubspotSetup
from domain.deal import Deal
from domain.ids import DealId
from ports.capability import Capability
from ports.crm import ChangedDeal
from ports.failures import Misconfigured
from ports.probe import Probe

# `associations` of a record name its line items with a space, the parameter with an underscore.
_LINE_ITEMS = "line items"
# HubSpot object type of deals, docs/crm/understanding-the-crm
_DEAL_TYPE = "0-3"
_CHANGE = (CHANGED, KEY, "dealstage")


class HubspotCrm:
    """Reads a deal in two rounds of concurrent calls; a poll is one search per page."""

    def __init__(self, client: HubspotClient) -> None:
        self._client = client
        self._setup = HubspotSetup(client)
        self.write_back = WriteBackOperation(client)
        self.owner_task = OwnerTaskOperation(client)
        self.capabilities = capabilities(
            self.write_back,
            self.owner_task,
            also=(Capability.WEBHOOK, Capability.UPDATED_SINCE, Capability.DRY_RUN),
        )

    async def read_deal(self, deal: DealId) -> Deal:
        local = self._client.local_id(deal)
        async with together() as group:
            reading = group.create_task(
                self._client.read("deals", local, associations="companies,line_items")
            )
            contacts = group.create_task(self._client.associations("deals", local, "contacts"))
        record = reading.result()
        self._require_fields("deals", record)
        return to_deal(deal, await self._records(record, contacts.result()))

    async def changed_since(self, since: datetime) -> Sequence[ChangedDeal]:
        """Leaves out the deals that another installation carries."""
        stages = await self._client.stages.get()
        found: dict[str, ChangedDeal] = {}
        async for record in self._changes(since, [s.id for s in stages.values() if s.is_won]):
            stage = stages.get(record.text("dealstage"))
            deal = self._deal_of(record, is_won=bool(stage and stage.is_won))
            if deal is not None:
                found[record.id] = deal
        return sorted(found.values(), key=lambda deal: deal.changed_at)

    async def set_up(self, *, dry_run: bool) -> Sequence[str]:
        return await self._setup.set_up(dry_run=dry_run)

    async def other_installations(self) -> frozenset[str]:
        return await self._setup.other_installations()

    async def probe(self) -> Probe:
        return await self._setup.probe(self._client.settings.identity)

    async def _records(self, deal: Record, labelled: Sequence[Association]) -> DealRecords:
        client, company = self._client, company_id(deal)
        contact_ids = [str(association.id) for association in labelled]
        async with together() as group:
            reading_company = group.create_task(
                client.read_all("companies", [company] if company else [])
            )
            contacts = group.create_task(client.read_all("contacts", contact_ids))
            reading_lines = group.create_task(self._lines(deal))
            stage = group.create_task(client.stage(deal.text("dealstage")))
            reading_info = group.create_task(client.info.get())
        companies, lines = reading_company.result().values(), reading_lines.result().values()
        for kind, records in (("line_items", lines), ("companies", companies)):
            for record in records:
                self._require_fields(kind, record)
        info = reading_info.result()
        home = f"{self._client.settings.app_url}/contacts/{info.portal}/record/{_DEAL_TYPE}"
        return DealRecords(
            system=client.system,
            references=client.references,
            deal=deal,
            url=deal.url or f"{home}/{deal.id}",
            company=next(iter(companies), None),
            labelled=labelled,
            contacts=contacts.result(),
            lines=list(lines),
            stage=stage.result(),
            currency=deal.text("deal_currency_code") or info.currency,
        )

    async def _lines(self, deal: Record) -> Mapping[str, Record]:
        links = deal.linked(_LINE_ITEMS)
        ids = [link.id for link in links.results]
        if links.after:
            more = await self._client.associations("deals", deal.id, "line_items")
            ids = [str(association.id) for association in more]
        return await self._client.read_all("line_items", ids)

    def _changes(self, since: datetime, won: Sequence[str]) -> AsyncIterator[Record]:
        is_won = {"propertyName": "dealstage", "operator": "IN", "values": won}
        is_carried = {"propertyName": KEY, "operator": "HAS_PROPERTY"}
        filters = (is_won, is_carried) if won else (is_carried,)
        return self._client.changes("deals", since, *filters, properties=_CHANGE)

    def _deal_of(self, record: Record, *, is_won: bool) -> ChangedDeal | None:
        """Return a won deal, or one that we carry; None for another installation's."""
        key, references = record.text(KEY), self._client.references
        if references.is_foreign(key) or not (is_won or references.owns(key)):
            return None
        deal = DealId(f"{self._client.system}:{record.id}")
        return ChangedDeal(deal=deal, changed_at=moment(record.text(CHANGED)), is_won=is_won)

    def _require_fields(self, kind: str, record: Record) -> None:
        """Require our properties: HubSpot leaves out a missing one, and an unset one is null."""
        missing = [name for name in names(kind) if name not in record.properties]
        if missing:
            reason = f"{kind} have no {', '.join(missing)}: prepare the account"
            raise Misconfigured(self._client.system, reason)
