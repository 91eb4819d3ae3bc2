"""The vendor's ways of saying no, each with the body it is known to send."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from testbed.vendors.common.call import Answer, Refusal
from testbed.vendors.xero.wire.render import echoed
from testbed.vendors.xero.wire.text import write

ZERO_ID = "00000000-0000-0000-0000-000000000000"
_VALIDATION, _UNREADABLE, _QUERY = 10, 14, 16


class Invalid(Exception):
    """One element cannot be taken; the reasons are for the one who sent it."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(*reasons)
        self.reasons = reasons


class Unreadable(ValueError):
    """The body, or a value in it, is not of the kind that belongs there."""


def echo(element: Mapping[str, Any], reasons: tuple[str, ...], id_field: str) -> dict[str, Any]:
    """A refused element as it comes back: what was sent, then why not."""
    return {
        id_field: ZERO_ID,
        **echoed(element),
        "HasErrors": True,
        "StatusAttributeString": "ERROR",
        "ValidationErrors": [{"Message": reason} for reason in reasons],
    }


def validation(elements: list[dict[str, Any]]) -> Refusal:
    return _told(_VALIDATION, "ValidationException", "A validation exception occurred", elements)


def unreadable(message: str) -> Refusal:
    return _told(_UNREADABLE, "PostDataInvalidException", message)


def bad_query(message: str) -> Refusal:
    return _told(_QUERY, "QueryParseException", message)


def bad_key(message: str) -> Refusal:
    """The idempotency key is no good; the shape of this body is the sandbox's choice."""
    return _told(_VALIDATION, "ValidationException", message)


def absent() -> Refusal:
    """404 as the vendor sends it: an empty page of HTML."""
    return Refusal(Answer(404, b"", {"Content-Type": "text/html; charset=utf-8"}))


def not_acceptable() -> Refusal:
    """XML is the vendor's default; the sandbox speaks JSON only, so it must be asked for."""
    text = b"Ask for application/json: the default of this API is XML."
    return Refusal(Answer(406, text, {"Content-Type": "text/plain"}))


def offline() -> Answer:
    """503, in plain text: the organisation cannot be reached (option `offline`)."""
    return Answer(503, b"The Organisation is offline", {"Content-Type": "text/plain"})


def unauthorised(detail: str) -> Answer:
    return _problem(401, "Unauthorized", detail)


def forbidden(detail: str) -> Answer:
    return _problem(403, "Forbidden", detail)


def _problem(status: int, title: str, detail: str) -> Answer:
    body: dict[str, Any] = {
        "Type": None,
        "Title": title,
        "Status": status,
        "Detail": detail,
        "Instance": str(uuid4()),
        "Extensions": {},
    }
    return Answer(status, body)


def _told(
    number: int, kind: str, message: str, elements: list[dict[str, Any]] | None = None
) -> Refusal:
    body: dict[str, Any] = {"ErrorNumber": number, "Type": kind, "Message": message}
    if elements is not None:
        body["Elements"] = elements
    return Refusal(Answer(400, write(body)))
