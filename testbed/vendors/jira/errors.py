"""Jira's refusals, each with the body and the content type that Jira uses for it."""

from testbed.vendors.common.call import Refusal, Response

_ACCENTS = str.maketrans("aeiouyAEIOUY", "äëïöüÿÄËÏÖÜŸ")
ISSUE_NOT_FOUND = "Issue does not exist or you do not have permission to see it."


def refuse(message: str, status: int = 400) -> Refusal:
    """Refuse the request as a whole."""
    return Refusal(Response(status, {"errorMessages": [message], "errors": {}}))


def refuse_fields(errors: dict[str, str]) -> Refusal:
    """Refuse single fields, each under the name that Jira gives it."""
    return Refusal(Response(400, {"errorMessages": [], "errors": errors}))


def unauthorized(message: str) -> Refusal:
    """The 401 of the gateway."""
    return Refusal(Response(401, {"code": 401, "message": message}))


def unauthorized_page() -> Refusal:
    """The 401 of the site, which is no JSON."""
    text = b"Client must be authenticated to access this resource."
    return Refusal(Response(401, text, {"Content-Type": "text/html;charset=UTF-8"}))


def issue_not_found() -> Refusal:
    """The issue does not exist, or the caller may not see it."""
    return refuse(ISSUE_NOT_FOUND, status=404)


def project_not_found(ref: str) -> Refusal:
    """The project does not exist, or the caller may not see it."""
    kind = "id" if ref.isdigit() else "key"
    return refuse(f"No project could be found with {kind} '{ref}'.", status=404)


def translated(body: object, language: str) -> object:
    """The body with its sentences in the caller's language; its keys stay the same."""
    if language.startswith("en") or not isinstance(body, dict) or "errorMessages" not in body:
        return body
    messages = [str(text).translate(_ACCENTS) for text in body["errorMessages"]]
    errors = {key: str(text).translate(_ACCENTS) for key, text in body["errors"].items()}
    return {**body, "errorMessages": messages, "errors": errors}
