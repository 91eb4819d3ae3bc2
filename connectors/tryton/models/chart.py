"""A company's taxes, accounts and currencies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from pydantic import Field

from connectors.common.taxes import TREATMENT_NAMES, TaxLabel, label_of, suits
from connectors.tryton.models.json import Exact, Record, Text, TrytonModel
from domain.tax import TaxTreatment


class _Named(TrytonModel):
    rec_name: str


class Company(Record):
    """The company, and the currency of its books."""

    model: ClassVar = "company.company"
    rec_name: str
    currency: _Named = Field(alias="currency.")


class _Group(TrytonModel):
    kind: str = "both"


class Tax(Record):
    """A tax of the company, with the accounts that it is invoiced and credited on."""

    model: ClassVar = "account.tax"
    name: str
    description: Text = ""
    type: str
    rate: Exact | None = None
    invoice_account: int | None = None
    credit_note_account: int | None = None
    childs: tuple[int, ...] = ()
    group: _Group | None = Field(None, alias="group.")

    @property
    def is_for_sales(self) -> bool:
        """Whether it is a single percentage: only Tryton can compute a tax of several parts."""
        sells = self.group is None or self.group.kind in {"sale", "both"}
        return sells and self.type == "percentage" and not self.childs

    @property
    def percentage(self) -> Decimal:
        return (self.rate or Decimal(0)) * 100


class Currency(Record):
    """A currency that the company may use."""

    model: ClassVar = "currency.currency"
    code: str


class Configuration(Record):
    """The accounts of a party or product that has none of its own."""

    model: ClassVar = "account.configuration"
    default_account_receivable: int | None = None
    default_category_account_revenue: int | None = None


@dataclass(frozen=True, kw_only=True)
class ChartData:
    """The reference data of a company, read together."""

    company: str
    taxes: list[Tax]
    currencies: dict[str, int]
    journal: int | None
    receivable: int | None
    revenue: int | None


def fitting(
    taxes: Sequence[Tax], treatment: TaxTreatment, chosen: str, rate: Decimal | None = None
) -> list[Tax]:
    """Find the chosen tax, else taxes by words in the name.

    A domestic one is found by its rate, so a chosen one counts for its own.
    """
    for_sales = [t for t in taxes if t.is_for_sales and suits(t.percentage, treatment, rate)]
    if named := [tax for tax in for_sales if chosen and tax.name == chosen]:
        return named
    name = TREATMENT_NAMES.get(treatment, "")
    return [tax for tax in for_sales if name in tax.name.lower()]


def labels(taxes: Sequence[Tax], chosen: Mapping[TaxTreatment, str]) -> dict[int, TaxLabel]:
    """Say what each tax stands for, by its id."""
    return {tax.id: _label(tax, taxes, chosen) for tax in taxes}


def _label(tax: Tax, taxes: Sequence[Tax], chosen: Mapping[TaxTreatment, str]) -> TaxLabel:
    rate = tax.percentage
    suited = [each for each in TaxTreatment if suits(rate, each, None)]
    treatments = [
        each for each in suited if tax in fitting(taxes, each, chosen.get(each, ""), rate)
    ]
    return label_of(rate, treatments, otherwise=tax.name)
