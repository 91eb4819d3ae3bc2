"""The fields that Cashward adds to BottleCRM's records, as BottleCRM defines them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from connectors.kit.deal import KEY
from domain.deal import Role
from domain.tax import TaxTreatment
from domain.templates import TEMPLATES


@dataclass(frozen=True)
class Field:
    """A field of ours: its type there, and the values it may take if they are listed."""

    key: str
    label: str
    type: str = "text"
    options: tuple[str, ...] = ()

    def definition(self, kind: str, place: int) -> dict[str, object]:
        told = {
            "target_model": kind,
            "key": self.key,
            "label": self.label,
            "field_type": self.type,
            "display_order": place,
        }
        return told | ({"options": [option(each) for each in self.options]} if self.options else {})


def option(value: str) -> dict[str, str]:
    return {"value": value, "label": value.replace("_", " ").capitalize()}


def ticks(role: Role) -> str:
    """The check box on a contact that gives it this role."""
    return f"cashward_{role.value}"


def _choice(key: str, label: str, choices: type[StrEnum] | Mapping[str, object]) -> Field:
    return Field(key, label, "dropdown", tuple(map(str, choices)))


# Figures are texts: a number there is a binary float, and nothing filters or sums it anyway.
FIELDS: Final[dict[str, tuple[Field, ...]]] = {
    "Opportunity": (
        Field("cashward_scope", "Agreed scope", "textarea"),
        _choice("cashward_template", "Project template", TEMPLATES),
        Field("cashward_start", "Project start", "date"),
        Field("cashward_end", "Project end", "date"),
        Field("cashward_payment_days", "Payment days", "number"),
        _choice("cashward_tax", "Tax treatment", TaxTreatment),
        Field("cashward_currency", "Currency, where BottleCRM lacks it (such as CZK)"),
        Field("cashward_billing_plan", "Billing plan (name; share %; YYYY-MM-DD)", "textarea"),
        Field("cashward_sla", "SLA (metric; target; penalty)", "textarea"),
        Field(KEY, "Cashward key"),
        Field("cashward_stage", "Cashward stage"),
        Field("cashward_contracted", "Contracted"),
        Field("cashward_billed", "Billed, net"),
        Field("cashward_credited", "Credited, net"),
        Field("cashward_paid", "Paid, with VAT"),
        Field("cashward_outstanding", "Outstanding, with VAT"),
        Field("cashward_project", "Project"),
        Field("cashward_project_url", "Project link"),
        Field("cashward_attention", "What Cashward waits for", "textarea"),
    ),
    "Account": (
        Field("cashward_company_id", "Company id (IČO)"),
        Field("cashward_tax_id", "Tax id (DIČ)"),
        Field("cashward_vat_id", "VAT id (IČ DPH)"),
    ),
    "Contact": tuple(
        Field(ticks(role), role.value.replace("_", " ").capitalize(), "checkbox") for role in Role
    ),
    "Task": (Field(KEY, "Cashward key"),),
}


def keys(kind: str) -> set[str]:
    return {field.key for field in FIELDS[kind]}
