"""Chooses the tax type, account and tracking of a line."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal

from connectors.common import Cached
from connectors.common.taxes import TaxLabel, no_single_rate, percent, single
from connectors.xero.client import XeroClient
from connectors.xero.models.chart import TaxRate, fitting, label
from connectors.xero.models.new_documents import Line, Tracking
from domain.currency import minor_unit
from domain.invoice import InvoiceLine
from domain.tax import TaxRule
from ports.failures import Misconfigured, Rejected

_CENT = Decimal("0.01")
_CACHE_TIME = timedelta(days=1)


class Chart:
    """Reads the tax rates when a line needs one, and again when none fits."""

    def __init__(self, client: XeroClient) -> None:
        self._client = client
        self.tax_rates = Cached(self._read_tax_rates, _CACHE_TIME)

    async def lines(self, lines: Sequence[InvoiceLine]) -> list[Line]:
        """Lines as Xero takes them. Raises Rejected where Xero would round the money away."""
        currency = lines[0].net.currency
        if minor_unit(currency) < _CENT:
            raise Rejected(
                self._client.system,
                f"Xero keeps two decimals, and {currency} counts in {minor_unit(currency)}: agree "
                "another currency with the customer, or bill this by hand",
            )
        return [self._line(line, await self._tax_type(line.tax)) for line in lines]

    async def labels(self, used: frozenset[str]) -> Mapping[str, TaxLabel]:
        """What each tax type stands for. The rates are read again if one of these is not known."""
        chosen = self._client.settings.tax_types

        def known(rates: Sequence[TaxRate]) -> Mapping[str, TaxLabel]:
            return {each.tax_type: label(each, rates, chosen) for each in rates}

        def all_used(rates: Sequence[TaxRate]) -> Mapping[str, TaxLabel] | None:
            found = known(rates)
            return found if used <= found.keys() else None

        return await self.tax_rates.find(all_used) or known(await self.tax_rates.get())

    async def _tax_type(self, rule: TaxRule) -> str:
        """Xero's tax type for the rule. Raises Misconfigured, naming what must be set up."""
        treatment, chosen = rule.treatment, self._client.settings.tax_types
        found = await single(
            self.tax_rates, lambda rates: fitting(rates, treatment, chosen, rule.rate)
        )
        if len(found) == 1:
            return found[0].tax_type
        names = [each.label for each in found]
        reason = no_single_rate(treatment, percent(rule.rate), names, "tax_types")
        raise Misconfigured(self._client.system, reason)

    def _line(self, line: InvoiceLine, tax_type: str) -> Line:
        tax = line.tax_amount
        # Xero rounds tax to cents; where the minor unit is larger, we send the rounded tax.
        if tax is None and minor_unit(line.net.currency) > _CENT:
            tax = line.net.share(line.tax.rate)
        tracking = self._client.settings.tracking.items()
        return Line(
            description=line.description,
            quantity=line.quantity,
            unit_amount=line.unit_price,
            account_code=self._client.settings.account,
            tax_type=tax_type,
            tax_amount=None if tax is None else tax.amount,
            tracking=[Tracking(name=name, option=option) for name, option in tracking] or None,
        )

    async def _read_tax_rates(self) -> list[TaxRate]:
        return (await self._client.read("/TaxRates")).read(list[TaxRate], "TaxRates")
