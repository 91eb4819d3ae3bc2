"""How an organisation keeps its books: its tax rates, accounts and currencies."""

from decimal import Decimal

from connectors.xero.wire.base import Wire


class TaxRate(Wire):
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


class TaxRates(Wire):
    """All tax rates."""

    tax_rates: list[TaxRate]


class Account(Wire):
    """An account of the chart. Bank accounts may have no code."""

    code: str = ""
    status: str = "ACTIVE"


class Accounts(Wire):
    """The chart of accounts."""

    accounts: list[Account]


class Currency(Wire):
    """A currency that the organisation is subscribed to."""

    code: str


class Currencies(Wire):
    """All of them."""

    currencies: list[Currency]


class OrganisationFacts(Wire):
    """Whose books these are."""

    name: str
    country_code: str = ""
    base_currency: str = ""


class Organisations(Wire):
    """The one organisation, as Xero answers it."""

    organisations: list[OrganisationFacts]
