"""An organisation's tax rates, accounts and currencies."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final

from connectors.common.taxes import TREATMENT_NAMES
from connectors.xero.models.json import XeroModel
from domain.tax import TaxTreatment

# `ReportTaxType` of a rate that Xero made, docs/accounting/tax-rates
_REPORT_TYPES: Final = {
    TaxTreatment.DOMESTIC: {"OUTPUT"},
    TaxTreatment.REVERSE_CHARGE: {"ECOUTPUT", "ECOUTPUTSERVICES"},
    TaxTreatment.EXPORT: {"ZERORATEDOUTPUT"},
    TaxTreatment.EXEMPT: {"EXEMPTOUTPUT"},
}


class TaxRate(XeroModel):
    """`report_tax_type` says what the rate is for, where Xero made it."""

    name: str = ""
    tax_type: str
    report_tax_type: str = ""
    can_apply_to_revenue: bool = False
    effective_rate: Decimal = Decimal(0)
    status: str = "ACTIVE"

    @property
    def is_for_sales(self) -> bool:
        return self.status == "ACTIVE" and self.can_apply_to_revenue

    @property
    def label(self) -> str:
        return f"{self.name} ({self.tax_type})"


class TaxRates(XeroModel):
    """All tax rates."""

    tax_rates: list[TaxRate]


class Account(XeroModel):
    """An account of the chart. Bank accounts may have no code."""

    code: str = ""
    status: str = "ACTIVE"


class Accounts(XeroModel):
    """The chart of accounts."""

    accounts: list[Account]


class Currency(XeroModel):
    """A currency that the organisation is subscribed to."""

    code: str


class Currencies(XeroModel):
    """All of them."""

    currencies: list[Currency]


class Organisation(XeroModel):
    """Whose books these are."""

    name: str
    country_code: str = ""
    base_currency: str = ""


class Organisations(XeroModel):
    """The one organisation, as Xero answers it."""

    organisations: list[Organisation]


def fitting(
    rates: Sequence[TaxRate], treatment: TaxTreatment, suits: Callable[[Decimal], bool]
) -> list[TaxRate]:
    """By words in the name, else by Xero's report type; a domestic rate by its percentage."""
    for_sales = [rate for rate in rates if rate.is_for_sales and suits(rate.effective_rate)]
    reported = [rate for rate in for_sales if rate.report_tax_type in _REPORT_TYPES[treatment]]
    if treatment is TaxTreatment.DOMESTIC:
        return reported or for_sales
    name = TREATMENT_NAMES[treatment]
    return [rate for rate in for_sales if name in rate.name.lower()] or reported
