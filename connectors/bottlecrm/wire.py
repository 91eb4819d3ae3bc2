"""BottleCRM's JSON, exactly as BottleCRM writes it."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Wire(BaseModel):
    """What we read of a JSON object; the rest of it is left alone."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)


class Ref(Wire):
    """Another record."""

    id: str


class Custom(Wire):
    """A record with fields that the account has added; what is unset is not there."""

    id: str
    custom_fields: dict[str, Any] = {}

    def text(self, key: str) -> str:
        value = self.custom_fields.get(key)
        return "" if value is None else str(value).strip()

    def ticked(self, key: str) -> bool:
        return self.custom_fields.get(key) is True


class Named(Ref):
    """Another record, and what it is called."""

    name: str = ""


class Definition(Wire):
    """A field that the account has added. An inactive one drops what is written to it, silently."""

    id: str
    kind: str = Field(alias="target_model")
    key: str
    type: str = Field(alias="field_type")
    options: list[dict[str, Any]] | None = None
    is_active: bool = True

    @property
    def values(self) -> set[str]:
        return {str(option.get("value")) for option in self.options or []}


class Definitions(Wire):
    """All fields that the account has added, to any kind of record."""

    definitions: list[Definition]


class Product(Wire):
    """An article of the catalogue."""

    sku: str | None = None
    description: str | None = None


class Line(Wire):
    """A line of the quote; `total` is what is left after its discount."""

    id: str
    name: str
    description: str = ""
    quantity: Decimal
    unit_price: Decimal
    total: Decimal
    product: Product | None = None


class Deal(Custom):
    """An opportunity. `stage_kind` is what its stage means, whatever it is called."""

    name: str
    account: Named | None = None
    stage_kind: str = ""
    stage_changed_at: datetime | None = None
    closed_on: str | None = None
    currency: str | None = None
    amount: Decimal | None = None
    probability: Decimal | None = None
    contacts: list[Ref] = []
    line_items: list[Line] = []
    assigned_to: list[Ref] = []
    closed_by: Ref | None = None

    @property
    def is_won(self) -> bool:
        return self.stage_kind == "won"

    @property
    def owner(self) -> str:
        """Whoever it is assigned to first, else whoever closed it."""
        owner = next(iter(self.assigned_to), None) or self.closed_by
        return owner.id if owner else ""


class DealPage(Wire):
    """A deal by itself, with the fields that deals have here."""

    deal: Deal = Field(alias="opportunity_obj")
    definitions: list[Definition] = Field(alias="custom_field_definitions")

    @property
    def keys(self) -> set[str]:
        return {definition.key for definition in self.definitions}


class DealList(Wire):
    """One page of a list of deals."""

    deals: list[Deal] = Field(alias="opportunities")


class Account(Custom):
    """A company. `country` is its ISO code."""

    name: str
    country: str | None = None
    website: str | None = None


class _Open(Wire):
    accounts: list[Account] = Field([], alias="open_accounts")


class _Closed(Wire):
    accounts: list[Account] = Field([], alias="close_accounts")


class AccountList(Wire):
    """One page of a list of companies, which comes in two parts."""

    active: _Open = Field(_Open(), alias="active_accounts")
    closed: _Closed = Field(_Closed(), alias="closed_accounts")


class AccountPage(Wire):
    """A company by itself."""

    account: Account = Field(alias="account_obj")


class Contact(Custom):
    """A person at a company."""

    first_name: str = ""
    last_name: str = ""
    email: str | None = None


class ContactPage(Wire):
    """A person by itself."""

    contact: Contact = Field(alias="contact_obj")
