"""HubSpot's error answers, each with the envelope that its service sends."""

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from testbed.vendors.common.call import Refusal, Response
from testbed.vendors.common.state import Doc

PORTAL = 48120077


@dataclass(frozen=True, slots=True)
class BadValue(Exception):
    """A property that cannot take the value it was given."""

    name: str
    code: str
    message: str


def envelope(message: str, category: str = "", **more: object) -> Doc:
    body: Doc = {"status": "error", "message": message, "correlationId": str(uuid4())}
    return body | ({"category": category} if category else {}) | more


def refusal(status: int, message: str, category: str = "", **more: object) -> Refusal:
    return Refusal(Response(status, envelope(message, category, **more)))


def unauthenticated() -> Refusal:
    text = (
        "Authentication credentials not found. This API supports OAuth 2.0 authentication and you"
        " can find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview"
    )
    return refusal(401, text, "INVALID_AUTHENTICATION")


def expired(since: datetime, now: datetime) -> Response:
    ago = max(0, int((now - since).total_seconds()))
    return Response(
        401,
        envelope(
            f"The OAuth token used to make this call expired {ago} second(s) ago.",
            "EXPIRED_AUTHENTICATION",
            context={"expire time": [since.strftime("%Y-%m-%dT%H:%M:%SZ")]},
        ),
    )


def missing_scopes(scopes: list[str]) -> Refusal:
    """403; any one of the scopes would do."""
    text = "This app hasn't been granted all required scopes to make this call."
    detail = {
        "message": "One or more of the following scopes are required.",
        "context": {"requiredGranularScopes": scopes},
    }
    return refusal(403, text, "MISSING_SCOPES", errors=[detail])


def throttled(policy: str, retry_after: int | None = None) -> Response:
    body = {
        "status": "error",
        "message": f"You have reached your {policy.lower()} limit.",
        "errorType": "RATE_LIMIT",
        "correlationId": str(uuid4()),
        "policyName": policy,
        "requestId": uuid4().hex,
    }
    return Response(429, body, {} if retry_after is None else {"Retry-After": str(retry_after)})


def invalid(message: str, **more: object) -> Refusal:
    return refusal(400, message, "VALIDATION_ERROR", **more)


def invalid_values(bad: list[BadValue]) -> Refusal:
    """All bad properties of a record at once; the message repeats the list as JSON text."""
    listed = [
        {
            "isValid": False,
            "message": b.message,
            "error": b.code,
            "name": b.name,
            "localizedErrorMessage": b.message,
        }
        for b in bad
    ]
    errors = [
        {"message": b.message, "code": b.code, "context": {"propertyName": [b.name]}} for b in bad
    ]
    text = json.dumps(listed, ensure_ascii=False, separators=(",", ":"))
    return invalid(f"Property values were not valid: {text}", errors=errors)


def email_taken(holder: str) -> Refusal:
    return refusal(409, f"Contact already exists. Existing ID: {holder}", "CONFLICT")


def absent() -> Refusal:
    return refusal(404, "resource not found")


def no_number(id_: str) -> Refusal:
    text = "Object not found.  objectId are usually numeric."
    return refusal(404, text, "OBJECT_NOT_FOUND", context={"id": [id_]})


def unknown_type(word: str) -> Refusal:
    return refusal(400, f"Unable to infer object type from: {word}")


def name_taken(text: str, name: str, what: str) -> Refusal:
    more = {"subCategory": f"Properties.{what}_WITH_NAME_EXISTS", "context": {"name": [name]}}
    return refusal(409, text, "OBJECT_ALREADY_EXISTS", **more)


def no_such_name(text: str, name: str) -> Refusal:
    return refusal(404, text, "OBJECT_NOT_FOUND", context={"name": [name]})


def some_absent(type_: str, ids: list[str]) -> Doc:
    """The entry of a 207 for all the ids that were not found."""
    text = (
        f"Could not get some {type_.upper()} objects, they may be deleted or not exist."
        " Check that ids are valid."
    )
    return {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "message": text,
        "context": {"ids": ids},
    }
