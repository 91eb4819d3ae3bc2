"""The fields that Cashward defines in a CRM; a connector maps them to its vendor's types."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from domain.deal import ContactRole, CostType, LineStatus, Unit
from domain.tax import TaxClass, TaxTreatment
from domain.templates import TEMPLATES

KEY: Final = "cashward_key"


class FieldKind(StrEnum):
    """The kind of value in a field."""

    TEXT = "text"
    LONG_TEXT = "long text"
    DATE = "date"
    NUMBER = "number"
    MONEY = "money"
    CHOICE = "choice"


@dataclass(frozen=True)
class FieldDefinition:
    """A field of ours; a choice lists its options."""

    name: str
    label: str
    kind: FieldKind = FieldKind.TEXT
    options: tuple[str, ...] = ()

    def missing_options(self, known: Iterable[str]) -> list[str]:
        there = set(known)
        return [option for option in self.options if option not in there]


def label_of(value: str) -> str:
    """Return the label of a value, such as `billing_contact`."""
    return value.replace("_", " ").capitalize()


def _choice(name: str, label: str, options: Iterable[str]) -> FieldDefinition:
    return FieldDefinition(name, label, FieldKind.CHOICE, tuple(map(str, options)))


KEY_FIELD: Final = FieldDefinition(KEY, "Cashward key")
INSTALLATION: Final = "cashward_installation"


def installation_field(name: str) -> FieldDefinition:
    """A field of deals whose options are the installations that hold the account.

    No deal has a value in it: a second installation that prepares the account adds its option.
    """
    return FieldDefinition(
        INSTALLATION, "Cashward installations of this account", FieldKind.CHOICE, (name,)
    )


DEAL_FIELDS: Final = (
    FieldDefinition("cashward_scope", "Agreed scope", FieldKind.LONG_TEXT),
    _choice("cashward_template", "Project template", TEMPLATES),
    FieldDefinition("cashward_start", "Project start", FieldKind.DATE),
    FieldDefinition("cashward_end", "Project end", FieldKind.DATE),
    FieldDefinition("cashward_payment_terms", "Payment terms (30; EOM+15; 14 business days)"),
    _choice("cashward_tax", "Tax treatment", TaxTreatment),
    _choice("cashward_tax_class", "Tax class, if not standard", TaxClass),
    FieldDefinition(
        "cashward_billing_plan",
        "Billing plan (name; share % or amount; YYYY-MM-DD or on acceptance)",
        FieldKind.LONG_TEXT,
    ),
    FieldDefinition("cashward_discount", "Discount on the deal (5 % or 500 EUR)"),
    FieldDefinition("cashward_sla", "SLA (metric; target; penalty)", FieldKind.LONG_TEXT),
    KEY_FIELD,
    FieldDefinition("cashward_stage", "Cashward stage"),
    FieldDefinition("cashward_contracted", "Contracted", FieldKind.MONEY),
    FieldDefinition("cashward_billed", "Billed, net", FieldKind.MONEY),
    FieldDefinition("cashward_credited", "Credited, net", FieldKind.MONEY),
    FieldDefinition("cashward_paid", "Paid, with VAT", FieldKind.MONEY),
    FieldDefinition("cashward_outstanding", "Outstanding, with VAT", FieldKind.MONEY),
    FieldDefinition("cashward_project", "Project"),
    FieldDefinition("cashward_project_url", "Project link"),
    FieldDefinition("cashward_attention", "What Cashward waits for", FieldKind.LONG_TEXT),
)
LINE_FIELDS: Final = (
    _choice("cashward_cost_type", "Cost type", CostType),
    _choice("cashward_unit", "Unit", Unit),
    FieldDefinition("cashward_hours", "Planned hours, where the unit is no time", FieldKind.NUMBER),
    _choice("cashward_line_status", "Sold or optional", LineStatus),
)
COMPANY_FIELDS: Final = (
    FieldDefinition("cashward_legal_name", "Legal name, where it differs"),
    FieldDefinition("cashward_company_id", "Company id (IČO)"),
    FieldDefinition("cashward_tax_id", "Tax id (DIČ)"),
    FieldDefinition("cashward_vat_id", "VAT id (IČ DPH)"),
)
ROLE_LABELS: Final = {role: label_of(role) for role in ContactRole}
"""The label of each role of a contact."""
