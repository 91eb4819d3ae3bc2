"""Xero's refusals, each with the body that Xero sends."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from testbed.vendors.common.call import Refusal, Response
from testbed.vendors.xero.wire.render import echo

ZERO_ID = "00000000-0000-0000-0000-000000000000"
_VALIDATION, _BAD_BODY, _BAD_QUERY = 10, 14, 16
_HAS_VALIDATION_ERRORS = frozenset({"Contacts", "Payments"})


class Invalid(Exception):
    """Xero refuses one element; the arguments are the reasons."""


class BadBody(ValueError):
    """A value in the body has the wrong type."""


def refused_element(
    element: Mapping[str, Any], reasons: tuple[str, ...], kind: str, id_field: str
) -> dict[str, Any]:
    """The refused element, followed by the reasons."""
    flag = "HasValidationErrors" if kind in _HAS_VALIDATION_ERRORS else "HasErrors"
    return {
        id_field: ZERO_ID,
        **echo(element),
        flag: True,
        "StatusAttributeString": "ERROR",
        "ValidationErrors": [{"Message": reason} for reason in reasons],
    }


def validation(elements: list[dict[str, Any]]) -> Refusal:
    """400 for elements that break a rule."""
    message = "A validation exception occurred"
    return _bad_request(_VALIDATION, "ValidationException", message, Elements=elements)


def bad_body(message: str) -> Refusal:
    return _bad_request(_BAD_BODY, "PostDataInvalidException", message)


def bad_query(message: str) -> Refusal:
    return _bad_request(_BAD_QUERY, "QueryParseException", message)


def bad_key(message: str) -> Refusal:
    """400 for an idempotency key. Xero does not document the shape of this body."""
    return _bad_request(_VALIDATION, "ValidationException", message)


def not_found() -> Refusal:
    """404 with an empty page, as Xero sends it."""
    return Refusal(Response(404, b"", {"Content-Type": "text/html; charset=utf-8"}))


def not_acceptable() -> Refusal:
    """406 where Xero would answer in XML, its default: the testbed writes JSON only."""
    text = b"Ask for application/json: the default of this API is XML."
    return Refusal(Response(406, text, {"Content-Type": "text/plain"}))


def problem(status: int, title: str, detail: str) -> Response:
    """401 or 403."""
    body: dict[str, Any] = {
        "Type": None,
        "Title": title,
        "Status": status,
        "Detail": detail,
        "Instance": str(uuid4()),
        "Extensions": {},
    }
    return Response(status, body)


def _bad_request(number: int, kind: str, message: str, **more: Any) -> Refusal:  # noqa: ANN401
    return Refusal(Response(400, {"ErrorNumber": number, "Type": kind, "Message": message, **more}))
