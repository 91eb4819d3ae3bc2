"""The custom fields that Cashward defines in BottleCRM."""

from typing import Any, Final

from connectors.common.field_definitions import (
    COMPANY_FIELDS,
    DEAL_FIELDS,
    KEY_FIELD,
    ROLE_LABELS,
    FieldDefinition,
    FieldKind,
    label_of,
)
from domain.deal import ContactRole

# Values of CustomFieldDefinition.field_type, BottleCRM source: common/models.py. A number there is
# a binary float, so amounts are text.
_TYPES: Final = {
    FieldKind.TEXT: "text",
    FieldKind.LONG_TEXT: "textarea",
    FieldKind.DATE: "date",
    FieldKind.NUMBER: "number",
    FieldKind.MONEY: "text",
    FieldKind.CHOICE: "dropdown",
}
_CHECKBOX = "checkbox"
# BottleCRM knows fourteen currencies: CURRENCY_CODES in its source, common/utils.py
CURRENCY_FIELD: Final = FieldDefinition(
    "cashward_currency", "Currency, where BottleCRM lacks it (such as CZK)"
)


def role_field(role: ContactRole) -> str:
    """The check box of a contact for this role."""
    return f"cashward_{role.value}"


FIELDS: Final = {
    "Opportunity": (*DEAL_FIELDS, CURRENCY_FIELD),
    "Account": COMPANY_FIELDS,
    "Contact": tuple(FieldDefinition(role_field(r), label) for r, label in ROLE_LABELS.items()),
    "Task": (KEY_FIELD,),
}
"""Our fields by the name of the record, as `target_model` has it."""


def names(record: str) -> set[str]:
    return {field.name for field in FIELDS[record]}


def field_type(record: str, field: FieldDefinition) -> str:
    return _CHECKBOX if record == "Contact" else _TYPES[field.kind]


def definition(record: str, field: FieldDefinition, order: int) -> dict[str, Any]:
    body: dict[str, Any] = {
        "target_model": record,
        "key": field.name,
        "label": field.label,
        "field_type": field_type(record, field),
        "display_order": order,
    }
    if field.options:
        body["options"] = [option(each) for each in field.options]
    return body


def option(value: str) -> dict[str, str]:
    return {"value": value, "label": label_of(value)}
