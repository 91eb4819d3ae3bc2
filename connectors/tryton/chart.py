"""The company's taxes, accounts and currencies that documents use."""

from datetime import timedelta

from connectors.common import Cached, together
from connectors.common.taxes import TaxLabel, no_single_rate, percent, single
from connectors.tryton.client import TrytonClient
from connectors.tryton.models.chart import (
    ChartData,
    Company,
    Configuration,
    Currency,
    Tax,
    fitting,
    labels,
)
from domain.tax import TaxRule
from ports.failures import Misconfigured

_CACHE_TIME = timedelta(minutes=10)


class Chart:
    """Keeps the reference data for some minutes, and reads it again if nothing in it fits."""

    def __init__(self, client: TrytonClient) -> None:
        self._client = client
        self.data = Cached(self._read, _CACHE_TIME)

    async def tax(self, rule: TaxRule) -> Tax:
        """Tryton's tax for the rule. Raises Misconfigured, naming what must be set up."""
        treatment, chosen = rule.treatment, self._client.settings.taxes.get(rule.treatment, "")
        found = await single(
            self.data, lambda data: fitting(data.taxes, treatment, chosen, rule.rate)
        )
        if len(found) == 1:
            return found[0]
        names = [each.name for each in found]
        reason = no_single_rate(treatment, percent(rule.rate), names, "taxes")
        raise Misconfigured(self._client.system, reason)

    async def labels(self) -> dict[int, TaxLabel]:
        """What each tax stands for, by its id."""
        return labels((await self.data.get()).taxes, self._client.settings.taxes)

    async def complete(self, currency: str) -> ChartData:
        """The data with all that a document needs. Raises Misconfigured."""
        if await self.data.find(lambda data: data.currencies.get(currency)) is None:
            raise Misconfigured(self._client.system, no_currency(currency))
        return await self.data.get()

    async def _read(self) -> ChartData:
        client = self._client
        company, find, ids = await client.company.get(), client.search, client.ids
        ours = ["company", "=", company]
        async with together() as group:
            companies = group.create_task(find(Company, [["id", "=", company]]))
            taxes = group.create_task(find(Tax, [ours, ["parent", "=", None]]))
            currencies = group.create_task(find(Currency, []))
            journals = group.create_task(ids("account.journal", [["type", "=", "revenue"]]))
            code = [["code", "=", self._client.settings.account], ours]
            accounts = group.create_task(ids("account.account", code))
            configurations = group.create_task(find(Configuration, []))
        (owner,), (defaults,) = companies.result(), configurations.result()
        own = next(iter(accounts.result()), None)
        return ChartData(
            company=f"{owner.rec_name} ({owner.currency.rec_name})",
            taxes=taxes.result(),
            currencies={each.code: each.id for each in currencies.result()},
            journal=next(iter(journals.result()), None),
            receivable=defaults.default_account_receivable,
            revenue=own
            if self._client.settings.account
            else defaults.default_category_account_revenue,
        )


def no_currency(code: str) -> str:
    return f"finance must add the currency {code} to Tryton, with its rate"
