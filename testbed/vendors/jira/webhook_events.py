"""The events of versions, which are the milestones, and the webhooks that receive them."""

import hashlib
from collections.abc import Iterable, Iterator

from testbed.vendors.common.state import Doc, RecordChange
from testbed.vendors.jira import views
from testbed.vendors.jira.request_context import RequestContext


def deliveries(context: RequestContext, changes: Iterable[RecordChange]) -> Iterator[Doc]:
    """A delivery for each changed version and each webhook that listens to its event."""
    webhooks = list(context.site.webhooks.values())
    for change in changes:
        if change.collection != "versions":
            continue
        name, body = _event(context, change)
        for webhook in webhooks:
            if name in webhook["events"]:
                yield _delivery(context, webhook, body)


def _event(context: RequestContext, change: RecordChange) -> tuple[str, Doc]:
    """The name and the body of an event; a deleted version is shown as it was."""
    before = context.site.store.before[change.collection, change.id] or {}
    after = context.site.versions.get(change.id)
    doc, verb = after or before, change.what
    if before and before["released"] != doc["released"]:
        verb = "released" if doc["released"] else "unreleased"
    name = f"jira:version_{verb}"
    version = views.version(context, doc)
    return name, {"timestamp": context.site.now, "webhookEvent": name, "version": version}


def _delivery(context: RequestContext, webhook: Doc, body: Doc) -> Doc:
    number = str(context.site.store.next_id("_deliveries")).encode()
    return {
        "url": webhook["url"],
        "secret": webhook["secret"],
        "identifier": hashlib.blake2b(number, digest_size=16).hexdigest(),
        "body": body,
    }
