"""Webhooks that administrators register for the site."""

from testbed.vendors.common.call import Response
from testbed.vendors.common.state import Doc
from testbed.vendors.jira.endpoints import WEBHOOKS, Endpoint
from testbed.vendors.jira.errors import refuse
from testbed.vendors.jira.request_context import RequestContext

_PATH = "/rest/webhooks/1.0/webhook"


def register(context: RequestContext) -> Response:
    context.require_administrator()
    body, events = context.body, context.body.get("events")
    if not body.get("name") or not str(body.get("url", "")).startswith("http"):
        raise refuse("A webhook must have a name and a valid URL.")
    if not isinstance(events, list) or not events:
        raise refuse("A webhook must listen to at least one event.")
    id_ = context.site.next_id()
    asked = {name: body.get(name) for name in ("name", "url", "events", "secret")}
    webhook = {"id": id_, **asked}
    context.site.webhooks.put(id_, webhook)
    return Response(201, _view(context, webhook))


def _view(context: RequestContext, webhook: Doc) -> Doc:
    """A webhook without its secret, which nobody can read."""
    return {
        **{name: webhook[name] for name in ("name", "url", "events")},
        "filters": {},
        "enabled": True,
        "self": f"{context.base}{_PATH}/{webhook['id']}",
        "isSigned": bool(webhook["secret"]),
    }


ENDPOINTS = (Endpoint("POST", _PATH, WEBHOOKS, register),)
