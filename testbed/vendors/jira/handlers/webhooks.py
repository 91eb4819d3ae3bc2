"""Webhooks that administrators register for the site."""

from testbed.vendors.common.call import Response
from testbed.vendors.common.state import Doc
from testbed.vendors.jira.endpoints import WEBHOOKS, Endpoint
from testbed.vendors.jira.errors import refuse
from testbed.vendors.jira.request_context import RequestContext
from testbed.vendors.jira.webhook_registry import add_webhook, filter_error

_PATH = "/rest/webhooks/1.0/webhook"
_FILTER = "issue-related-events-section"


def register(context: RequestContext) -> Response:
    context.require_administrator()
    body, events = context.body, context.body.get("events")
    if not body.get("name") or not str(body.get("url", "")).startswith("http"):
        raise refuse("A webhook must have a name and a valid URL.")
    if not isinstance(events, list) or not events:
        raise refuse("A webhook must listen to at least one event.")
    jql = (body.get("filters") or {}).get(_FILTER, "")
    if jql and (error := filter_error(jql)):
        raise refuse(error)
    more = {"name": body["name"], "secret": body.get("secret")}
    webhook = add_webhook(context.site, body["url"], events, jql, **more)
    return Response(201, _view(context, webhook))


def unregister(context: RequestContext) -> Response:
    context.require_administrator()
    if context["webhook"] not in context.site.webhooks:
        raise refuse(f"No webhook with id {context['webhook']} found.", status=404)
    context.site.webhooks.delete(context["webhook"])
    return Response(204)


def _view(context: RequestContext, webhook: Doc) -> Doc:
    """A webhook without its secret, which nobody can read."""
    return {
        **{name: webhook[name] for name in ("name", "url", "events")},
        "filters": {_FILTER: webhook["jql"]},
        "enabled": True,
        "self": f"{context.base}{_PATH}/{webhook['id']}",
        "isSigned": bool(webhook["secret"]),
    }


ENDPOINTS = (
    Endpoint("POST", _PATH, WEBHOOKS, register),
    Endpoint("DELETE", _PATH + "/{webhook}", WEBHOOKS, unregister),
)
