"""What finance must set up in Tryton, and how a connection is checked."""

from collections.abc import Iterator, Sequence

from connectors.common.taxes import tax_problems
from connectors.tryton.chart import Chart, no_currency
from connectors.tryton.client import TrytonClient
from connectors.tryton.models.chart import ChartData, fitting
from connectors.tryton.settings import TrytonSettings
from domain.tax import TaxTreatment
from ports.failures import Misconfigured, Rejected
from ports.probe import Probe


async def probe(client: TrytonClient, chart: Chart) -> Probe:
    """Raises Misconfigured if we cannot sign in; what finance must set up is a problem."""
    settings = client.settings
    try:
        data = await chart.data.again()
    except Rejected as refused:
        reason = f"give the user {settings.user} access to accounting and parties"
        raise Misconfigured(refused.system, f"{reason}: {refused.reason}") from refused
    return Probe(
        system=client.system,
        account=data.company,
        identity=f"user {settings.user}",
        problems=tuple(_problems(data, settings)),
    )


def _problems(data: ChartData, settings: TrytonSettings) -> Iterator[str]:
    def names(treatment: TaxTreatment) -> Sequence[str]:
        chosen = settings.taxes.get(treatment, "")
        return [tax.name for tax in fitting(data.taxes, treatment, chosen)]

    yield from tax_problems(names, "taxes")
    accounts = {
        "a revenue account: set the default of product categories, or `account`": data.revenue,
        "a receivable account: set the default of parties": data.receivable,
        "a journal of type revenue": data.journal,
    }
    for name, known in accounts.items():
        if not known:
            yield f"finance must give Tryton {name}"
    yield from (no_currency(code) for code in settings.currencies if code not in data.currencies)
