"""Webhooks out: what happened, told in the shapes of the second API, signed and tried again."""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from testbed.vendors.common.call import Refusal
from testbed.vendors.common.state import Change, Doc
from testbed.vendors.common.webhooks import Post
from testbed.vendors.jira.api.issue.queries import find
from testbed.vendors.jira.core import entries, history, issue_view, views
from testbed.vendors.jira.core.site import Site
from testbed.vendors.jira.core.visit import Visit

_TRIED_AGAIN = {408, 409, 425, 429}
_TRIES = 5


def signature(secret: str, body: bytes) -> str:
    """What `X-Hub-Signature` says of a body."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


class Delivery:
    """Jira's manners: one event a post, up to five more tries, minutes apart."""

    most = 1
    timeout = 20.0

    def __init__(self, site: Site) -> None:
        self._site = site
        pause = float(site.options.get("webhook_pause_seconds", 300))
        self.pauses: Sequence[float] = [pause * (1 + n / 2) for n in range(_TRIES)]

    def post(self, events: Sequence[Doc], attempt: int) -> Post:
        event = events[0]
        body = json.dumps(event["body"], ensure_ascii=False).encode()
        headers = {
            "Content-Type": "application/json; charset=UTF-8",
            "User-Agent": "Atlassian Webhook HTTP Client",
            "X-Atlassian-Webhook-Identifier": event["identifier"],
            "X-Atlassian-Webhook-Flow": "Primary",
        }
        if attempt:
            headers["X-Atlassian-Webhook-Retry"] = str(attempt)
        if event["secret"]:
            headers["X-Hub-Signature"] = signature(event["secret"], body)
        return Post(event["url"], body, headers)

    def gives_up(self, status: int) -> bool:
        return status not in _TRIED_AGAIN and status < 500


def registered(site: Site) -> list[Doc]:
    """The webhooks of the site: those made over the API and the one in the configuration."""
    asked: Mapping[str, Any] | None = site.options.get("webhooks")
    fixed = [] if asked is None else [{"id": "0", "name": "configured", "enabled": True, **asked}]
    return [hook for hook in (*fixed, *site.webhooks.values()) if hook.get("enabled", True)]


def posts(visit: Visit, changes: list[Change]) -> Iterator[Doc]:
    """What is to be sent, to each webhook that asked for it."""
    hooks = registered(visit.site)
    if not hooks:
        return
    visit.version = "2"
    for change in changes:
        for name, body in _events(visit, change):
            for hook in hooks:
                if name in hook.get("events", [name]) and _fits(visit, hook, change):
                    yield _enveloped(visit, hook, name, body)


def _fits(visit: Visit, hook: Doc, change: Change) -> bool:
    """Whether an issue passes the webhook's filter; other events have none to pass."""
    jql = (hook.get("filters") or {}).get("issue-related-events-section")
    if not jql or change.collection != "issues" or change.what == "deleted":
        return True
    try:
        found = find(visit, jql, frozenset({change.id}))
    except Refusal:
        return False
    return any(issue["id"] == change.id for issue in found)


def _enveloped(visit: Visit, hook: Doc, name: str, body: Doc) -> Doc:
    number = visit.site.store.next_id("_deliveries")
    return {
        "url": hook["url"],
        "secret": hook.get("secret"),
        "identifier": hashlib.blake2b(f"{number}".encode(), digest_size=16).hexdigest(),
        "body": {"timestamp": visit.site.now, "webhookEvent": name}
        | ({} if hook.get("excludeBody") else body),
    }


def _events(visit: Visit, change: Change) -> Iterator[tuple[str, Doc]]:
    site, verb = visit.site, change.what
    before = site.store.before[change.collection, change.id]
    doc = site.store.collection(change.collection).get(change.id) or before or {}
    match change.collection:
        case "issues":
            yield f"jira:issue_{verb}", _issue_event(visit, doc, change.what)
        case "worklogs":
            yield f"worklog_{verb}", {"worklog": entries.worklog(visit, doc)}
        case "comments":
            yield f"comment_{verb}", {"comment": entries.comment(visit, doc)}
        case "issuelinks" if change.what != "updated":
            ends = {"sourceIssueId": int(doc["inward"]), "destinationIssueId": int(doc["outward"])}
            yield f"issuelink_{verb}", {"issueLink": {"id": int(doc["id"]), **ends}}
        case "projects":
            yield f"project_{verb}", {"project": views.project(visit, doc)}
        case "versions":
            yield f"jira:version_{_of_version(before, doc, verb)}", _version_event(visit, doc)


def _of_version(before: Doc | None, after: Doc, verb: str) -> str:
    if before and before["released"] != after["released"]:
        return "released" if after["released"] else "unreleased"
    return verb


def _version_event(visit: Visit, doc: Doc) -> Doc:
    return {"version": views.version(visit, doc)}


def _issue_event(visit: Visit, doc: Doc, what: str) -> Doc:
    kind = "issue_generic" if what == "updated" else f"issue_{what}"
    body: Doc = {
        "issue_event_type_name": kind,
        "user": views.user(visit, visit.account),
        "issue": issue_view.issue(visit, doc, ["*navigable"]),
    }
    entries = visit.site.history.by("issue", doc["id"])
    if (
        what == "updated"
        and entries
        and ("_changelog", entries[-1]["id"]) in visit.site.store.before
    ):
        entry = history.view(visit, entries[-1])
        body["changelog"] = {"id": entry["id"], "items": entry["items"]}
    return body
