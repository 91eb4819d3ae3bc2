"""The operators of search that are served: a filter becomes a condition on a record."""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from operator import eq, ge, gt, le, lt
from typing import Any

from testbed.vendors.common.state import Doc
from testbed.vendors.hubspot.errors import invalid
from testbed.vendors.hubspot.request_bodies import Filter
from testbed.vendors.hubspot.times import parse_ms

Condition = Callable[[Doc], bool]

_COMPARE = {"EQ": eq, "LT": lt, "LTE": le, "GT": gt, "GTE": ge}


def comparable(definition: Doc) -> Callable[[str], Any]:
    """How values of a property compare: numbers and times as such, text without its case."""
    match definition["type"]:
        case "number":
            return Decimal
        case "datetime" | "date":
            return parse_ms
        case "string":
            return str.lower
        case _:
            return str


def condition(definition: Doc, given: Filter) -> Condition:
    """The condition that a filter states; 400 if it makes no sense."""
    name, read = definition["name"], comparable(definition)
    try:
        holds = _holds(given, read, is_text=definition["type"] == "string")
    except (ValueError, InvalidOperation):
        text = f"There was a problem with the request: {given.operator} of {name} has a bad value"
        raise invalid(text) from None

    def fits(record: Doc) -> bool:
        value = record["properties"].get(name)
        return value is not None and holds(read(value))

    return fits


def _holds(given: Filter, read: Callable[[str], Any], *, is_text: bool) -> Callable[[Any], bool]:
    if given.operator == "IN" and given.values:
        texts = [str(value) for value in given.values]
        # HubSpot compares the lower-case text with the values as they are.
        wanted = set(texts) if is_text else {read(text) for text in texts}
        return lambda value: value in wanted
    if given.operator == "HAS_PROPERTY":
        return bool
    if given.operator not in _COMPARE:
        raise invalid(f"There was a problem with the request: no operator {given.operator}")
    if given.value is None:
        raise ValueError(given.operator)
    compares, bound = _COMPARE[given.operator], read(str(given.value))
    return lambda value: bool(compares(value, bound))
