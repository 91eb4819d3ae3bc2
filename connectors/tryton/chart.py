"""The company's taxes, accounts and currencies that documents use."""

from collections.abc import Sequence
from datetime import timedelta

from connectors.common import Cached, together
from connectors.common.taxes import no_single_rate, percent
from connectors.tryton.client import TrytonClient
from connectors.tryton.models.chart import (
    ChartData,
    Company,
    Configuration,
    Currency,
    Journal,
    LedgerAccount,
    Tax,
    fitting,
)
from connectors.tryton.models.json import Record
from connectors.tryton.settings import TrytonSettings
from domain.tax import TaxRule
from ports.failures import Misconfigured

_CACHE_TIME = timedelta(minutes=10)


class Chart:
    """Keeps the reference data for some minutes, and reads it again where nothing in it fits."""

    def __init__(self, client: TrytonClient, settings: TrytonSettings) -> None:
        self._client = client
        self._settings = settings
        self.data = Cached(self._read, _CACHE_TIME)

    async def tax(self, rule: TaxRule) -> Tax:
        """Tryton's tax for the rule. Raises Misconfigured, naming what must be set up."""
        data = await self.data.find(lambda d: d if len(self._fitting(d, rule)) == 1 else None)
        found = self._fitting(data or await self.data.get(), rule)
        if data:
            return found[0]
        names = [each.name for each in found]
        reason = no_single_rate(rule.treatment, percent(rule.rate), names, "taxes")
        raise Misconfigured(self._client.system, reason)

    async def complete(self, currency: str) -> ChartData:
        """The data with all that a document needs. Raises Misconfigured."""
        if await self.data.find(lambda data: data.currencies.get(currency)) is None:
            raise Misconfigured(self._client.system, no_currency(currency))
        return await self.data.get()

    def _fitting(self, data: ChartData, rule: TaxRule) -> list[Tax]:
        chosen = self._settings.taxes.get(rule.treatment, "")
        return fitting(data.taxes, rule.treatment, chosen, rule.rate)

    async def _read(self) -> ChartData:
        company, find = await self._client.company.get(), self._client.search
        ours = ["company", "=", company]
        async with together() as group:
            companies = group.create_task(find(Company, [["id", "=", company]]))
            taxes = group.create_task(find(Tax, [ours, ["parent", "=", None]]))
            currencies = group.create_task(find(Currency, []))
            journals = group.create_task(find(Journal, [["type", "=", "revenue"]]))
            code = [["code", "=", self._settings.account], ours]
            accounts = group.create_task(find(LedgerAccount, code))
            configurations = group.create_task(find(Configuration, []))
        (owner,), (defaults,) = companies.result(), configurations.result()
        own = _first(accounts.result())
        return ChartData(
            company=f"{owner.rec_name} ({owner.currency.rec_name})",
            taxes=taxes.result(),
            currencies={each.code: each.id for each in currencies.result()},
            journal=_first(journals.result()),
            receivable=defaults.default_account_receivable,
            revenue=own if self._settings.account else defaults.default_category_account_revenue,
        )


def no_currency(code: str) -> str:
    return f"finance must add the currency {code} to Tryton, with its rate"


def _first(records: Sequence[Record]) -> int | None:
    return records[0].id if records else None
