"""Deals, companies and contacts, as BottleCRM's JSON has them."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import Field

from connectors.bottlecrm.models.account import BottlecrmModel, Definition


class Reference(BottlecrmModel):
    """Another record."""

    id: str


class NamedReference(Reference):
    """Another record and its name."""

    name: str = ""


class Record(BottlecrmModel):
    """A record with custom fields; unset fields are left out."""

    id: str
    custom_fields: dict[str, Any] = {}

    def text(self, key: str) -> str:
        value = self.custom_fields.get(key)
        return "" if value is None else str(value).strip()

    def is_checked(self, key: str) -> bool:
        return self.custom_fields.get(key) is True


class Product(BottlecrmModel):
    """An article of the catalogue."""

    sku: str | None = None
    description: str | None = None


class Line(BottlecrmModel):
    """A line of the quote; `total` is after its discount."""

    id: str
    name: str
    description: str = ""
    quantity: Decimal
    unit_price: Decimal
    total: Decimal
    product: Product | None = None


class Deal(Record):
    """An opportunity. `stage_kind` is what its stage means, whatever its name is."""

    name: str
    account: NamedReference | None = None
    stage_kind: str = ""
    stage_changed_at: datetime | None = None
    closed_on: str | None = None
    currency: str | None = None
    amount: Decimal | None = None
    probability: Decimal | None = None
    contacts: list[Reference] = []
    line_items: list[Line] = []
    assigned_to: list[Reference] = []
    closed_by: Reference | None = None

    @property
    def is_won(self) -> bool:
        return self.stage_kind == "won"

    @property
    def owner(self) -> str:
        """The first profile that it is assigned to, or else the one that closed it."""
        owner = next(iter(self.assigned_to), None) or self.closed_by
        return owner.id if owner else ""


class DealPage(BottlecrmModel):
    """A deal, with the definitions of the custom fields of deals."""

    deal: Deal = Field(alias="opportunity_obj")
    definitions: list[Definition] = Field(alias="custom_field_definitions")

    @property
    def field_names(self) -> set[str]:
        return {definition.key for definition in self.definitions}


class DealList(BottlecrmModel):
    """One page of a list of deals."""

    deals: list[Deal] = Field(alias="opportunities")


class Account(Record):
    """A company. `country` is its ISO code."""

    name: str
    country: str | None = None
    website: str | None = None


class OpenAccounts(BottlecrmModel):
    """The open companies of a page."""

    accounts: list[Account] = Field([], alias="open_accounts")


class ClosedAccounts(BottlecrmModel):
    """The closed companies of a page."""

    accounts: list[Account] = Field([], alias="close_accounts")


class AccountList(BottlecrmModel):
    """One page of a list of companies, in two parts."""

    open: OpenAccounts = Field(OpenAccounts(), alias="active_accounts")
    closed: ClosedAccounts = Field(ClosedAccounts(), alias="closed_accounts")

    @property
    def accounts(self) -> list[Account]:
        return [*self.open.accounts, *self.closed.accounts]


class AccountPage(BottlecrmModel):
    """A company with all that belongs to it."""

    account: Account = Field(alias="account_obj")


class Contact(Record):
    """A person at a company."""

    first_name: str = ""
    last_name: str = ""
    email: str | None = None


class ContactPage(BottlecrmModel):
    """A person with all that belongs to them."""

    contact: Contact = Field(alias="contact_obj")
