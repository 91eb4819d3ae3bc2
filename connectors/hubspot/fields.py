"""The properties and labels that Cashward uses in HubSpot, as HubSpot defines them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from domain.deal import ContactRole, CostType, Unit
from domain.tax import TaxTreatment
from domain.templates import TEMPLATES

GROUP: Final = "cashward"


@dataclass(frozen=True)
class Field:
    """A property of ours: how HubSpot types it, and the values it may take if they are listed."""

    name: str
    label: str
    type: str = "string"
    shown_as: str = "text"
    options: tuple[str, ...] = ()

    def definition(self) -> dict[str, object]:
        return {
            "name": self.name,
            "label": self.label,
            "type": self.type,
            "fieldType": self.shown_as,
            "groupName": GROUP,
            "options": [option(value, number) for number, value in enumerate(self.options)],
        }


def option(value: str, order: int) -> dict[str, object]:
    label = value.replace("_", " ").capitalize()
    return {"value": value, "label": label, "displayOrder": order, "hidden": False}


def _text(name: str, label: str) -> Field:
    return Field(name, label, shown_as="textarea")


def _day(name: str, label: str) -> Field:
    return Field(name, label, "date", "date")


def _number(name: str, label: str) -> Field:
    return Field(name, label, "number", "number")


def _choice(name: str, label: str, choices: type[StrEnum] | Mapping[str, object]) -> Field:
    return Field(name, label, "enumeration", "select", tuple(map(str, choices)))


FIELDS: Final[dict[str, tuple[Field, ...]]] = {
    "deals": (
        _text("cashward_scope", "Agreed scope"),
        _choice("cashward_template", "Project template", TEMPLATES),
        _day("cashward_start", "Project start"),
        _day("cashward_end", "Project end"),
        _number("cashward_payment_days", "Payment days"),
        _choice("cashward_tax", "Tax treatment", TaxTreatment),
        _text("cashward_billing_plan", "Billing plan (name; share %; YYYY-MM-DD)"),
        _text("cashward_sla", "SLA (metric; target; penalty)"),
        Field("cashward_key", "Cashward key"),
        Field("cashward_stage", "Cashward stage"),
        _number("cashward_contracted", "Contracted"),
        _number("cashward_billed", "Billed, net"),
        _number("cashward_credited", "Credited, net"),
        _number("cashward_paid", "Paid, with VAT"),
        _number("cashward_outstanding", "Outstanding, with VAT"),
        Field("cashward_project", "Project"),
        Field("cashward_project_url", "Project link"),
        _text("cashward_attention", "What Cashward waits for"),
    ),
    "line_items": (
        _choice("cashward_cost_type", "Cost type", CostType),
        _choice("cashward_unit", "Unit", Unit),
    ),
    "companies": (
        Field("cashward_company_id", "Company id (IČO)"),
        Field("cashward_tax_id", "Tax id (DIČ)"),
        Field("cashward_vat_id", "VAT id (IČ DPH)"),
    ),
}

LABELS: Final[dict[ContactRole, str]] = {
    role: role.value.replace("_", " ").capitalize() for role in ContactRole
}
"""How the roles of a contact are labelled on its association with a deal."""

_VENDORS: Final = {
    "deals": ("dealname amount deal_currency_code dealstage pipeline closedate hubspot_owner_id"),
    "line_items": "name quantity price amount hs_sku hs_line_item_currency_code",
    "companies": "name domain country hs_merged_object_ids",
    "tasks": "hs_task_body",
    "contacts": "firstname lastname email hs_merged_object_ids",
}


def names(kind: str) -> list[str]:
    """The names of our own properties of this kind of record."""
    return [field.name for field in FIELDS.get(kind, ())]


def wanted(kind: str) -> list[str]:
    """Every property that we read of this kind of record."""
    return [*_VENDORS[kind].split(), *names(kind)]
