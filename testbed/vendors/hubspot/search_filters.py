"""The operators of search: a filter becomes a condition on a record."""

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from fnmatch import fnmatchcase
from operator import ge, gt, le, lt
from typing import Any

from testbed.vendors.common.state import Doc
from testbed.vendors.hubspot.refusals import invalid
from testbed.vendors.hubspot.times import parse_ms

Condition = Callable[[Doc], bool]
Holds = Callable[[str | None], bool]

_ORDER = {"LT": lt, "LTE": le, "GT": gt, "GTE": ge}


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


def condition(definition: Doc, given: Doc) -> Condition:
    """The condition that one filter states; 400 when it makes no sense."""
    operator, name = given.get("operator"), definition["name"]
    try:
        holds = _holds(definition, str(operator), given)
    except (ValueError, InvalidOperation, TypeError, KeyError):
        text = f"There was a problem with the request: {operator} of {name} has a bad value"
        raise invalid(text) from None
    return lambda record: holds(record["properties"].get(name))


def _holds(definition: Doc, operator: str, given: Doc) -> Holds:
    made = _OPERATORS.get(operator)
    if made is None:
        raise invalid(f"There was a problem with the request: no operator {operator}")
    return made(definition, operator, given)


def _has(_definition: Doc, operator: str, _given: Doc) -> Holds:
    there = operator == "HAS_PROPERTY"
    return lambda value: (value is not None) is there


def _equal(definition: Doc, operator: str, given: Doc) -> Holds:
    read = comparable(definition)
    wanted, same = read(_one(given["value"])), operator == "EQ"
    return lambda value: (value is not None and read(value) == wanted) is same


def _ordered(definition: Doc, operator: str, given: Doc) -> Holds:
    read = comparable(definition)
    bound, compares = read(_one(given["value"])), _ORDER[operator]
    return lambda value: value is not None and compares(read(value), bound)


def _between(definition: Doc, _operator: str, given: Doc) -> Holds:
    read = comparable(definition)
    low, high = read(_one(given["value"])), read(_one(given["highValue"]))
    return lambda value: value is not None and low <= read(value) <= high


def _among(definition: Doc, operator: str, given: Doc) -> Holds:
    read, inside = comparable(definition), operator == "IN"
    if not isinstance(given["values"], list) or not given["values"]:
        raise ValueError(operator)
    # The stored text is compared in lower case with the values as they are: HubSpot wants them so.
    texts = [_one(value) for value in given["values"]]
    wanted = set(texts) if definition["type"] == "string" else {read(text) for text in texts}
    return lambda value: (value is not None and read(value) in wanted) is inside


def _tokens(_definition: Doc, operator: str, given: Doc) -> Holds:
    words, inside = str(given["value"]).lower().split(), operator == "CONTAINS_TOKEN"
    return lambda value: _has_words(value, words) is inside


def _has_words(value: str | None, words: list[str]) -> bool:
    tokens = re.findall(r"\w+", (value or "").lower())
    patterns = [part for word in words for part in re.findall(r"[\w*]+", word)]
    return all(any(fnmatchcase(token, pattern) for token in tokens) for pattern in patterns)


def _one(value: object) -> str:
    if value is None:
        raise ValueError(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


_OPERATORS: dict[str, Callable[[Doc, str, Doc], Holds]] = {
    "HAS_PROPERTY": _has,
    "NOT_HAS_PROPERTY": _has,
    "EQ": _equal,
    "NEQ": _equal,
    **dict.fromkeys(_ORDER, _ordered),
    "BETWEEN": _between,
    "IN": _among,
    "NOT_IN": _among,
    "CONTAINS_TOKEN": _tokens,
    "NOT_CONTAINS_TOKEN": _tokens,
}
