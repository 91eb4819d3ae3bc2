"""The values of a request body, read strictly."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeVar

from testbed.vendors.common.call import Call
from testbed.vendors.xero.errors import BadBody
from testbed.vendors.xero.rules.amounts import number
from testbed.vendors.xero.wire.dates import read_day

T = TypeVar("T")
Element = dict[str, Any]


def elements(call: Call, plural: str) -> list[Element]:
    """The elements of a body: `{"Invoices": […]}` or one bare object."""
    body = call.json
    found = body.get(plural, body) if isinstance(body, dict) else body
    listed = found if isinstance(found, list) else [found]
    if not listed or not all(isinstance(element, dict) and element for element in listed):
        raise BadBody(f"No {plural} were found in the body")
    return listed


def decimal_in(element: Element, field: str) -> Decimal | None:
    """The number in a field, or None if the field is empty."""
    return _read(element, field, number)


def day_in(element: Element, field: str) -> str | None:
    """The calendar day in a field, or None if the field is empty."""
    return _read(element, field, read_day)


def text_in(element: Element, field: str) -> str | None:
    """The text in a field, or None if the field is missing."""
    value = element.get(field)
    if value is not None and not isinstance(value, str):
        raise BadBody(f"{field}: {value!r} is not a text")
    return value


def part_in(element: Element, field: str) -> Element:
    """The object in a field, empty if the field is missing."""
    value = element.get(field)
    if value is not None and not isinstance(value, dict):
        raise BadBody(f"{field} is not an object")
    return value or {}


def parts_in(element: Element, field: str) -> list[Element]:
    """The list of objects in a field, empty if the field is missing."""
    value = element.get(field)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(part, dict) for part in value):
        raise BadBody(f"{field} is not a list of objects")
    return value


def _read(element: Element, field: str, read: Callable[[object], T]) -> T | None:
    value = element.get(field)
    try:
        return None if value in (None, "") else read(value)
    except (ArithmeticError, TypeError, ValueError) as wrong:
        raise BadBody(f"{field} cannot be {value!r}") from wrong
