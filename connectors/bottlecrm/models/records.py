"""Deals, companies and contacts, as BottleCRM's JSON has them."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import AliasPath, Field

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


class Line(BottlecrmModel):
    """A line of the quote, with its product if it has one; `total` is after its discount."""

    id: str
    name: str
    description: str = ""
    quantity: Decimal
    unit_price: Decimal
    total: Decimal
    product_sku: str | None = Field(None, validation_alias=AliasPath("product", "sku"))
    product_description: str | None = Field(
        None, validation_alias=AliasPath("product", "description")
    )


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


class Account(Record):
    """A company. `country` is its ISO code."""

    name: str
    address_line: str | None = None
    city: str | None = None
    postcode: str | None = None
    country: str | None = None
    website: str | None = None


class Contact(Record):
    """A person at a company."""

    first_name: str = ""
    last_name: str = ""
    email: str | None = None
