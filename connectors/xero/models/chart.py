"""An organisation's tax rates, accounts and currencies."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from connectors.common.taxes import TREATMENT_NAMES, TaxLabel, label_of, suits
from connectors.xero.models.json import XeroModel
from domain.tax import TaxTreatment

# `ReportTaxType` of a rate that Xero made, docs/accounting/tax-rates
_REPORT_TYPES: Final = {
    TaxTreatment.DOMESTIC: {"OUTPUT"},
    TaxTreatment.REVERSE_CHARGE: {"ECOUTPUT", "ECOUTPUTSERVICES"},
    TaxTreatment.EXPORT: {"ZERORATEDOUTPUT"},
    TaxTreatment.EXEMPT: {"EXEMPTOUTPUT"},
    TaxTreatment.OUTSIDE_SCOPE: {"NONE"},
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


class Account(XeroModel):
    """An account of the chart. Bank accounts may have no code."""

    code: str = ""
    status: str = "ACTIVE"


class Currency(XeroModel):
    """A currency that the organisation is subscribed to."""

    code: str


class Organisation(XeroModel):
    """The organisation whose books these are."""

    name: str
    country_code: str = ""
    base_currency: str = ""


Chosen = Mapping[TaxTreatment, str]
"""The tax types that the settings name."""


def fitting(
    rates: Sequence[TaxRate], treatment: TaxTreatment, chosen: Chosen, rate: Decimal | None = None
) -> list[TaxRate]:
    """Find the chosen rate, else rates by words in the name, else by report type.

    A domestic rate is found by its percentage, so a chosen one counts for its own.
    """
    for_sales = [r for r in rates if r.is_for_sales and suits(r.effective_rate, treatment, rate)]
    if named := [each for each in for_sales if each.tax_type == chosen.get(treatment)]:
        return named
    reported = [each for each in for_sales if each.report_tax_type in _REPORT_TYPES[treatment]]
    if treatment is TaxTreatment.DOMESTIC:
        return reported or for_sales
    name = TREATMENT_NAMES[treatment]
    return [each for each in for_sales if name in each.name.lower()] or reported


def label(tax: TaxRate, rates: Sequence[TaxRate], chosen: Chosen) -> TaxLabel:
    """Say what a rate stands for; one that is archived may have been anything."""
    rate = tax.effective_rate
    suited = [each for each in TaxTreatment if suits(rate, each, None)]
    treatments = [each for each in suited if tax in fitting(rates, each, chosen, rate)]
    return label_of(rate, treatments, otherwise=tax.tax_type if tax.is_for_sales else "")
