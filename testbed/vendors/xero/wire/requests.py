"""What a caller sent, read strictly: wrapped or bare elements, numbers, days, texts."""

from decimal import Decimal
from typing import Any

from testbed.vendors.common.call import Call
from testbed.vendors.xero.refusals import Unreadable
from testbed.vendors.xero.rules.amounts import number
from testbed.vendors.xero.wire.moments import day_in

Element = dict[str, Any]


def elements(call: Call, plural: str) -> list[Element]:
    """The elements of a body, `{"Invoices": […]}`, a bare list, or one bare object."""
    try:
        body = call.json
    except ValueError as wrong:
        raise Unreadable("The body is not valid JSON") from wrong
    found = body.get(plural, body) if isinstance(body, dict) else body
    listed = found if isinstance(found, list) else [found]
    if not listed or not all(isinstance(element, dict) and element for element in listed):
        raise Unreadable(f"No {plural} were found in the body")
    return listed


def decimal_in(element: Element, field: str) -> Decimal | None:
    """A number, or None where there is none."""
    value = element.get(field)
    if value is None or value == "":
        return None
    try:
        return number(value)
    except (ArithmeticError, TypeError) as wrong:
        raise Unreadable(f"{field}: {value!r} is not a number") from wrong


def day_of(element: Element, field: str) -> str | None:
    """A calendar day, or None where there is none."""
    value = element.get(field)
    if value is None or value == "":
        return None
    try:
        return day_in(value)
    except ValueError as wrong:
        raise Unreadable(f"{field}: {value!r} is not a date") from wrong


def text_of(element: Element, field: str) -> str | None:
    """A text, or None where there is none."""
    value = element.get(field)
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return str(value)
    raise Unreadable(f"{field}: {value!r} is not a text")


def part_of(element: Element, field: str) -> Element:
    """A nested object; an empty one where there is none."""
    value = element.get(field)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Unreadable(f"{field} is not an object")
    return value


def parts_of(element: Element, field: str) -> list[Element]:
    """A nested list of objects."""
    value = element.get(field)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(part, dict) for part in value):
        raise Unreadable(f"{field} is not a list of objects")
    return value
