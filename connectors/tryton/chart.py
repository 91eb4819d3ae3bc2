"""Which of the company's taxes, accounts and currencies we use, and what is wanting."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final

from connectors.kit import Cached
from connectors.tryton.facts import Facts, Tax, read_facts
from connectors.tryton.office import LIFE, Office
from domain.tax import TaxRule, TaxTreatment
from ports.failures import Misconfigured

_NAMED: Final = {
    TaxTreatment.REVERSE_CHARGE: "reverse charge",
    TaxTreatment.EXPORT: "export",
    TaxTreatment.EXEMPT: "exempt",
}


class Chart:
    """What documents refer to. Facts are kept a while, and read anew where they do not do."""

    def __init__(
        self,
        office: Office,
        taxes: dict[TaxTreatment, str],
        account: str,
        currencies: Sequence[str],
    ) -> None:
        self._office = office
        self._names = taxes
        self._currencies = currencies
        self._facts = Cached(lambda: read_facts(office, account), LIFE)

    async def facts(self) -> Facts:
        return await self._facts.get()

    async def tax(self, rule: TaxRule) -> Tax:
        """Tryton's tax for the rule. Raises Misconfigured, naming what must be set up."""

        def suits(rate: Decimal) -> bool:
            return rate == rule.rate

        found = self._fitting(await self.facts(), rule.treatment, suits)
        if len(found) != 1:
            # A person may have mended it since.
            found = self._fitting(await self._facts.again(), rule.treatment, suits)
        if len(found) != 1:
            rate = f"{rule.rate.normalize():f} %"
            raise Misconfigured(self._office.system, _wanted(rule.treatment, rate, found))
        return found[0]

    async def currency(self, code: str) -> int:
        for facts in (self._facts.get, self._facts.again):
            if found := (await facts()).currencies.get(code):
                return found
        raise Misconfigured(self._office.system, _no_currency(code))

    async def wanting(self) -> tuple[str, ...]:
        """What a person must still set up in Tryton, one sentence each."""
        facts = await self._facts.again()
        absent = [_no_currency(code) for code in self._currencies if code not in facts.currencies]
        accounts = {
            "a revenue account: set the default of product categories, or `account`": facts.revenue,
            "a receivable account: set the default of parties": facts.receivable,
            "a journal of type revenue": facts.journal,
        }
        missing = [
            f"finance must give Tryton {what}" for what, known in accounts.items() if not known
        ]
        return (*self._wanting_taxes(facts), *missing, *absent)

    def _wanting_taxes(self, facts: Facts) -> list[str]:
        wanting = []
        for treatment in TaxTreatment:
            is_taxed = treatment is TaxTreatment.DOMESTIC
            found = self._fitting(facts, treatment, _above_zero if is_taxed else _zero)
            # Which of several domestic rates is meant, the rule will say.
            if not found or (len(found) > 1 and not is_taxed):
                rate = "the standard rate" if is_taxed else "0 %"
                wanting.append(_wanted(treatment, rate, found))
        return wanting

    def _fitting(
        self, facts: Facts, treatment: TaxTreatment, suits: Callable[[Decimal], bool]
    ) -> list[Tax]:
        """By the name chosen in the settings, else by a word in it; domestic by the rate."""
        for_sales = [tax for tax in facts.taxes if tax.is_for_sales and suits(tax.percent)]
        if chosen := self._names.get(treatment):
            return [tax for tax in for_sales if tax.name == chosen]
        if treatment is TaxTreatment.DOMESTIC:
            return for_sales
        return [tax for tax in for_sales if _NAMED[treatment] in tax.name.lower()]


def _above_zero(rate: Decimal) -> bool:
    return rate > 0


def _zero(rate: Decimal) -> bool:
    return rate == 0


def _no_currency(code: str) -> str:
    return f"finance must add the currency {code} to Tryton, with its rate"


def _wanted(treatment: TaxTreatment, rate: str, found: Sequence[Tax]) -> str:
    kind = treatment.replace("_", " ")
    if found:
        names = ", ".join(each.name for each in found)
        return f"several taxes fit {kind} sales: choose one in `taxes`: {names}"
    called = f" with {_NAMED[treatment]!r} in its name" if treatment in _NAMED else ""
    return (
        f"no tax fits {kind} sales: finance must create a tax of {rate}{called}, "
        "or name theirs in `taxes`"
    )
