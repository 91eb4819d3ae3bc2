"""The ways Jira says no, each with the body and the content type it uses for that case."""

import json

from testbed.vendors.common.call import Answer, Refusal

NOT_SEEN = "Issue does not exist or you do not have permission to see it."
_ACCENTS = str.maketrans("aeiouyAEIOUY", "äëïöüÿÄËÏÖÜŸ")


def say(*messages: str, status: int = 400) -> Refusal:
    """Refuse the request as a whole."""
    return Refusal(Answer(status, {"errorMessages": list(messages), "errors": {}}))


def fields(errors: dict[str, str], status: int = 400) -> Refusal:
    """Refuse single fields, each under the name Jira gives it."""
    return Refusal(Answer(status, {"errorMessages": [], "errors": errors}))


def page(status: int, text: str) -> Refusal:
    """Refuse in a page that no JSON reader will like."""
    return Refusal(Answer(status, text.encode(), {"Content-Type": "text/html;charset=UTF-8"}))


def problem(
    status: int, title: str, detail: str, path: str, headers: dict[str, str] | None = None
) -> Answer:
    """Refuse in the framework's own words, before Jira has looked at the request."""
    body = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": path,
    }
    media = {"Content-Type": "application/problem+json"}
    return Answer(status, json.dumps(body).encode(), media | (headers or {}))


def unseen_issue() -> Refusal:
    """An issue that is gone or hidden: the caller can't tell which."""
    return say(NOT_SEEN, status=404)


def unseen_project(name: str) -> Refusal:
    """A project that is gone or hidden: the caller can't tell which."""
    kind = "id" if name.isdigit() else "key"
    return say(f"No project could be found with {kind} '{name}'.", status=404)


def spoken(body: object, language: str) -> object:
    """The body with its sentences in the account's language; the keys stay as they are."""
    if language.startswith("en") or not isinstance(body, dict) or "errorMessages" not in body:
        return body
    return {
        **body,
        "errorMessages": [str(text).translate(_ACCENTS) for text in body["errorMessages"]],
        "errors": {key: str(text).translate(_ACCENTS) for key, text in body["errors"].items()},
    }
