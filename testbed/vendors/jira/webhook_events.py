"""The events that changed records cause, and the webhooks that receive them."""

import hashlib
from collections.abc import Iterator

from testbed.vendors.common.state import Doc, RecordChange
from testbed.vendors.jira import issue_views, views
from testbed.vendors.jira.documents import plain_text
from testbed.vendors.jira.jql import matches, parse
from testbed.vendors.jira.request_context import RequestContext

# Events of an application's webhook; its documentation names no others that we serve.
APPLICATION_EVENTS = frozenset(
    {
        *(f"jira:issue_{verb}" for verb in ("created", "updated", "deleted")),
        *(f"jira:version_{verb}" for verb in ("created", "updated", "deleted")),
        *("jira:version_released", "jira:version_unreleased"),
    }
)


def deliveries(context: RequestContext, changes: list[RecordChange]) -> Iterator[Doc]:
    """A delivery for each event and each webhook that listens to it."""
    webhooks = [each for each in context.site.webhooks.values() if _is_alive(context, each)]
    for change in changes if webhooks else ():
        event = _event(context, change)
        for webhook in webhooks:
            if event and event[0] in webhook["events"] and _is_wanted(context, webhook, change):
                yield _delivery(context, webhook, *event)


def _is_alive(context: RequestContext, webhook: Doc) -> bool:
    return webhook["expires"] is None or bool(webhook["expires"] > context.site.now)


def _is_wanted(context: RequestContext, webhook: Doc, change: RecordChange) -> bool:
    """Whether an issue passes the filter of a webhook; a filter only concerns issues."""
    if not webhook["jql"] or change.collection != "issues":
        return True
    return matches(context.site, parse(webhook["jql"]), _document(context, change))


def _document(context: RequestContext, change: RecordChange) -> Doc:
    """The changed record, or a deleted one as it was."""
    store = context.site.store
    after = store.collection(change.collection).get(change.id)
    return after or store.before[change.collection, change.id] or {}


def _event(context: RequestContext, change: RecordChange) -> tuple[str, Doc] | None:
    doc, verb = _document(context, change), change.what
    match change.collection:
        case "issues":
            return f"jira:issue_{verb}", _issue_body(context, doc, verb)
        case "worklogs":
            return f"worklog_{verb}", {"worklog": issue_views.worklog(context, doc)}
        case "projects":
            return f"project_{verb}", {"project": views.project_summary(context, doc)}
        case "versions":
            before = context.site.store.before[change.collection, change.id]
            name = _version_verb(before, doc, verb)
            return f"jira:version_{name}", {"version": views.version(context, doc)}
    return None


def _version_verb(before: Doc | None, after: Doc, verb: str) -> str:
    if before and before["released"] != after["released"]:
        return "released" if after["released"] else "unreleased"
    return verb


def _issue_body(context: RequestContext, doc: Doc, verb: str) -> Doc:
    """An issue in the shape of version 2 of the API, which has plain text."""
    view = issue_views.issue(context, doc, ["*navigable"])
    if doc["description"]:
        view["fields"]["description"] = plain_text(doc["description"])
    return {
        "issue_event_type_name": "issue_generic" if verb == "updated" else f"issue_{verb}",
        "user": views.user(context, context.account),
        "issue": view,
    }


def _delivery(context: RequestContext, webhook: Doc, name: str, body: Doc) -> Doc:
    site = context.site
    number = str(site.store.next_id("_deliveries")).encode()
    content = {"timestamp": site.now, "webhookEvent": name, **body}
    if webhook["application"]:
        content["matchedWebhookIds"] = [int(webhook["id"])]
    return {
        "url": webhook["url"],
        "secret": webhook["secret"],
        "application": webhook["application"],
        "identifier": hashlib.blake2b(number, digest_size=16).hexdigest(),
        "body": content,
    }
