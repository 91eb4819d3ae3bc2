"""A company's reference data as Tryton has it: its taxes, accounts and currencies, read at once."""

from decimal import Decimal
from typing import ClassVar

from pydantic import Field

from connectors.kit import together
from connectors.tryton.office import Office
from connectors.tryton.wire import Exact, Row, Rows, Text, Wire


class _Group(Wire):
    kind: str = "both"


class Tax(Row):
    """A tax of the company. What it was invoiced and credited on are accounts."""

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
        """A percentage on its own: what a tax of several parts comes to, only Tryton knows."""
        sells = self.group is None or self.group.kind in {"sale", "both"}
        return sells and self.type == "percentage" and not self.childs

    @property
    def percent(self) -> Decimal:
        return (self.rate or Decimal(0)) * 100


class _Taxes(Rows):
    model: ClassVar = "account.tax"
    reads: ClassVar = (
        *("name", "description", "type", "rate", "childs", "group.kind"),
        *("invoice_account", "credit_note_account"),
    )
    result: list[Tax]


class _Currency(Row):
    code: str


class _Currencies(Rows):
    model: ClassVar = "currency.currency"
    reads: ClassVar = ("code",)
    result: list[_Currency]


class _Ids(Rows):
    reads: ClassVar = ("id",)
    result: list[Row]


class _Accounts(_Ids):
    model: ClassVar = "account.account"


class _Journals(_Ids):
    model: ClassVar = "account.journal"


class _Named(Wire):
    rec_name: str


class _Company(Row):
    rec_name: str
    currency: _Named = Field(alias="currency.")


class _Companies(Rows):
    model: ClassVar = "company.company"
    reads: ClassVar = ("rec_name", "currency.rec_name")
    result: list[_Company]


class _Defaults(Row):
    default_account_receivable: int | None = None
    default_category_account_revenue: int | None = None


class _Configurations(Rows):
    model: ClassVar = "account.configuration"
    reads: ClassVar = ("default_account_receivable", "default_category_account_revenue")
    result: list[_Defaults]


class Facts(Wire):
    """The reference data of a company, read at once."""

    company: str
    taxes: list[Tax]
    currencies: dict[str, int]
    journal: int | None
    receivable: int | None
    revenue: int | None


async def read_facts(office: Office, account: str) -> Facts:
    """`account` is the code of the revenue account; without one, Tryton's default is meant."""
    company = await office.company()
    ours = ["company", "=", company]
    code = [["code", "=", account], ours]
    async with together() as group:
        companies = group.create_task(office.search(_Companies, [["id", "=", company]]))
        taxes = group.create_task(office.search(_Taxes, [ours, ["parent", "=", None]]))
        currencies = group.create_task(office.search(_Currencies, []))
        journals = group.create_task(office.search(_Journals, [["type", "=", "revenue"]]))
        accounts = group.create_task(office.search(_Accounts, code))
        defaults = group.create_task(office.search(_Configurations, []))
    (who,), (preset,) = companies.result().result, defaults.result().result
    return Facts(
        company=f"{who.rec_name} ({who.currency.rec_name})",
        taxes=taxes.result().result,
        currencies={each.code: each.id for each in currencies.result().result},
        journal=_first(journals.result()),
        receivable=preset.default_account_receivable,
        revenue=_first(accounts.result()) if account else preset.default_category_account_revenue,
    )


def _first(rows: _Ids) -> int | None:
    return rows.result[0].id if rows.result else None
