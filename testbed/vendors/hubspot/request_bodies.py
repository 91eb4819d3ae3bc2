"""What a body must look like before a desk reads it; a wrong one is a 400, as at HubSpot."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from testbed.vendors.hubspot.refusals import invalid

Shape = dict[str, Any] | list[Any] | Callable[[object], bool]


def scalar(value: object) -> bool:
    return isinstance(value, str | int | Decimal)


def text(value: object) -> bool:
    return isinstance(value, str)


def whole(value: object) -> bool:
    return isinstance(value, int) or (isinstance(value, str) and value.isdigit())


def anything(_value: object) -> bool:
    return True


PROPERTIES: Shape = {"*": scalar}
END: Shape = {"id!": scalar}
SPEC: Shape = {"associationCategory": text, "associationTypeId": whole}
RECORD: dict[str, Any] = {
    "id": scalar,
    "idProperty": text,
    "objectWriteTraceId": scalar,
    "properties": PROPERTIES,
    "associations": [{"to!": END, "types!": [SPEC]}],
}
READ: Shape = {"idProperty": text, "properties": [text]}
MERGE: Shape = {"primaryObjectId!": scalar, "objectIdToMerge!": scalar}
PAIR: Shape = {"from!": END, "to!": END, "types": [SPEC]}
PARTING: Shape = {"from!": END, "to!": [END]}
SEARCH: Shape = {
    "filterGroups": [
        {
            "filters": [
                {
                    "propertyName!": text,
                    "operator!": text,
                    "value": scalar,
                    "highValue": scalar,
                    "values": [scalar],
                }
            ]
        }
    ],
    "sorts": [anything],
    "query": scalar,
    "properties": [text],
    "limit": whole,
    "after": whole,
}
LABEL: Shape = {
    "name": text,
    "label": text,
    "inverseLabel": text,
    "associationTypeId": whole,
}
PROPERTY: Shape = {
    "name": text,
    "label": text,
    "type": text,
    "fieldType": text,
    "groupName": text,
    "description": text,
    "options": [{"label": text, "value!": text}],
    "displayOrder": whole,
}
GROUP: Shape = {"name": text, "label": text, "displayOrder": anything}


def fit(value: object, shape: Shape, where: str = "the body") -> None:
    """Refuse a value that has not the shape; a null counts as left out, a `!` forbids both."""
    if isinstance(shape, list):
        if not isinstance(value, list):
            raise invalid(f"Invalid input: {where} must be a list")
        for one in value:
            fit(one, shape[0], f"an entry of {where}")
    elif isinstance(shape, dict):
        if not isinstance(value, dict):
            raise invalid(f"Invalid input: {where} must be an object")
        _fit_fields(value, shape, where)
    elif not shape(value):
        raise invalid(f"Invalid input: {where} has a value of the wrong type")


def _fit_fields(value: dict[str, Any], shape: dict[str, Any], where: str) -> None:
    for name, inner in shape.items():
        names = list(value) if name == "*" else [name.rstrip("!")]
        for one in names:
            if value.get(one) is not None:
                fit(value[one], inner, one)
            elif name.endswith("!"):
                raise invalid(f"Invalid input: {one} is missing in {where}")
