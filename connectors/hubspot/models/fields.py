"""The properties that Cashward reads and defines, and the labels of a deal's contacts."""

from typing import Any, Final

from connectors.common.field_definitions import (
    COMPANY_FIELDS,
    DEAL_FIELDS,
    LINE_FIELDS,
    FieldDefinition,
    FieldKind,
    label_of,
)

GROUP: Final = "cashward"
FIELDS: Final = {"deals": DEAL_FIELDS, "line_items": LINE_FIELDS, "companies": COMPANY_FIELDS}

# `type` and `fieldType` of a property: docs/crm/properties
_TYPES: Final = {
    FieldKind.TEXT: ("string", "text"),
    FieldKind.LONG_TEXT: ("string", "textarea"),
    FieldKind.DATE: ("date", "date"),
    FieldKind.NUMBER: ("number", "number"),
    FieldKind.MONEY: ("number", "number"),
    FieldKind.CHOICE: ("enumeration", "select"),
}
# HubSpot's default properties: docs/crm/properties
_DEFAULT_PROPERTIES: Final = {
    "deals": "dealname amount deal_currency_code dealstage pipeline closedate hubspot_owner_id",
    "line_items": "name quantity price amount hs_sku hs_line_item_currency_code",
    "companies": "name domain address city zip country hs_merged_object_ids",
    "tasks": "hs_task_body hs_task_status hs_lastmodifieddate",
    "contacts": "firstname lastname email hs_merged_object_ids",
}


def names(kind: str) -> list[str]:
    """The names of our own properties of this kind of record."""
    return [field.name for field in FIELDS.get(kind, ())]


def properties_of(kind: str) -> list[str]:
    """Every property that we read of this kind of record."""
    return [*_DEFAULT_PROPERTIES[kind].split(), *names(kind)]


def property_type(field: FieldDefinition) -> str:
    return _TYPES[field.kind][0]


def definition(field: FieldDefinition) -> dict[str, Any]:
    type_, field_type = _TYPES[field.kind]
    return {
        "name": field.name,
        "label": field.label,
        "type": type_,
        "fieldType": field_type,
        "groupName": GROUP,
        "options": [option(value, order) for order, value in enumerate(field.options)],
    }


def option(value: str, order: int) -> dict[str, Any]:
    return {"value": value, "label": label_of(value), "displayOrder": order, "hidden": False}
