"""Webhooks that an application registers for itself; they expire unless it refreshes them."""

from testbed.vendors.common.call import Response
from testbed.vendors.common.state import Doc
from testbed.vendors.jira.endpoints import WEBHOOKS, Endpoint
from testbed.vendors.jira.errors import refuse
from testbed.vendors.jira.request_context import RequestContext
from testbed.vendors.jira.times import format_time
from testbed.vendors.jira.webhook_events import APPLICATION_EVENTS
from testbed.vendors.jira.webhook_registry import LIFE_MILLIS, add_webhook, filter_error

_MOST = 5  # webhooks of an application


def register(context: RequestContext) -> Response:
    """Register the valid webhooks; the answer lists the errors of the others."""
    more = {"application": _application(context), "expires": context.site.now + LIFE_MILLIS}
    results: list[Doc] = []
    for asked in context.body.get("webhooks") or []:
        jql, events = str(asked.get("jqlFilter") or ""), asked.get("events") or []
        if errors := _errors(context, jql, events):
            results.append({"errors": errors})
            continue
        webhook = add_webhook(context.site, str(context.body.get("url")), events, jql, **more)
        results.append({"createdWebhookId": int(webhook["id"])})
    return Response(200, {"webhookRegistrationResult": results})


def _errors(context: RequestContext, jql: str, events: list[str]) -> list[str]:
    errors = [f"The event {n} is unsupported" for n in events if n not in APPLICATION_EVENTS]
    if error := filter_error(jql):
        errors.append(error)
    if len(_own(context)) >= _MOST:
        errors.append(f"The limit of {_MOST} webhooks has been reached")
    return errors


def refresh(context: RequestContext) -> Response:
    """Let webhooks live 30 days from now."""
    expires = context.site.now + LIFE_MILLIS
    for webhook in _named(context):
        context.site.webhooks.put(webhook["id"], webhook | {"expires": expires})
    return Response(200, {"expirationDate": format_time(expires)})


def list_webhooks(context: RequestContext) -> Response:
    return context.page(_own(context), _view)


def _view(webhook: Doc) -> Doc:
    return {
        "id": int(webhook["id"]),
        "url": webhook["url"],
        "jqlFilter": webhook["jql"],
        "events": webhook["events"],
        "expirationDate": format_time(webhook["expires"]),
    }


def delete(context: RequestContext) -> Response:
    for webhook in _named(context):
        context.site.webhooks.delete(webhook["id"])
    return Response(202)


def list_failed(_: RequestContext) -> Response:
    """Refuse: Atlassian answers this to Connect apps only, and the site has none."""
    raise refuse("Only Connect apps can use this operation.", status=403)


def _application(context: RequestContext) -> str:
    if not context.call.application:
        raise refuse("Only Connect and OAuth 2.0 apps can use this operation.", status=403)
    return context.call.application


def _own(context: RequestContext) -> list[Doc]:
    return context.site.webhooks.find(application=_application(context))


def _named(context: RequestContext) -> list[Doc]:
    """The webhooks of the application whose ids the body lists."""
    ids = {str(id_) for id_ in context.body.get("webhookIds") or []}
    return [webhook for webhook in _own(context) if webhook["id"] in ids]


ENDPOINTS = (
    Endpoint("POST", "/webhook", WEBHOOKS, register),
    Endpoint("GET", "/webhook", WEBHOOKS, list_webhooks),
    Endpoint("PUT", "/webhook/refresh", WEBHOOKS, refresh),
    Endpoint("DELETE", "/webhook", WEBHOOKS, delete),
    Endpoint("GET", "/webhook/failed", WEBHOOKS, list_failed),
)
