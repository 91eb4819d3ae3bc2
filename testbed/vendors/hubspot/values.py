"""Converts the values of properties before they are stored: to text, or to nothing."""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from testbed.vendors.common.state import Doc
from testbed.vendors.hubspot.errors import BadValue
from testbed.vendors.hubspot.times import day, iso, parse_ms


def stored(definition: Doc, value: object) -> str | None:
    """The text that is kept of a value, None when it clears the property; or BadValue."""
    text = _text(value)
    if text == "":
        return None
    return _BY_TYPE[definition["type"]](definition, text)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value)


def _string(definition: Doc, text: str) -> str:
    if definition["name"] == "email":
        return _email(text)
    return text


def _email(text: str) -> str:
    name, at, domain = text.strip().lower().partition("@")
    if not (name and at and "." in domain.strip(".")) or " " in text.strip():
        raise BadValue("email", "INVALID_EMAIL", f"Email address {text} is invalid")
    return f"{name}@{domain}"


def _number(definition: Doc, text: str) -> str:
    try:
        finite = Decimal(text).is_finite()
    except InvalidOperation:
        finite = False
    if not finite:
        raise BadValue(definition["name"], "INVALID_INTEGER", f"{text} was not a valid number.")
    return text


def _datetime(definition: Doc, text: str) -> str:
    try:
        return iso(parse_ms(text))
    except ValueError:
        raise _no_date(definition, text) from None


def _date(definition: Doc, text: str) -> str:
    try:
        return day(text)
    except ValueError:
        raise _no_date(definition, text) from None


def _no_date(definition: Doc, text: str) -> BadValue:
    return BadValue(definition["name"], "INVALID_DATE", f"{text} was not a valid date.")


def _enumeration(definition: Doc, text: str) -> str:
    if text not in {option["value"] for option in definition["options"]}:
        raise _no_option(definition, text)
    return text


def _no_option(definition: Doc, text: str) -> BadValue:
    name = definition["name"]
    if name == "dealstage":
        return BadValue(name, "INVALID_OPTION", f"{text} is not a valid pipeline stage ID")
    options = ", ".join(option["value"] for option in definition["options"])
    text = f"{text} was not one of the allowed options: [{options}]"
    return BadValue(name, "INVALID_OPTION", text)


_BY_TYPE: dict[str, Callable[[Doc, str], str]] = {
    "string": _string,
    "number": _number,
    "datetime": _datetime,
    "date": _date,
    "enumeration": _enumeration,
}
