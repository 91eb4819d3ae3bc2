"""Which of the organisation's tax types, accounts and currencies we use, and what is wanting."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final

from connectors.xero.organisation import Organisation
from connectors.xero.wire.base import only
from connectors.xero.wire.chart import (
    Accounts,
    Currencies,
    OrganisationFacts,
    Organisations,
    TaxRate,
    TaxRates,
)
from domain.tax import TaxRule, TaxTreatment
from ports.failures import Misconfigured

_REPORTED: Final = {
    TaxTreatment.DOMESTIC: {"OUTPUT"},
    TaxTreatment.REVERSE_CHARGE: {"ECOUTPUT", "ECOUTPUTSERVICES"},
    TaxTreatment.EXPORT: {"ZERORATEDOUTPUT"},
    TaxTreatment.EXEMPT: {"EXEMPTOUTPUT"},
}
_NAMED: Final = {
    TaxTreatment.REVERSE_CHARGE: "reverse charge",
    TaxTreatment.EXPORT: "export",
    TaxTreatment.EXEMPT: "exempt",
}


class Chart:
    """The organisation's reference data, read when needed and kept while it answers."""

    def __init__(
        self,
        xero: Organisation,
        tax_types: dict[TaxTreatment, str],
        account: str,
        currencies: Sequence[str] = (),
    ) -> None:
        self._xero = xero
        self._tax_types = tax_types
        self._currencies = currencies
        self._rates: list[TaxRate] = []
        self.account = account

    async def tax_type(self, rule: TaxRule) -> str:
        """Xero's tax type for the rule. Raises Misconfigured, naming what must be set up."""
        if chosen := self._tax_types.get(rule.treatment):
            return chosen
        found = _fitting(self._rates, rule.treatment, lambda rate: rate == rule.rate)
        if len(found) != 1:
            # A person may have mended it since.
            self._rates = await self._read_rates()
            found = _fitting(self._rates, rule.treatment, lambda rate: rate == rule.rate)
        if len(found) != 1:
            raise Misconfigured(
                self._xero.system, _wanted(rule.treatment, f"{rule.rate.normalize():f} %", found)
            )
        return found[0].tax_type

    async def facts(self) -> OrganisationFacts:
        answer = await self._xero.read("/Organisation")
        return only(answer, answer.read(Organisations).organisations)

    async def wanting(self) -> tuple[str, ...]:
        """What a person must still set up in Xero, one sentence each."""
        return (
            *await self._wanting_rates(),
            *await self._wanting_account(),
            *await self._wanting_currencies(),
        )

    async def _wanting_rates(self) -> list[str]:
        rates = self._rates = await self._read_rates()
        wanting = []
        for treatment in TaxTreatment:
            if treatment in self._tax_types:
                continue
            is_taxed = treatment is TaxTreatment.DOMESTIC
            found = _fitting(rates, treatment, _above_zero if is_taxed else _zero)
            # Which of several domestic rates is meant, the rule will say.
            if not found or (len(found) > 1 and not is_taxed):
                wanting.append(
                    _wanted(treatment, "the standard rate" if is_taxed else "0 %", found)
                )
        return wanting

    async def _wanting_account(self) -> list[str]:
        accounts = (await self._xero.read("/Accounts")).read(Accounts).accounts
        if any(each.code == self.account and each.status == "ACTIVE" for each in accounts):
            return []
        return [f"finance must create the sales account {self.account}, or set `account` to theirs"]

    async def _wanting_currencies(self) -> list[str]:
        if not self._currencies:
            return []
        answer = await self._xero.read("/Currencies")
        there = {each.code for each in answer.read(Currencies).currencies}
        return [
            f"finance must add the currency {code} to the organisation"
            for code in self._currencies
            if code not in there
        ]

    async def _read_rates(self) -> list[TaxRate]:
        return (await self._xero.read("/TaxRates")).read(TaxRates).tax_rates


def _above_zero(rate: Decimal) -> bool:
    return rate > 0


def _zero(rate: Decimal) -> bool:
    return rate == 0


def _fitting(
    rates: Sequence[TaxRate], treatment: TaxTreatment, suits: Callable[[Decimal], bool]
) -> list[TaxRate]:
    """By the rate's name where it tells, else by what Xero reports it as; domestic by the rate."""
    for_sales = [rate for rate in rates if rate.is_for_sales and suits(rate.effective_rate)]
    reported = [rate for rate in for_sales if rate.report_tax_type in _REPORTED[treatment]]
    if treatment is TaxTreatment.DOMESTIC:
        return reported or for_sales
    named = [rate for rate in for_sales if _NAMED[treatment] in rate.name.lower()]
    return named or reported


def _wanted(treatment: TaxTreatment, rate: str, found: Sequence[TaxRate]) -> str:
    kind = treatment.replace("_", " ")
    if found:
        names = ", ".join(f"{each.name} ({each.tax_type})" for each in found)
        return f"several tax rates fit {kind} sales: choose one in `tax_types`: {names}"
    called = f" with {_NAMED[treatment]!r} in its name" if treatment in _NAMED else ""
    return (
        f"no tax rate fits {kind} sales: finance must create a sales tax rate of {rate}{called}, "
        f"or name theirs in `tax_types`"
    )
