"""HubSpot in the role of the CRM."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.common import capabilities, together
from connectors.hubspot import texts
from connectors.hubspot.deal import Reading, company_id, deal_of
from connectors.hubspot.fields import names
from connectors.hubspot.portal import Portal, local
from connectors.hubspot.probe import probe
from connectors.hubspot.record import record_change
from connectors.hubspot.schema import Schema
from connectors.hubspot.task import TaskChange
from connectors.hubspot.wire import Association, Record
from domain.deal import Deal
from domain.effect import IdempotencyPolicy, Strategy
from domain.ids import DealId
from domain.owner_task import OwnerTask
from domain.write_back import WriteBack
from ports.capability import Capability
from ports.crm import WonDeal
from ports.failures import Misconfigured
from ports.operation import Operation
from ports.probe import Probe

_LINES = "line items"
_CHANGED = "hs_lastmodifieddate"
_OFFERS = (Capability.WEBHOOK, Capability.UPDATED_SINCE, Capability.DRY_RUN)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class HubspotCrm:
    """Reads a deal in two rounds of calls side by side; a poll is one search a page."""

    def __init__(
        self,
        portal: Portal,
        *,
        app_url: str,
        identity: str,
        settle: timedelta,
        page_size: int = 200,
    ) -> None:
        self._portal = portal
        self._app_url = app_url
        self._identity = identity
        self._page_size = page_size
        self._schema = Schema(portal)
        self._record = record_change(portal, settle)
        self._task = TaskChange(
            portal, IdempotencyPolicy(strategy=Strategy.SEARCH_FIRST, settle_time=settle)
        )

    @property
    def capabilities(self) -> frozenset[Capability]:
        return capabilities(self._record, self._task, also=_OFFERS)

    @property
    def write_back(self) -> Operation[WriteBack]:
        return self._record

    @property
    def owner_task(self) -> Operation[OwnerTask]:
        return self._task

    async def read_deal(self, deal: DealId) -> Deal:
        known_as = local(self._portal.system, deal)
        async with together() as group:
            reading = group.create_task(
                self._portal.read("deals", known_as, associations="companies,line_items")
            )
            labelled = group.create_task(self._portal.associated("deals", known_as, "contacts"))
        record = reading.result()
        self._check_fields("deals", record)
        return deal_of(deal, await self._gather(record, labelled.result()))

    async def won_since(self, since: datetime) -> Sequence[WonDeal]:
        found: dict[str, WonDeal] = {}
        async for record in self._won_records(_milliseconds(since)):
            deal = DealId(f"{self._portal.system}:{record.id}")
            found[record.id] = WonDeal(deal=deal, changed_at=texts.moment(record.text(_CHANGED)))
        return sorted(found.values(), key=lambda won: won.changed_at)

    async def set_up(self, *, dry_run: bool) -> Sequence[str]:
        return await self._schema.set_up(dry_run=dry_run)

    async def probe(self) -> Probe:
        return await probe(self._portal, self._schema, self._identity)

    async def _gather(self, record: Record, labelled: Sequence[Association]) -> Reading:
        portal = self._portal
        company = company_id(record)
        async with together() as group:
            companies = group.create_task(
                portal.read_all("companies", [company] if company else [])
            )
            contacts = group.create_task(
                portal.read_all("contacts", [str(other.id) for other in labelled])
            )
            lines = group.create_task(self._lines(record))
            stage = group.create_task(portal.stage(record.text("dealstage")))
            info = group.create_task(portal.info.get())
        for line in lines.result().values():
            self._check_fields("line_items", line)
        for found in companies.result().values():
            self._check_fields("companies", found)
        return Reading(
            system=portal.system,
            deal=record,
            url=record.url
            or f"{self._app_url}/contacts/{info.result().portal}/record/0-3/{record.id}",
            company=next(iter(companies.result().values()), None),
            labelled=labelled,
            contacts=contacts.result(),
            lines=list(lines.result().values()),
            stage=stage.result(),
            currency=record.text("deal_currency_code") or info.result().currency,
        )

    async def _lines(self, deal: Record) -> Mapping[str, Record]:
        links = deal.linked(_LINES)
        ids = [link.id for link in links.results]
        if links.after:
            more = await self._portal.associated("deals", deal.id, "line_items")
            ids = [str(other.id) for other in more]
        return await self._portal.read_all("line_items", ids)

    async def _won_records(self, since: int) -> AsyncIterator[Record]:
        """Each page begins at the last stamp seen: by offset, a record that moves hides another."""
        known = await self._portal.stages.get()
        stages = [stage.id for stage in known.values() if stage.is_won]
        after: str | None = None
        while stages:
            page = await self._portal.search("deals", self._changed_in(stages, since, after))
            for record in page.results:
                yield record
            if page.after is None:
                return
            last = _milliseconds(texts.moment(page.results[-1].text(_CHANGED)))
            since, after = (last, None) if last > since else (since, page.after)

    def _changed_in(
        self, stages: Sequence[str], since: int, after: str | None
    ) -> Mapping[str, Any]:
        changed = {"propertyName": _CHANGED, "operator": "GTE", "value": str(since)}
        won = {"propertyName": "dealstage", "operator": "IN", "values": list(stages)}
        return {
            "filterGroups": [{"filters": [changed, won]}],
            "sorts": [{"propertyName": _CHANGED, "direction": "ASCENDING"}],
            "properties": [_CHANGED],
            "limit": self._page_size,
        } | ({"after": after} if after else {})

    def _check_fields(self, kind: str, record: Record) -> None:
        """A property that HubSpot leaves out does not exist there; an unset one is null."""
        missing = [name for name in names(kind) if name not in record.properties]
        if missing:
            reason = f"{kind} have no {', '.join(missing)}: prepare the account"
            raise Misconfigured(self._portal.system, reason)


def _milliseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(milliseconds=1)
