"""What finance must set up in Xero, and how a connection is checked."""

from collections.abc import Sequence

from connectors.common.setup import problems_of
from connectors.common.taxes import tax_problems
from connectors.xero.chart import Chart
from connectors.xero.client import XeroClient
from connectors.xero.models.chart import Account, Currency, Organisation, fitting
from connectors.xero.settings import XeroSettings
from domain.tax import TaxTreatment
from ports.probe import Probe


async def probe(client: XeroClient, chart: Chart) -> Probe:
    """Raises Misconfigured if we cannot sign in; what finance must set up is a problem."""
    settings = client.settings
    response = await client.read("/Organisation")
    organisation = response.read(tuple[Organisation], "Organisations")[0]
    problems = await problems_of(
        _tax_rates(chart, settings), _account(client, settings), _currencies(client, settings)
    )
    return Probe(
        system=client.system,
        account=f"{organisation.name} ({organisation.country_code}, {organisation.base_currency})",
        identity=f"app {settings.client_id}",
        problems=problems,
    )


async def _tax_rates(chart: Chart, settings: XeroSettings) -> Sequence[str]:
    rates = await chart.tax_rates.again()

    def names(treatment: TaxTreatment) -> Sequence[str]:
        return [rate.label for rate in fitting(rates, treatment, settings.tax_types)]

    return [*tax_problems(names, "tax_types")]


async def _account(client: XeroClient, settings: XeroSettings) -> Sequence[str]:
    accounts = (await client.read("/Accounts")).read(list[Account], "Accounts")
    code = settings.account
    if any(each.code == code and each.status == "ACTIVE" for each in accounts):
        return []
    return [f"finance must create the sales account {code}, or set `account` to theirs"]


async def _currencies(client: XeroClient, settings: XeroSettings) -> Sequence[str]:
    if not settings.currencies:
        return []
    found = (await client.read("/Currencies")).read(list[Currency], "Currencies")
    known = {each.code for each in found}
    return [
        f"finance must add the currency {code} to the organisation"
        for code in settings.currencies
        if code not in known
    ]
